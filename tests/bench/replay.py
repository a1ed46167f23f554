"""`vigil policy replay` at the size of a year: 10,000 escalations through another policy."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

from contracts.people import ContactMethod, Person
from contracts.policies import Policy, PolicySet
from contracts.schedules import Rotation, Schedule
from contracts.values import Channel, Sealed
from services.escalation.core.inputs import World
from services.escalation.replay import comparing, past, recorded, sampling
from services.escalation.replay.replaying import Change
from services.programme import load_policies
from services.roster import core
from tests.bench.figures import Figure
from tests.bench.site import ROOT

START = datetime(2026, 9, 1, tzinfo=UTC)
DAYS = 28
COUNT = 10_000
ON_CALL = {
    "primary": ("ana", "ben", "cal", "dee"),
    "backup": ("ben", "cal", "dee", "ana"),
    "supervisor": ("eve", "fay"),
    "director": ("gus",),
    "ops": ("ops",),
}
_BOX = Sealed(key="none", box="")


async def measure(folder: Path) -> list[Figure]:
    """Return how long the replay takes; nothing but this process is needed."""
    shipped = load_policies(ROOT / "deploy" / "policies")
    people = {who: _person(who, number) for number, who in enumerate(sorted({*sum(ON_CALL.values(), ())}))}
    shifts = {
        name: core.compile(
            Schedule(id=name, rotations=(Rotation(people=who, starts_on=START.date()),)),
            START - timedelta(days=8),
            START + timedelta(days=DAYS + 8),
        )
        for name, who in ON_CALL.items()
    }
    world = World(_policies(shipped), shifts, people, therapist="ana", patient_tags=())
    made = sampling.sample(
        sampling.Sample(COUNT, START, DAYS), lambda at: world, ZoneInfo("America/New_York"), random.Random(1)
    )
    runs = recorded.runs(list(made), START - timedelta(days=2), START + timedelta(days=DAYS + 2))
    known = past.Past(people, shifts, past.busy_times(runs), max(run.last_at for run in runs))
    began = perf_counter()
    prepared = comparing.prepare(runs, known)
    done = comparing.compare(
        comparing.pairs(runs, prepared, Change(_policies([*map(_quicker, shipped)])), seed=1)
    )
    took = perf_counter() - began
    what = f"replay of {len(runs):,} escalations, {len(done.different)} differ"
    return [Figure(what, f"{took:.1f} s", "below 30 s", took < 30, {"seconds": took})]


def _quicker(policy: Policy) -> Policy:
    steps = tuple(step.model_copy(update={"wait": step.wait / 2}) for step in policy.steps)
    return policy.model_copy(update={"steps": steps})


def _policies(policies: list[Policy] | tuple[Policy, ...]) -> PolicySet:
    return PolicySet(version=1, policies=tuple(policies), applied_by="bench", applied_at=START)


def _person(who: str, number: int) -> Person:
    ref = f"h1-{number:032x}"
    methods = (
        ContactMethod(id="m1", channel=Channel.SMS, phone=_BOX, phone_ref=ref),
        ContactMethod(id="m2", channel=Channel.VOICE, phone=_BOX, phone_ref=ref),
    )
    return Person(id=who, name=_BOX, methods=methods)
