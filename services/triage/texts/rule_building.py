"""Builds rules, exceptions and denials from their drafts; what can't be compiled is noted at its line."""

from collections.abc import Iterable, Mapping

from services.triage.texts.elements import TURNS, Pattern
from services.triage.texts.pattern import Compiler, PatternError, obligatory, words_of
from services.triage.texts.rule_drafts import (
    ExemptionDraft,
    NegationDraft,
    RuleDraft,
    SpellingDraft,
    WordsDraft,
    draft_of,
)
from services.triage.texts.rulebook import Exemption, Negation, Part, Rule
from services.triage.texts.spelling import Spelling, spelling
from services.triage.texts.values import RiskClass
from services.triage.texts.yaml_lines import Node, Notes

_CLASSES = {f"@{risk.value}": risk for risk in RiskClass}


def rule_of(draft: RuleDraft, node: Node, compiler: Compiler, kinds: frozenset[str], notes: Notes) -> Rule:
    """Return the rule; `kinds` are those of the exceptions there are."""

    def compiled(sources: Iterable[str]) -> tuple[Pattern, ...]:
        return tuple(_compiled(source, node, draft.id, compiler, notes) for source in sources)

    for kind in sorted(set(draft.exceptions or ()) - kinds):
        notes.tell(node.line, draft.id, f"exceptions: no exception is of kind {kind!r}")
    if draft.near is None:
        parts: tuple[Part, ...] = (Part(compiled(draft.any)),)
    else:
        parts = tuple(_part(each, node, draft.id, compiler, notes) for each in draft.near.all)
    return Rule(
        id=draft.id,
        risk=draft.risk,
        languages=draft.languages,
        parts=parts,
        within=draft.near.within if draft.near else 0,
        negatable=draft.negatable,
        unless=compiled(draft.unless),
        exceptions=kinds if draft.exceptions is None else frozenset(draft.exceptions),
        raises=draft.raises,
        source=draft.source,
        matches=draft.matches,
        rejects=draft.rejects,
    )


def exemption_of(draft: ExemptionDraft, node: Node, compiler: Compiler, notes: Notes) -> Exemption:
    """Return the exception; each of its patterns needs two words at least."""
    patterns = tuple(_compiled(source, node, draft.id, compiler, notes) for source in draft.any)
    for source in draft.any:
        if obligatory(source) < 2:
            text = "an exception of one word would silence every rule that uses it; write at least two"
            notes.tell(_line_of(source, node), draft.id, f"{source!r}: {text}")
    return Exemption(draft.id, draft.kind, patterns, draft.matches, draft.rejects)


def check_lists(draft: WordsDraft, node: Node, compiler: Compiler, notes: Notes) -> None:
    """Note every entry of a list that is no pattern, so that it is told once and where it stands."""
    lists = node.value["lists"] if isinstance(node.value, Mapping) else node
    for name, entries in draft.lists.items():
        line = lists.value[name].line if isinstance(lists.value, Mapping) else node.line
        for entry in entries:
            try:
                compiler.pattern(entry)
            except PatternError as error:
                notes.tell(line, name, f"{entry!r}: {error}")


def negations_of(node: Node | None, notes: Notes) -> Mapping[str, Negation]:
    """Return how each language denies."""
    if node is None or not isinstance(node.value, Mapping):
        return {}
    found: dict[str, Negation] = {}
    for language, child in node.value.items():
        draft = draft_of(NegationDraft, child, notes)
        if draft is not None:
            found[language] = Negation(
                negators=frozenset(draft.negators),
                nouns={word: frozenset(nouns) for word, nouns in draft.nouns.items()},
                after=frozenset(draft.after),
                not_before=frozenset(draft.not_before),
                through=frozenset(draft.through),
                window=draft.window,
            )
    for language in sorted({"en", "es"} - set(found)):
        notes.tell(node.line, "", f"says nothing of {language!r}; rules in it could not be denied")
    return found


def spelling_of(
    draft: SpellingDraft, words: WordsDraft, patterns: Iterable[Pattern], negations: Mapping[str, Negation]
) -> Spelling:
    """Return the spelling, which knows every word that any rule, list or denial names."""
    known = {word for entries in words.lists.values() for entry in entries for word in words_of(entry)}
    known |= {word for pattern in patterns for word in words_of(pattern.source)}
    known |= {*draft.everyday, *TURNS}
    for negation in negations.values():
        known |= negation.negators | negation.through | negation.after | negation.not_before
    short_forms = {short: tuple(full.split()) for short, full in draft.short_forms.items()}
    return spelling(short_forms, known, draft.risk_words)


def _part(written: str, node: Node, rule: str, compiler: Compiler, notes: Notes) -> Part:
    if not written.startswith("@") or written.startswith("@sign"):
        return Part((_compiled(written, node, rule, compiler, notes),))
    names = written.split("|")
    for name in names:
        if name not in _CLASSES:
            notes.tell(
                node.line, rule, f"near: {name!r} is no class; there are {', '.join(sorted(_CLASSES))}"
            )
    return Part(classes=frozenset(_CLASSES[name] for name in names if name in _CLASSES))


def _compiled(source: str, node: Node, rule: str, compiler: Compiler, notes: Notes) -> Pattern:
    try:
        return compiler.pattern(source)
    except PatternError as error:
        notes.tell(_line_of(source, node), rule, f"{source!r}: {error}")
        return compiler.pattern("x")


def _line_of(text: str, node: Node) -> int:
    """Return the line on which that text stands within the node, or the node's own."""
    return next((each.line for each in _texts(node) if each.value == text), node.line)


def _texts(node: Node) -> Iterable[Node]:
    if isinstance(node.value, str):
        yield node
        return
    for child in node.value if isinstance(node.value, tuple) else node.value.values():
        yield from _texts(child)
