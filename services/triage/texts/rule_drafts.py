"""Rules as people write them: which fields there are, and what each may hold."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from services.triage.texts.values import RiskClass
from services.triage.texts.yaml_lines import Node, Notes

Language = Literal["en", "es"]


def _listed(written: object) -> object:
    """Return a list as it is, and a text as its entries between commas."""
    if isinstance(written, str):
        return tuple(entry for entry in (each.strip() for each in written.split(",")) if entry)
    return written


Entries = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""A list of texts, or one text with commas between the entries."""


class _Draft(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NearDraft(_Draft):
    """Several parts near each other: patterns, or `@class` for what other rules found."""

    within: int = Field(ge=0, le=40)
    """Words that may stand between the first part and each other one; the end of a sentence counts as one."""
    all: tuple[str, ...] = Field(min_length=2)


class RuleDraft(_Draft):
    """One rule of a rule file."""

    id: str = Field(pattern=r"^(en|es|any)\.[a-z_]+\.[a-z0-9-]+$")
    risk: RiskClass = Field(alias="class")
    languages: tuple[Language, ...] = ()
    any: tuple[str, ...] = ()
    near: NearDraft | None = None
    negatable: bool = False
    unless: tuple[str, ...] = ()
    exceptions: Entries | None = None
    raises: bool
    source: str = Field(min_length=3)
    matches: tuple[str, ...] = Field(min_length=1)
    rejects: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.any) == bool(self.near):
            raise ValueError("needs either `any` (patterns) or `near` (parts), not both")
        if self.negatable and not self.languages:
            raise ValueError("a rule that may be denied needs `languages`, since each denies in its own way")
        twice = [pattern for pattern in self.any if self.any.count(pattern) > 1]
        if twice:
            raise ValueError(f"{twice[0]!r} stands twice; keep one")
        if self.raises and any({"^^", "$$"} & set(pattern.split()) for pattern in self.any):
            raise ValueError("^^ and $$ are for rules that do not raise: a later sentence would lower them")
        return self


class ExemptionDraft(_Draft):
    """One turn of phrase of exceptions.yaml."""

    id: str = Field(pattern=r"^(en|es|any)\.[a-z_]+\.[a-z0-9-]+$")
    kind: str = Field(pattern=r"^[a-z_]+$")
    any: tuple[str, ...] = Field(min_length=1)
    matches: tuple[str, ...] = Field(min_length=1)
    rejects: tuple[str, ...] = Field(min_length=1)


class NegationDraft(_Draft):
    """How one language denies, in negation.yaml."""

    window: int = Field(ge=1, le=6)
    negators: Entries
    nouns: Mapping[str, Entries] = {}
    after: Entries = ()
    not_before: Entries = ()
    through: Entries


class SpellingDraft(_Draft):
    """spelling.yaml."""

    short_forms: Mapping[str, str]
    everyday: Entries
    risk_words: Entries


class WordsDraft(_Draft):
    """words.yaml."""

    lists: Mapping[str, Entries]


DraftT = TypeVar("DraftT", bound=BaseModel)


def draft_of(kind: type[DraftT], node: Node, notes: Notes) -> DraftT | None:
    """Return the draft that the node holds, or None with each mistake noted at its own line."""
    name = _name(node)
    try:
        return kind.model_validate(plain(node))
    except ValidationError as error:
        for each in error.errors(include_url=False):
            field = ".".join(str(part) for part in each["loc"])
            said = each["msg"].removeprefix("Value error, ")
            notes.tell(_line(node, each["loc"]), name, f"{field}: {said}" if field else said)
        return None


def plain(node: Node) -> object:
    """Return the value without its lines."""
    if isinstance(node.value, str):
        return node.value
    if isinstance(node.value, tuple):
        return tuple(plain(child) for child in node.value)
    return {key: plain(child) for key, child in node.value.items()}


def _name(node: Node) -> str:
    named = node.value.get("id") if isinstance(node.value, Mapping) else None
    return named.value if named is not None and isinstance(named.value, str) else ""


def _line(node: Node, place: tuple[str | int, ...]) -> int:
    for part in place:
        if isinstance(node.value, Mapping) and part in node.value:
            node = node.value[str(part)]
        elif isinstance(node.value, tuple) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            break
    return node.line
