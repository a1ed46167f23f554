"""A carrier on a stepped clock, a server of ours for its webhooks, and the real SDK."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.emulator import CarrierEmulator
from services.carrier_emulator.entries import WebhookTried
from services.carrier_emulator.numbers import MessagingService, SenderNumber
from services.runtime.clock import SteppedClock

ACCOUNT = "AC" + "1" * 32
TOKEN = "the-auth-token"
KEY = ("SK" + "2" * 32, "the-key-secret")
FAST = "+15550100001"
SLOW = "+15550100002"
POOL = "MG" + "3" * 32
POOLED = "+15550100003"
START = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)


class LocalHttpClient(AsyncTwilioHttpClient):
    """The SDK's client, sent to this machine, with a time-out that is real."""

    def __init__(self, base_url: str, timeout: float = 5.0) -> None:
        super().__init__()
        self.base = urlsplit(base_url)
        self.seconds = timeout
        self.last_headers: dict[str, str] = {}

    async def request(
        self,
        method,
        url,
        params=None,
        data=None,
        headers=None,
        auth=None,
        timeout=None,
        allow_redirects=False,
    ):
        url = urlsplit(url)._replace(scheme="http", netloc=self.base.netloc).geturl()
        token = base64.b64encode(":".join(auth).encode()).decode()
        async with self.session.request(
            method,
            url,
            params=params,
            data=data,
            headers={**(headers or {}), "Authorization": f"Basic {token}"},
            timeout=aiohttp.ClientTimeout(total=self.seconds),
        ) as response:
            self.last_headers = dict(response.headers)
            return Response(response.status, await response.text(), response.headers)


@dataclass
class Hit:
    """One webhook as our server saw it."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]
    method: str
    signed: bool


Reply = str | tuple[int, str] | Callable[[Hit], str]


@dataclass
class Site:
    """Our side: answers webhooks as scripted by path, and remembers every one."""

    url: str = ""
    replies: dict[str, Reply] = field(default_factory=dict)
    hits: list[Hit] = field(default_factory=list)

    def at(self, path: str) -> list[Hit]:
        return [hit for hit in self.hits if hit.path == path]

    def statuses(self, path: str = "/status") -> list[str]:
        names = ("MessageStatus", "CallStatus")
        return [next(h.params[n] for n in names if n in h.params) for h in self.at(path)]

    async def handle(self, request: web.Request) -> web.Response:
        form = dict(await request.post())
        full = f"{self.url}{request.path_qs}"
        signature = request.headers.get("X-Twilio-Signature", "")
        hit = Hit(
            request.path,
            form or dict(request.query),
            dict(request.headers),
            request.method,
            RequestValidator(TOKEN).validate(full, form, signature),
        )
        self.hits.append(hit)
        reply = self.replies.get(request.path, "<Response/>")
        if callable(reply):
            reply = reply(hit)
        status, text = reply if isinstance(reply, tuple) else (200, reply)
        return web.Response(status=status, text=text, content_type="text/xml")


@dataclass
class World:
    """Everything a test needs, with time that moves only when it is told to."""

    clock: SteppedClock
    emulator: CarrierEmulator
    site: Site
    client: Client
    http: LocalHttpClient

    @property
    def status_url(self) -> str:
        return f"{self.site.url}/status"

    def client_with(self, timeout: float) -> Client:
        self.http.seconds = timeout
        return self.client

    async def send(self, to: str, body: str = "page", **extra):
        extra.setdefault("from_", FAST)
        if "messaging_service_sid" in extra:
            del extra["from_"]
        extra.setdefault("status_callback", self.status_url)
        return await self.client.messages.create_async(to=to, body=body, **extra)

    async def dial(self, to: str, twiml: str, **extra):
        self.site.replies.setdefault("/twiml", twiml)
        return await self.client.calls.create_async(
            to=to,
            from_=FAST,
            url=f"{self.site.url}/twiml",
            status_callback=self.status_url,
            status_callback_event=["initiated", "ringing", "answered", "completed"],
            **extra,
        )

    async def run_for(self, seconds: float) -> None:
        until = self.clock.now() + timedelta(seconds=seconds)
        await self.emulator.idle()
        while (at := self.clock.next_wake()) is not None and at <= until:
            await self.clock.step(at)
            await self.emulator.idle()
        await self.clock.step(until)
        await self.emulator.idle()

    def tried(self, purpose: str) -> list[WebhookTried]:
        return [e for e in self.emulator.ledger.of(WebhookTried) if e.purpose == purpose]


MakeWorld = Callable[..., Awaitable[World]]


@pytest.fixture
async def make_world() -> AsyncIterator[MakeWorld]:
    """Return a maker of worlds; its arguments are those of Behaviour."""
    closing = []

    async def make(**behaviour) -> World:
        site = Site()
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", site.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        clock = SteppedClock(START)
        emulator = CarrierEmulator(
            clock,
            account_sid=ACCOUNT,
            auth_token=TOKEN,
            api_key=KEY,
            numbers=(
                SenderNumber(FAST, sms_url=f"{site.url}/sms", voice_url=f"{site.url}/voice"),
                SenderNumber(SLOW, rate=1.0),
                SenderNumber(POOLED),
            ),
            services=(MessagingService(POOL, (POOLED,)),),
            behaviour=Behaviour(**{"extra_param_rate": 0.0, **behaviour}),
            admin_token="admin",
            seed=7,
        )
        await emulator.start()
        http = LocalHttpClient(emulator.base_url)
        client = Client(ACCOUNT, TOKEN, http_client=http)
        closing.append((http, emulator, runner))
        return World(clock, emulator, site, client, http)

    yield make
    for http, emulator, runner in closing:
        await http.close()
        await emulator.stop()
        await runner.cleanup()
        assert emulator.crashes == ()


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    """Return a world with ordinary behaviour."""
    return await make_world()
