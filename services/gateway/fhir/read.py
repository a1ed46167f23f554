"""What a resource comes to: drafts of facts, and what its sender is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from services.gateway.fhir.issues import Issue
from services.gateway.reporting import Draft


@dataclass(frozen=True, slots=True)
class Read:
    """Drafts to publish, and issues to answer with."""

    drafts: tuple[Draft, ...]
    issues: tuple[Issue, ...] = ()

    @classmethod
    def of(cls, drafts: Iterable[Draft]) -> Self:
        """Return what is published without a word."""
        return cls(tuple(drafts))

    @classmethod
    def nothing(cls, issue: Issue) -> Self:
        """Return what leads to nothing, and why."""
        return cls((), (issue,))
