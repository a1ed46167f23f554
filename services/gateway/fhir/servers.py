"""Asks a source's own FHIR server, and no other host, for what a notification only points to."""

import re
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlencode

import aiohttp

from services.gateway.fhir.bundles import Raw, parsed
from services.gateway.fhir.issues import Refused
from services.gateway.fhir.settings import FhirServer
from services.runtime.log import Unavailable

_LARGEST = 4 * 1024 * 1024
_RELATIVE = re.compile(r"[A-Z][A-Za-z]{1,60}/[A-Za-z0-9\-][A-Za-z0-9\-.]{0,63}")
_PAGES = 10


class NotAsked(Exception):
    """There is no server of the source's own, or it is not the one that is named."""


class Gone(Exception):
    """The server says that the resource was deleted."""


class FhirServers:
    """One server for each source, each with its token."""

    def __init__(self, servers: Mapping[str, FhirServer], timeout: float) -> None:
        self._servers = servers
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def resource(self, source: str, reference: str) -> Raw | None:
        """Return the resource of a reference; None if there is none. Raises NotAsked, Gone, Unavailable."""
        base = self._base(source)
        path = reference.removeprefix(f"{base}/")
        if not _RELATIVE.fullmatch(path):
            raise NotAsked(source)
        return await self._get(source, f"{base}/{path}", tells_gone=True)

    async def events(self, source: str, subscription: str, first: int, last: int) -> Raw | None:
        """Return the notification bundle of those events; None if the server can't tell them."""
        base = self._base(source)
        path = subscription.removeprefix(f"{base}/")
        if not _RELATIVE.fullmatch(path):
            raise NotAsked(source)
        asked = {"eventsSinceNumber": first, "eventsUntilNumber": last, "content": "full-resource"}
        return await self._get(source, f"{base}/{path}/$events?{urlencode(asked)}")

    async def changed_since(self, source: str, kind: str, since: str) -> AsyncIterator[Raw]:
        """Yield the pages of resources that changed since then. Raises NotAsked, Unavailable."""
        base = self._base(source)
        url = f"{base}/{kind}?{urlencode({'_lastUpdated': f'ge{since}', '_count': 200})}"
        for _ in range(_PAGES):
            page = await self._get(source, url)
            if page is None:
                raise Unavailable(f"{kind} can't be searched")
            yield page
            url = _next(page)
            if not url:
                return
            if not url.startswith(f"{base}/") and not url.startswith(f"{base}?"):
                raise NotAsked(source)
        raise Unavailable(f"more than {_PAGES} pages of {kind}")

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _base(self, source: str) -> str:
        server = self._servers.get(source)
        if server is None:
            raise NotAsked(source)
        return server.url.rstrip("/")

    async def _get(self, source: str, url: str, *, tells_gone: bool = False) -> Raw | None:
        token = self._servers[source].token.get_secret_value()
        headers = {"Accept": "application/fhir+json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            async with self._opened().get(url, headers=headers, allow_redirects=False) as reply:
                if reply.status != 200:
                    if reply.status == 410 and tells_gone:
                        raise Gone(source)
                    if 400 <= reply.status < 500 and reply.status not in (401, 403, 408, 429):
                        return None
                    raise Unavailable(f"the FHIR server answered {reply.status}")
                held = await reply.content.read(_LARGEST + 1)
                while len(held) <= _LARGEST and (more := await reply.content.read(_LARGEST)):
                    held += more
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise Unavailable(f"the FHIR server: {type(error).__name__}") from error
        if len(held) > _LARGEST:
            raise Unavailable("the FHIR server answered more than 4 MiB")
        try:
            return parsed(held)
        except Refused:
            raise Unavailable("the FHIR server's answer can't be read") from None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout, trust_env=False)
        return self._session


def _next(page: Raw) -> str:
    links = page.get("link")
    for one in links if isinstance(links, list) else []:
        if isinstance(one, dict) and one.get("relation") == "next" and isinstance(one.get("url"), str):
            return str(one["url"])
    return ""
