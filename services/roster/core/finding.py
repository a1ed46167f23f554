"""Findings: what is odd about a roster without being a gap yet; ops should know of it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfoNotFoundError

from contracts.schedules import (
    Calendar,
    Change,
    Holidays,
    Leave,
    Override,
    Rotation,
    Schedule,
    Shifts,
    Swap,
)
from services.roster.core import leave, messages, spans, swap, wall_clock
from services.roster.core.compiling import compile
from services.roster.core.spans import Span


@dataclass(frozen=True, slots=True)
class Finding:
    """One oddity of a schedule: a constant code, a sentence with the way to mend it, and whom it names."""

    code: str
    schedule: str
    sentence: str
    people: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.code}: schedule {self.schedule}: {self.sentence}"


def findings(
    schedule: Schedule,
    now: datetime,
    through: datetime,
    *,
    calendar: Calendar | None = None,
    leaves: Iterable[Leave] = (),
    swaps: Iterable[Swap] = (),
) -> tuple[Finding, ...]:
    """Return every oddity of a schedule from `now` until before `through`; () is clean.

    Never raises for what a schedule holds: what can't be compiled is a finding itself.
    """
    away = leave.away_by_person(leaves)
    made = [
        one for one in swap.accepted(swaps, schedule.id) if one.end > now or (one.return_end or now) > now
    ]
    overrides = [o for o in schedule.overrides if now < o.end and o.start < through]
    found = [*_zones(schedule), *_rotations(schedule), *_calendar(schedule, calendar, now)]
    found += _leave(schedule, overrides, away)
    found += _taken_off(schedule, overrides)
    try:
        for number, one in enumerate(made):
            before = compile(schedule, now, through, calendar=calendar, leaves=leaves, swaps=made[:number])
            found += _swap(schedule, one, before, leaves)
        bare = schedule.model_copy(update={"overrides": ()})
        plain = compile(bare, now, through, calendar=calendar)
        found += _without_effect(schedule, overrides, plain, made)
        whole = compile(schedule, now, through, calendar=calendar, leaves=leaves, swaps=made)
    except (ZoneInfoNotFoundError, ValueError, OverflowError) as error:
        if not any(one.code == "zone_unknown" for one in found):
            found.append(Finding("not_compiled", schedule.id, f"can't be compiled: {error}"))
        return tuple(found)
    if whole.through < through:
        known = at_words(whole.through, schedule)
        sentence = f"has more shifts than one message holds; compiled only through {known}"
        found.append(Finding("window_short", schedule.id, f"{sentence}; make its turns longer"))
    return tuple(found)


def _zones(schedule: Schedule) -> Iterator[Finding]:
    named = [("the schedule", schedule.zone)]
    named += [(layer_words(layer), layer.zone) for layer in schedule.rotations if layer.zone]
    for what, name in named:
        try:
            wall_clock.zone_of(name)
        except ZoneInfoNotFoundError:
            sentence = f"{name!r} of {what} is no time zone known here; write one such as America/New_York"
            yield Finding("zone_unknown", schedule.id, sentence)


def _rotations(schedule: Schedule) -> Iterator[Finding]:
    for layer in schedule.rotations:
        if not layer.people:
            sentence = f"{layer_words(layer)} has nobody in it; name people or remove it"
            yield Finding("rotation_empty", schedule.id, sentence)
        twice = tuple(sorted(person for person, times in Counter(layer.people).items() if times > 1))
        if twice:
            sentence = f"{layer_words(layer)} has {', '.join(twice)} more than once; keep one, or mean it"
            yield Finding("person_twice", schedule.id, sentence, twice)


def _calendar(schedule: Schedule, calendar: Calendar | None, now: datetime) -> Iterator[Finding]:
    asking = [layer_words(layer) for layer in schedule.rotations if layer.holidays is not Holidays.ANY]
    if not asking:
        return
    who = f"{', '.join(asking)} asks for holidays"
    if calendar is None:
        name = f"calendar {schedule.calendar} is not there" if schedule.calendar else "it has no calendar"
        sentence = f"{who}, but {name}, so no day counts as one; apply holidays.yaml"
        yield Finding("no_calendar", schedule.id, sentence)
    elif not any(holiday.day >= now.date() for holiday in calendar.days):
        sentence = f"{who}, and no day of calendar {calendar.id} lies ahead; add the coming ones"
        yield Finding("calendar_over", schedule.id, sentence)


def _leave(
    schedule: Schedule, overrides: Sequence[Override], away: dict[str, tuple[Span, ...]]
) -> Iterator[Finding]:
    for override in overrides:
        if override.what is Change.REMOVE:
            continue
        for start, end in spans.inside((override.start, override.end), away.get(override.person, ())):
            sentence = (
                f"override {override.id} puts {override.person} on from {at_words(start, schedule)} "
                f"to {at_words(end, schedule)}, while they are on leave; "
                "it stands, so make sure that they know"
            )
            yield Finding("override_on_leave", schedule.id, sentence, (override.person,))


def _taken_off(schedule: Schedule, overrides: Sequence[Override]) -> Iterator[Finding]:
    removing = [o for o in overrides if o.what is Change.REMOVE]
    for override in overrides:
        if override.what is Change.REMOVE:
            continue
        for off in removing:
            both = max(override.start, off.start), min(override.end, off.end)
            if off.person == override.person and both[0] < both[1]:
                sentence = (
                    f"override {off.id} takes {off.person} off whom override {override.id} puts on, "
                    f"from {at_words(both[0], schedule)} to {at_words(both[1], schedule)}; "
                    "they are off, so remove one"
                )
                yield Finding("put_on_and_off", schedule.id, sentence, (off.person,))


def _without_effect(
    schedule: Schedule, overrides: Sequence[Override], plain: Shifts, swaps: Sequence[Swap]
) -> Iterator[Finding]:
    """Tell of overrides about somebody who is not on then, neither by turn nor by another change."""
    changes = [(o.person, o.start, o.end) for o in overrides if o.what is not Change.REMOVE]
    changes += [(one.taker, one.start, one.end) for one in swaps]
    changes += [(one.giver, *part) for one in swaps for part in swap.back(one)]
    held = [*((s.person, s.start, s.end) for s in plain.shifts), *changes]
    for override in overrides:
        whom = override.person if override.what is Change.REMOVE else override.instead_of
        if whom is None or override.start >= plain.through:
            continue
        if not any(p == whom and start < override.end and override.start < end for p, start, end in held):
            sentence = (
                f"override {override.id} is about {whom}, who is not on then; correct the person or times"
            )
            yield Finding("override_without_effect", schedule.id, sentence, (whom,))


def _swap(schedule: Schedule, one: Swap, before: Shifts, leaves: Iterable[Leave]) -> Iterator[Finding]:
    away = leave.away_by_person(leaves)
    for span, giver, taker in (
        (swap.there(one), one.giver, one.taker),
        (swap.back(one), one.taker, one.giver),
    ):
        for start, end in span:
            if end <= before.compiled_at or start >= before.through:
                continue
            gone = list(spans.inside((start, end), away.get(taker, ())))
            if gone:
                sentence = (
                    f"swap {one.number} gives to {taker}, who is on leave from "
                    f"{at_words(gone[0][0], schedule)}; what falls into it stays with {giver}"
                )
                yield Finding("swap_to_leave", schedule.id, sentence, (giver, taker))
            lost = not list(spans.inside((start, end), away.get(giver, ())))
            if lost and not any(s.person == giver and s.start < end and start < s.end for s in before.shifts):
                sentence = (
                    f"swap {one.number} gives {giver}'s shifts from {at_words(start, schedule)} "
                    f"to {at_words(end, schedule)}, and there are none; offer it anew with other times"
                )
                yield Finding("swap_without_shift", schedule.id, sentence, (giver, taker))


def layer_words(layer: Rotation) -> str:
    """Return what a rotation is called; one that nobody named is `the rotation`."""
    return "the rotation" if layer.id == Rotation.model_fields["id"].default else f"rotation {layer.id}"


def at_words(moment: datetime, schedule: Schedule) -> str:
    """Return a moment on the schedule's clock, with what that zone's time is called."""
    return f"{moment.astimezone(messages.zone_of(schedule.zone)):%Y-%m-%d %H:%M %Z}"
