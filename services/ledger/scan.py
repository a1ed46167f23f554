"""Reads a stream from a place up to its present end, a few hundred messages at a time."""

from collections.abc import Awaitable, Callable

from nats.aio.client import Client

from services.runtime.follow import Follower
from services.runtime.log import Stored

Take = Callable[[list[Stored]], Awaitable[None]]


async def scan(nc: Client, stream: str, take: Take, *, after: int = 0) -> None:
    """Hand over everything stored behind that sequence, in order. Raises log.Unavailable.

    No more is asked for before `take` has returned: memory stays small however long the stream is.
    """
    waiting: list[Stored] = []

    async def hand_over() -> None:
        if waiting:
            batch = waiting.copy()
            waiting.clear()
            await take(batch)

    follower = Follower(
        nc, stream, waiting.append, label="scan", whole=True, start_after=after, room=hand_over
    )
    try:
        await follower.start()
    finally:
        await follower.stop()
    await hand_over()
