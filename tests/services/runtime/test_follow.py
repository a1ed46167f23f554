"""Following a stream: all of it, in order, across a kill -9 of the server; one bad message blinds nobody."""

import asyncio

import pytest

from contracts.schedules import Schedule
from services.runtime.follow import Follower, Table, ValueTable
from services.runtime.log import Log, Stored
from tests.services.runtime.conftest import Bus


class Seen:
    def __init__(self) -> None:
        self.all: list[tuple[str, bytes]] = []

    def __call__(self, stored: Stored) -> None:
        self.all.append((stored.subject, stored.data))


async def put(bus: Bus, *pairs: tuple[str, str]) -> None:
    for subject, data in pairs:
        await bus.admin.jetstream(timeout=20).publish(f"escalations.{subject}", data.encode())


async def until(true) -> None:
    async with asyncio.timeout(8):
        while not true():
            await asyncio.sleep(0.01)


async def test_it_starts_with_the_last_of_every_subject_and_then_sees_each(bus: Bus) -> None:
    await bus.make("ESCALATIONS")
    await put(bus, ("a", "1"), ("a", "2"), ("b", "1"))
    seen = Seen()
    follower = Follower(bus.admin, "ESCALATIONS", seen)
    await follower.start()
    assert seen.all == [("escalations.a", b"2"), ("escalations.b", b"1")]

    await put(bus, ("a", "3"), ("a", "4"))
    await follower.catch_up()
    assert seen.all[2:] == [("escalations.a", b"3"), ("escalations.a", b"4")]
    await follower.stop()


async def test_an_empty_stream_is_caught_up_at_once(bus: Bus) -> None:
    await bus.make("ESCALATIONS")
    follower = Follower(bus.admin, "ESCALATIONS", Seen(), filters=("faults.*",))
    async with asyncio.timeout(30):
        await follower.start()
        await put(bus, ("a", "1"))
    await follower.stop()


async def test_it_goes_on_behind_what_it_saw_after_a_kill_of_the_server(bus: Bus) -> None:
    await bus.make("ESCALATIONS")
    seen = Seen()
    follower = Follower(bus.admin, "ESCALATIONS", seen, headers_only=False)
    await follower.start()
    expected = []
    for round_ in range(3):
        await put(bus, ("a", f"{round_}.1"), ("a", f"{round_}.2"))
        expected += [f"{round_}.1".encode(), f"{round_}.2".encode()]
        await bus.restarted_after_kill()
    await put(bus, ("a", "end"))
    await until(lambda: seen.all and seen.all[-1][1] == b"end")
    assert [data for _, data in seen.all] == [*expected, b"end"], "none lost, none twice"
    await follower.stop()


async def test_what_is_not_its_own_at_the_end_of_the_stream_does_not_keep_it_behind_after_a_kill(
    bus: Bus,
) -> None:
    await bus.make("ESCALATIONS")
    follower = Follower(bus.admin, "ESCALATIONS", Seen(), filters=("escalations.a",))
    await follower.start()
    await put(bus, ("b", "1"))
    assert follower.sequence == 0
    await bus.restarted_after_kill()
    await until(lambda: follower.sequence == 1)
    await follower.catch_up()
    await follower.stop()


async def test_a_message_that_cannot_be_read_does_not_make_it_blind(bus: Bus) -> None:
    await bus.make("ESCALATIONS")
    await put(bus, ("bad", "?"), ("a", "1"))
    seen = Seen()

    def picky(stored: Stored) -> None:
        if stored.data == b"?":
            raise ValueError("unreadable")
        seen(stored)

    follower = Follower(bus.admin, "ESCALATIONS", picky)
    async with asyncio.timeout(30):
        await follower.start()
    await put(bus, ("bad", "?"), ("b", "2"))
    await follower.catch_up()
    assert [data for _, data in seen.all] == [b"1", b"2"]
    await follower.stop()


async def test_a_table_holds_a_bucket_and_forgets_what_was_deleted(bus: Bus) -> None:
    await bus.make("KV_schedules")
    bucket = await bus.admin.jetstream().key_value("schedules")
    await bucket.put("a", Schedule(id="a").model_dump_json().encode())
    await bucket.put("odd", b"no schedule")
    table, values = Table(bus.admin, "schedules"), ValueTable(bus.admin, "schedules", Schedule)
    await table.start()
    await values.start()
    assert sorted(table.raw) == ["a", "odd"]
    assert sorted(values.values) == ["a"]

    await bucket.delete("a")
    await until(lambda: "a" not in values.values and "a" not in table.raw)
    await table.stop()
    await values.stop()


@pytest.mark.parametrize("filters", [(), ("escalations.a", "faults.*")])
async def test_where_it_stands_is_never_behind_what_was_stored_before_it_started(
    bus: Bus, filters: tuple[str, ...]
) -> None:
    await bus.make("ESCALATIONS")
    await put(bus, ("a", "1"), ("b", "1"))
    follower = Follower(bus.admin, "ESCALATIONS", Seen(), filters=filters)
    await follower.start()
    assert follower.position() == ("ESCALATIONS", 2)
    assert await Log(bus.admin, "ESCALATIONS").last("escalations.a") is not None
    await follower.stop()


class Stumbling(Follower):
    """A follower whose client fails in a way nobody thought of, once it is at work."""

    stumbles = 1

    async def _pull(self, *args: object) -> None:
        if self._ready.is_set() and self.stumbles:
            self.stumbles -= 1
            raise AttributeError("'NoneType' object has no attribute 'write'")
        await super()._pull(*args)  # type: ignore[arg-type]


async def test_a_failure_nobody_thought_of_blinds_no_copy(bus: Bus) -> None:
    await bus.make("ESCALATIONS")
    seen = Seen()
    follower = Stumbling(bus.admin, "ESCALATIONS", seen)
    await follower.start()
    await put(bus, ("a", "1"))
    await follower.catch_up()
    assert seen.all == [("escalations.a", b"1")] and not follower.stumbles
    await follower.stop()
