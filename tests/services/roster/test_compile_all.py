"""Compiling into a real bucket: what is written, what is left alone, and what survives."""

import asyncio
import itertools
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import nats
import pytest
from nats.js.kv import KeyValue

from contracts.schedules import (
    HORIZON,
    Calendar,
    Change,
    Handoff,
    Holiday,
    Holidays,
    Leave,
    Override,
    Rotation,
    Schedule,
    Shifts,
    Swap,
    SwapStatus,
)
from services.administration import Administration
from services.command_line.roster_apply import kept
from services.roster import handlers
from services.roster.handlers import Compiled
from services.runtime.editing import edit_or_create
from services.runtime.sealing import Seals

NUMBERS = itertools.count()
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def schedule(name: str, *people: str, zone: str = "America/New_York") -> Schedule:
    return Schedule(id=name, zone=zone, rotations=(Rotation(people=people, starts_on=date(2026, 1, 5)),))


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker of its own for this file: its address."""
    store = tmp_path_factory.mktemp("jetstream")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    binary = Path(sys.executable).parent / "nats-server"
    where = ["-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(store)]
    server = subprocess.Popen([binary, *where], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield f"nats://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


@pytest.fixture
async def shifts_kv(broker: str) -> AsyncIterator[KeyValue]:
    """An empty bucket; each has its own name, for one that was deleted may still answer for a new one."""
    client = await nats.connect(broker, allow_reconnect=False)
    yield await client.jetstream().create_key_value(bucket=f"shifts_{next(NUMBERS)}", direct=True)
    await client.close()


def wait_for(port: int) -> None:
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError("the broker did not start")


async def stored(shifts_kv: KeyValue, name: str) -> Shifts:
    return Shifts.model_validate_json((await shifts_kv.get(name)).value or b"")


async def test_shifts_are_written_once_and_again_only_when_something_changed(shifts_kv):
    both = {"primary": schedule("primary", "kim", "ana"), "ops": schedule("ops", "jo")}
    other = {**both, "ops": schedule("ops", "lou")}

    first = await handlers.compile_all(both, shifts_kv, NOW)
    hour_later = await handlers.compile_all(both, shifts_kv, NOW + timedelta(hours=1))
    edited = await handlers.compile_all(other, shifts_kv, NOW + timedelta(hours=2))
    much_later = await handlers.compile_all(other, shifts_kv, NOW + timedelta(hours=6))

    assert first == Compiled(written=("ops", "primary"))
    assert hour_later == Compiled(unchanged=("ops", "primary"))
    assert edited == Compiled(written=("ops",), unchanged=("primary",))
    assert much_later == Compiled(written=("primary",), unchanged=("ops",))
    assert (await stored(shifts_kv, "ops")).on(NOW) == ("lou",)
    assert (await stored(shifts_kv, "primary")).through == NOW + timedelta(hours=6) + HORIZON


async def test_a_broken_schedule_keeps_its_old_shifts_and_stops_no_other(shifts_kv):
    await handlers.compile_all({"primary": schedule("primary", "kim")}, shifts_kv, NOW)
    broken = {"primary": schedule("primary", "ana", zone="Moon/Base"), "zz": schedule("zz", "jo")}
    done = await handlers.compile_all(broken, shifts_kv, NOW)

    assert done.written == ("zz",)
    assert list(done.failed) == ["primary"]
    assert (await stored(shifts_kv, "primary")).on(NOW) == ("kim",)


async def test_shifts_of_a_missing_schedule_go_only_when_the_set_is_known_to_be_whole(shifts_kv):
    await handlers.compile_all({"a": schedule("a", "kim"), "b": schedule("b", "ana")}, shifts_kv, NOW)
    only = {"a": schedule("a", "kim")}

    assert (await handlers.compile_all(only, shifts_kv, NOW)).removed == ()
    assert (await stored(shifts_kv, "b")).on(NOW) == ("ana",)
    assert (await handlers.compile_all(only, shifts_kv, NOW, remove_missing=True)).removed == ("b",)
    assert await shifts_kv.keys() == ["a"]
    assert (await handlers.compile_all({"b": schedule("b", "lee")}, shifts_kv, NOW)).written == ("b",)


async def test_unreadable_shifts_are_written_again(shifts_kv):
    await shifts_kv.put("primary", b"{half a")

    assert (await handlers.compile_all({"primary": schedule("primary", "kim")}, shifts_kv, NOW)).written
    assert (await stored(shifts_kv, "primary")).on(NOW) == ("kim",)


async def test_two_copies_that_compile_at_once_agree(shifts_kv):
    both = {"primary": schedule("primary", "kim")}
    done = await asyncio.gather(*(handlers.compile_all(both, shifts_kv, NOW) for _ in range(4)))

    assert sorted(len(one.written) for one in done) == [0, 0, 0, 1]


async def test_a_record_that_cannot_be_read_is_written_anew_and_stops_no_other(shifts_kv):
    told = Handoff(schedule="primary", person="kim", start=NOW)
    await shifts_kv.put("h1", b"{half a")

    assert await edit_or_create(shifts_kv, "h1", told, lambda stored: stored) == told
    assert Handoff.model_validate_json((await shifts_kv.get("h1")).value or b"") == told


DAY = timedelta(days=1)
SWAP = Swap(
    id="s1",
    number=1,
    schedule="primary",
    giver="kim",
    taker="lee",
    start=NOW + DAY,
    end=NOW + 2 * DAY,
    status=SwapStatus.ACCEPTED,
    offered_at=NOW - DAY,
    offered_by="kim",
)
LEAVE = Leave(id="l1", person="kim", start=NOW + 3 * DAY, end=NOW + 4 * DAY, recorded_at=NOW - DAY)
UNCONFIRMED = Handoff(
    schedule="primary", person="kim", start=NOW, outgoing=("ana",), outgoing_until=NOW + timedelta(hours=12)
)
OFF = Calendar(id="us", days=(Holiday(day=date(2026, 11, 29)),))
KIM = Schedule(
    id="primary",
    calendar="us",
    rotations=(Rotation(people=("kim",), starts_on=date(2026, 1, 5), holidays=Holidays.NEVER),),
)


def on_each_day(shifts: Shifts) -> list[tuple[str, ...]]:
    return [shifts.on(NOW + n * DAY + timedelta(hours=6)) for n in range(7)]


CHANGED = [("kim", "ana"), ("lee",), ("kim",), (), ("kim",), (), ("kim",)]
"""Unconfirmed, swapped, plain, on leave, plain, a holiday, plain."""


async def test_all_that_changes_a_roster_is_compiled_into_it(shifts_kv):
    await handlers.compile_all(
        {"primary": KIM},
        shifts_kv,
        NOW,
        calendars={"us": OFF},
        leaves={"l1": LEAVE},
        swaps={"s1": SWAP},
        handoffs={"h1": UNCONFIRMED},
    )

    assert on_each_day(await stored(shifts_kv, "primary")) == CHANGED


async def test_schedules_put_from_the_command_line_lose_no_swap_leave_holiday_or_handoff(broker):
    client = await nats.connect(broker, allow_reconnect=False)
    stream = client.jetstream()
    for name, value in (("leaves", LEAVE), ("swaps", SWAP), ("handoffs", UNCONFIRMED)):
        bucket = await stream.create_key_value(bucket=name, direct=True)
        await bucket.put("one", value.model_dump_json().encode())
    for name in ("schedules", "calendars"):
        await stream.create_key_value(bucket=name, direct=True)
    shifts_kv = await stream.create_key_value(bucket="shifts", direct=True)
    administration = Administration(client, Seals({"k": b"k" * 32}, {"h": b"h" * 32}), lambda: NOW)

    assert await administration.put_calendars([OFF]) == ("us",)
    assert (await administration.put_schedules([KIM])).written == ("primary",)
    assert on_each_day(await stored(shifts_kv, "primary")) == CHANGED

    # An override is added after the file was read, and before it is written.
    schedules = await stream.key_value("schedules")
    added = Override(id="cli-1", what=Change.ADD, person="lee", start=NOW, end=NOW + DAY)
    await schedules.put("primary", KIM.model_copy(update={"overrides": (added,)}).model_dump_json().encode())
    await administration.put_schedules([KIM], lambda fresh, stored: kept(fresh, stored, NOW))
    assert (await stored(shifts_kv, "primary")).on(NOW) == ("kim", "lee", "ana")

    await schedules.put("primary", b"{half a")
    await administration.put_schedules([KIM], lambda fresh, stored: kept(fresh, stored, NOW))
    assert Schedule.model_validate_json((await schedules.get("primary")).value or b"") == KIM
    await client.close()
