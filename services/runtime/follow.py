"""Following a stream: the last message of every subject, then each new one, across restarts.

A pull loop of our own over an ephemeral consumer. A KV or push watch is blind for 5 to 18 seconds
after a server restart; this one notices within a heartbeat and resumes behind what it has seen.
"""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from prometheus_client import Counter
from pydantic import BaseModel, ValidationError

from services.runtime.log import Stored, Unavailable
from services.runtime.logging import where

_BATCH = 500
_EXPIRES = 20.0
_HEARTBEAT = 1.0
_LOOK = 0.3
_SILENT_LOOKS = 10
_numbers = itertools.count(1)
UNREADABLE = Counter(
    "vigil_stored_unreadable_total", "Stored messages a follower could not read.", ["stream"]
)
_log = structlog.get_logger()
V = TypeVar("V", bound=BaseModel)


class Follower:
    """Calls `on_stored` for what a stream holds and gets; `headers_only` spares the payloads."""

    def __init__(
        self,
        nc: Client,
        stream: str,
        on_stored: Callable[[Stored], None],
        *,
        filters: Sequence[str] = (),
        headers_only: bool = False,
        label: str = "follow",
        whole: bool = False,
        start_after: int = 0,
        room: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`whole`: every message there ever was, not only the last of each subject.

        With it, `start_after` begins behind that sequence, and no further messages are asked for before
        `room` returns: so whoever writes them somewhere never holds more than a few hundred.
        """
        self._whole = whole
        self._room = room
        self._nc = nc
        self.stream = stream
        self._on_stored = on_stored
        self._filters = list(filters) or [">"]
        self._headers_only = headers_only
        self._label = label
        self.sequence = start_after
        """The stream sequence up to which everything was seen."""
        self._ready = asyncio.Event()
        self._to_come = 0
        self._task: asyncio.Task[None] | None = None

    def position(self) -> tuple[str, int]:
        """Return the stream and the sequence up to which it was seen."""
        return self.stream, self.sequence

    async def start(self) -> None:
        """Begin, and return when everything stored so far has been seen."""
        self._task = asyncio.create_task(self._run(), name=f"follow-{self.stream}")
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait({ready, self._task}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self._task.done():
            self._task.result()
        if not self._ready.is_set():
            raise Unavailable(f"following {self.stream}: the connection was closed")

    async def stop(self) -> None:
        """End following."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def catch_up(self, timeout: float = 2.0) -> None:
        """Return when all that the stream holds at this moment was seen; raises Unavailable."""
        end = await last_sequence(self._nc, self.stream)
        try:
            async with asyncio.timeout(timeout):
                while self.sequence < end:  # noqa: ASYNC110  # an event per message would cost more
                    await asyncio.sleep(0.002)
        except TimeoutError:
            raise Unavailable(f"following {self.stream}: at {self.sequence}, not yet at {end}") from None

    async def _run(self) -> None:
        while True:
            try:
                await self._follow_once()
            except (nats.errors.Error, Unavailable, OSError, TimeoutError) as error:
                if self._nc.is_closed:
                    # For good: our own side closed it.
                    return
                _log.warning("follow_interrupted", stream=self.stream, error=type(error).__name__)
                await asyncio.sleep(0.1)
            except Exception as error:
                if not self._ready.is_set():
                    raise
                # Once at work it never ends: a copy that no longer follows is blind, and looks well.
                _log.error(
                    "follow_broken", stream=self.stream, error=type(error).__name__, where=where(error)
                )
                await asyncio.sleep(0.1)

    async def _follow_once(self) -> None:
        """Make a consumer behind what was seen and pull from it until it falls silent."""
        end = await last_sequence(self._nc, self.stream)
        name = f"{self._label}_{next(_numbers)}_{self._nc._nuid.next().decode()}"
        resumed = self._ready.is_set() or (self._whole and self.sequence > 0)
        first = DeliverPolicy.ALL if self._whole else DeliverPolicy.LAST_PER_SUBJECT
        info = await self._nc.jetstream(timeout=2).add_consumer(
            self.stream,
            ConsumerConfig(
                name=name,
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE if resumed else first,
                opt_start_seq=self.sequence + 1 if resumed else None,
                ack_policy=AckPolicy.NONE,
                filter_subjects=self._filters,
                headers_only=self._headers_only or None,
                mem_storage=True,
                inactive_threshold=30.0,
                num_replicas=1,
            ),
        )
        self._to_come = info.num_pending or 0
        self._settle(end)
        inbox = self._nc.new_inbox()
        arrived: asyncio.Queue[Msg] = asyncio.Queue()

        async def arrive(msg: Msg) -> None:
            arrived.put_nowait(msg)

        subscription = await self._nc.subscribe(inbox, cb=arrive)
        try:
            await self._pull(name, inbox, arrived, end)
        finally:
            if not self._nc.is_closed:
                try:
                    await subscription.unsubscribe()
                except nats.errors.Error:
                    pass

    async def _pull(self, name: str, inbox: str, arrived: "asyncio.Queue[Msg]", end: int) -> None:
        ask = json.dumps(
            {"batch": _BATCH, "expires": int(_EXPIRES * 1e9), "idle_heartbeat": int(_HEARTBEAT * 1e9)}
        ).encode()
        wanted = 0
        while True:
            if wanted <= 0:
                if self._room is not None:
                    await self._room()
                await self._nc.publish(f"$JS.API.CONSUMER.MSG.NEXT.{self.stream}.{name}", ask, reply=inbox)
                wanted = _BATCH
            msg = await self._next(arrived)
            status = (msg.headers or {}).get("Status")
            if status is None or msg.reply.startswith("$JS.ACK"):
                wanted -= 1
                self._take(msg, end)
            elif status == "100":
                continue
            elif status == "408":
                wanted = 0
            else:
                raise Unavailable(f"following {self.stream}: {status}")

    async def _next(self, arrived: "asyncio.Queue[Msg]") -> Msg:
        """Return the next message; raises Unavailable on silence, or when the connection was renewed."""
        reconnects = self._nc.stats["reconnects"]
        for _ in range(_SILENT_LOOKS):
            try:
                async with asyncio.timeout(_LOOK):
                    return await arrived.get()
            except TimeoutError:
                if self._nc.stats["reconnects"] != reconnects:
                    break
        raise Unavailable(f"following {self.stream}: the server fell silent")

    def _take(self, msg: Msg, end: int) -> None:
        sequence = msg.metadata.sequence.stream
        try:
            stored_at = msg.metadata.timestamp
            self._on_stored(Stored(msg.subject, sequence, msg.data, msg.headers or {}, stored_at))
        except Exception as error:
            # One message that can't be read must not make this copy blind to all that follow.
            UNREADABLE.labels(self.stream).inc()
            _log.error(
                "stored_unreadable",
                stream=self.stream,
                sequence=sequence,
                error=type(error).__name__,
                where=where(error),
            )
        self.sequence = max(self.sequence, sequence)
        self._to_come -= 1
        self._settle(end)

    def _settle(self, end: int) -> None:
        if self._to_come <= 0:
            # With filters, or after purges, the last matching message lies before the end.
            self.sequence = max(self.sequence, end)
            self._ready.set()


async def last_sequence(nc: Client, stream: str) -> int:
    """Return the stream's last sequence; raises Unavailable."""
    try:
        reply = await nc.request(f"$JS.API.STREAM.INFO.{stream}", b"", timeout=2)
    except (nats.errors.Error, OSError) as error:
        raise Unavailable(f"info of {stream}: {type(error).__name__}") from error
    info = json.loads(reply.data)
    if "error" in info:
        raise Unavailable(f"info of {stream}: {info['error'].get('description')}")
    return int(info["state"]["last_seq"])


class Table:
    """A KV bucket held in memory: key -> value, kept fresh by following the bucket's stream.

    With `only`, nothing but that key is held.
    """

    def __init__(
        self,
        nc: Client,
        bucket: str,
        on_change: Callable[[str, bytes | None], None] | None = None,
        only: str = "",
    ) -> None:
        self._prefix = f"$KV.{bucket}."
        self._only = only
        self._on_change = on_change
        self.raw: dict[str, bytes] = {}
        self.follower = Follower(nc, f"KV_{bucket}", self._stored, label=bucket)

    def _stored(self, stored: Stored) -> None:
        key = stored.subject.removeprefix(self._prefix)
        if self._only and key != self._only:
            return
        gone = stored.headers.get("KV-Operation") in ("DEL", "PURGE")
        if gone:
            self.raw.pop(key, None)
        else:
            self.raw[key] = stored.data
        if self._on_change is not None:
            self._on_change(key, None if gone else stored.data)

    async def start(self) -> None:
        """Begin, and return when the whole bucket has been read."""
        await self.follower.start()

    async def stop(self) -> None:
        """End following."""
        await self.follower.stop()


class ValueTable(Table, Generic[V]):
    """A KV bucket held in memory as values: key -> value. What can't be read is left out, and logged."""

    def __init__(
        self,
        nc: Client,
        bucket: str,
        kind: type[V],
        on_change: Callable[[], None] | None = None,
        only: str = "",
    ) -> None:
        self.values: dict[str, V] = {}
        self.unreadable: set[str] = set()
        """Keys whose value can't be read; what was read of them before, if anything was, still stands."""
        self._kind = kind
        self._changed = on_change
        super().__init__(nc, bucket, self._take, only)

    def _take(self, key: str, raw: bytes | None) -> None:
        self.unreadable.discard(key)
        if raw is None:
            self.values.pop(key, None)
        else:
            try:
                self.values[key] = self._kind.model_validate_json(raw)
            except ValidationError:
                self.unreadable.add(key)
                _log.error("value_unreadable", stream=self.follower.stream, name_of=key)
        if self._changed is not None:
            self._changed()
