"""The heartbeat: a file that is touched, and a URL that is fetched each minute, while all is well.

Whoever watches them needs nothing of ours to work in order to see that something does not.
"""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import structlog

_log = structlog.get_logger()
_EVERY = timedelta(minutes=1)
_TIMEOUT = aiohttp.ClientTimeout(total=5)


class Heartbeat:
    """Beats when told to; it knows nothing of why it should not."""

    def __init__(self, file: Path, url: str = "") -> None:
        self._file = file
        self._url = url
        self._next_fetch: datetime | None = None
        self._fetching: asyncio.Task[None] | None = None

    def beat(self, now: datetime) -> None:
        """Touch the file, and fetch the URL once a minute; failures are logged and tried again."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(f"{now.isoformat()}\n")
        except OSError as error:
            _log.error("heartbeat_failed", error=type(error).__name__)
        if self._url and (self._next_fetch is None or now >= self._next_fetch):
            self._next_fetch = now + _EVERY
            self._fetching = asyncio.create_task(self._fetch())

    async def stop(self) -> None:
        """End; a fetch under way is given up."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    async def _fetch(self) -> None:
        try:
            async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.get(self._url) as reply:
                if reply.status >= 400:
                    _log.warning("heartbeat_refused", status=reply.status)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            self._next_fetch = None
            _log.warning("heartbeat_failed", error=type(error).__name__)
