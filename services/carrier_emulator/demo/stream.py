"""Server-sent events of the page: whole views of what changed, so that a listener can join at any time."""

import asyncio
import json
from collections.abc import Callable, Iterable

from aiohttp import web

TICK_REAL_SECONDS = 5.0
_TOGETHER_REAL_SECONDS = 0.03

Render = Callable[[str], tuple[str, object] | None]


class Stream:
    """Tells any number of listeners which keys changed; each gets the latest view, never a backlog."""

    def __init__(self, keys: Callable[[], Iterable[str]], render: Render) -> None:
        self._keys = keys
        self._render = render
        self._listeners: set[_Listener] = set()
        self._stopped = False

    def changed(self, keys: Iterable[str]) -> None:
        """Have the views of these keys sent again."""
        for listener in tuple(self._listeners):
            listener.add(keys)

    def stop(self) -> None:
        """End every stream."""
        self._stopped = True
        for listener in tuple(self._listeners):
            listener.wake.set()

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """Answer with everything as it is now, then with whatever changes."""
        response = web.StreamResponse(
            headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        )
        response.content_type = "text/event-stream"
        await response.prepare(request)
        listener = _Listener(self._keys())
        self._listeners.add(listener)
        try:
            await self._send(response, listener.take())
            await response.write(_frame("ready", {}))
            while not self._stopped:
                await listener.next()
                await self._send(response, ("status", *listener.take()))
        except ConnectionResetError:
            pass
        finally:
            self._listeners.discard(listener)
        return response

    async def _send(self, response: web.StreamResponse, keys: Iterable[str]) -> None:
        for key in dict.fromkeys(keys):
            rendered = self._render(key)
            if rendered is not None:
                await response.write(_frame(*rendered))


class _Listener:
    def __init__(self, keys: Iterable[str]) -> None:
        self._dirty = dict.fromkeys(keys)
        self.wake = asyncio.Event()

    def add(self, keys: Iterable[str]) -> None:
        self._dirty.update(dict.fromkeys(keys))
        self.wake.set()

    def take(self) -> tuple[str, ...]:
        keys = tuple(self._dirty)
        self._dirty.clear()
        return keys

    async def next(self) -> None:
        """Return when something changed, and at the latest with the next tick."""
        try:
            async with asyncio.timeout(TICK_REAL_SECONDS):
                await self.wake.wait()
                await asyncio.sleep(_TOGETHER_REAL_SECONDS)
        except TimeoutError:
            pass
        self.wake.clear()


def _frame(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
