"""`vigil roster export` and `vigil roster import`: people and shifts as CSV, shifts as iCalendar."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import typer

from contracts.people import Person
from contracts.schedules import HORIZON, Schedule, Shift, Temporary
from services.command_line.link import Link, linked
from services.command_line.roster_apply import (
    KEPT,
    decide,
    difference,
    own_phones,
    tell_shifts,
    with_people,
)
from services.command_line.roster_changes import people_change
from services.command_line.roster_words import gap_lines, span_told
from services.command_line.shown import counted, put_json
from services.command_line.troubles import Trouble
from services.command_line.whole_roster import Roster, compile_now, read
from services.programme import MethodDraft, PersonDraft
from services.programme.ical_people import Names
from services.programme.ical_shifts import read_ical
from services.programme.people_csv import people_csv, read_people
from services.programme.shifts_csv import ordered, read_shifts, shifts_csv
from services.roster.core.spans import Span, merged, outside
from services.runtime.editing import edit
from services.runtime.sealing import Seals

IMPORTED = "import-"
"""How the ids of temporary schedules begin that were imported."""

_MOST_BYTES = 400_000
"""A schedule is one message, and the broker takes 512 KiB."""


async def export_people(file: Path, *, as_json: bool) -> None:
    """Write everybody on the roster as CSV; phone numbers stand in it in full."""
    async with linked() as link:
        roster, seals = await read(link), link.seals()
    try:
        text = people_csv([drafted(person, seals) for person in roster.people.values()])
    except ValueError as error:
        raise Trouble(str(error)) from None
    _write(file, text)
    if as_json:
        put_json({"file": str(file), "people": len(roster.people)})
        return
    people = counted(len(roster.people), "person")
    typer.echo(f"{file}: {people}, with their phone numbers in plain; mind who reads it.")


async def export_shifts(file: Path, schedule: str, *, as_json: bool) -> None:
    """Write the shifts of the next 91 days as CSV."""
    async with linked() as link:
        roster, now = await read(link), link.clock.now()
        names = [roster.schedule(schedule).id] if schedule else list(roster.schedules)
        done, failed = roster.compiled(now, now + HORIZON)
    if failed:
        raise Trouble(f"schedule {next(iter(failed))} can't be compiled; see `vigil roster gaps`")
    _write(file, shifts_csv([done[name] for name in names], {n: roster.zone(n) for n in names}))
    count = sum(len(done[name].shifts) for name in names)
    if as_json:
        put_json({"file": str(file), "schedules": names, "shifts": count})
        return
    typer.echo(f"{file}: {counted(count, 'shift')}.")


async def import_people(file: Path, *, dry_run: bool, override: str, as_json: bool) -> None:
    """Put the people of a CSV file in force; whoever is not in it stays, and so do PINs."""
    drafts = read_people(file)
    async with linked() as link:
        roster, now = await read(link), link.clock.now()
        own_phones(file, drafts, roster, link.seals())
        after = with_people(link, roster, drafts)
        found = difference(roster, after, now, people_change(drafts, roster.people, link.seals()))
        if not dry_run:
            await decide(link, found, after, f"import people {file}", "", override)
            await link.administration().put_people(drafts, keep_pins=True)
    if as_json:
        put_json({"applied": not dry_run, **found.json()})
        return
    for line in found.people.lines():
        typer.echo(line)
    tell_shifts(found, after)
    typer.echo(
        f"{'Nothing was changed; it would be' if dry_run else 'In force:'} {counted(len(drafts), 'person')}."
    )


async def import_shifts(
    file: Path, schedule: str, words: Sequence[str], *, dry_run: bool, override: str, as_json: bool
) -> None:
    """Put the shifts of a CSV or iCalendar file in force, in place of what was imported for that time."""
    async with linked() as link:
        roster, now = await read(link), link.clock.now()
        shifts = _shifts(link, roster, file, schedule, words, now)
        changed = {name: imported(roster.schedules[name], held, now) for name, held in shifts.items()}
        for name, fresh in changed.items():
            if len(fresh.model_dump_json()) > _MOST_BYTES:
                raise Trouble(
                    f"{file}: schedule {name} would hold more shifts than one message; import fewer"
                )
        after = roster.but(schedules={**roster.schedules, **changed})
        every = [one for held in shifts.values() for one in held]
        span = (min(one.start for one in every), max(one.end for one in every))
        found = difference(roster, after, now, span=span)
        if not dry_run:
            await decide(link, found, after, f"import shifts {file}", "", override)
            bucket = await link.bucket("schedules")
            for name, held in shifts.items():
                await edit(bucket, name, Schedule, partial(imported, shifts=held, now=now))
            await compile_now(link, await read(link))
    count = sum(len(held) for held in shifts.values())
    if as_json:
        put_json({"applied": not dry_run, "read": count, **found.json()})
        return
    tell_shifts(found, after)
    for name, held in shifts.items():
        for start, end in holes(held):
            when = span_told(start, end, roster.zone(name))
            typer.echo(f"The file says nothing of {name}, {when}: the rotations hold there.")
    old = (gap for gap in found.gaps if gap.schedule in shifts and gap not in found.new_gaps)
    for line in gap_lines(old, roster.zone):
        typer.echo(line)
    if not found.shifts:
        typer.echo("That changes nothing of who is on.")
    typer.echo(f"{'Nothing was changed; it would be' if dry_run else 'In force:'} {counted(count, 'shift')}.")


def imported(schedule: Schedule, shifts: Iterable[Shift], now: datetime) -> Schedule:
    """Return the schedule with these shifts as temporary schedules, one for each unbroken stretch.

    They take the place of what was imported before from the first start to the last end. Where the
    file has a hole, the rotations hold. Ids come from the content: the same file twice is no change.
    """
    fresh = list(shifts)
    if not fresh:
        return schedule
    whole = (min(one.start for one in fresh), max(one.end for one in fresh))
    earlier = [one for one in schedule.temporary if one.id.startswith(IMPORTED)]
    left = [
        held.model_copy(update={"start": start, "end": end})
        for one in earlier
        for held in one.shifts
        for start, end in outside((held.start, held.end), [whole])
    ]
    bare = {Shift(person=one.person, start=one.start, end=one.end): None for one in [*left, *fresh]}
    held = ordered(one for one in bare if now - KEPT < one.end)
    made = tuple(_temporary(span, held) for span in merged((one.start, one.end) for one in held))
    others = tuple(one for one in schedule.temporary if not one.id.startswith(IMPORTED))
    return schedule.model_copy(update={"temporary": (*others, *made)})


def holes(shifts: Iterable[Shift]) -> list[Span]:
    """Return the spans between the first start and the last end that no shift covers."""
    covered = merged((one.start, one.end) for one in shifts)
    return list(outside((covered[0][0], covered[-1][1]), covered)) if covered else []


def drafted(person: Person, seals: Seals) -> PersonDraft:
    """Return somebody as ops write them; the PIN is not known, only its hash is."""
    methods = tuple(MethodDraft(**{m.channel.value: seals.unseal(m.phone)}) for m in person.methods)
    return PersonDraft.model_construct(
        id=person.id,
        name=seals.unseal(person.name),
        methods=methods,
        zone=person.zone,
        site=person.site,
        active=person.active,
        role=person.role,
        languages=person.languages,
    )


def _temporary(span: Span, shifts: Iterable[Shift]) -> Temporary:
    inside = [one for one in shifts if span[0] <= one.start and one.end <= span[1]]
    content = "|".join(f"{s.person} {s.start.isoformat()} {s.end.isoformat()}" for s in inside)
    name = IMPORTED + hashlib.sha256(content.encode()).hexdigest()[:10]
    held = tuple(one.model_copy(update={"origin": f"temporary {name}"}) for one in inside)
    return Temporary(id=name, start=span[0], end=span[1], shifts=held, reason="imported")


def _shifts(
    link: Link, roster: Roster, file: Path, schedule: str, words: Sequence[str], now: datetime
) -> dict[str, tuple[Shift, ...]]:
    if file.suffix.lower() not in (".ics", ".ical"):
        zones = {name: one.zone for name, one in roster.schedules.items()}
        found = read_shifts(file, zones, list(roster.people))
        if schedule and set(found) != {roster.schedule(schedule).id}:
            raise Trouble(f"{file}: names {', '.join(found)}, and --schedule says {schedule}; leave one out")
        return found
    if not schedule:
        raise Trouble("--schedule: a calendar does not say which schedule it is of; name it")
    also: dict[str, str] = {}
    for word in words:
        text, _, person = word.rpartition("=")
        if not text or person not in roster.people:
            raise Trouble(f"--person: {word!r} is not WORDS=ID with the id of a responder")
        also[text] = person
    seals = link.seals()
    names = {name: seals.unseal(person.name) for name, person in roster.people.items()}
    zone = roster.schedule(schedule).zone
    shifts = read_ical(file, zone, Names(names, also), now, now + HORIZON)
    if not shifts:
        raise Trouble(f"{file}: no event lies within the next {HORIZON.days} days; export the coming ones")
    return {schedule: shifts}


def _write(file: Path, text: str) -> None:
    try:
        # The mark tells Excel that it is UTF-8.
        file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    except OSError as error:
        raise Trouble(f"{file}: cannot be written ({error.strerror}); name another file") from None
