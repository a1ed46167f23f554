"""Reads the rule files and makes the rulebook; every mistake of every file is told at once.

A folder holds `words.yaml` (lists), `spelling.yaml`, `negation.yaml`, `exceptions.yaml`, and any
number of other files, each with a list `rules`. Rules that pair what others found are read last.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

from services.triage.texts.elements import Pattern
from services.triage.texts.index import index_of
from services.triage.texts.pattern import Compiler, words_of
from services.triage.texts.rule_building import (
    check_lists,
    exemption_of,
    negations_of,
    rule_of,
    spelling_of,
)
from services.triage.texts.rule_drafts import (
    DraftT,
    ExemptionDraft,
    RuleDraft,
    SpellingDraft,
    WordsDraft,
    draft_of,
)
from services.triage.texts.rulebook import Exemption, Rule, Rulebook
from services.triage.texts.spelling import Spelling
from services.triage.texts.yaml_lines import Node, Notes, RuleError, parse

_WORDS, _SPELLING, _NEGATION, _EXCEPTIONS = "words.yaml", "spelling.yaml", "negation.yaml", "exceptions.yaml"
_OTHERS = (_WORDS, _SPELLING, _NEGATION, _EXCEPTIONS)
_BARE_LIST = re.compile(r"  [a-z_]+:(?! >-$)")
Files = Mapping[str, str]
"""Name of each file -> its content."""


@cache
def shipped() -> Rulebook:
    """Return the rules of this package, read once in the life of the process."""
    return load(shipped_files())


def shipped_files() -> Files:
    """Return the rule files of this package."""
    folder = files("services.triage.texts") / "rules"
    return {each.name: each.read_text("utf-8") for each in folder.iterdir() if each.name.endswith(".yaml")}


def load(contents: Files) -> Rulebook:
    """Return the rulebook of those files; raises RuleError with every mistake as `file:line: rule: ...`."""
    notes = {name: Notes(name) for name in sorted({*contents, *_OTHERS})}
    for name in _OTHERS:
        if name not in contents:
            notes[name].tell(1, "", "is missing; every rulebook has one")
    nodes = {name: parse(contents[name], notes[name]) for name in sorted(contents)}
    for line, written in enumerate(contents.get(_WORDS, "").splitlines(), start=1):
        if _BARE_LIST.match(written):
            notes[_WORDS].tell(
                line, "", "write the list as `name: >-` and its entries below; a # ends a line"
            )
    book = _book({name: node for name, node in nodes.items() if node is not None}, notes)
    problems = tuple(problem for each in notes.values() for problem in each.problems)
    if problems or book is None:
        raise RuleError(problems)
    return book


def _book(nodes: Mapping[str, Node], notes: Mapping[str, Notes]) -> Rulebook | None:
    words = _single(WordsDraft, _WORDS, nodes, notes)
    spelt = _single(SpellingDraft, _SPELLING, nodes, notes)
    if words is None or spelt is None:
        return None
    compiler = Compiler(words.lists)
    check_lists(words, nodes[_WORDS], compiler, notes[_WORDS])
    negations = negations_of(nodes.get(_NEGATION), notes[_NEGATION])
    exemptions = [
        exemption_of(draft, node, compiler, notes[_EXCEPTIONS])
        for draft, node in _drafts(ExemptionDraft, "exceptions", nodes.get(_EXCEPTIONS), notes[_EXCEPTIONS])
    ]
    kinds = frozenset(each.kind for each in exemptions)
    rules: dict[str, Rule] = {}
    for name, node in nodes.items():
        for draft, found in _drafts(RuleDraft, "rules", node, notes[name]) if name not in _OTHERS else ():
            if draft.id in rules:
                notes[name].tell(found.line, draft.id, "this id stands twice; give one another")
            rules[draft.id] = rule_of(draft, found, compiler, kinds, notes[name])
    ordered = tuple(sorted(rules.values(), key=_pairs))
    patterns = list(_patterns(ordered, exemptions))
    spelling = spelling_of(spelt, words, patterns, negations)
    _tell_dead_words(nodes, spelling, notes)
    return Rulebook(ordered, tuple(exemptions), negations, spelling, index_of(patterns))


def _pairs(rule: Rule) -> bool:
    return any(part.classes for part in rule.parts)


def _patterns(rules: Iterable[Rule], exemptions: Iterable[Exemption]) -> Iterator[Pattern]:
    for rule in rules:
        for part in rule.parts:
            yield from part.patterns
        yield from rule.unless
    for each in exemptions:
        yield from each.patterns


def _single(
    kind: type[DraftT], name: str, nodes: Mapping[str, Node], notes: Mapping[str, Notes]
) -> DraftT | None:
    return draft_of(kind, nodes[name], notes[name]) if name in nodes else None


def _drafts(kind: type[DraftT], field: str, node: Node | None, notes: Notes) -> Iterator[tuple[DraftT, Node]]:
    if node is None:
        return
    inside = node.value.get(field) if isinstance(node.value, Mapping) else None
    if inside is None or not isinstance(inside.value, tuple) or not isinstance(node.value, Mapping):
        notes.tell(node.line, "", f"needs `{field}:` and a list under it")
        return
    for extra in sorted(set(node.value) - {field}):
        notes.tell(node.value[extra].line, "", f"unknown field {extra!r}; only `{field}` stands here")
    for child in inside.value:
        draft = draft_of(kind, child, notes)
        if draft is not None:
            yield draft, child


def _tell_dead_words(nodes: Mapping[str, Node], spelling: Spelling, notes: Mapping[str, Notes]) -> None:
    """Tell of words in patterns that no line ever holds, since the spelling writes them otherwise."""
    for name, node in nodes.items():
        for source, line in _sources(node) if name not in (_SPELLING, _NEGATION) else ():
            for word in sorted(words_of(source)):
                meant = spelling.short_forms.get(word, (word,))
                if word not in meant:
                    notes[name].tell(line, "", f"{source!r}: {word!r} is always read as {' '.join(meant)!r}")


def _sources(node: Node) -> Iterator[tuple[str, int]]:
    """Return every pattern of a file with its line."""
    if isinstance(node.value, tuple):
        for child in node.value:
            yield from _sources(child)
    elif isinstance(node.value, Mapping):
        for field, child in node.value.items():
            if field == "lists" and isinstance(child.value, Mapping):
                for each in child.value.values():
                    yield from ((entry.strip(), each.line) for entry in str(each.value).split(","))
            elif field in ("any", "unless", "all") and isinstance(child.value, tuple):
                yield from ((str(each.value), each.line) for each in child.value)
            else:
                yield from _sources(child)
