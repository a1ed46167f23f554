"""What the carrier says of our account and numbers, and how their webhooks are set. Texts nobody."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from services.command_line import carrier_registration
from services.command_line.carrier_registration import Registration
from services.runtime.twilio_client import CarrierSettings

_TWILIO = "https://api.twilio.com"


@dataclass(frozen=True)
class NumberFacts:
    """How a number of ours is set up at the carrier."""

    sms_url: str = ""
    sms_fallback_url: str = ""
    voice_url: str = ""
    voice_fallback_url: str = ""
    sms: bool = True
    voice: bool = True
    sid: str = ""
    status_callback: str = ""
    """Where the end of a call to us is told."""
    sms_method: str = "POST"
    voice_method: str = "POST"
    application: bool = False
    """Whether an application or a trunk is set: the number's own webhooks then count for nothing."""


@dataclass(frozen=True)
class CarrierFacts:
    """What could be learnt; None is what the carrier didn't tell."""

    status: int | None = None
    """HTTP status of the account; None: no answer at all."""
    why: str = ""
    account_status: str | None = None
    account_type: str | None = None
    balance: float | None = None
    currency: str = ""
    ahead: timedelta | None = None
    """How far this machine's clock is ahead of the carrier's."""
    numbers: Mapping[str, NumberFacts | None] | None = field(default=None)
    """Number -> facts, or None when it isn't ours; the whole is None when the carrier can't tell."""
    registrations: Mapping[str, Registration] | None = field(default=None)
    """Number -> whether it may send texts; None: nobody asked."""


async def ask(settings: CarrierSettings, numbers: Sequence[str]) -> CarrierFacts:
    """Ask the carrier; never raises for what it answers or doesn't."""
    account = _account(settings)
    async with _session(settings) as http:
        try:
            status, said, date = await _get(http, f"{account}.json")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return CarrierFacts(why=type(error).__name__)
        if status != 200:
            return CarrierFacts(status, ahead=date)
        _, money, _ = await _quietly(http, f"{account}/Balance.json")
        found = await _numbers(http, account, numbers)
        return CarrierFacts(
            status=status,
            account_status=said.get("status"),
            account_type=said.get("type"),
            balance=_amount(money),
            currency=str(money.get("currency", "")),
            ahead=date,
            numbers=found,
            registrations=await _registered(http, settings, found or {}),
        )


async def set_up(settings: CarrierSettings, sid: str, parameters: Mapping[str, str]) -> str:
    """Change how a number of ours is set up; return what the carrier says against it, or "" when it did."""
    url = f"{_account(settings)}/IncomingPhoneNumbers/{sid}.json"
    async with _session(settings) as http:
        try:
            async with http.post(url, data=dict(parameters)) as reply:
                if reply.status == 200:
                    return ""
                said = await reply.json(content_type=None)
                why = said.get("message") if isinstance(said, dict) else None
                return f"{reply.status}: {why or 'no reason given'}"
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return type(error).__name__


def _account(settings: CarrierSettings) -> str:
    return f"{settings.base_url or _TWILIO}/2010-04-01/Accounts/{settings.account_sid}"


def _session(settings: CarrierSettings) -> aiohttp.ClientSession:
    user = settings.api_key or settings.account_sid
    secret = settings.api_secret if settings.api_key else settings.auth_token
    login = base64.b64encode(f"{user}:{secret}".encode()).decode()
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=settings.timeout), headers={"Authorization": f"Basic {login}"}
    )


async def _registered(
    http: aiohttp.ClientSession, settings: CarrierSettings, numbers: Mapping[str, NumberFacts | None]
) -> dict[str, Registration]:
    async def get(url: str, params: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        status, said, _ = await _quietly(http, url, params)
        return status, said

    ours = {number: facts.sid for number, facts in numbers.items() if facts is not None}
    base = settings.base_url or carrier_registration.TWILIO_MESSAGING
    return await carrier_registration.registrations(get, base, ours)


async def _numbers(
    http: aiohttp.ClientSession, account: str, numbers: Sequence[str]
) -> dict[str, NumberFacts | None] | None:
    found: dict[str, NumberFacts | None] = {}
    for number in numbers:
        url = f"{account}/IncomingPhoneNumbers.json"
        status, said, _ = await _quietly(http, url, {"PhoneNumber": number})
        listed = said.get("incoming_phone_numbers")
        if status != 200 or not isinstance(listed, list):
            return None
        match = next((one for one in listed if one.get("phone_number") == number), None)
        found[number] = _facts(match) if match is not None else None
    return found


def _facts(said: Mapping[str, Any]) -> NumberFacts:
    able = said.get("capabilities") or {}
    return NumberFacts(
        sms_url=said.get("sms_url") or "",
        sms_fallback_url=said.get("sms_fallback_url") or "",
        voice_url=said.get("voice_url") or "",
        voice_fallback_url=said.get("voice_fallback_url") or "",
        sms=bool(able.get("sms", True)),
        voice=bool(able.get("voice", True)),
        sid=said.get("sid") or "",
        status_callback=said.get("status_callback") or "",
        sms_method=said.get("sms_method") or "POST",
        voice_method=said.get("voice_method") or "POST",
        application=any(
            said.get(name) for name in ("sms_application_sid", "voice_application_sid", "trunk_sid")
        ),
    )


async def _quietly(
    http: aiohttp.ClientSession, url: str, params: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any], timedelta | None]:
    try:
        return await _get(http, url, params)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return 0, {}, None


async def _get(
    http: aiohttp.ClientSession, url: str, params: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any], timedelta | None]:
    async with http.get(url, params=params) as reply:
        ahead = _ahead(reply.headers.get("Date"))
        said = await reply.json(content_type=None) if reply.status == 200 else {}
        return reply.status, said if isinstance(said, dict) else {}, ahead


def _ahead(date: str | None) -> timedelta | None:
    if date is None:
        return None
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return None
    # The machine's clock itself is in question here, not the clock of the domain.
    return datetime.now(UTC) - theirs.astimezone(UTC)  # noqa: TID251  # the machine's own clock is what is checked


def _amount(said: Mapping[str, Any]) -> float | None:
    try:
        return float(said["balance"])
    except (KeyError, TypeError, ValueError):
        return None
