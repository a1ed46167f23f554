"""A hundred thousand open escalations: start-up, memory, and how late deadlines are met."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import nats.errors
from nats.aio.client import Client

from contracts.commits import Commit
from contracts.people import Person
from contracts.policies import Policy, PolicySet, Step, Target
from contracts.signals import Signal
from contracts.values import Kind, Urgency
from services.escalation.app import RULES
from services.escalation.core.decide import decide
from services.escalation.core.inputs import SignalHeard, World
from services.runtime.aggregates import Aggregates
from services.runtime.clock import SteppedClock
from services.runtime.follow import ValueTable
from services.runtime.log import Log
from tests.bench.figures import Figure, milliseconds, share
from tests.bench.site import LONG, PAGING, WORKLIST, Site, now, patient_id

OPEN = 100_000
FALL_DUE = 300
SPREAD = timedelta(seconds=15)
AHEAD = timedelta(seconds=60)
"""From the writing of those that fall due to the first of them: the services start meanwhile."""
LATENESS_AIM = 0.1
START_AIM = 10.0
MEMORY_AIM = 1024
_WAYS = 128

STEP_BY_STEP = Policy(
    id="step-by-step",
    steps=(
        Step(page=(Target(person="r0"),), wait=LONG),
        Step(page=(Target(therapist=True),), wait=LONG),
    ),
)
"""What falls due: a step without an answer, after which somebody else is paged."""


@dataclass(frozen=True)
class Due:
    """A run that falls due: when, and behind which sequence its next commit stands."""

    subject: str
    at: datetime
    sequence: int


async def measure(folder: Path) -> list[Figure]:
    """Return start-up time, memory and lateness of deadlines."""
    async with Site(folder, responders=FALL_DUE) as site:
        nc = await site.connect("escalation")
        people = await _people(nc)
        await _write_crowd(nc, people)
        first = now() + AHEAD
        dues = [
            await _write_due(nc, people, number, first + SPREAD * number / FALL_DUE)
            for number in range(FALL_DUE)
        ]
        await _take_as_heard(site.admin, OPEN + FALL_DUE)
        started = await site.start_services()
        resident = site.memory()
        if now() > first:
            raise RuntimeError("the services were not up before the first deadline; make AHEAD longer")
        await asyncio.sleep((first + SPREAD - now()).total_seconds() + 3)
        resident = max(resident, site.memory())
        late = await _lateness(Log(nc, "ESCALATIONS"), dues)
        await nc.close()
    return _figures(started, resident, late)


async def _people(nc: Client) -> Mapping[str, Person]:
    table = ValueTable(nc, "people", Person)
    await table.start()
    await table.stop()
    return table.values


def _world(
    people: Mapping[str, Person], *policies: Policy, therapist: str = "r1", code: str = "A0A0A"
) -> World:
    applied = PolicySet(version=1, policies=policies, applied_by="bench", applied_at=now())
    return World(policies=applied, shifts={}, people=people, code=code, therapist=therapist)


async def _open(runs: Aggregates, at: datetime, patient: str, urgency: Urgency, world: World) -> int:  # type: ignore[type-arg]
    signal = Signal(
        id=f"bench/{patient}",
        kind=Kind.SCREEN_POSITIVE,
        urgency=urgency,
        patient=patient,
        occurred_at=at,
        received_at=at,
        source="bench",
    )
    heard = SignalHeard(signal)
    done = await runs.decide(
        f"escalations.{patient}", heard.cause, lambda state, moment: decide(state, heard, moment, world)
    )
    return done.sequence


class _Notebook:
    """In place of a stream: keeps what is appended."""

    def __init__(self) -> None:
        self.data = b""
        self.headers: Mapping[str, str] = {}

    async def last(self, _subject: str) -> None:
        return None

    async def append(
        self, _subject: str, data: bytes, _expected: int, _message_id: str, headers: Mapping[str, str]
    ) -> int:
        self.data, self.headers = data, headers
        return 1


async def _write_crowd(nc: Client, people: Mapping[str, Person]) -> None:
    """Write open runs: real commits of two runs, one paging and one on the worklist, for many patients.

    Deciding a hundred thousand times would take minutes; only the patient and the code differ.
    """
    js = nc.jetstream(timeout=20)
    real = []
    for urgency in (Urgency.URGENT, Urgency.ROUTINE):
        page = _Notebook()
        runs = Aggregates(page, RULES, SteppedClock(now()))  # type: ignore[arg-type]
        await _open(runs, now(), patient_id(0), urgency, _world(people, PAGING, WORKLIST))
        real.append(page)
    left = iter(range(OPEN))

    async def lane() -> None:
        for number in left:
            page = real[number % 2]
            name, code = patient_id(number), f"A{number // 10000}A{number % 10000:04d}"
            data = page.data.replace(patient_id(0).encode(), name.encode()).replace(b"A0A0A", code.encode())
            headers = {
                key: value.replace(patient_id(0), name).replace("A0A0A", code)
                for key, value in page.headers.items()
            }
            await js.publish(f"escalations.{name}", data, headers=headers)

    await asyncio.gather(*(lane() for _ in range(_WAYS)))


async def _write_due(nc: Client, people: Mapping[str, Person], number: int, at: datetime) -> Due:
    """Write one run whose first step ends at that moment."""
    patient = f"pt_due{number:04d}"
    opened = at - LONG
    runs = Aggregates(Log(nc, "ESCALATIONS"), RULES, SteppedClock(opened))
    world = _world(people, STEP_BY_STEP, therapist=f"r{number}", code=f"B{number % 10}B{number // 10:02d}")
    sequence = await _open(runs, opened, patient, Urgency.URGENT, world)
    return Due(f"escalations.{patient}", at, sequence)


async def _take_as_heard(admin: Client, count: int) -> None:
    """Acknowledge what paging would hear: these runs are long open, and their pages are out."""
    js = admin.jetstream(timeout=10)
    pull = await js.pull_subscribe_bind(durable="paging_escalations", stream="ESCALATIONS")
    with suppress(nats.errors.TimeoutError):
        while count > 0:
            for message in await pull.fetch(min(1000, count), timeout=5):
                await message.ack()
                count -= 1
    await admin.flush(timeout=20)
    await pull.unsubscribe()


async def _lateness(log: Log, dues: list[Due]) -> list[float]:
    """Return seconds from each deadline to the commit that met it."""
    late = []
    for due in dues:
        after = await log.since(due.subject, due.sequence + 1)
        met = Commit.model_validate_json(after[0].data).at if after else now()
        late.append((met - due.at).total_seconds())
    return late


def _figures(started: float, resident: int, late: list[float]) -> list[Figure]:
    mib, p99 = resident / 2**20, share(late, 0.99)
    return [
        Figure(
            f"deadline lateness, {OPEN:,} open, p99",
            milliseconds(p99),
            f"below {milliseconds(LATENESS_AIM)}; p50 is {milliseconds(share(late, 0.5))}",
            p99 < LATENESS_AIM,
            {"seconds": p99, "p50_seconds": share(late, 0.5), "most_seconds": max(late)},
        ),
        Figure(
            f"start of all services, {OPEN:,} open",
            f"{started:.1f} s",
            f"below {START_AIM:.0f} s",
            started < START_AIM,
            {"seconds": started},
        ),
        Figure(
            f"memory of all services, {OPEN:,} open",
            f"{mib:.0f} MB",
            f"below {MEMORY_AIM} MB",
            mib < MEMORY_AIM,
            {"bytes": resident},
        ),
    ]
