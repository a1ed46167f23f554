"""What is wrong with schedules although every field of them can be read."""

from collections.abc import Iterable
from datetime import datetime

from contracts.schedules import Change, Holidays, Schedule
from services.programme.entries import Entries, Names, check_name
from services.programme.roster_drafts import ScheduleDraft
from services.programme.yaml_text import Document, Place


def check_schedules(schedules: Entries[ScheduleDraft], people: Names, calendars: Names = None) -> None:
    """Tell of unknown people and calendars, ids used twice, and spans that end before they start."""
    document = schedules.document
    for position, draft in schedules.by_position.items():
        at: Place = ("schedules", position)
        schedule = draft.schedule()
        for place, person in _people(draft):
            check_name(person, people, "person", (*at, *place), document)
        if draft.calendar is not None:
            check_name(draft.calendar, calendars, "holiday calendar", (*at, "calendar"), document)
        _check_rotations(draft, at, document)
        _check_overrides(draft, schedule, at, document)
        _check_temporary(schedule, at, document)
        for name, ids in (
            ("rotations", [one.id for one in schedule.rotations]),
            ("overrides", [one.id for one in schedule.overrides]),
            ("temporary", [one.id for one in schedule.temporary]),
        ):
            _check_ids(ids, (*at, name), document)


def _people(draft: ScheduleDraft) -> Iterable[tuple[Place, str]]:
    for r, rotation in enumerate(draft.rotations):
        yield from ((("rotations", r, "people", p), person) for p, person in enumerate(rotation.people))
    for o, override in enumerate(draft.overrides):
        yield ("overrides", o, "person"), override.person
        if override.instead_of is not None:
            yield ("overrides", o, "instead_of"), override.instead_of
    for t, temporary in enumerate(draft.temporary):
        yield from (
            (("temporary", t, "shifts", s, "person"), x.person) for s, x in enumerate(temporary.shifts)
        )


def _check_rotations(draft: ScheduleDraft, at: Place, document: Document) -> None:
    for r, rotation in enumerate(draft.rotations):
        place = (*at, "rotations", r)
        if rotation.ends_on is not None and rotation.ends_on < rotation.starts_on:
            text = "is before `starts_on`, so nobody would ever be on; move one of them"
            document.tell((*place, "ends_on"), text)
        if rotation.holidays is not Holidays.ANY and draft.calendar is None:
            text = "needs the schedule to have a `calendar`; name one of holidays.yaml"
            document.tell((*place, "holidays"), text)


def _check_overrides(draft: ScheduleDraft, schedule: Schedule, at: Place, document: Document) -> None:
    for o, override in enumerate(schedule.overrides):
        place = (*at, "overrides", o)
        _check_span(override.start, override.end, place, document)
        if override.instead_of is None:
            continue
        if override.what is not Change.REPLACE:
            text = f"means nothing with `do: {override.what}`; remove it, or write `do: replace`"
            document.tell((*place, "instead_of"), text)
        elif override.instead_of == override.person:
            document.tell((*place, "instead_of"), "is the same person; name whom they stand in for")


def _check_temporary(schedule: Schedule, at: Place, document: Document) -> None:
    for t, temporary in enumerate(schedule.temporary):
        place = (*at, "temporary", t)
        if not _check_span(temporary.start, temporary.end, place, document):
            continue
        for s, shift in enumerate(temporary.shifts):
            where = (*place, "shifts", s)
            if not _check_span(shift.start, shift.end, where, document):
                continue
            if shift.start < temporary.start or temporary.end < shift.end:
                text = (
                    f"is not within `{temporary.id}`, outside of which it would not count; move one of them"
                )
                document.tell(where, text)


def _check_span(start: datetime, end: datetime, place: Place, document: Document) -> bool:
    if end <= start:
        document.tell((*place, "end"), "is not after `start`; move one of them")
    return start < end


def _check_ids(ids: list[str], at: Place, document: Document) -> None:
    seen: dict[str, int] = {}
    for position, name in enumerate(ids):
        if name in seen:
            line = document.line((*at, seen[name]))
            document.tell(
                (*at, position, "id"), f"`{name}` is taken by the entry in line {line}; give it another id"
            )
        seen.setdefault(name, position)
