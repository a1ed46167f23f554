"""Brings one resource to a FHIR server: `PUT {base}/{type}/{id}`, so that a repetition is harmless.

No redirect is followed: whoever answers for a recipient could else send a patient's data anywhere.
"""

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from contracts.deliveries import address_fault
from services.runtime.log import Unavailable

_MOST_BYTES = 32 * 1024
_LATER = frozenset({408, 409, 423, 425, 429})
"""Refusals of a moment, not of the resource."""


@dataclass(frozen=True, slots=True)
class Brought:
    """The recipient has it."""

    status: int


@dataclass(frozen=True, slots=True)
class Later:
    """It was not taken now; `wait` is what the recipient asked for."""

    why: str
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never be taken like this; `answer` says why, and may quote what was sent."""

    status: int
    answer: str


Answer = Brought | Later | Refused


class Poster:
    """Asks, one connection pool of its own. `seconds` are real ones, for one request."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def put(self, base_url: str, token: str, resource: dict[str, object]) -> Answer:
        """Bring a resource under its own type and id. Raises Unavailable once it was closed; else never."""
        if self._closed:
            raise Unavailable("nothing is sent any more")
        if address_fault(base_url):
            return Refused(0, "the recipient's address is not https")
        url = f"{base_url}/{resource['resourceType']}/{resource['id']}"
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/fhir+json",
            "Accept": "application/fhir+json",
            "Prefer": "return=minimal",
        }
        body = json.dumps(resource, ensure_ascii=False).encode()
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._opened().put(url, data=body, headers=headers, allow_redirects=False) as reply,
            ):
                return await _read(reply)
        except TimeoutError:
            return Later("timeout")
        except (aiohttp.ClientError, OSError, ValueError):
            return Later("unreachable")

    async def close(self) -> None:
        """End; what is under way is cut off, and counts as not brought."""
        self._closed = True
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit_per_host=8),
                cookie_jar=aiohttp.DummyCookieJar(),
                # What is compressed on the way may be a thousand times as large.
                auto_decompress=False,
                # No proxy of the environment comes between: the certificate checked is the recipient's.
                trust_env=False,
            )
        return self._session


def asked_wait(header: str) -> timedelta | None:
    """Return the seconds of a Retry-After; None for none, and for a date."""
    if not (header.isascii() and header.isdigit() and len(header) < 6):
        return None
    return timedelta(seconds=int(header))


async def _read(reply: aiohttp.ClientResponse) -> Answer:
    if 200 <= reply.status < 300:
        return Brought(reply.status)
    if reply.status >= 500 or reply.status in _LATER or reply.status < 200:
        return Later(f"http_{reply.status}", asked_wait(reply.headers.get("Retry-After", "")))
    content = await reply.content.read(_MOST_BYTES)
    return Refused(reply.status, _diagnostics(content))


def _diagnostics(content: bytes) -> str:
    """Return what an OperationOutcome says; of anything else the beginning."""
    text = content.decode(errors="replace")
    try:
        issues = json.loads(text)["issue"]
        said = [
            str(one.get("diagnostics") or one.get("details", {}).get("text") or one.get("code", ""))
            for one in issues
        ]
        return "; ".join(part for part in said if part)[:2000]
    except (ValueError, KeyError, TypeError, AttributeError):
        return text[:2000]
