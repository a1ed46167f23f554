"""How long attendance takes for ten thousand expected patients, all of whose sessions begin at one moment.

A morning spreads them over hours; here they come at once, which is the worst. In this process: the
service with its own connection and rights, a clock that is stepped to the end of grace, and whoever
reports the check-ins. Made, checked in and missed are counted: each must be there, and only once.
"""

import asyncio
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import perf_counter

import nats
from nats.js import JetStreamContext

from contracts.attendance import Enrolment, Group, SessionTime
from contracts.facts import CheckedIn, message_id_of, subject_of
from contracts.people import Patient
from contracts.schedules import Weekday
from contracts.signals import Signal
from services.attendance import app
from services.attendance.settings import AttendanceSettings
from services.runtime import logging, provision
from services.runtime.clock import SteppedClock
from services.runtime.nats_server import EmbeddedServer
from services.runtime.sealing import load_or_create
from services.runtime.settings import Settings
from services.runtime.shell import open_shell
from tests.bench.figures import Figure

PATIENTS, MEMBERS = 10_000, 10
AWAY = 20
"""One in so many does not come."""
START = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)  # 08:00 in New York, a Tuesday
MADE_AIM, HEARD_AIM, TOLD_AIM = 120.0, 300.0, 60.0
"""Seconds. They are made a day ahead, people arrive over a quarter of an hour, a page may take a minute."""


async def measure(folder: Path) -> list[Figure]:
    """Return how long they take to be made, to be heard, and to be told when they are missed."""
    folder.mkdir(parents=True, exist_ok=True)
    server = EmbeddedServer(folder / "var")
    logging.configure("json", "error")
    await server.start()
    settings = Settings(var=folder / "var", nats_url=server.url)
    admin = await nats.connect(server.url, user="admin", password=settings.password("admin"))
    try:
        await provision.provision(admin, first=True, marks_file=folder / "var" / "marks.json")
        js = admin.jetstream(publish_async_max_pending=256)
        await _programme(js)
        clock = SteppedClock(START)
        shell = await open_shell("attendance", settings, clock, load_or_create(settings.seal_file()))
        began = perf_counter()
        service = await app.start(shell, AttendanceSettings())
        made = perf_counter() - began
        begun = (await js.stream_info("ATTENDANCES")).state.messages
        try:
            heard = await _check_ins(js)
            told = await _missed(js, clock)
        finally:
            await service.stop()
            await shell.close()
        wrong = await _wrong(js)
    finally:
        await admin.close()
        await server.stop()
    return [
        _figure(f"{begun} attendances of two mornings made", made, MADE_AIM, ""),
        _figure(f"{PATIENTS - PATIENTS // AWAY} check-ins at one moment: all heard", heard, HEARD_AIM, ""),
        _figure(f"{PATIENTS // AWAY} missed at one moment: the last signal", told, TOLD_AIM, wrong),
    ]


def _figure(what: str, seconds: float, aim: float, wrong: str) -> Figure:
    return Figure(
        what,
        wrong or f"{seconds:.1f} s",
        f"below {aim:.0f} s",
        not wrong and seconds < aim,
        {"seconds": seconds},
    )


def _away(number: int) -> bool:
    return number % AWAY == 0


def _group(number: int) -> str:
    return f"g{number // MEMBERS:04d}"


async def _programme(js: JetStreamContext) -> None:
    rule = SessionTime(days=tuple(Weekday), start=time(9), minutes=180)
    values = {
        f"$KV.groups.{name}": Group(id=name, times=(rule,))
        for name in dict.fromkeys(_group(number) for number in range(PATIENTS))
    }
    for number in range(PATIENTS):
        patient = f"pt_bench{number:05d}"
        values[f"$KV.patients.{patient}"] = Patient(id=patient)
        values[f"$KV.enrolments.{_group(number)}.{patient}"] = Enrolment(
            group=_group(number), patient=patient
        )
    for subject, value in values.items():
        await js.publish_async(subject, value.model_dump_json().encode())
    await js.publish_async_completed()


async def _check_ins(js: JetStreamContext) -> float:
    began = perf_counter()
    for number in range(PATIENTS):
        if _away(number):
            continue
        fact = CheckedIn(
            patient=f"pt_bench{number:05d}",
            at=START + timedelta(minutes=55),
            received_at=START + timedelta(minutes=55),
            source="bench",
            document=f"d{number}",
        )
        await js.publish_async(
            subject_of(fact), fact.model_dump_json().encode(), headers={"Nats-Msg-Id": message_id_of(fact)}
        )
    await js.publish_async_completed()
    while True:
        info = await js.consumer_info("PROGRAMME", "attendance_facts")
        if not info.num_pending and not info.num_ack_pending:
            return perf_counter() - began
        await asyncio.sleep(0.1)


async def _missed(js: JetStreamContext, clock: SteppedClock) -> float:
    target = START + timedelta(minutes=75)
    while (wake := clock.next_wake()) is not None and wake < target:
        await clock.step(wake)
        await asyncio.sleep(0.05)
    began = perf_counter()
    await clock.step(target)
    while (await js.stream_info("SIGNALS")).state.messages < PATIENTS // AWAY:
        await asyncio.sleep(0.05)
    return perf_counter() - began


async def _wrong(js: JetStreamContext) -> str:
    """Return what is wrong with the signals: somebody told who came, not told who didn't, or told twice."""
    last = (await js.stream_info("SIGNALS")).state.last_seq
    stored = [await js.get_msg("SIGNALS", number) for number in range(1, last + 1)]
    told = Counter(Signal.model_validate_json(one.data or b"").patient for one in stored)
    due = Counter(f"pt_bench{number:05d}" for number in range(PATIENTS) if _away(number))
    return "" if told == due else f"{sum((told - due).values())} too many, {sum((due - told).values())} lost"
