"""Which resources of a bundle are one form: a panel is judged when it is whole.

A response, the panel Observation, the total and single questions often come side by side. Judged one by
one, a total would count as a form whose question about suicide nobody answered.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from contracts.facts import Standing
from contracts.values import Kind
from services.gateway.fhir.forms import Form
from services.triage.instruments.scoring.items import AnyInstrument

_NEAR = timedelta(hours=12)
_AT_ONCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Placed:
    """A form, whose it is, and the references by which others may name it."""

    form: Form
    patient: str
    names: tuple[str, ...]
    is_response: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Resources that are one form, the one that names it first; positions in what was given."""

    members: tuple[int, ...]
    instrument: AnyInstrument | None
    has_head: bool
    """Whether the first one is the form, panel or total itself."""


def grouped(placed: Sequence[Placed]) -> tuple[Group, ...]:
    """Return the groups, each resource in one of them."""
    apart = [n for n, one in enumerate(placed) if _stands_alone(one.form)]
    wholes = [n for n, one in enumerate(placed) if one.form.is_whole and n not in apart]
    items = [n for n, one in enumerate(placed) if not one.form.is_whole and n not in apart]
    groups: dict[int, list[int]] = {}
    for n in sorted(wholes, key=lambda n: (not placed[n].is_response, not placed[n].form.members, n)):
        head = None if placed[n].is_response else _head(placed, n, list(groups))
        groups.setdefault(n if head is None else head, []).append(n)
    loose: list[int] = []
    for n in items:
        head = _head(placed, n, list(groups))
        if head is None:
            loose.append(n)
        else:
            groups[head].append(n)
    return (
        *(Group((n,), next(iter(placed[n].form.instruments), None), True) for n in apart),
        *(Group(tuple(members), placed[head].form.instruments[0], True) for head, members in groups.items()),
        *_loose(placed, loose),
    )


def _stands_alone(form: Form) -> bool:
    return form.standing is Standing.ENTERED_IN_ERROR or not form.instruments


def _head(placed: Sequence[Placed], n: int, heads: Sequence[int]) -> int | None:
    one = placed[n]
    fit = [
        head
        for head in heads
        if placed[head].patient == one.patient and placed[head].form.instruments[0] in one.form.instruments
    ]
    for head in fit:
        if set(placed[head].form.members) & set(one.names) or set(one.form.members) & set(placed[head].names):
            return head
    specimen = one.form.instruments[0].kind is Kind.SUBSTANCE_POSITIVE
    if specimen:
        near = [head for head in fit if _within(placed[head].form, one.form, _AT_ONCE)]
        return next((head for head in near if not _same_items(placed[head].form, one.form)), None)
    near = [head for head in fit if _within(placed[head].form, one.form, _NEAR)]
    return near[0] if len(near) == 1 else None


def _within(one: Form, other: Form, span: timedelta) -> bool:
    return one.at is None or other.at is None or abs(one.at - other.at) <= span


def _same_items(one: Form, other: Form) -> bool:
    return bool({answer.item for answer in one.answers} & {answer.item for answer in other.answers})


def _loose(placed: Sequence[Placed], items: list[int]) -> tuple[Group, ...]:
    """Single questions without their panel: those of one moment together, under what most of them fit."""
    left, found = list(items), []
    while left:
        first = placed[left[0]]
        near = [
            n
            for n in left
            if placed[n].patient == first.patient and _within(placed[n].form, first.form, _AT_ONCE)
        ]
        counts = Counter(one.id for n in near for one in placed[n].form.instruments)
        best = max(first.form.instruments, key=lambda one: (counts[one.id], -len(one.items)))
        members = tuple(n for n in near if best in placed[n].form.instruments)
        found.append(Group(members, best, False))
        left = [n for n in left if n not in members]
    return tuple(found)
