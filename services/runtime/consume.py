"""Hearing a durable, and the one rule of acknowledgement.

Success acknowledges. An exception gives the message back with a growing delay. After eight
deliveries, or at once when it can't be parsed, it is copied to `parked.<durable>.<sequence>` and
only then acknowledged: never dropped. FastStream's own default (reject, so gone for ever) and its
plain nack (redelivered at once) are both out of play: the policy is MANUAL and this file decides.

Each lane is a pull subscriber that asks for one message at a time: FastStream's worker pool
fetches more than it can handle, and those wait unseen by other copies.
"""

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import nats.errors
import structlog
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from faststream.nats.subscriber.usecases.basic import LogicSubscriber
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.client import JetStreamContext
from prometheus_client import Counter, Histogram
from pydantic import ValidationError

from contracts.parked import Parked
from contracts.streams import Durable, durable
from services.runtime.activity import Activity
from services.runtime.aggregates import NewerState
from services.runtime.clock import Clock
from services.runtime.log import Unavailable, publish_fact
from services.runtime.logging import where

_log = structlog.get_logger()
HANDLED = Counter("vigil_messages_total", "Messages by outcome.", ["durable", "outcome"])
SECONDS = Histogram(
    "vigil_handler_seconds",
    "Time in a handler.",
    ["durable"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5),
)
MAX_DELIVERIES = 8
_DELAYS = (0.1, 0.5, 1.0, 2.0, 3.0, 5.0, 5.0)
_BEAT = 0.5
_AWAY = 0.1


class Unreadable(Exception):
    """The message can't be understood, now or later: park it."""


@dataclass(frozen=True)
class Message:
    """One delivery of a stored message."""

    subject: str
    sequence: int
    data: bytes
    headers: Mapping[str, str]
    delivered: int = 1


Handler = Callable[[Message], Awaitable[None]]


class Ears:
    """Subscribes a service's handlers to its durables, and keeps the rule of acknowledgement."""

    def __init__(
        self,
        broker: NatsBroker,
        nc: Client,
        service: str,
        clock: Clock,
        activity: Activity,
        most_lanes: int = 256,
    ) -> None:
        self._most_lanes = most_lanes
        self.broker = broker
        self._nc = nc
        self._service = service
        self._clock = clock
        self._activity = activity
        self.handlers: dict[str, Handler] = {}
        self._open: set[NatsMessage] = set()
        self._seconds: dict[str, Histogram] = {}
        self._handled: dict[str, Counter] = {}
        self._beating: asyncio.Task[None] | None = None
        self._lanes: list[LogicSubscriber[Any]] = []

    def hear(self, name: str, handler: Handler) -> None:
        """Send every message of the durable to the handler, on as many lanes as table and settings say."""
        stream, spec = durable(name)
        if spec.service != self._service:
            raise ValueError(f"durable {name} belongs to {spec.service}, not to {self._service}")
        self.handlers[name] = handler
        # Looked up once: by name it would take as long as the rest of the rule.
        self._seconds[name] = SECONDS.labels(name)
        self._handled[name] = HANDLED.labels(name, "handled")
        for lane in range(min(spec.lanes, self._most_lanes)):
            subscriber = self.broker.subscriber(
                spec.filters[0],
                stream=JStream(stream.name, declare=False),
                durable=name,
                pull_sub=PullSub(batch_size=1, timeout=1.0),
                inbox_prefix=f"_INBOX_{self._service}.".encode(),
                ack_policy=AckPolicy.MANUAL,
                decoder=_whole,
                title=f"{name}:{lane}",
                no_reply=True,
            )
            subscriber(self._lane(spec, handler))
            self._lanes.append(subscriber)

    async def start(self) -> None:
        """Begin to hear."""
        self._beating = asyncio.create_task(self._beat())
        await self.broker.start()
        for lane in self._lanes:
            self._wait_while_away(lane)

    def _wait_while_away(self, lane: "LogicSubscriber[Any]") -> None:
        """Let a lane ask for messages only while NATS is there.

        FastStream asks on; each request is kept for a later connection, and when that room is full
        (minutes), it starts the failed task again at once, and again, and keeps every one that failed:
        a processor and all memory, for as long as NATS is away.
        """
        pull = lane.subscription
        if not isinstance(pull, JetStreamContext.PullSubscription):
            raise TypeError(f"a lane of {self._service} has no pull subscription")
        ask = pull.fetch

        async def fetch(*args: Any, **kwargs: Any) -> list[Msg]:
            while not self._nc.is_connected:  # noqa: ASYNC110  # nats-py has no event for it
                await asyncio.sleep(_AWAY)
            try:
                return await ask(*args, **kwargs)
            except TimeoutError:
                raise
            except Exception as error:
                _log.warning("fetch_failed", service=self._service, error=type(error).__name__)
                await asyncio.sleep(_AWAY)
                raise TimeoutError from error

        pull.fetch = fetch  # type: ignore[method-assign]  # FastStream has no hook around it

    async def stop(self) -> None:
        """Hear no more; handlers under way end first."""
        await self.broker.stop()
        if self._beating is not None:
            self._beating.cancel()

    def _lane(self, spec: Durable, handler: Handler) -> Callable[[NatsMessage], Awaitable[None]]:
        async def on_message(msg: NatsMessage) -> None:
            await self._one(spec, handler, msg)

        return on_message

    async def _one(self, spec: Durable, handler: Handler, msg: NatsMessage) -> None:
        message = _message(msg)
        self._open.add(msg)
        with self._activity.work(), self._seconds[spec.name].time():
            try:
                await handler(message)
            except NewerState as error:
                await self._give_back(spec, msg, message, error, 5.0)
            except Unavailable as error:
                await self._give_back(spec, msg, message, error, _delay(message.delivered))
            except (Unreadable, ValidationError) as error:
                await self._park(spec, msg, message, error)
            except Exception as error:
                if message.delivered >= MAX_DELIVERIES:
                    await self._park(spec, msg, message, error)
                else:
                    await self._give_back(spec, msg, message, error, _delay(message.delivered))
            else:
                await msg.ack()
                self._handled[spec.name].inc()
            finally:
                self._open.discard(msg)

    async def _beat(self) -> None:
        """Tell the server what is still under way, so that it isn't redelivered meanwhile."""
        while True:
            await asyncio.sleep(_BEAT)
            for msg in tuple(self._open):
                with contextlib.suppress(nats.errors.Error):
                    await msg.in_progress()

    async def _give_back(
        self, spec: Durable, msg: NatsMessage, message: Message, error: Exception, delay: float
    ) -> None:
        HANDLED.labels(spec.name, "given_back").inc()
        _log.warning(
            "message_given_back",
            durable=spec.name,
            sequence=message.sequence,
            delivered=message.delivered,
            error=type(error).__name__,
            where=where(error),
        )
        await msg.nack(delay=delay)

    async def _park(self, spec: Durable, msg: NatsMessage, message: Message, error: Exception) -> None:
        stream, _ = durable(spec.name)
        parked = Parked(
            durable=spec.name,
            stream=stream.name,
            sequence=message.sequence,
            subject=message.subject,
            data=base64.b64encode(message.data).decode(),
            headers=dict(message.headers),
            error=type(error).__name__,
            at=self._clock.now(),
        )
        try:
            await publish_fact(
                self._nc,
                f"parked.{spec.name}.{message.sequence}",
                parked.model_dump_json().encode(),
                f"park:{spec.name}:{message.sequence}",
            )
        except Unavailable as failure:
            await self._give_back(spec, msg, message, failure, 5.0)
            return
        HANDLED.labels(spec.name, "parked").inc()
        _log.error(
            "message_parked",
            durable=spec.name,
            sequence=message.sequence,
            error=type(error).__name__,
            where=where(error),
        )
        await msg.ack()


async def _whole(msg: NatsMessage) -> NatsMessage:
    """Hand over the message as it is: handlers read the bytes themselves."""
    return msg


def _message(msg: NatsMessage) -> Message:
    raw = msg.raw_message
    meta = raw.metadata
    return Message(raw.subject, meta.sequence.stream, raw.data, raw.headers or {}, meta.num_delivered or 1)


def _delay(delivered: int) -> float:
    return _DELAYS[min(delivered, len(_DELAYS)) - 1]
