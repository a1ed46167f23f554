"""Fetches one file from the carrier: with credentials from its API, without them from where it redirects.

Bounded in time, size and hops; nothing is unpacked, shown or run. A name that leads into a private
network is not followed, whoever answers for it.
"""

import asyncio
import base64
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from services.gateway.core import media, media_addresses
from services.gateway.core.media_addresses import Forbidden
from services.runtime.twilio_client import CarrierSettings

_HOPS = 3
_MOVED = frozenset({301, 302, 303, 307, 308})
_PIECE = 64 * 1024


@dataclass(frozen=True)
class Limits:
    """What may be fetched: bytes of one file, real seconds for it, types, hosts of the carrier's store."""

    size: int
    seconds: float
    types: Sequence[str]
    hosts: Sequence[str]


@dataclass(frozen=True)
class Fetched:
    """The whole file, and what it is said to be."""

    content: bytes
    content_type: str


@dataclass(frozen=True)
class NotFetched:
    """There is nothing to keep; `why` is a word for the log (core.media.HOPELESS knows some)."""

    why: str


class Fetcher:
    """Asks for files, one connection pool of its own."""

    def __init__(self, carrier: CarrierSettings, limits: Limits) -> None:
        self._base_url = carrier.base_url
        user = carrier.api_key or carrier.account_sid
        secret = carrier.api_secret or carrier.auth_token
        self._login = "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()
        self._limits = limits
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, url: str, announced: str) -> Fetched | NotFetched:
        """Return the file at that address; `announced` is the type that the webhook told."""
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await self._follow(url, announced)
        except Forbidden:
            return NotFetched("address")
        except TimeoutError:
            return NotFetched("timeout")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return NotFetched(type(error).__name__)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _follow(self, url: str, announced: str) -> Fetched | NotFetched:
        where = media_addresses.at_carrier(url, self._base_url)
        headers = {"Authorization": self._login}
        for _ in range(_HOPS):
            async with self._opened().get(where, headers=headers, allow_redirects=False) as reply:
                if reply.status not in _MOVED:
                    return await self._read(reply, announced)
                location = reply.headers.get("Location", "")
            where = media_addresses.redirected(location, where, self._base_url, self._limits.hosts)
            headers = {}
        return NotFetched("redirects")

    async def _read(self, reply: aiohttp.ClientResponse, announced: str) -> Fetched | NotFetched:
        if reply.status != 200:
            return NotFetched("not_there" if reply.status in (404, 410) else f"http_{reply.status}")
        content_type = media.named_type(reply.headers.get("Content-Type", ""), announced)
        if not media.is_allowed(content_type, self._limits.types):
            return NotFetched("kind")
        if (reply.content_length or 0) > self._limits.size:
            return NotFetched("too_large")
        content = bytearray()
        async for piece in reply.content.iter_chunked(_PIECE):
            content += piece
            if len(content) > self._limits.size:
                return NotFetched("too_large")
        return Fetched(bytes(content), content_type) if content else NotFetched("empty")

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            trusted = urlsplit(self._base_url).hostname or ""
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=PublicNames(trusted), limit=4),
                # What is compressed on the way may be a thousand times as large.
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


class PublicNames(AbstractResolver):
    """Resolves names to public addresses only; `trusted` is the host of another carrier, by configuration."""

    def __init__(self, trusted: str = "", inner: AbstractResolver | None = None) -> None:
        self._trusted = trusted
        self._inner = inner or aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a name; raises OSError when none of them is public."""
        found = await self._inner.resolve(host, port, family)
        public = [one for one in found if host == self._trusted or media_addresses.is_public(one["host"])]
        if not public:
            raise OSError(None, "the name leads into a private network")
        return public

    async def close(self) -> None:
        """End resolving."""
        await self._inner.close()
