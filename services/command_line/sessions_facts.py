"""Check-ins and excuses at the command line: facts for PROGRAMME, as other systems report them."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import typer

from contracts.attendance import Group
from contracts.facts import AbsenceExcused, CheckedIn, CheckInUndone, Fact, message_id_of, subject_of
from contracts.schedules import Calendar
from services.attendance.core import placing
from services.attendance.core.timetable import Session
from services.command_line import sessions_patients
from services.command_line.link import Link, linked, me
from services.command_line.sessions_timetable import clock_of, day_of, entered, known_group, sessions_of
from services.command_line.troubles import Trouble, unknown
from services.runtime.log import Log, publish_fact

_SOURCE = "cli"
_DAY = re.compile(r"-(\d{4})(\d\d)(\d\d)-\d{4}$")


async def check_in(group: str, who: list[str], on: str, at: str, *, undo: bool, dry_run: bool) -> None:
    """Report everybody on a list as there; or, to undo that, as entered by mistake."""
    names = _names(who)
    async with linked() as link:
        one = known_group(await link.values("groups", Group), group)
        calendar = (await link.values("calendars", Calendar)).get(one.calendar or "")
        now = link.clock.now()
        held = [s for s in sessions_of(one, calendar, day_of(on, one.zone, now)) if not s.off]
        session = _session(held, at, now, group)
        ids = await sessions_patients.found(link, names)
        # Whoever enters a list later says that they were there, not that they came only now.
        came_at = min(max(now, session.starts_at), session.ends_at) if on else now
        for patient in () if dry_run else ids.values():
            made = CheckInUndone if undo else CheckedIn
            fact = made(
                patient=patient,
                at=now if undo else came_at,
                received_at=now,
                source=_SOURCE,
                document=f"list-{session.id}",
                version=await _version(link, patient, undo=undo),
                session=session.id,
                by="list",
            )
            await _publish(link, fact)
    done = "entered by mistake, and expected again" if undo else "checked in"
    said = f"would be {done}" if dry_run else f"{done}, by {me()},"
    typer.echo(f"{entered(len(ids))} {said} at {session.id}.")


async def excuse(patient: str, on: str, session: str) -> None:
    """Report that a patient does not come."""
    async with linked() as link:
        name = (await sessions_patients.found(link, [patient]))[patient]
        now = link.clock.now()
        groups = await link.values("groups", Group)
        zone = next((group.zone for group in groups.values()), "America/New_York")
        # A group's session names its own day.
        named = _DAY.search(session)
        day = day_of(on or ("-".join(named.groups()) if named else ""), zone, now)
        if session:
            await _is_known(link, groups, session, name, day)
        await _publish(
            link,
            AbsenceExcused(
                patient=name,
                at=now,
                received_at=now,
                source=_SOURCE,
                document=f"out-{session or day}",
                session=session or None,
                on=day,
            ),
        )
    typer.echo(f"{name} is excused from {session or f'every session on {day}'}.")


async def _is_known(link: Link, groups: Mapping[str, Group], session: str, patient: str, day: date) -> None:
    """Raise Trouble if there is no such session: an excuse from it would keep nobody from being missed."""
    if await Log(link.nc, "ATTENDANCES").last(f"attendances.{session}.{patient}") is not None:
        return
    calendars = await link.values("calendars", Calendar)
    held = [
        one.id
        for group in groups.values()
        for one in sessions_of(group, calendars.get(group.calendar or ""), day)
    ]
    if session not in held:
        raise unknown("session", session, held, "vigil sessions today")


def _names(who: list[str]) -> list[str]:
    """Return patients as written; one argument that is a file stands for its lines."""
    if len(who) == 1 and Path(who[0]).is_file():
        try:
            lines = Path(who[0]).read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise Trouble(f"{who[0]} can't be read ({type(error).__name__}); save it as UTF-8 text") from None
        who = [cell for line in lines if (cell := line.partition("#")[0].split(",")[0].strip())]
        who = [cell for cell in who if cell.lower() != "patient"]
    if not who:
        raise Trouble("the list names nobody; write one patient a line")
    return who


async def _version(link: Link, patient: str, *, undo: bool) -> str:
    """Return what makes an entry another one than that before the last word of the other kind.

    Entered twice is entered once; entered, taken back and entered again is entered anew.
    """
    other = "checked_in" if undo else "check_in_undone"
    last = await Log(link.nc, "PROGRAMME").last(f"programme.{other}.{patient}")
    return f"{last.sequence}" if last is not None else ""


def _session(held: list[Session], at: str, now: datetime, group: str) -> Session:
    if at:
        clock = clock_of(at)
        held = [session for session in held if session.id.endswith(f"-{clock:%H%M}")]
    on = [session for session in held if placing.is_on(session.starts_at, session.ends_at, now)]
    choice = held if len(held) == 1 else on
    if len(choice) != 1:
        names = ", ".join(session.id for session in held) or "none"
        raise Trouble(
            f"{group}: which session? Name its day with --on and its time with --at; there are {names}"
        )
    return choice[0]


async def _publish(link: Link, fact: Fact) -> None:
    await publish_fact(link.nc, subject_of(fact), fact.model_dump_json().encode(), message_id_of(fact))
