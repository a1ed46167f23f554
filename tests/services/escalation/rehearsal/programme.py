"""A small programme with the shipped policies, for rehearsals: Ana first, then Ben, Cal and Dee."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from contracts.people import ContactMethod, Person
from contracts.policies import Policy, PolicySet
from contracts.schedules import Shift, Shifts
from contracts.signals import Signal
from contracts.values import Channel, Kind, Sealed, Urgency
from services.escalation.core.inputs import World
from services.escalation.rehearsal.behaviours import scenario
from services.escalation.rehearsal.engine import rehearse
from services.escalation.rehearsal.outcome import Paged, Rehearsal
from services.programme import load_policies

ZONE = ZoneInfo("America/New_York")
SHIPPED = load_policies(Path(__file__).parents[4] / "deploy" / "policies")
ON_CALL = {"primary": "ana", "backup": "ben", "supervisor": "cal", "director": "dee", "ops": "olga"}
EVER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC)
BOTH = (Channel.SMS, Channel.VOICE)


def wall(text: str) -> datetime:
    """`2026-11-24 03:10`, a moment on the programme's wall clock; the first, where it comes twice."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def person(who: str, channels: tuple[Channel, ...] = BOTH, **change: Any) -> Person:
    methods = tuple(
        ContactMethod(
            id=f"{channel}{number}",
            channel=channel,
            phone=Sealed(key="k", box="box"),
            phone_ref="k-" + "0" * 32,
        )
        for number, channel in enumerate(channels, start=1)
    )
    given = {"id": who, "name": Sealed(key="k", box="box"), "methods": methods, "zone": ZONE.key}
    return Person(**(given | change))


def always(schedule: str, *people: str) -> Shifts:
    return shifts(schedule, *((one, *EVER) for one in people))


def shifts(schedule: str, *held: tuple[str, datetime, datetime]) -> Shifts:
    made = tuple(Shift(person=who, start=start, end=end) for who, start, end in held)
    return Shifts(schedule=schedule, compiled_at=EVER[0], through=EVER[1], shifts=made)


def world(
    *changed: Shifts,
    policies: tuple[Policy, ...] = SHIPPED,
    people: Mapping[str, Person] | None = None,
    therapist: str | None = None,
) -> World:
    """The programme, with these schedules (and people) instead of its own."""
    on = {name: always(name, who) for name, who in ON_CALL.items()} | {s.schedule: s for s in changed}
    everybody = {who: person(who) for who in ON_CALL.values()} | dict(people or {})
    return World(
        policies=PolicySet(version=1, policies=policies, applied_by="ops", applied_at=EVER[0]),
        shifts=on,
        people=everybody,
        code="K7",
        therapist=therapist,
        patient_tags=(),
    )


def signal(
    at: datetime, urgency: Urgency = Urgency.IMMINENT, kind: Kind = Kind.SCREEN_POSITIVE, number: int = 1
) -> Signal:
    return Signal(
        id=f"s{number}",
        kind=kind,
        urgency=urgency,
        patient="p1",
        occurred_at=at,
        received_at=at,
        source="test",
    )


def play(
    at: str,
    name: str = "nobody-answers",
    given: World | None = None,
    *,
    urgency: Urgency = Urgency.IMMINENT,
    minutes: float = 30,
) -> Rehearsal:
    """One of the ready-made scenarios from that wall clock on."""
    chosen, there = scenario(name), given or world()
    return rehearse(
        [signal(wall(at), urgency)],
        lambda _: there,
        chosen.behave,
        timedelta(minutes=minutes),
        phones=chosen.phones,
    )


def timetable(rehearsal: Rehearsal) -> list[str]:
    """`03:10 ana`, a line for each page."""
    return [f"{_clock(page.at)} {page.responder}" for page in rehearsal.pages]


def contacts(page: Paged) -> list[str]:
    """`03:10 sms`, `03:11:55 voice`, a line for each text and call; `-` before one that fails."""
    return [f"{'' if c.arrives else '-'}{_clock(c.at)} {c.channel}" for c in page.contacts]


def _clock(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%H:%M:%S}".removesuffix(":00")
