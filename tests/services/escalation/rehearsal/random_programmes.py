"""Small random programmes: two schedules with gaps, one policy or two, within a day and a half."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from hypothesis import strategies as st

from contracts.policies import Applies, Hours, Policy, Round, Step, Target
from contracts.schedules import Shift, Shifts, Weekday, Window
from contracts.values import Urgency
from services.escalation.core.inputs import World
from tests.services.escalation.rehearsal.programme import EVER, wall, world

START = wall("2026-10-31 20:00")
"""Some hours before clocks are turned back."""
PEOPLE = ("ana", "ben", "cal")
MINUTES = st.sampled_from([4, 7, 20, 60])
LONG = MINUTES.map(lambda number: timedelta(minutes=number))
SHORT = st.sampled_from([0, 1, 30, 60, 150, 900]).map(lambda seconds: timedelta(seconds=seconds))
"""Waits so short that many rounds fit into an evening."""
TARGETS = st.sampled_from(["first", "second", "everyone", "therapist", "@cal", "on_shift"])


@dataclass(frozen=True)
class Given:
    """A world, and how urgent the signal is."""

    world: World
    urgency: Urgency


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def target(name: str) -> Target:
    match name:
        case "everyone" | "therapist":
            return Target.model_validate(name)
        case "on_shift":
            return Target(therapist_on_shift=True)
        case "@cal":
            return Target(person="cal")
        case schedule:
            return Target(schedule=schedule)


clock = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
windows = st.builds(
    Window,
    days=st.lists(st.sampled_from(Weekday), max_size=2, unique=True).map(tuple),
    start=clock,
    end=clock,
)


@st.composite
def schedules(draw: st.DrawFn, name: str) -> Shifts:
    held: list[Shift] = []
    at = START - timedelta(hours=3)
    for _ in range(draw(st.integers(0, 3))):
        begins = at + minutes(draw(st.integers(0, 400)))
        at = begins + minutes(draw(st.integers(1, 600)))
        held.append(Shift(person=draw(st.sampled_from(PEOPLE)), start=begins, end=at))
    return Shifts(schedule=name, compiled_at=EVER[0], through=EVER[1], shifts=tuple(held))


@st.composite
def nights(draw: st.DrawFn) -> Hours:
    """Quiet hours that begin, and often end, within the hours that are looked at."""
    begins = 20 * 60 + 30 * draw(st.integers(0, 16))
    ends = begins + draw(st.sampled_from([1, 30, 60, 90, 300, 540]))
    return Hours(quiet_from=time(begins // 60 % 24, begins % 60), until=time(ends // 60 % 24, ends % 60))


@st.composite
def policies(
    draw: st.DrawFn, name: str, urgency: Urgency, *, during: bool, waits: st.SearchStrategy[timedelta]
) -> Policy:
    steps = [
        Step(
            page=tuple(target(one) for one in draw(st.lists(TARGETS, min_size=1, max_size=2, unique=True))),
            wait=draw(waits),
            wait_at_night=draw(st.none() | waits),
        )
        for _ in range(draw(st.integers(1, 3)))
    ]
    quiet = st.none() | nights() | st.builds(Hours, quiet_from=clock, until=clock)
    return Policy(
        id=name,
        order=1 if during else 2,
        applies=Applies(urgencies=(urgency,), during=(draw(windows),) if during else ()),
        steps=tuple(steps),
        repeat=tuple(Round(add=(target(one),)) for one in draw(st.lists(TARGETS, max_size=2))),
        hours=draw(quiet) if urgency is Urgency.SOON else None,
    )


@st.composite
def programmes(
    draw: st.DrawFn,
    waits: st.SearchStrategy[timedelta] = LONG,
    urgencies: tuple[Urgency, ...] = (Urgency.IMMINENT, Urgency.URGENT, Urgency.SOON, Urgency.SOON),
) -> Given:
    urgency = draw(st.sampled_from(urgencies))
    made = [draw(policies("any", urgency, during=False, waits=waits))]
    if draw(st.booleans()):
        made.append(draw(policies("sometimes", urgency, during=True, waits=waits)))
    there = world(
        draw(schedules("first")),
        draw(schedules("second")),
        policies=tuple(made),
        therapist=draw(st.sampled_from([None, "ana", "ben"])),
    )
    return Given(there, urgency)


def every_minute(start: datetime, end: datetime, step: int = 1) -> list[datetime]:
    count = int((end - start).total_seconds()) // 60
    return [start + minutes(number) for number in range(0, count, step)]
