"""Calls webhooks as the carrier does: signed, with time-outs, retries and complaints."""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from services.carrier_emulator.activity import Activity
from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.debugger import Debugger
from services.carrier_emulator.entries import WebhookTried
from services.carrier_emulator.faults import WEBHOOK_SHAPE, Fault, Faults, Subject
from services.carrier_emulator.identifiers import Identifiers
from services.carrier_emulator.ledger import Ledger
from services.carrier_emulator.signed_request import SignedRequest, Webhook, build
from services.carrier_emulator.webhook_overrides import Overrides, parse


@dataclass(frozen=True, slots=True)
class Answer:
    """What a webhook answered, or why there was no answer."""

    status: int | None
    body: str = ""
    content_type: str = ""
    failure: str = ""
    error_code: int | None = None

    @property
    def ok(self) -> bool:
        """Tell whether the webhook answered with success."""
        return self.error_code is None


class Webhooks:
    """One shared HTTP client with bounded concurrency for everything the carrier sends."""

    def __init__(
        self,
        *,
        auth_token: str,
        now: Callable[[], datetime],
        activity: Activity,
        behaviour: Behaviour,
        ledger: Ledger,
        debugger: Debugger,
        faults: Faults,
        identifiers: Identifiers,
        seed: int,
    ) -> None:
        self._auth_token = auth_token
        self._now = now
        self._activity = activity
        self._behaviour = behaviour
        self._ledger = ledger
        self._debugger = debugger
        self._faults = faults
        self._identifiers = identifiers
        self._random = random.Random(seed)
        self._slots = asyncio.Semaphore(behaviour.webhook_concurrency)
        self._session: aiohttp.ClientSession | None = None
        self.history: deque[SignedRequest] = deque(maxlen=1000)

    def reseed(self, seed: int) -> None:
        """Start again from another seed."""
        self._random = random.Random(seed)

    async def start(self) -> None:
        """Open the HTTP client; keep-alive is shorter than any server's, to avoid stale reuse."""
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=2)
        self._session = aiohttp.ClientSession(connector=connector)

    async def stop(self) -> None:
        """Close the HTTP client."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, webhook: Webhook) -> Answer:
        """Call the webhook, trying again as its URL asks, and return the last answer."""
        return await self.resend(self.prepare(webhook))

    def prepare(self, webhook: Webhook) -> SignedRequest:
        """Sign a webhook under a new idempotency token, bent by the faults that strike it."""
        url, overrides = parse(webhook.url, self._behaviour)
        if overrides.bad_policy:
            self._debugger.note(11243, webhook.subject, webhook.url, "unknown retry policy")
        token = self._identifiers.token()
        return build(webhook, url, self._auth_token, token, self._shapes(webhook))

    async def resend(self, request: SignedRequest) -> Answer:
        """Send a request as it stands: the same signature and idempotency token each time."""
        _, overrides = parse(request.webhook.url, self._behaviour)
        self.history.append(request)
        for attempt in range(overrides.retries + 1):
            answer = await self._attempt(request, overrides, attempt)
            if answer.ok or not overrides.retries_after(answer.failure):
                break
        if answer.error_code is not None:
            detail = f"{answer.failure} {answer.status or ''} {answer.body[:200]}".strip()
            self._debugger.note(answer.error_code, request.webhook.subject, request.webhook.url, detail)
        return answer

    def _shapes(self, webhook: Webhook) -> tuple[Fault, ...]:
        shapes = self._faults.take_all(WEBHOOK_SHAPE, subject_of(webhook))
        rate = self._behaviour.extra_param_rate
        if webhook.purpose == "sms_status" and self._random.random() < rate:
            return (*shapes, Fault("extra_param"))
        return shapes

    async def _attempt(self, request: SignedRequest, overrides: Overrides, attempt: int) -> Answer:
        async with self._slots:
            started = asyncio.get_running_loop().time()
            answer = await self._exchange(request, overrides)
            seconds = asyncio.get_running_loop().time() - started
        webhook = request.webhook
        self._ledger.write(
            WebhookTried(
                at=self._now(),
                subject=webhook.subject,
                purpose=webhook.purpose,
                url=request.url,
                params=tuple(webhook.params.items()),
                token=request.token,
                attempt=attempt,
                status=answer.status,
                error_code=answer.error_code,
                body=answer.body[:2000],
                real_seconds=seconds,
            )
        )
        return answer

    async def _exchange(self, request: SignedRequest, overrides: Overrides) -> Answer:
        if self._session is None:
            raise RuntimeError("the emulator is not started")
        post = request.webhook.method != "GET"
        try:
            async with self._session.request(
                request.webhook.method,
                URL(request.url, encoded=True),
                data=urlencode(request.webhook.params).encode() if post else None,
                headers=request.headers,
                timeout=aiohttp.ClientTimeout(
                    total=overrides.total_seconds,
                    sock_connect=overrides.connect_seconds,
                    sock_read=overrides.read_seconds,
                ),
            ) as response:
                body = await response.text(errors="replace")
                return _judge(response.status, body, response.content_type)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Answer(None, str(error), failure="ct", error_code=11205)
        except TimeoutError:
            return Answer(None, "time-out", failure="rt", error_code=11205)
        except (aiohttp.ClientError, ValueError) as error:
            return Answer(None, repr(error), failure="rt", error_code=11200)


def subject_of(webhook: Webhook) -> Subject:
    """Return what a fault may match in a webhook."""
    return Subject(
        name=webhook.subject,
        to=webhook.params.get("To", ""),
        from_=webhook.params.get("From", ""),
        path=webhook.url,
        status=webhook.status,
    )


def _judge(status: int, body: str, content_type: str) -> Answer:
    if status < 300:
        return Answer(status, body, content_type)
    if status >= 400:
        failure = "5xx" if status >= 500 else "4xx"
        return Answer(status, body, content_type, failure, 11217)
    return Answer(status, body, content_type, "3xx", 11200)
