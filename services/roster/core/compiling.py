"""From a schedule, and all that changes it, to flat shifts.

The order in which things apply, each to the result of those before it:

1. Rotations, all layers together, cut to their restrictions and holidays. Somebody on leave is not
   on; with `cover`, the next in line who is not on leave is, unless 4 or 5 already found somebody.
2. Temporary schedules: while one lasts, its shifts hold instead of all rotations.
3. Overrides that replace everyone, then those that add.
4. Overrides that name whom to replace, in the order written; then those that remove.
5. Accepted swaps in the order in which they were accepted; then 4 once more for what they gave,
   because whoever is taken off stays off.
6. Handoffs that are not confirmed: who would go stays on as well.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from contracts.schedules import Calendar, Handoff, Leave, Override, Schedule, Shift, Shifts, Swap, Temporary
from services.roster.core import leave, override, restriction, rotation, spans, swap, wall_clock
from services.roster.core.planned import Planned
from services.roster.core.spans import Span
from services.roster.core.turn import UNCONFIRMED

MOST_SHIFTS = 3000
"""So many shifts are compiled at most, for all of them are one message."""

MOST_BYTES = 400_000
"""And so many bytes of JSON, estimated from above; the broker takes messages of 512 KiB."""


def compile(
    schedule: Schedule,
    now: datetime,
    through: datetime,
    *,
    calendar: Calendar | None = None,
    leaves: Iterable[Leave] = (),
    swaps: Iterable[Swap] = (),
    handoffs: Iterable[Handoff] = (),
    whole: bool = False,
) -> Shifts:
    """Return the schedule as flat shifts: all that run at `now` or start before `through`.

    Shifts are sorted by start, then layer, overrides last, and never cut at the edges of the window.
    `now` may lie in the past. What would not fit into one message is left out from some moment on,
    unless the `whole` is asked for: then `through` of the result is that moment, earlier than asked for.
    Raises ZoneInfoNotFoundError if a zone is unknown, ValueError if a rotation has no length or so
    many are on at once that no message holds them, OverflowError beyond the year 9999.
    """
    window = (now, through)
    mine = tuple(handoff for handoff in handoffs if handoff.schedule == schedule.id)
    planned = _planned(schedule, window, calendar, leaves, swap.accepted(swaps, schedule.id))
    found = [part.shift() for part in planned if not part.away]
    found += _unconfirmed(mine, window)
    kept = dict.fromkeys(s for s in found if now < s.end and s.start < through)
    ordered = sorted(kept, key=lambda shift: shift.start)
    found_all = Shifts(schedule=schedule.id, compiled_at=now, through=through, shifts=tuple(ordered))
    return found_all if whole else _fitting(found_all)


def _planned(
    schedule: Schedule,
    window: Span,
    calendar: Calendar | None,
    leaves: Iterable[Leave],
    swaps: Sequence[Swap],
) -> list[Planned]:
    # What is over, or starts beyond the window, has no effect: shifts stay whole.
    overrides = [o for o in schedule.overrides if _lasts(o, window)]
    swaps = [made for made in swaps if _touches([*swap.there(made), *swap.back(made)], window)]
    away = leave.away_by_person(gone for gone in leaves if _lasts(gone, window))
    taken = leave.taken_by_person(overrides, swaps, away)
    shifts = list(_rotations(schedule, window, calendar, away, taken))
    shifts = _temporary(shifts, [t for t in schedule.temporary if _lasts(t, window)], away)
    shifts = override.overridden(shifts, overrides)
    for made in swaps:
        shifts = swap.swapped(shifts, made, away)
    return [part for shift in shifts for part in _after_swaps(shift, overrides)]


def _rotations(
    schedule: Schedule,
    window: Span,
    calendar: Calendar | None,
    away: rotation.Spans,
    taken: rotation.Spans,
) -> Iterator[Planned]:
    holidays = restriction.holidays_of(calendar)
    zone = wall_clock.zone_of(schedule.zone)
    for layer in schedule.rotations:
        own = wall_clock.zone_of(layer.zone) if layer.zone else zone
        yield from rotation.planned(layer, own, holidays, window, away, taken)


def _temporary(
    shifts: Sequence[Planned], temporary: Sequence[Temporary], away: rotation.Spans
) -> list[Planned]:
    lasting = spans.merged((t.start, t.end) for t in temporary)
    found = [part for shift in shifts for part in shift.outside(lasting)]
    for one in temporary:
        for held in one.shifts:
            planned = Planned(held.person, held.start, held.end, f"temporary {one.id}")
            gone = away.get(held.person, ())
            for part in planned.inside(spans.merged([(one.start, one.end)])):
                found += part.outside(gone)
                found += (
                    Planned(part.person, start, end, part.origin, away=True)
                    for start, end in spans.inside(part.span, gone)
                )
    return found


def _after_swaps(shift: Planned, overrides: Sequence[Override]) -> Iterator[Planned]:
    if shift.origin.startswith("swap "):
        yield from override.named(shift, overrides)
    else:
        yield shift


def _unconfirmed(handoffs: Sequence[Handoff], window: Span) -> Iterator[Shift]:
    for handoff in handoffs:
        until = handoff.outgoing_until
        if handoff.confirmed_at is None and until is not None and handoff.start < until:
            for person in handoff.outgoing:
                yield Shift(person=person, start=handoff.start, end=until, origin=UNCONFIRMED)


def _lasts(change: Override | Leave | Temporary, window: Span) -> bool:
    return _touches([(change.start, change.end)], window)


def _touches(held: Iterable[Span], window: Span) -> bool:
    return any(start < end and window[0] < end and start < window[1] for start, end in held)


def _fitting(shifts: Shifts) -> Shifts:
    size, number = 0, 0
    for shift in shifts.shifts:
        # Field names, two moments and punctuation are 84 characters; microseconds make it 98.
        size += len(shift.person) + len(shift.origin) + 100
        if size > MOST_BYTES or number == MOST_SHIFTS:
            break
        number += 1
    if number == len(shifts.shifts):
        return shifts
    through = shifts.shifts[number].start
    if through <= shifts.compiled_at:
        raise ValueError(f"schedule {shifts.schedule} has too many people on at once for one message")
    kept = tuple(shift for shift in shifts.shifts if shift.start < through)
    return shifts.model_copy(update={"through": through, "shifts": kept})
