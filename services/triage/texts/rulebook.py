"""The rules as compiled: what a reading is made with. Built by `rule_files`, read by `reading`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.triage.texts.elements import Pattern
from services.triage.texts.index import Index
from services.triage.texts.spelling import Spelling
from services.triage.texts.values import RiskClass


@dataclass(frozen=True, slots=True)
class Part:
    """What one side of a rule looks for: patterns of words, or what other rules found."""

    patterns: tuple[Pattern, ...] = ()
    classes: frozenset[RiskClass] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: any of its patterns, or several parts near each other."""

    id: str
    risk: RiskClass
    languages: tuple[str, ...]
    parts: tuple[Part, ...]
    """One part fits alone; of several, each must stand within `within` words of the first."""
    within: int
    negatable: bool
    unless: tuple[Pattern, ...]
    """A find that touches one of these is none."""
    exceptions: frozenset[str]
    """Kinds of the shared exceptions that hold for this rule."""
    raises: bool
    source: str
    matches: tuple[str, ...]
    rejects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exemption:
    """A turn of phrase whose words mean no risk: an idiom, a quotation, something years back."""

    id: str
    kind: str
    patterns: tuple[Pattern, ...]
    matches: tuple[str, ...]
    rejects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """How one language denies: which words deny, and which may stand between them and what is denied."""

    negators: frozenset[str]
    nouns: Mapping[str, frozenset[str]]
    """Negator -> the words before which alone it denies ("no" before "plan")."""
    after: frozenset[str]
    """Words after which a negator does not deny ("can not", "why not")."""
    not_before: frozenset[str]
    """Words before which a negator denies something else ("not sure", "not only")."""
    through: frozenset[str]
    window: int


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything a reading needs."""

    rules: tuple[Rule, ...]
    exemptions: tuple[Exemption, ...]
    negations: Mapping[str, Negation]
    spelling: Spelling
    index: Index = field(repr=False)
