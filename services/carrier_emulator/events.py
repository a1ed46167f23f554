"""Server-sent events: every new ledger entry as JSON."""

import asyncio
import json

from aiohttp import web

from services.carrier_emulator.entries import Entry
from services.carrier_emulator.ledger import Ledger, as_json, kind

_KEEP_ALIVE_REAL_SECONDS = 15
_LARGEST_BACKLOG = 10_000


class Events:
    """Streams to any number of listeners; one that cannot follow is cut off."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._streams: set[asyncio.Queue[Entry | None]] = set()
        ledger.listeners.append(self._spread)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Answer GET /_emu/events; `?history=1` starts with everything so far."""
        queue: asyncio.Queue[Entry | None] = asyncio.Queue(_LARGEST_BACKLOG)
        response = web.StreamResponse(headers={"Cache-Control": "no-store"})
        response.content_type = "text/event-stream"
        await response.prepare(request)
        past = self._ledger.entries if request.query.get("history") else ()
        self._streams.add(queue)
        try:
            for entry in past:
                await response.write(_frame(entry))
            while await self._forward(queue, response):
                pass
        except ConnectionResetError:
            pass
        finally:
            self._streams.discard(queue)
        return response

    def stop(self) -> None:
        """End every stream."""
        for queue in tuple(self._streams):
            self._end(queue)

    async def _forward(self, queue: asyncio.Queue[Entry | None], response: web.StreamResponse) -> bool:
        try:
            async with asyncio.timeout(_KEEP_ALIVE_REAL_SECONDS):
                entry = await queue.get()
        except TimeoutError:
            await response.write(b": still here\n\n")
            return True
        if entry is not None:
            await response.write(_frame(entry))
        return entry is not None

    def _spread(self, entry: Entry) -> None:
        for queue in tuple(self._streams):
            try:
                queue.put_nowait(entry)
            except asyncio.QueueFull:
                self._end(queue)

    def _end(self, queue: asyncio.Queue[Entry | None]) -> None:
        self._streams.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)


def _frame(entry: Entry) -> bytes:
    return f"event: {kind(entry)}\ndata: {json.dumps(as_json(entry))}\n\n".encode()
