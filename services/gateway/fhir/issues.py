"""What is wrong with a resource, and where: nothing sent is quoted, since it may identify somebody."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

Code = Literal[
    "invalid",
    "structure",
    "required",
    "value",
    "not-supported",
    "not-found",
    "processing",
    "duplicate",
    "business-rule",
    "informational",
    "transient",
    "security",
    "too-long",
]
"""Of FHIR's list of issue types, those that are used here."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of an OperationOutcome: how bad, what kind, in our words, at which FHIRPath."""

    severity: Literal["error", "warning", "information"]
    code: Code
    says: str
    where: str = ""


class Refused(Exception):
    """A resource that can't become a fact: the status of the answer, and the issues."""

    def __init__(self, status: int, *issues: Issue) -> None:
        super().__init__("; ".join(f"{one.where}: {one.code}" for one in issues))
        self.status = status
        self.issues = issues


def refused(where: str, says: str, code: Code = "value", status: int = 422) -> Refused:
    """Return the refusal of one field."""
    return Refused(status, Issue("error", code, says, where))


def warning(where: str, says: str, code: Code = "value") -> Issue:
    """Return word of something that was accepted all the same."""
    return Issue("warning", code, says, where)


def note(says: str, where: str = "") -> Issue:
    """Return word of something that is in order."""
    return Issue("information", "informational", says, where)


def of_validation(error: ValidationError, root: str) -> Refused:
    """Return the refusal of a resource that has fields of another shape than FHIR gives them."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return Refused(422, *dict.fromkeys(_issue(one["loc"], one["type"], root) for one in found[:20]))


def path(root: str, loc: Iterable[str | int]) -> str:
    """Return the FHIRPath of a place; a choice such as valueInteger is `value` there."""
    said = root
    for part in loc:
        said += f"[{part}]" if isinstance(part, int) else f".{_CHOICE.sub('', part)}"
    return said


_CHOICE = re.compile(r"(?<=^value)[A-Z]\w*$|(?<=^effective)[A-Z]\w*$|(?<=^medication)[A-Z]\w*$")


def _issue(loc: tuple[str | int, ...], kind: str, root: str) -> Issue:
    if kind == "missing":
        return Issue("error", "required", "is missing; send it", path(root, loc))
    says = "has another shape than FHIR R4 gives it; see the definition of this element"
    return Issue("error", "structure", says, path(root, loc))
