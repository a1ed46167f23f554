"""The log: one append wins, a repetition is no success, nothing unclear is called stored."""

import pytest

from services.runtime.log import Conflict, Log, Unavailable, publish_fact
from tests.services.runtime.conftest import Bus

SUBJECT = "escalations.pt_a"


async def test_the_second_of_two_appends_after_the_same_message_is_refused(bus: Bus) -> None:
    await bus.make("ESCALATIONS")
    log = Log(bus.admin, "ESCALATIONS")
    first = await log.append(SUBJECT, b"1", 0, "a", {})

    with pytest.raises(Conflict):
        await log.append(SUBJECT, b"2", 0, "b", {})
    await log.append("escalations.pt_b", b"other", 0, "c", {})
    await log.append(SUBJECT, b"3", first, "d", {"X": "y"})

    stored = await log.last(SUBJECT)
    assert stored is not None and (stored.data, stored.headers["X"]) == (b"3", "y")
    assert [one.data for one in await log.since(SUBJECT, 1)] == [b"1", b"3"]


async def test_the_same_append_again_is_a_conflict_and_not_a_success(bus: Bus) -> None:
    await bus.make("ESCALATIONS")
    log = Log(bus.admin, "ESCALATIONS")
    await log.append(SUBJECT, b"1", 0, "a", {})
    with pytest.raises(Conflict):
        await log.append(SUBJECT, b"1", 0, "a", {})
    assert len(await log.since(SUBJECT, 1)) == 1


async def test_a_subject_never_written_is_none_and_a_server_that_is_gone_is_unavailable(bus: Bus) -> None:
    await bus.make("ESCALATIONS")
    log = Log(bus.admin, "ESCALATIONS", timeout=0.3)
    assert await log.last("escalations.nobody") is None
    bus.server.kill()
    with pytest.raises(Unavailable):
        await log.last(SUBJECT)
    with pytest.raises(Unavailable):
        await log.append(SUBJECT, b"1", 0, "a", {})
    with pytest.raises(Unavailable):
        await publish_fact(bus.admin, "signals.x", b"1", "x", timeout=0.3)


async def test_a_fact_published_twice_is_stored_once_also_across_a_kill(bus: Bus) -> None:
    await bus.make("SIGNALS")
    assert await publish_fact(bus.admin, "signals.x", b"1", "id-1")
    assert not await publish_fact(bus.admin, "signals.x", b"1", "id-1")
    await bus.restarted_after_kill()
    assert not await publish_fact(bus.admin, "signals.x", b"1", "id-1", timeout=3)
    assert (await bus.admin.jetstream().stream_info("SIGNALS")).state.messages == 1
