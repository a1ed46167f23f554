"""Small plans for tests of coverage: a few people, a few schedules, policies of every shape."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta

from hypothesis import strategies as st

from contracts.people import ContactMethod, Person
from contracts.policies import Applies, Hours, Policy, PolicySet, Round, Step, Target
from contracts.schedules import Shift, Shifts, Weekday, Window
from contracts.values import Channel, Kind, Sealed, Urgency
from services.escalation.coverage.plan import Plan

START = datetime(2026, 10, 31, 18, tzinfo=UTC)
"""The evening before clocks go back in New York: 2026-11-01 06:00 UTC."""
THROUGH = START + timedelta(days=60)
PEOPLE = ("ana", "ben", "cleo", "dan")
SCHEDULES = ("first", "second")
_SEALED = Sealed(key="none", box="")


def at(hours: float) -> datetime:
    """Return a moment after the start."""
    return START + timedelta(hours=hours)


def person(
    name: str, *, phone: str = "", verified: bool = True, dead: bool = False, active: bool = True
) -> Person:
    """Return somebody with one phone of their own, or with the phone named."""
    method = ContactMethod(
        id="sms",
        channel=Channel.SMS,
        phone=_SEALED,
        phone_ref=f"k1-{(phone or name).encode().hex():0>32}",
        verified_at=START if verified else None,
        dead_since=START if dead else None,
    )
    return Person(id=name, name=_SEALED, methods=(method,), active=active)


def crew(*people: Person) -> dict[str, Person]:
    """Return the usual four, or these."""
    return {one.id: one for one in people or [person(name) for name in PEOPLE]}


def shifts(**turns: Iterable[tuple[str, float, float]]) -> dict[str, Shifts]:
    """Return schedules from (person, first hour, last hour)."""
    return {
        name: Shifts(
            schedule=name,
            compiled_at=START,
            through=THROUGH,
            shifts=tuple(Shift(person=who, start=at(a), end=at(b)) for who, a, b in given),
        )
        for name, given in turns.items()
    }


def always(**people: str) -> dict[str, Shifts]:
    """Return schedules with one person each, at every moment."""
    return shifts(**{name: [(who, -24.0, 24.0 * 60)] for name, who in people.items()})


def step(*names: str, wait: float = 5, night: float | None = None) -> Step:
    """Return a step that pages schedules, people, `everyone` or the therapist; waits in minutes."""
    return Step(
        page=tuple(target(name) for name in names),
        wait=timedelta(minutes=wait),
        wait_at_night=None if night is None else timedelta(minutes=night),
    )


def target(name: str) -> Target:
    """Return the target of that name."""
    if name in ("everyone", "therapist", "therapist_on_shift"):
        return Target.model_validate(name)
    return Target(person=name) if name in PEOPLE else Target(schedule=name)


def policy(*steps: Step, name: str = "calm", repeat: Iterable[Round] = (), **fields: object) -> Policy:
    """Return a policy of those steps."""
    return Policy.model_validate({"id": name, "steps": steps, "repeat": tuple(repeat), **fields})


def in_force(*policies: Policy) -> PolicySet:
    """Return the policies as one version."""
    return PolicySet(version=1, policies=policies, applied_by="test", applied_at=START)


def plan(
    policies: PolicySet,
    on: Mapping[str, Shifts],
    people: Mapping[str, Person] | None = None,
    therapists: tuple[str, ...] = (),
    sites: Mapping[str, str] | None = None,
) -> Plan:
    """Return a plan."""
    return Plan(policies, on, people or crew(), sites or {}, therapists)


@st.composite
def _people(draw: st.DrawFn) -> dict[str, Person]:
    return crew(
        *(
            person(
                name,
                phone=draw(st.sampled_from(("", "", "", "lent"))),
                verified=draw(st.sampled_from((True, True, True, False))),
                dead=draw(st.sampled_from((False, False, False, True))),
            )
            for name in PEOPLE
        )
    )


@st.composite
def _shifts(draw: st.DrawFn) -> dict[str, Shifts]:
    minutes = st.integers(min_value=-120, max_value=30 * 60)
    found = {}
    for name in SCHEDULES:
        turns = []
        for _ in range(draw(st.integers(0, 4))):
            start = draw(minutes)
            length = draw(st.sampled_from((7, 60, 600, 3000)))
            turns.append((draw(st.sampled_from(PEOPLE)), start / 60, (start + length) / 60))
        found[name] = turns
    return shifts(**found)


_targets = st.sampled_from(
    (*SCHEDULES, *SCHEDULES, "ana", "everyone", "therapist", "therapist_on_shift")
).map(target)
_waits = st.sampled_from((0, 10, 45, 180, 300, 3600)).map(lambda seconds: timedelta(seconds=seconds))
_steps = st.builds(
    Step,
    page=st.lists(_targets, min_size=1, max_size=2, unique_by=lambda one: one.label).map(tuple),
    wait=_waits,
    wait_at_night=st.none() | _waits,
)
_rounds = st.builds(Round, add=st.lists(_targets, max_size=1).map(tuple))
_quiet = st.builds(
    Hours,
    quiet_from=st.sampled_from((time(22), time(1, 30), time(23, 59), time(15), time(17, 30))),
    until=st.sampled_from((time(7), time(2, 30), time(22), time(15, 1), time(18, 30))),
)
"""Some begin soon after the start, which is 14:00 in New York; one is over after a minute."""
windows = st.builds(
    Window,
    days=st.sampled_from(((), (Weekday.SUN,), (Weekday.SAT, Weekday.MON))),
    start=st.sampled_from((time(0), time(1, 30), time(22))),
    end=st.sampled_from((time(0), time(2), time(6, 15))),
)
zones = st.sampled_from(("America/New_York", "Australia/Lord_Howe", "Nowhere/Unknown"))


@st.composite
def single_policies(draw: st.DrawFn, quiet_ones: bool = False) -> tuple[Policy, Urgency]:
    """A policy and an urgency it may have."""
    quiet = draw(_quiet if quiet_ones else st.none() | _quiet)
    urgency = draw(st.sampled_from((Urgency.SOON, Urgency.URGENT, Urgency.IMMINENT)))
    if quiet is not None:
        urgency = Urgency.SOON
    made = Policy(
        id="drawn",
        zone=draw(zones),
        applies=Applies(urgencies=(urgency,)),
        steps=tuple(draw(st.lists(_steps, min_size=1, max_size=3))),
        repeat=tuple(draw(st.lists(_rounds, max_size=2))),
        hours=quiet,
    )
    return made, urgency


@st.composite
def plans(draw: st.DrawFn, quiet_ones: bool = False) -> tuple[Plan, Policy, Urgency, str | None]:
    """A plan with one policy, its urgency, and a therapist or none; only with hours if `quiet_ones`."""
    made, urgency = draw(single_policies(quiet_ones))
    therapist = draw(st.sampled_from((None, "ana", "dan", "gone")))
    drawn = plan(in_force(made), draw(_shifts()), draw(_people()), (therapist,) if therapist else ())
    return drawn, made, urgency, therapist


TAGS = ("site:a", "site:b", "minor", "high_risk")
_some_tags = st.lists(st.sampled_from(TAGS), max_size=2, unique=True).map(tuple)
_applies = st.builds(
    Applies,
    kinds=st.sampled_from(((), (Kind.PATIENT_ALERT,), (Kind.DOSE_MISSED, Kind.WITHDRAWAL))),
    urgencies=st.sampled_from(((), (Urgency.URGENT,), (Urgency.SOON, Urgency.ROUTINE))),
    tags=_some_tags,
    all_tags=_some_tags,
    without_tags=_some_tags,
    during=st.lists(windows, max_size=1).map(tuple),
)


@st.composite
def policy_sets(draw: st.DrawFn) -> PolicySet:
    """Some policies for all sorts of signals."""
    drawn = [
        Policy(
            id=f"p{number}",
            order=draw(st.integers(0, 3)),
            zone=draw(zones),
            applies=draw(_applies),
            steps=(step("first"),),
        )
        for number in range(draw(st.integers(0, 4)))
    ]
    return in_force(*drawn)


patients_tags = st.lists(st.sampled_from(("site:a", "site:b", "site:c")), max_size=1).flatmap(
    lambda site: st.lists(st.sampled_from(("minor", "high_risk")), unique=True).map(
        lambda others: (*site, *others)
    )
)
"""Tags as a patient may have them: one site, and anything else."""
