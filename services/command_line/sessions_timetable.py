"""The timetable at the command line: loaded, shown, sessions cancelled, enrolments ended."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from contracts.attendance import (
    AttendanceBrief,
    AttendanceCode,
    AttendanceStatus,
    Enrolment,
    Group,
    SessionOff,
)
from contracts.commits import BRIEF
from contracts.schedules import Calendar
from services.attendance.core import timetable
from services.attendance.core.timetable import Session
from services.command_line import sessions_files, sessions_patients
from services.command_line.link import Link, linked, me
from services.command_line.shown import counted, put_json, show, table
from services.command_line.troubles import Trouble, unknown
from services.runtime.follow import Follower
from services.runtime.log import Stored


async def load(files: list[Path], *, dry_run: bool, as_json: bool) -> None:
    """Write groups and enrolments of files, and say what that changes."""
    written = sessions_files.read(files)
    async with linked() as link:
        groups, enrolments = await link.values("groups", Group), await link.values("enrolments", Enrolment)
        calendars = await link.values("calendars", Calendar)
        for group in written.groups.values():
            if group.calendar and group.calendar not in calendars:
                raise unknown("calendar", group.calendar, calendars, "vigil roster show")
        find = await sessions_patients.finder(link) if written.enrolments else (lambda _: None)
        members = written.resolved(groups, find)
        now = link.clock.now()
        fresh_groups = {n: _kept(one, groups.get(n), now) for n, one in written.groups.items()}
        fresh_members = {n: _kept_member(one, enrolments.get(n), now) for n, one in members.items()}
        changes = {
            "groups": _changes(groups, fresh_groups),
            "enrolments": _changes(enrolments, fresh_members),
        }
        if not dry_run:
            await _put(link, "groups", fresh_groups, changes["groups"])
            await _put(link, "enrolments", fresh_members, changes["enrolments"])
    if as_json:
        put_json({"applied": not dry_run, **changes})
        return
    for kind, changed in changes.items():
        for name, what in changed.items():
            typer.echo(f"{'+' if what == 'added' else '~'} {kind[:-1]} {name}")
    if not any(changes.values()):
        typer.echo("Everything is as the files say.")
    elif dry_run:
        typer.echo("Nothing was changed.")
    else:
        typer.echo("Written; attendance expects them within seconds.")


async def today(group: str, on: str, *, as_json: bool) -> None:
    """List the sessions of a day, by their start."""
    async with linked() as link:
        groups, enrolments = await link.values("groups", Group), await link.values("enrolments", Enrolment)
        if group:
            groups = {group: known_group(groups, group)}
        calendars = await link.values("calendars", Calendar)
        codes = await link.values("attendance_codes", AttendanceCode)
        briefs, now = await _briefs(link), link.clock.now()
    rows = []
    for one in groups.values():
        for session in sessions_of(one, calendars.get(one.calendar or ""), day_of(on, one.zone, now)):
            members = _members(session, one, enrolments, briefs)
            rows.append((session, one, members, codes.get(session.id) if not session.off else None))
    rows.sort(key=lambda row: (row[0].starts_at, row[0].id))
    if as_json:
        put_json([_json(*row) for row in rows])
        return
    columns = ("session", "time", "expected", "came", "excused", "missing", "code")
    show(table("Sessions", columns, [_row(*row) for row in rows], "There are none."))
    for session, _, members, _ in rows if group else ():
        for patient, status in sorted(members.items()):
            typer.echo(f"{session.id}  {patient}  {status.replace('_', ' ')}")


async def cancel(group: str, on: str, at: str, why: str, *, dry_run: bool) -> None:
    """Take sessions of a group off the timetable."""
    async with linked() as link:
        one = known_group(await link.values("groups", Group), group)
        day = day_of(on, one.zone, link.clock.now())
        calendar = (await link.values("calendars", Calendar)).get(one.calendar or "")
        start = clock_of(at) if at else None
        off = SessionOff(on=day, start=start, why=why, by=me())
        hit = [s for s in sessions_of(one, calendar, day, by_rule=True) if _is(s, start) and not s.off]
        if not hit:
            raise Trouble(f"{group} has no session on {day}{f' at {at}' if at else ''} that takes place")
        if not dry_run:
            after = one.model_copy(update={"off": (*one.off, off)})
            await (await link.bucket("groups")).put(group, after.model_dump_json().encode())
    for session in hit:
        typer.echo(f"- {session.id}")
    typer.echo("Nothing was changed." if dry_run else "Cancelled; nobody is missed there.")


async def restore(group: str, on: str, at: str, *, dry_run: bool) -> None:
    """Take back what `cancel` did, for sessions that have not begun."""
    async with linked() as link:
        one = known_group(await link.values("groups", Group), group)
        now = link.clock.now()
        day, start = day_of(on, one.zone, now), clock_of(at) if at else None
        left = tuple(off for off in one.off if not (off.by and (off.on, off.start) == (day, start)))
        if left == one.off:
            raise Trouble(
                f"nothing of {group} on {day} was cancelled here; what a file cancels, change there"
            )
        after = one.model_copy(update={"off": left, "since": now})
        if not dry_run:
            await (await link.bucket("groups")).put(group, after.model_dump_json().encode())
    typer.echo("Nothing was changed." if dry_run else f"{group} takes place on {day} as ever.")


async def leave(group: str, patient: str, on: str, *, dry_run: bool) -> None:
    """End an enrolment."""
    async with linked() as link:
        one = known_group(await link.values("groups", Group), group)
        name = (await sessions_patients.found(link, [patient]))[patient]
        enrolments = await link.values("enrolments", Enrolment)
        enrolment = enrolments.get(f"{group}.{name}")
        if enrolment is None:
            raise Trouble(f"{name} is not enrolled in {group}; see `vigil sessions today {group}`")
        after = enrolment.model_copy(update={"last_on": day_of(on, one.zone, link.clock.now())})
        if not dry_run:
            await (await link.bucket("enrolments")).put(f"{group}.{name}", after.model_dump_json().encode())
    said = f"{name} is expected in {group} until {after.last_on}, that day included."
    typer.echo(f"{said} Nothing was changed." if dry_run else said)


def known_group(groups: Mapping[str, Group], name: str) -> Group:
    """Return the group of that name. Raises Trouble."""
    if name not in groups:
        raise unknown("group", name, groups, "vigil sessions today")
    return groups[name]


def sessions_of(
    group: Group, calendar: Calendar | None, day: date, *, by_rule: bool = False
) -> list[Session]:
    """Return the sessions held on a day of the group's wall clock; `by_rule`: by the weekly rule."""
    noon = datetime.combine(day, time(12), ZoneInfo(group.zone))
    around = timetable.sessions(group, calendar, noon - timedelta(days=2), noon + timedelta(days=2))
    return [one for one in around if (one.on if by_rule else one.held_on) == day]


def day_of(text: str, zone: str, now: datetime) -> date:
    """Return the day as written; empty: today on that wall clock. Raises Trouble."""
    if not text:
        return now.astimezone(ZoneInfo(zone)).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Trouble(f"{text!r} is no day; write it as 2026-11-24") from None


def clock_of(text: str) -> time:
    """Return the time of day as written. Raises Trouble."""
    try:
        return time.fromisoformat(text.zfill(5))
    except ValueError:
        raise Trouble(f"--at: {text!r} is no time of day; write it as 09:00") from None


def _is(session: Session, start: time | None) -> bool:
    return start is None or session.id.endswith(f"-{start:%H%M}")


def _kept(fresh: Group, stored: Group | None, now: datetime) -> Group:
    """Return the group with what is known of the stored one: since when it holds, what was cancelled here."""
    if stored is None:
        return fresh.model_copy(update={"since": now})
    off = (*fresh.off, *(one for one in stored.off if one.by and one not in fresh.off))
    same = fresh.model_copy(update={"since": stored.since, "off": off})
    return same if same == stored else same.model_copy(update={"since": now})


def _kept_member(fresh: Enrolment, stored: Enrolment | None, now: datetime) -> Enrolment:
    return fresh.model_copy(update={"since": stored.since if stored is not None else now})


def _changes(
    stored: Mapping[str, Group] | Mapping[str, Enrolment],
    fresh: Mapping[str, Group] | Mapping[str, Enrolment],
) -> dict[str, str]:
    return {
        name: "changed" if name in stored else "added"
        for name, one in sorted(fresh.items())
        if stored.get(name) != one
    }


async def _put(
    link: Link, bucket: str, values: Mapping[str, Group] | Mapping[str, Enrolment], names: Iterable[str]
) -> None:
    store = await link.bucket(bucket)
    for name in names:
        await store.put(name, values[name].model_dump_json().encode())


async def _briefs(link: Link) -> dict[str, dict[str, AttendanceBrief]]:
    found: dict[str, dict[str, AttendanceBrief]] = {}

    def learn(stored: Stored) -> None:
        _, session, patient = stored.subject.split(".")
        brief = AttendanceBrief.model_validate_json(stored.headers.get(BRIEF, "{}"))
        found.setdefault(session, {})[patient] = brief

    follower = Follower(link.nc, "ATTENDANCES", learn, headers_only=True, label="cli")
    await follower.start()
    await follower.stop()
    return found


def _members(
    session: Session,
    group: Group,
    enrolments: Mapping[str, Enrolment],
    briefs: Mapping[str, Mapping[str, AttendanceBrief]],
) -> dict[str, str]:
    """Return patient -> status; whom attendance has not taken up yet is expected.

    But not at a session that had begun before it was written here: nobody is missed there.
    """
    known = briefs.get(session.id, {})
    found = {
        one.patient: _NOT_WATCHED if _began_before(session, group.since, one.since) else "expected"
        for one in enrolments.values()
        if one.group == session.group and timetable.is_member(one, session) and not session.off
    }
    found |= {patient: str(brief.status) for patient, brief in known.items()}
    return {patient: status for patient, status in found.items() if status != AttendanceStatus.CANCELLED}


def _began_before(session: Session, *written: datetime | None) -> bool:
    return any(since is not None and session.starts_at < since for since in written)


def _row(
    session: Session, group: Group, members: Mapping[str, str], code: AttendanceCode | None
) -> tuple[str, ...]:
    zone = ZoneInfo(group.zone)
    span = f"{session.starts_at.astimezone(zone):%H:%M}-{session.ends_at.astimezone(zone):%H:%M}"
    if session.off:
        return session.id, span, session.off.replace("_", " "), "", "", "", ""
    counts = [sum(status in some for status in members.values()) for some in _KINDS]
    expected = sum(status != _NOT_WATCHED for status in members.values())
    return session.id, span, str(expected), *(str(count) for count in counts), code.code if code else ""


def _json(
    session: Session, group: Group, members: Mapping[str, str], code: AttendanceCode | None
) -> dict[str, object]:
    return {
        "session": session.id,
        "group": group.id,
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "off": session.off,
        "code": code.code if code else None,
        "patients": dict(sorted(members.items())),
    }


_NOT_WATCHED = "not_watched"
_KINDS = (("checked_in", "late"), ("excused",), ("missed", "held_back"))


def entered(number: int) -> str:
    """Return how many were entered, in words."""
    return counted(number, "patient")
