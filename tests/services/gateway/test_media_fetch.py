"""A file is fetched whole, or not at all: bounded in size, time and hops, from the carrier alone."""

import asyncio
import base64
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from services.gateway.media_fetch import Fetched, Fetcher, Limits, NotFetched, PublicNames
from services.runtime.twilio_client import CarrierSettings

FILE = "/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
LOGIN = "Basic " + base64.b64encode(b"AC1:secret").decode()
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@contextlib.asynccontextmanager
async def carrier(answer: Answer, **changed: object) -> AsyncIterator[tuple[Fetcher, str]]:
    """A carrier that answers so, and who fetches from it."""
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    values: dict[str, object] = {"size": 1000, "seconds": 30, "types": ("image/*",), "hosts": ("twilio.com",)}
    fetcher = Fetcher(
        CarrierSettings("AC1", "secret", base_url=base),
        Limits(**(values | changed)),  # type: ignore[arg-type]
    )
    try:
        yield fetcher, base
    finally:
        await fetcher.close()
        await runner.cleanup()


def sends(body: bytes, kind: str = "image/png", status: int = 200) -> Answer:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, headers={"Content-Type": kind})

    return answer


async def test_credentials_are_for_the_api_and_not_for_the_store() -> None:
    asked: list[tuple[str, str | None]] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append((request.path_qs, request.headers.get("Authorization")))
        if request.path == FILE:
            return web.Response(status=307, headers={"Location": "/store/1?Signature=x"})
        return web.Response(body=b"a door", content_type="image/png")

    async with carrier(answer) as (fetcher, base):
        got = await fetcher.fetch(f"{base}{FILE}", "image/jpeg")

    assert got == Fetched(b"a door", "image/png")
    assert asked == [(FILE, LOGIN), ("/store/1?Signature=x", None)]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (sends(b"x" * 1001), "too_large"),
        (sends(b"<script>", "text/html"), "kind"),
        (sends(b"", "image/png"), "empty"),
        (sends(b"", status=503), "http_503"),
        (sends(b"", status=404), "not_there"),
        (sends(b"", status=401), "http_401"),
    ],
)
async def test_what_is_not_a_file_to_keep_has_a_word_for_it(answer: Answer, why: str) -> None:
    async with carrier(answer) as (fetcher, base):
        assert await fetcher.fetch(f"{base}{FILE}", "image/jpeg") == NotFetched(why)


async def test_a_file_that_does_not_tell_its_size_is_cut_off_where_it_is_too_large() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse(headers={"Content-Type": "image/png"})
        await reply.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await reply.write(b"x" * 500)
        return reply

    async with carrier(answer) as (fetcher, base):
        assert await fetcher.fetch(f"{base}{FILE}", "image/png") == NotFetched("too_large")


async def test_a_carrier_that_says_nothing_is_left_after_its_time() -> None:
    over = asyncio.Event()

    async def answer(_request: web.Request) -> web.StreamResponse:
        await over.wait()
        return web.Response()

    async with carrier(answer, seconds=0.05) as (fetcher, base):
        assert await fetcher.fetch(f"{base}{FILE}", "image/png") == NotFetched("timeout")
        over.set()


@pytest.mark.parametrize("location", ["http://127.0.0.1:1/x", "https://10.0.0.1/x", "ftp://twilio.com/x"])
async def test_no_redirect_leads_out_of_the_carrier(location: str) -> None:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": location})

    async with carrier(answer) as (fetcher, base):
        assert await fetcher.fetch(f"{base}{FILE}", "image/png") == NotFetched("address")


async def test_redirects_end() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": f"/{len(request.path)}"})

    async with carrier(answer) as (fetcher, base):
        assert await fetcher.fetch(f"{base}{FILE}", "image/png") == NotFetched("redirects")


class Names(AbstractResolver):
    """Answers for every name with these addresses."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0)
            for one in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_name_that_leads_into_a_private_network_is_not_followed() -> None:
    """Whoever answers for the name: a redirect must not reach the site's own machines."""
    found = await PublicNames(inner=Names("10.0.0.1", "54.1.2.3")).resolve("mms.twiliocdn.com")
    assert [one["host"] for one in found] == ["54.1.2.3"]
    with pytest.raises(OSError, match="private network"):
        await PublicNames(inner=Names("169.254.169.254")).resolve("mms.twiliocdn.com")
    (ours,) = await PublicNames("localhost", Names("127.0.0.1")).resolve("localhost")
    assert ours["host"] == "127.0.0.1"
