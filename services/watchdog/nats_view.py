"""How NATS looks from outside: what is overdue, what waits in durables, how the streams stand."""

import asyncio
import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

import nats.errors
import structlog
from nats.aio.client import Client
from pydantic import ValidationError

from contracts.commits import BRIEF, DUE
from contracts.open_work import WITH_DEADLINES, is_open
from contracts.streams import BUCKETS, STREAMS
from services.runtime.broker import client_of, make_broker
from services.runtime.deadlines import parse_due
from services.runtime.follow import Follower
from services.runtime.log import Log, Stored, Unavailable
from services.runtime.settings import Settings
from services.watchdog.core.limits import Limits
from services.watchdog.core.seen import Backlog, Late, StreamState

_log = structlog.get_logger()
AUDITED = WITH_DEADLINES
_ANSWER_WITHIN = 2.0
_SCAN_WITHIN = 60.0
_MOST_AT_ONCE = 50
"""So many of the longest overdue are looked at in one look; the others have their turn later."""


class Headers:
    """The deadlines of one stream, as its last commits say, and what is open without one."""

    def __init__(self, nc: Client, stream: str) -> None:
        self.stream = stream
        self.due: dict[str, datetime] = {}
        self.undue: set[str] = set()
        self._log = Log(nc, stream)
        self.follower = Follower(nc, stream, self._learn, headers_only=True, label="watchdog")

    def _learn(self, stored: Stored) -> None:
        due = parse_due(stored.headers.get(DUE))
        self.undue.discard(stored.subject)
        if due is None:
            self.due.pop(stored.subject, None)
            if self._is_open(stored):
                self.undue.add(stored.subject)
        else:
            self.due[stored.subject] = due

    def _is_open(self, stored: Stored) -> bool:
        try:
            return is_open(self.stream, stored.headers.get(BRIEF, ""))
        except ValidationError:
            # A newer version wrote it: whoever reads it judges it.
            return False

    async def open_without_due(self) -> int:
        """Return how many are open and have no deadline, each read anew. Raises Unavailable."""
        count = 0
        for subject in sorted(self.undue)[:_MOST_AT_ONCE]:
            stored = await self._log.last(subject)
            if stored is None:
                self.undue.discard(subject)
                continue
            self._learn(stored)
            count += subject in self.undue
        return count

    async def late(self, before: datetime) -> tuple[Late, ...]:
        """Return what was due before then, the longest overdue first. Raises Unavailable.

        Each is read anew: what a follower missed must not become a text at night.
        """
        suspected = sorted((due, subject) for subject, due in tuple(self.due.items()) if due < before)
        found = []
        for _, subject in suspected[:_MOST_AT_ONCE]:
            stored = await self._log.last(subject)
            due = parse_due(stored.headers.get(DUE)) if stored is not None else None
            if due is None:
                self.due.pop(subject, None)
                continue
            self.due[subject] = due
            if due < before:
                found.append(Late(self.stream, subject, due))
        return tuple(found)


class NatsView:
    """A connection of the watchdog's own, and what can be seen through it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._nc: Client | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._headers: dict[str, Headers] = {}

    def start(self) -> None:
        """Begin to connect; NATS may be away, and that is what must be seen then."""
        self._connecting = asyncio.create_task(self._connect())

    async def stop(self) -> None:
        """Close everything."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        for headers in self._headers.values():
            await headers.follower.stop()
        if self._nc is not None:
            await self._nc.close()

    @property
    def nc(self) -> Client:
        """The connection; Unavailable while there is none."""
        if self._nc is None or not self._nc.is_connected:
            raise Unavailable("not connected")
        return self._nc

    @property
    def scanned(self) -> bool:
        """Whether every audited stream has been read whole."""
        return set(self._headers) == set(AUDITED)

    async def answers(self) -> bool:
        """Return whether JetStream answers."""
        try:
            await self._api(f"$JS.API.STREAM.INFO.{AUDITED[0]}")
        except Unavailable:
            return False
        return True

    async def scan(self) -> None:
        """Read all headers anew; what was followed until now is forgotten. Raises Unavailable."""
        for stream in AUDITED:
            fresh = Headers(self.nc, stream)
            try:
                async with asyncio.timeout(_SCAN_WITHIN):
                    await fresh.follower.start()
            except BaseException as error:
                await fresh.follower.stop()
                if isinstance(error, TimeoutError):
                    raise Unavailable(f"scan of {stream}") from error
                raise
            old, self._headers[stream] = self._headers.get(stream), fresh
            if old is not None:
                await old.follower.stop()

    async def late(self, now: datetime, limits: Limits, without: Collection[str]) -> tuple[Late, ...]:
        """Return everything whose grace has passed, without these streams. Raises Unavailable."""
        asked = [headers for headers in self._headers.values() if headers.stream not in without]
        found = [await headers.late(now - limits.grace_of(headers.stream)) for headers in asked]
        return tuple(one for some in found for one in some)

    async def undue(self, without: Collection[str]) -> tuple[tuple[str, int], ...]:
        """Return which streams have open aggregates without a deadline, and how many. Raises Unavailable."""
        asked = [headers for headers in self._headers.values() if headers.stream not in without]
        counted = [(headers.stream, await headers.open_without_due()) for headers in asked]
        return tuple((name, count) for name, count in counted if count)

    async def backlogs(self) -> tuple[tuple[Backlog, ...], tuple[str, ...]]:
        """Return how every durable stands, and which are missing. Raises Unavailable."""
        found, missing = [], []
        for stream in STREAMS:
            # What waits in OVERDUE is our own asking: its being unheard is told as being late.
            for durable in () if stream.name == "OVERDUE" else stream.durables:
                info = await self._api(f"$JS.API.CONSUMER.INFO.{stream.name}.{durable.name}")
                if info is None:
                    missing.append(durable.name)
                    continue
                waiting = int(info["num_pending"]) + int(info["num_ack_pending"])
                floor = int(info["ack_floor"]["stream_seq"])
                listening = int(info.get("num_waiting", 0)) + int(info["num_ack_pending"]) > 0
                found.append(Backlog(durable.name, durable.service, waiting, floor, listening))
        return tuple(found), tuple(missing)

    async def streams(self) -> tuple[tuple[StreamState, ...], tuple[str, ...]]:
        """Return how every stream and bucket stands, and which are missing. Raises Unavailable."""
        found, missing = [], []
        for name in (*(s.name for s in STREAMS), *(b.stream for b in BUCKETS)):
            info = await self._api(f"$JS.API.STREAM.INFO.{name}")
            if info is None:
                missing.append(name)
                continue
            state = info["state"]
            most = int(info["config"]["max_bytes"])
            found.append(StreamState(name, int(state["bytes"]), most, int(state["last_seq"])))
        return tuple(found), tuple(missing)

    async def _api(self, subject: str) -> dict[str, Any] | None:
        """Ask JetStream; None when there is no such stream or durable. Raises Unavailable."""
        try:
            reply = await self.nc.request(subject, b"", timeout=_ANSWER_WITHIN)
        except (nats.errors.Error, OSError) as error:
            raise Unavailable(f"{subject}: {type(error).__name__}") from error
        info: dict[str, Any] = json.loads(reply.data)
        if "error" not in info:
            return info
        if info["error"].get("code") == 404:
            return None
        raise Unavailable(f"{subject}: {info['error'].get('description')}")

    async def _until_closed(self, nc: Client) -> None:
        """Return when the connection is gone for good: nats-py gives up when it is revoked."""
        while not nc.is_closed:  # noqa: ASYNC110 - nats-py tells a callback of the broker's only
            await asyncio.sleep(0.5)
        for headers in self._headers.values():
            await headers.follower.stop()
        self._headers.clear()

    async def _connect(self) -> None:
        while True:
            try:
                password = self._settings.password("watchdog")
                self._nc = await client_of(make_broker(self._settings.nats_url, "watchdog", password))
                await self._until_closed(self._nc)
            except (Exception, SystemExit) as error:
                # Whatever it is, a watchdog that gives up tells nobody.
                _log.error("nats_connect_failed", error=type(error).__name__)
                await asyncio.sleep(2)
