"""Short ways to say a roster in these tests."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contracts.people import ContactMethod, Person
from contracts.schedules import (
    Calendar,
    Change,
    Every,
    Handoff,
    Holiday,
    Leave,
    Override,
    Rotation,
    Schedule,
    Shifts,
    Swap,
    SwapStatus,
    Weekday,
    Window,
)
from contracts.values import Channel, Sealed
from services.roster import core

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2026, 11, 2)
LONG_AGO = datetime(2026, 1, 1, tzinfo=NEW_YORK)


def ny(text: str) -> datetime:
    """Read a wall-clock time in New York."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def weekly(*people: str, starts_on: date = MONDAY, at: time = time(8), **more: object) -> Rotation:
    return Rotation(people=people, every=Every.WEEK, starts_on=starts_on, handoff_at=at, **more)


def daily(*people: str, starts_on: date = MONDAY, at: time = time(8), **more: object) -> Rotation:
    return Rotation(people=people, every=Every.DAY, starts_on=starts_on, handoff_at=at, **more)


def monthly(*people: str, starts_on: date, at: time = time(8), **more: object) -> Rotation:
    return Rotation(people=people, every=Every.MONTH, starts_on=starts_on, handoff_at=at, **more)


def hourly(*people: str, starts_on: date = MONDAY, at: time = time(8), **more: object) -> Rotation:
    return Rotation(people=people, every=Every.HOUR, starts_on=starts_on, handoff_at=at, **more)


def window(days: str = "", start: str = "00:00", end: str = "00:00") -> Window:
    named = tuple(Weekday(day) for day in days.split())
    return Window(days=named, start=time.fromisoformat(start), end=time.fromisoformat(end))


def override(person: str, start: str, end: str, what: Change = Change.REPLACE, **more: object) -> Override:
    return Override(person=person, start=ny(start), end=ny(end), what=what, **more)


def leave(person: str, start: str, end: str) -> Leave:
    return Leave(id=f"l_{person}", person=person, start=ny(start), end=ny(end), recorded_at=LONG_AGO)


def swap(
    giver: str, taker: str, start: str, end: str, back: tuple[str, str] | None = None, **more: object
) -> Swap:
    held = {
        "id": "s1",
        "number": 1,
        "schedule": "primary",
        "status": SwapStatus.ACCEPTED,
        "offered_at": LONG_AGO,
        "offered_by": giver,
        "answered_at": LONG_AGO,
    }
    given = {"return_start": ny(back[0]), "return_end": ny(back[1])} if back else {}
    return Swap(giver=giver, taker=taker, start=ny(start), end=ny(end), **{**held, **given, **more})


def handoff(person: str, start: str, until: str, *outgoing: str, confirmed: str | None = None) -> Handoff:
    return Handoff(
        schedule="primary",
        person=person,
        start=ny(start),
        ahead_told_at=ny(start) - timedelta(minutes=30),
        confirmed_at=ny(confirmed) if confirmed else None,
        outgoing=outgoing,
        outgoing_until=ny(until),
    )


def calendar(*days: str) -> Calendar:
    return Calendar(id="us", days=tuple(Holiday(day=date.fromisoformat(day)) for day in days))


def schedule(*rotations: Rotation, **more: object) -> Schedule:
    return Schedule(**{"id": "primary", "rotations": rotations, **more})


def compiled(
    *rotations: Rotation,
    overrides: tuple[Override, ...] = (),
    now: str = "2026-11-02T00:00",
    days: float = 30,
    changes: dict[str, object] | None = None,
    **more: object,
) -> Shifts:
    """Compile for New York; `changes` are fields of the schedule, `more` what compile takes besides."""
    made = schedule(*rotations, overrides=overrides, **(changes or {}))
    return core.compile(made, ny(now), ny(now) + timedelta(days=days), **more)


def person(
    name: str,
    *,
    dead: bool = False,
    verified: bool = True,
    failing: bool = False,
    active: bool = True,
    methods: int = 1,
) -> Person:
    method = ContactMethod(
        id="m",
        channel=Channel.SMS,
        phone=Sealed(key="k", box=""),
        phone_ref="k-" + "0" * 32,
        dead_since=LONG_AGO if dead else None,
        verified_at=LONG_AGO if verified else None,
        failing_since=LONG_AGO if failing else None,
    )
    return Person(id=name, name=Sealed(key="k", box=""), methods=(method,) * methods, active=active)
