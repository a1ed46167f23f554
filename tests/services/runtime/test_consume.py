"""Hearing a durable: success acknowledges, trouble gives back ever later, what can't be read is parked."""

import asyncio
import base64
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest
from faststream import AckPolicy

from contracts.parked import Parked
from contracts.streams import STREAMS
from services.process import APPS
from services.runtime.activity import Activity
from services.runtime.aggregates import NewerState
from services.runtime.broker import client_of, make_broker
from services.runtime.clock import SteppedClock
from services.runtime.consume import MAX_DELIVERIES, Ears, Message, Unreadable
from services.runtime.log import Unavailable
from services.runtime.parking import ParkedRetries
from services.runtime.sealing import Seals
from services.runtime.settings import Settings
from services.runtime.shell import Shell
from tests.services.runtime.conftest import Bus
from tests.support.world import World
from tests.support.world import world as open_world

Handler = Callable[[Message], Awaitable[None]]
START = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
DURABLE = "escalation_signals"


class Hearing:
    """Escalation's ears, with a handler of the test's own, and when it was called."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.heard: list[tuple[float, Message]] = []
        self.behave: Handler = self._content
        self.stored = 0
        """The last sequence published: a consumer learns of it a moment after the publisher does."""

    async def open(self) -> None:
        await self.bus.make("SIGNALS", "PARKED")
        clock, activity = SteppedClock(START), Activity()
        broker = make_broker(self.bus.server.url, "escalation", self.bus.server.passwords["escalation"])
        nc = await client_of(broker)
        self.ears = Ears(broker, nc, "escalation", clock, activity)
        self.ears.hear(DURABLE, self._handle)
        await self.ears.start()
        seals = Seals({"k": b"k" * 32}, {"h": b"h" * 32})
        settings = Settings(var=self.bus.server.folder)
        self.shell = Shell("escalation", broker, nc, clock, seals, self.ears, activity, settings)

    async def close(self) -> None:
        await self.ears.stop()

    async def publish(self, data: bytes, **headers: str) -> int:
        ack = await self.bus.admin.jetstream(timeout=20).publish("signals.x", data, headers=headers or None)
        self.stored = max(self.stored, ack.seq)
        return ack.seq

    async def left(self) -> int:
        info = await self.bus.admin.jetstream().consumer_info("SIGNALS", DURABLE)
        unnoticed = info.delivered is None or info.delivered.stream_seq < self.stored
        return (info.num_pending or int(unnoticed)) + (info.num_ack_pending or 0)

    async def until(self, true: Callable[[], bool], seconds: float = 30) -> None:
        async with asyncio.timeout(seconds):
            while not true():
                await asyncio.sleep(0.005)

    async def drained(self, seconds: float = 30) -> None:
        async with asyncio.timeout(seconds):
            while await self.left():
                await asyncio.sleep(0.02)

    async def parked(self, sequence: int) -> Parked | None:
        api = f"$JS.API.DIRECT.GET.PARKED.parked.{DURABLE}.{sequence}"
        reply = await self.bus.admin.request(api, b"", timeout=2)
        return None if "Status" in (reply.headers or {}) else Parked.model_validate_json(reply.data)

    async def _handle(self, message: Message) -> None:
        self.heard.append((asyncio.get_running_loop().time(), message))
        await self.behave(message)

    async def _content(self, _message: Message) -> None: ...


@pytest.fixture
async def hearing(bus: Bus) -> AsyncIterator[Hearing]:
    made = Hearing(bus)
    await made.open()
    yield made
    await made.close()


def failing(error: Exception, on: bytes = b"bad") -> Handler:
    async def behave(message: Message) -> None:
        if message.data == on:
            raise error

    return behave


async def test_success_acknowledges_once(hearing: Hearing) -> None:
    await hearing.publish(b"1", X="y")
    await hearing.drained()
    ((_, message),) = hearing.heard
    assert (message.subject, message.sequence, message.data, message.delivered) == ("signals.x", 1, b"1", 1)
    assert message.headers["X"] == "y"


async def test_trouble_gives_back_ever_later_and_holds_up_nobody(hearing: Hearing) -> None:
    """0.1 s, 0.5 s, 1 s: and what comes behind it is handled meanwhile."""
    hearing.behave = failing(ConnectionError("Qsecret"))
    await hearing.publish(b"bad")
    for number in range(5):
        await hearing.publish(str(number).encode())
    await hearing.until(lambda: sum(m.data == b"bad" for _, m in hearing.heard) >= 4)
    times = [at for at, message in hearing.heard if message.data == b"bad"]
    gaps = [after - before for before, after in itertools.pairwise(times)]
    assert 0.08 < gaps[0] < gaps[1] < gaps[2] < 2
    others = [at for at, message in hearing.heard if message.data != b"bad"]
    assert len(others) == 5 and max(others) < times[2]
    assert await hearing.parked(1) is None
    hearing.behave = failing(ConnectionError(), on=b"nothing")
    await hearing.drained()


@pytest.mark.parametrize("error", [Unreadable("Qsecret"), None], ids=["Unreadable", "ValidationError"])
async def test_what_cannot_be_read_is_parked_at_once_whole_and_unquoted(
    hearing: Hearing, error: Exception | None
) -> None:
    async def unreadable(message: Message) -> None:
        if error is not None:
            raise error
        Parked.model_validate_json(message.data)

    hearing.behave = unreadable
    sequence = await hearing.publish(b"\x00bad", **{"Vigil-Kinds": "a,b"})
    await hearing.drained()
    parked = await hearing.parked(sequence)
    assert parked is not None and len(hearing.heard) == 1
    assert base64.b64decode(parked.data) == b"\x00bad" and parked.headers["Vigil-Kinds"] == "a,b"
    assert "Qsecret" not in parked.error and parked.subject == "signals.x"


async def test_after_eight_deliveries_it_is_parked_and_never_before(hearing: Hearing) -> None:
    """The count is the server's, so that copies share it; here seven were spent by a copy that died."""
    pull = await hearing.bus.admin.jetstream().pull_subscribe_bind(durable=DURABLE, stream="SIGNALS")
    await hearing.ears.stop()
    sequence = await hearing.publish(b"bad")
    for _ in range(MAX_DELIVERIES - 2):
        (message,) = await pull.fetch(1, timeout=10)
        await message.nak()
    await pull.unsubscribe()
    again = Hearing(hearing.bus)
    again.behave = failing(ConnectionError())
    hearing.bus.make = _made_already  # type: ignore[method-assign]
    await again.open()
    await again.until(lambda: len(again.heard) == 1)
    assert await again.parked(sequence) is None
    await again.until(lambda: len(again.heard) == 2, 8)
    await again.drained()
    assert [message.delivered for _, message in again.heard] == [7, 8]
    parked = await again.parked(sequence)
    assert parked is not None and parked.error == "ConnectionError"
    await again.close()


async def _made_already(*_names: str) -> None: ...


@pytest.mark.parametrize("error", [NewerState("newer"), Unavailable("NATS")])
async def test_newer_state_and_a_nats_in_trouble_never_park(hearing: Hearing, error: Exception) -> None:
    """Nine deliveries old, and still given back."""

    async def old(message: Message) -> None:
        raise error

    given: list[float] = []

    class Msg:
        async def nack(self, delay: float) -> None:
            given.append(delay)

    msg = Msg()
    message = Message("signals.x", 1, b"", {}, 9)
    hearing.behave = old
    spec = next(d for s in STREAMS for d in s.durables if d.name == DURABLE)
    await hearing.ears._give_back(spec, msg, message, error, 5.0)  # type: ignore[arg-type]
    assert given == [5.0]
    sequence = await hearing.publish(b"bad")
    await hearing.until(lambda: len(hearing.heard) >= 1)
    assert await hearing.parked(sequence) is None and await hearing.left() == 1


async def test_a_long_handler_is_not_redelivered_while_it_works(hearing: Hearing) -> None:
    """It takes longer than the acknowledgement wait of two seconds."""
    done = asyncio.Event()

    async def slow(_message: Message) -> None:
        await asyncio.sleep(2.8)
        done.set()

    hearing.behave = slow
    await hearing.publish(b"1")
    await hearing.drained()
    assert done.is_set() and len(hearing.heard) == 1


async def test_a_parked_message_is_tried_again_with_its_headers_and_then_done(hearing: Hearing) -> None:
    hearing.behave = failing(Unreadable())
    sequence = await hearing.publish(b"bad", **{"Vigil-Kinds": "page_requested"})
    await hearing.drained()
    retries = ParkedRetries(hearing.shell)
    await retries.start()

    assert await retries.retry_all() == 0
    parked = await hearing.parked(sequence)
    assert parked is not None and (parked.tries, parked.status) == (1, "parked")

    hearing.behave = hearing._content
    await hearing.bus.admin.publish("vigil.retry.escalation", b"")
    async with asyncio.timeout(30):
        while (parked := await hearing.parked(sequence)) is None or parked.status != "done":
            await asyncio.sleep(0.02)
    assert parked.tries == 2
    assert hearing.heard[-1][1].headers["Vigil-Kinds"] == "page_requested"
    await retries._follower.catch_up()
    before = len(hearing.heard)
    assert await retries.retry_all() == 0 and len(hearing.heard) == before, "done is done"
    await retries.stop()


async def test_a_durable_of_another_service_is_refused(hearing: Hearing) -> None:
    with pytest.raises(ValueError, match="belongs to paging"):
        hearing.ears.hear("paging_answers", hearing._content)


async def test_no_subscriber_of_any_service_acknowledges_by_itself(world: World) -> None:
    """FastStream's default rejects, and a rejected message is gone."""
    expected = {d.name: d.lanes for s in STREAMS for d in s.durables}
    found: dict[str, int] = {}
    for shell in world.vigil.shells.values():
        for subscriber in shell.broker.subscribers:
            assert subscriber.ack_policy is AckPolicy.MANUAL
            name = subscriber.specification.config.title_.rpartition(":")[0]
            found[name] = found.get(name, 0) + 1
    assert found == expected, "every durable of the table is heard, on as many lanes as it says"


@pytest.fixture
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    lanes = {"VIGIL_LANES": "256"}
    async with open_world(tmp_path_factory.mktemp("world"), services=tuple(APPS), settings=lanes) as opened:
        yield opened


def test_messages_are_not_sent_through_fast_depends() -> None:
    """Injection of types sends every message through a thread: twice the cost of a delivery."""
    broker = make_broker("nats://127.0.0.1:1", "escalation", "unused")
    assert broker.config.fd_config.use_fastdepends is False


async def test_while_nats_is_away_lanes_wait_and_are_not_started_again_and_again(hearing: Hearing) -> None:
    """No room is left for requests of a later connection: what would spin for as long as it is away."""
    lanes = hearing.ears._lanes
    tasks = sum(len(lane.tasks) for lane in lanes)  # type: ignore[attr-defined]
    hearing.shell.nc._max_pending_size = 0
    hearing.bus.server.kill()
    await asyncio.sleep(2.5)

    assert sum(len(lane.tasks) for lane in lanes) == tasks  # type: ignore[attr-defined]

    await hearing.bus.server.start()
    await hearing.bus.back(hearing.bus.admin)
    await hearing.publish(b"1")
    await hearing.until(lambda: len(hearing.heard) == 1)
