"""Answers that stay open (Server-Sent Events): a page hears that something changed, or what."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.responses import StreamingResponse

from services.console.live import Hub, Live
from services.runtime.log import Unavailable

BEAT = 15.0
"""Real seconds after which something is sent in any case: so a lost connection is noticed."""
_BREATH = 0.4
"""Real seconds for which changes are gathered: a storm is one change to the eye."""
IsSigned = Callable[[], Awaitable[bool]]


def board(live: Live, mark: str, is_signed: IsSigned) -> StreamingResponse:
    """Return the stream of the board's lines from that mark on."""

    async def said() -> AsyncIterator[str]:
        seen = mark
        yield "retry: 2000\n\n"
        while not live.ended and await _still(is_signed):
            patch = live.since(seen)
            if patch is None:
                await live.news(BEAT)
                yield _BEAT_EVENT
                continue
            seen = patch.mark
            yield f"event: patch\nid: {seen}\ndata: {json.dumps(patch.plain)}\n\n"
            await asyncio.sleep(_BREATH)
        yield _OVER

    return _stream(said())


def changes(hub: Hub, live: Live, subject: str, is_signed: IsSigned) -> StreamingResponse:
    """Return a stream that says when this escalation ("": anything) changed; what, the page asks for."""

    async def said() -> AsyncIterator[str]:
        event = hub.watch(subject)
        try:
            yield "retry: 2000\n\nevent: changed\ndata: now\n\n"
            while not live.ended and await _still(is_signed):
                event.clear()
                try:
                    async with asyncio.timeout(BEAT):
                        await event.wait()
                    await asyncio.sleep(_BREATH)
                    yield "event: changed\ndata: now\n\n"
                except TimeoutError:
                    yield _BEAT_EVENT
            yield _OVER
        finally:
            hub.leave(subject, event)

    return _stream(said())


_BEAT_EVENT = "event: beat\ndata: still there\n\n"
_OVER = "event: over\ndata: over\n\n"


async def _still(is_signed: IsSigned) -> bool:
    try:
        return await is_signed()
    except Unavailable:
        return True  # Whether they still are, is asked again; nothing new is shown meanwhile.


def _stream(said: AsyncIterator[str]) -> StreamingResponse:
    return StreamingResponse(said, media_type="text/event-stream", headers={"x-accel-buffering": "no"})
