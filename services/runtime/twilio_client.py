"""The carrier's REST API through Twilio's SDK, made safe: own time-outs, no retries, three outcomes.

A POST either was accepted, or was refused (never processed), or its fate is unknown (time-out,
reset, 5xx): then only asking the carrier tells. The SDK's async client ignores its time-out, and
its retries repeat a POST that may have been processed; neither is used here.
"""

import base64
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from twilio.base import values
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client


@dataclass(frozen=True)
class CarrierSettings:
    """How to reach the carrier; `base_url` is empty for the real one."""

    account_sid: str
    auth_token: str
    api_key: str = ""
    api_secret: str = ""
    base_url: str = ""
    timeout: float = 5.0
    """Real seconds for one request."""


@dataclass(frozen=True)
class Accepted:
    """The carrier took it."""

    sid: str


@dataclass(frozen=True)
class Refused:
    """The carrier did not process it: its error code and the HTTP status."""

    code: int | None
    status: int


@dataclass(frozen=True)
class Unknown:
    """Nobody knows whether it was processed; `why` is a word for the log."""

    why: str


Outcome = Accepted | Refused | Unknown


@dataclass(frozen=True)
class Listed:
    """A text or call as the carrier lists it."""

    sid: str
    sender: str
    to: str
    at: datetime
    """When it was sent or began, in whole seconds; of a text that never left, when it was made. UTC."""
    body: str = field(default="", repr=False)
    media: int = 0
    status: str = ""
    changed: datetime | None = None
    """When the carrier last changed it: of a text, its final receipt or its redaction."""
    dated: bool = True
    """False for a text that has no sending date: filters by date miss it."""


@dataclass(frozen=True)
class Media:
    """A picture or other file of a text, as the carrier stores it."""

    sid: str
    url: str
    content_type: str


class _Transport(AsyncHttpClient):  # type: ignore[misc]  # the SDK has no types
    """The SDK's seam: one aiohttp session, a real time-out, no retries, another host if wanted."""

    def __init__(self, settings: CarrierSettings) -> None:
        super().__init__(logging.getLogger("twilio"), True, settings.timeout)
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, str] | None = None,
        data: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._settings.timeout),
                connector=aiohttp.TCPConnector(limit=64),
            )
        sent = dict(headers or {})
        if auth is not None:
            sent["Authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        async with self._session.request(
            method, self._at(url), params=params, data=data, headers=sent, allow_redirects=allow_redirects
        ) as reply:
            return Response(reply.status, await reply.text(), reply.headers)

    def _at(self, url: str) -> str:
        if not self._settings.base_url:
            return url
        base, asked = urlsplit(self._settings.base_url), urlsplit(url)
        return urlunsplit((base.scheme, base.netloc, asked.path, asked.query, ""))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


class Carrier:
    """Sends texts and places calls; every method returns what is known of the outcome."""

    def __init__(self, settings: CarrierSettings) -> None:
        self._transport = _Transport(settings)
        user, secret = settings.api_key or settings.account_sid, settings.api_secret or settings.auth_token
        self._client = Client(user, secret, settings.account_sid, http_client=self._transport)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def send_sms(
        self, to: str, sender: str, body: str, status_callback: str, valid_seconds: int
    ) -> Outcome:
        """Send one text; it expires at the carrier after `valid_seconds` rather than come at dawn."""
        return await self._post(
            self._client.messages.create_async(
                to=to,
                from_=sender,
                body=body,
                status_callback=status_callback or values.unset,
                validity_period=valid_seconds,
            )
        )

    async def call(
        self,
        to: str,
        sender: str,
        url: str,
        status_callback: str,
        ring_seconds: int,
        fallback_url: str = "",
    ) -> Outcome:
        """Place one call; `url` is asked for TwiML when it is answered, else `fallback_url` (by GET)."""
        return await self._post(
            self._client.calls.create_async(
                to=to,
                from_=sender,
                url=url,
                method="POST",
                fallback_url=fallback_url or values.unset,
                fallback_method="GET" if fallback_url else values.unset,
                timeout=ring_seconds,
                status_callback=status_callback,
                status_callback_event=["initiated", "ringing", "answered", "completed"],
                status_callback_method="POST",
            )
        )

    async def end_call(self, sid: str) -> Outcome:
        """Hang up a call, or cancel it while it rings."""
        return await self._post(self._client.calls(sid).update_async(status="completed"))

    async def find_sms(self, to: str, body: str, since: datetime) -> str | None:
        """Return the sid of a text to that phone with that body made since then, or None.

        Lists by phone only: a queued message has no date_sent yet and a date filter would miss it.
        Raises CarrierUnreachable.
        """
        return _newest(
            [
                m
                for m in await self._list(self._client.messages.list_async(to=to, limit=40))
                if m.body == body
            ],
            since,
        )

    async def find_call(self, to: str, since: datetime) -> str | None:
        """Return the sid of a call to that phone made since then, or None. Raises CarrierUnreachable."""
        return _newest(await self._list(self._client.calls.list_async(to=to, limit=20)), since)

    async def texts(
        self,
        *,
        to: str = "",
        sender: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        newest: int | None = None,
    ) -> list[Listed]:
        """Return texts that came in to a number, or went out from one, in that span, oldest first.

        Without `since` and `until` also those without a sending date. Raises CarrierUnreachable.
        """
        found = await self._list(
            self._client.messages.list_async(
                to=to or values.unset,
                from_=sender or values.unset,
                date_sent_after=since.astimezone(UTC) if since else values.unset,
                date_sent_before=until.astimezone(UTC) if until else values.unset,
                limit=newest,
                page_size=_PAGE,
            )
        )
        return _oldest_first(_listed_text(one) for one in found if sender or one.direction == "inbound")

    async def calls_in(self, to: str, since: datetime) -> list[Listed]:
        """Return the calls to a number of ours that began since then, oldest first.

        The list may know days only, so there is no upper end. Raises CarrierUnreachable.
        """
        found = await self._list(
            self._client.calls.list_async(to=to, start_time_after=since.astimezone(UTC), page_size=_PAGE)
        )
        return _oldest_first(_listed_call(one) for one in found if one.direction == "inbound")

    async def media_of(self, sid: str) -> list[Media]:
        """Return the files of a text. Raises CarrierUnreachable."""
        found = await self._list(self._client.messages(sid).media.list_async(page_size=_PAGE))
        base = self._client.api.base_url
        return [
            Media(
                str(one.sid), f"{base}{str(one.uri or '').removesuffix('.json')}", str(one.content_type or "")
            )
            for one in found
        ]

    async def redact_text(self, sid: str) -> Outcome:
        """Have the carrier forget the body of a text; once it is gone, doing it again changes nothing."""
        return await self._post(self._client.messages(sid).update_async(body=""))

    async def drop_media(self, text: str, media: str) -> Outcome:
        """Have the carrier delete a file of a text; Refused with status 404 when it is gone already."""

        async def dropped() -> Accepted:
            await self._client.messages(text).media(media).delete_async()
            return Accepted(media)

        return await self._post(dropped())

    async def check(self) -> Outcome:
        """Ask for the account: are the credentials good, is the carrier there?"""
        return await self._post(self._client.api.accounts(self._client.account_sid).fetch_async())

    async def _post(self, request: Any) -> Outcome:
        try:
            made = await request
        except TwilioRestException as error:
            if error.status >= 500:
                return Unknown(f"http_{error.status}")
            return Refused(error.code, error.status)
        except TwilioException as error:
            status = int(getattr(error, "status", 0) or 0)
            if 400 <= status < 500:
                return Refused(int(getattr(error, "code", 0) or 0) or None, status)
            return Unknown(f"http_{status}" if status else "unreadable_answer")
        except TimeoutError:
            return Unknown("timeout")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Unknown(type(error).__name__)
        return Accepted(str(made.sid))

    async def _list(self, request: Any) -> list[Any]:
        try:
            return list(await request)
        except (TwilioException, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise CarrierUnreachable(type(error).__name__) from error


class CarrierUnreachable(Exception):
    """The carrier could not be asked; try again later."""


_PAGE = 200
"""Rows of one page of a list."""


def _listed_text(one: Any) -> Listed:
    return Listed(
        sid=str(one.sid),
        sender=str(one.from_ or ""),
        to=str(one.to or ""),
        at=one.date_sent or one.date_created,
        body=str(one.body or ""),
        media=int(one.num_media or 0),
        status=str(one.status or ""),
        changed=one.date_updated,
        dated=one.date_sent is not None,
    )


def _listed_call(one: Any) -> Listed:
    at = one.start_time or one.date_created
    return Listed(str(one.sid), str(one._from or ""), str(one.to or ""), at, status=str(one.status or ""))


def _oldest_first(found: Iterable[Listed]) -> list[Listed]:
    # The carrier lists the newest first, and its dates have whole seconds only.
    return sorted(reversed(list(found)), key=lambda one: one.at)


def _newest(found: list[Any], since: datetime) -> str | None:
    # The carrier's dates have whole seconds only.
    floor = since.astimezone(UTC) - timedelta(seconds=1)
    fitting = [one for one in found if one.date_created is None or one.date_created >= floor]
    return str(fitting[0].sid) if fitting else None
