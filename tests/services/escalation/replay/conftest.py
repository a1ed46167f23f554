"""A small site for replays: three clinicians by turns, two steps and everybody."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from contracts.escalations import EscalationEvent
from contracts.people import ContactMethod, Person
from contracts.policies import Applies, Policy, PolicySet, Step, Target
from contracts.schedules import Shift, Shifts
from contracts.signals import Signal
from contracts.values import Channel, Kind, Sealed, Urgency
from services.escalation.core.inputs import World
from services.escalation.rehearsal import engine
from services.escalation.rehearsal.reactions import Behaviour
from services.escalation.replay import past, recorded

START = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
PEOPLE = ("ana", "ben", "cal", "dee")
_BOX = Sealed(key="k", box="")


def person(name: str) -> Person:
    number = format(PEOPLE.index(name) + 1, "032x")
    methods = tuple(
        ContactMethod(id=f"m{n}", channel=channel, phone=_BOX, phone_ref=f"h1-{number}")
        for n, channel in enumerate((Channel.SMS, Channel.VOICE), start=1)
    )
    return Person(id=name, name=_BOX, methods=methods)


def on_call(**schedules: str) -> dict[str, Shifts]:
    start, end = START - timedelta(days=30), START + timedelta(days=30)
    return {
        name: Shifts(
            schedule=name,
            compiled_at=start,
            through=end,
            shifts=tuple(Shift(person=who, start=start, end=end) for who in people.split()),
        )
        for name, people in schedules.items()
    }


def policy(*waits: int, **fields: object) -> Policy:
    names = ("primary", "backup", "supervisor")
    steps = tuple(
        Step(page=(Target(schedule=name),), wait=timedelta(minutes=wait))
        for name, wait in zip(names, waits, strict=False)
    )
    return Policy(id="urgent", steps=steps, applies=Applies(urgencies=(Urgency.URGENT,))).model_copy(
        update=fields
    )


def policies(*those: Policy) -> PolicySet:
    return PolicySet(version=1, policies=those, applied_by="ops", applied_at=START)


def world(policy_set: PolicySet, shifts: dict[str, Shifts]) -> World:
    return World(
        policies=policy_set, shifts=shifts, people={name: person(name) for name in PEOPLE}, patient_tags=()
    )


def signal(minute: int = 0, *, urgency: Urgency = Urgency.URGENT, id: str = "s1") -> Signal:
    at = START + timedelta(minutes=minute)
    return Signal(
        id=id,
        kind=Kind.SCREEN_POSITIVE,
        urgency=urgency,
        patient="pt_1",
        occurred_at=at,
        received_at=at,
        source="ehr",
    )


Record = Callable[..., recorded.RecordedRun]


@pytest.fixture
def record() -> Record:
    """Return what makes a record: the real rules, with these people's answers."""

    def make(
        behave: Behaviour,
        policy_set: PolicySet,
        shifts: dict[str, Shifts],
        signals: Sequence[Signal] = (),
        hours: float = 0.5,
    ) -> recorded.RecordedRun:
        known = world(policy_set, shifts)
        done = engine.rehearse(signals or (signal(),), lambda at: known, behave, timedelta(hours=hours))
        return only([("escalations.pt_1", done.log)])

    return make


def only(commits: Sequence[tuple[str, Sequence[EscalationEvent]]]) -> recorded.RecordedRun:
    found = recorded.runs(commits, START - timedelta(days=1), START + timedelta(days=1))
    assert len(found) == 1
    return found[0]


def known(shifts: dict[str, Shifts], *runs: recorded.RecordedRun) -> past.Past:
    return past.Past({name: person(name) for name in PEOPLE}, shifts, past.busy_times(runs))
