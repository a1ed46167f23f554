"""`vigil policy simulate --any-time`: the worst minute of the next 28 days, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rich.table import Table

from contracts.values import Kind, Urgency
from services.command_line.shown import put_json, show, table
from services.command_line.simulate_case import Case
from services.command_line.simulate_shown import clock, offset, step
from services.command_line.troubles import Trouble
from services.escalation.rehearsal import worst
from services.escalation.rehearsal.silence import Silence, Turn
from services.escalation.rehearsal.worst import Worst, Worsts

SPAN = timedelta(days=28)
_MOST_TURNS = 12


@dataclass(frozen=True)
class Found:
    """The worst minutes of one urgency, for kinds that the same policies are for."""

    urgency: Urgency
    kinds: tuple[Kind, ...]
    worsts: Worsts
    is_worklist: bool
    """Whether nobody is meant to be paged."""


def find(case: Case, kinds: Sequence[Kind], urgencies: Sequence[Urgency]) -> tuple[Found, ...]:
    """Return the worst minutes for each urgency and group of kinds. Raises Trouble."""
    if case.scene.through < case.at + SPAN + worst.CAP:
        through = clock(case.scene.through, case.zone, None)
        raise Trouble(f"shifts are compiled until {through}, which is less than 28 days ahead of --at")
    return tuple(
        _found(case, urgency, group) for urgency in urgencies for group in _groups(case, kinds, urgency)
    )


def tell(case: Case, found: Sequence[Found], as_json: bool) -> None:
    """Write what was found, as tables or as JSON."""
    if as_json:
        put_json(_json(case, found))
        return
    first, last = clock(case.at, case.zone, None), clock(case.at + SPAN, case.zone, None)
    show(f"{first} to {last} ({case.zone.key}), nobody answers; {case.scene.origin}.")
    columns = ("urgency", "what", "longest to the first page", "from", "longest to a second person", "from")
    show("", table("", columns, (_row(case, one) for one in found)))
    for one in found:
        for slow in () if one.is_worklist else _slow(one.worsts):
            show("", *_timetable(case, one, slow))


def _found(case: Case, urgency: Urgency, kinds: tuple[Kind, ...]) -> Found:
    silence = Silence(case.signal(kinds[0], urgency), case.world, case.at, case.at + SPAN)
    found = worst.worst(silence, case.at, case.at + SPAN)
    policy = found.first_page.turns[0].policy
    return Found(urgency, kinds, found, not policy.steps)


def _groups(case: Case, kinds: Sequence[Kind], urgency: Urgency) -> Iterator[tuple[Kind, ...]]:
    """Kinds that fall under the same policies, whatever the hour, are one question."""
    policies = case.scene.policies.ordered
    groups: dict[tuple[str, ...], list[Kind]] = {}
    for kind in kinds:
        ids = tuple(policy.id for policy in policies if policy.matches(kind, urgency, case.tags))
        groups.setdefault(ids, []).append(kind)
    yield from (tuple(group) for group in groups.values())


def _slow(worsts: Worsts) -> tuple[Worst, ...]:
    """What is worth a timetable of its own."""
    first, second = worsts.first_page, worsts.second_person
    at_once = first.after is not None and not first.after
    return (second,) if at_once or first.opened_at == second.opened_at else (first, second)


def _row(case: Case, found: Found) -> tuple[str, ...]:
    kinds = ", ".join(found.kinds)
    if found.is_worklist:
        return (found.urgency.value, kinds, "never, a worklist entry", "", "", "")
    figures = (found.worsts.first_page, found.worsts.second_person)
    told = [(_length(one), clock(one.opened_at, case.zone, None)) for one in figures]
    return (found.urgency.value, kinds, *told[0], *told[1])


def _length(found: Worst) -> str:
    if found.after is None:
        return "not within 24 h"
    return offset(found.after)[1:] if found.after else "at once"


def _timetable(case: Case, found: Found, slow: Worst) -> tuple[str, Table]:
    at = clock(slow.opened_at, case.zone, None)
    heading = f"{found.urgency.value}, {found.kinds[0].value}, {at}, by policy {slow.turns[0].policy.id}:"
    return heading, table("", ("clock", "after", "step", "paged", "why"), _turns(case, slow))


def _turns(case: Case, slow: Worst) -> Iterator[tuple[str, ...]]:
    for turn in slow.turns[:_MOST_TURNS]:
        when = (clock(turn.at, case.zone, slow.opened_at), offset(turn.at - slow.opened_at))
        for skipped in turn.skipped:
            yield (*when, step(skipped.round, skipped.step), "", f"skipped: {skipped.cause}")
        who = ", ".join(case.scene.named(one) for one in turn.people)
        why = "" if turn is slow.turns[-1] else _why(case, slow, turn)
        if who or why:
            yield (*when, step(turn.round, turn.step) if who else "", who, why)
    if len(slow.turns) > _MOST_TURNS:
        yield ("...", "", "", "", f"{len(slow.turns) - _MOST_TURNS} more moments")


def _why(case: Case, slow: Worst, turn: Turn) -> str:
    """Say why it goes on so late, if the hours of its policy are quiet."""
    if turn.next_at is None or turn.next_at == turn.awaits:
        return ""
    until = clock(turn.next_at, case.zone, slow.opened_at)
    return f"waits until {until}, by the hours of policy {turn.policy.id}"


def _json(case: Case, found: Sequence[Found]) -> dict[str, object]:
    return {
        "from": case.at.astimezone(case.zone).isoformat(),
        "to": (case.at + SPAN).astimezone(case.zone).isoformat(),
        "origin": case.scene.origin,
        "tags": list(case.tags),
        "therapist": case.therapist,
        "worst": [
            {
                "urgency": one.urgency.value,
                "kinds": [kind.value for kind in one.kinds],
                "worklist": one.is_worklist,
                "first_page": _worst_json(case, one.worsts.first_page),
                "second_person": _worst_json(case, one.worsts.second_person),
            }
            for one in found
        ],
    }


def _worst_json(case: Case, found: Worst) -> dict[str, object]:
    return {
        "at": found.opened_at.astimezone(case.zone).isoformat(),
        "after_seconds": None if found.after is None else int(found.after.total_seconds()),
        "policy": found.turns[0].policy.id,
        "turns": [
            {
                "at": turn.at.astimezone(case.zone).isoformat(),
                "round": turn.round + 1,
                "step": turn.step + 1,
                "paged": list(turn.people),
                "skipped": [
                    {"round": one.round + 1, "step": one.step + 1, "why": one.cause} for one in turn.skipped
                ],
            }
            for turn in found.turns[:_MOST_TURNS]
        ],
    }
