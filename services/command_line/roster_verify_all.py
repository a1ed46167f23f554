"""`vigil roster verify --all-on-call`: codes to everybody who is on soon and whose phone is not verified."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import typer

from contracts.people import ContactMethod, Person
from contracts.schedules import Shifts, Verification
from services.command_line.link import linked, me
from services.command_line.programme_zone import abbreviated
from services.command_line.shown import counted, local, put_json
from services.command_line.whole_roster import AHEAD, Roster, read
from services.roster import verifying
from services.roster.core import messages, verification

Phone = tuple[Person, ContactMethod]
_NO_CODE = "No code was sent."


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose phones are to be verified, and whose can't be now."""

    now: tuple[Phone, ...] = ()
    by_day: tuple[Phone, ...] = ()
    """It is night where they are."""
    waiting: tuple[Phone, ...] = ()
    """A code was sent to them within the hour, and is good until they text it back."""
    unreachable: tuple[str, ...] = ()
    """Ids of those on call who have no contact method that is alive."""


def wanted(
    roster: Roster,
    shifts: Mapping[str, Shifts],
    known: Mapping[str, Verification],
    now: datetime,
    *,
    at_night: bool,
    ahead: timedelta = AHEAD,
) -> Wanted:
    """Return the unverified phones of all who are on before `now + ahead`. Pure."""
    on = {
        shift.person
        for one in shifts.values()
        for shift in one.shifts
        if now < shift.end and shift.start < now + ahead
    }
    sent: list[Phone] = []
    later: list[Phone] = []
    waiting: list[Phone] = []
    unreachable: list[str] = []
    for name in sorted(on):
        person = roster.people.get(name)
        if person is None or not messages.living_methods(person):
            unreachable.append(name)
            continue
        for method in verification.unproven(person):
            last = known.get(verification.key(name, method.id))
            fresh = last is not None and last.phone_ref == method.phone_ref and now < last.expires_at
            if fresh and last is not None and last.tries < verification.TRIES:
                waiting.append((person, method))
            elif at_night or messages.by_day(now, person.zone):
                sent.append((person, method))
            else:
                later.append((person, method))
    return Wanted(tuple(sent), tuple(later), tuple(waiting), tuple(unreachable))


async def verify_all(*, at_night: bool, as_json: bool) -> None:
    """Send the codes, and say to how many."""
    async with linked() as link:
        roster, now = await read(link), link.clock.now()
        shifts = await link.values("shifts", Shifts)
        known = await link.values("verifications", Verification)
        found = wanted(roster, shifts, known, now, at_night=at_night)
        bucket = await link.bucket("verifications")
        for person, method in found.now:
            await verifying.ask(link.nc, bucket, person, method, verifying.new_code(), now, me())
    if as_json:
        put_json(_json(found, now))
        return
    for line in lines(found, now, roster.clock):
        typer.echo(line)


def lines(found: Wanted, now: datetime, zone: ZoneInfo | None) -> list[str]:
    """Say whom codes are on their way to, who waits for the day, and who can't be asked."""
    days = f"the next {AHEAD.days} days"
    if found == Wanted():
        return [f"Every phone of everybody who is on call in {days} is verified; no code was sent."]
    told = [f"{_many(found.now, 'was', 'were')} sent a code{_whose(found.now)}." if found.now else _NO_CODE]
    if found.now:
        until = now + verification.LASTS
        told.append(
            f"It is good until {local(until, zone=zone)} {abbreviated(until, zone)}; they text it back."
        )
    if found.waiting:
        told.append(
            f"{_many(found.waiting, 'has', 'have')} a code already that is still good{_whose(found.waiting)}."
        )
    if found.by_day:
        first = min(messages.next_day(now, person.zone) for person, _ in found.by_day)
        told.append(
            f"{_many(found.by_day, 'was', 'were')} left in peace, for it is night there"
            f"{_whose(found.by_day)}; ask again from {local(first, zone=zone)} {abbreviated(first, zone)} "
            "on, or with --now."
        )
    if found.unreachable:
        told.append(f"Without any contact method that works: {', '.join(found.unreachable)}.")
    return told


def _many(phones: tuple[Phone, ...], one: str, more: str) -> str:
    people = len({person.id for person, _ in phones})
    verb = one if len(phones) == 1 else more
    return f"{counted(len(phones), 'phone')} of {counted(people, 'person')} {verb}"


def _whose(phones: tuple[Phone, ...]) -> str:
    return f": {', '.join(dict.fromkeys(person.id for person, _ in phones))}" if phones else ""


def _json(found: Wanted, now: datetime) -> dict[str, object]:
    def named(phones: tuple[Phone, ...]) -> list[dict[str, str]]:
        return [{"person": person.id, "method": method.id} for person, method in phones]

    return {
        "sent": named(found.now),
        "waiting": named(found.waiting),
        "by_day": [
            {
                "person": person.id,
                "method": method.id,
                "from": messages.next_day(now, person.zone).isoformat(),
            }
            for person, method in found.by_day
        ],
        "unreachable": list(found.unreachable),
    }
