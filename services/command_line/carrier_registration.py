"""Whether our numbers may send texts in the US: 10DLC campaign or toll-free verification. Only reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

TWILIO_MESSAGING = "https://messaging.twilio.com"
_TOLL_FREE = ("+1800", "+1833", "+1844", "+1855", "+1866", "+1877", "+1888")
_GOOD = frozenset({"VERIFIED", "APPROVED", "TWILIO_APPROVED"})
_BAD = frozenset({"FAILED", "TWILIO_REJECTED", "SUSPENDED", "DELETED"})


class Standing(StrEnum):
    """How a number stands; MISSING is one for which nothing was ever applied for."""

    GOOD = "registered"
    WAITING = "waits for approval"
    REFUSED = "refused or suspended"
    MISSING = "missing"
    NOT_NEEDED = "not needed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Registration:
    """What the carrier says of one number."""

    standing: Standing
    what: str = ""
    """`10DLC campaign` or `toll-free verification`; empty where neither is needed."""
    brand: bool = False
    """Whether the business itself is approved; only for a campaign."""
    pooled: bool = False
    """Whether a messaging service has the number, whose own webhooks then may count."""
    pool_takes_texts: bool = False
    """Whether texts go to the webhook of that service, not to the number's."""


class Get(Protocol):
    """Asks the carrier: (HTTP status, JSON object); never raises."""

    async def __call__(self, url: str, params: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Ask for that URL."""


async def registrations(get: Get, base: str, numbers: Mapping[str, str]) -> dict[str, Registration]:
    """Return how each number (number -> its sid) stands; what can't be read is UNKNOWN."""
    pools = await _pools(get, base)
    brand = await _brand(get, base)
    return {number: await _one(get, base, number, sid, pools, brand) for number, sid in numbers.items()}


def is_toll_free(number: str) -> bool:
    """Return whether it is a toll-free number of North America."""
    return number.startswith(_TOLL_FREE)


@dataclass(frozen=True)
class _Pool:
    sid: str
    numbers: frozenset[str]
    takes_texts: bool


async def _one(
    get: Get, base: str, number: str, sid: str, pools: list[_Pool] | None, brand: bool
) -> Registration:
    pool = next((one for one in pools or () if number in one.numbers), None)
    pooled, takes = pool is not None, pool is not None and pool.takes_texts
    if not (number.startswith("+1") and len(number) == 12):
        return Registration(Standing.NOT_NEEDED, pooled=pooled, pool_takes_texts=takes)
    if is_toll_free(number):
        rows = await _rows(
            get, f"{base}/v1/Tollfree/Verifications", "verifications", {"TollfreePhoneNumberSid": sid}
        )
        standing = _standing(rows, "status")
        return Registration(standing, "toll-free verification", pooled=pooled, pool_takes_texts=takes)
    if pool is None:
        return Registration(Standing.UNKNOWN if pools is None else Standing.MISSING, "10DLC campaign", brand)
    rows = await _rows(get, f"{base}/v1/Services/{pool.sid}/Compliance/Usa2p", "compliance")
    return Registration(_standing(rows, "campaign_status"), "10DLC campaign", brand, pooled, takes)


def _standing(rows: list[dict[str, Any]] | None, field: str) -> Standing:
    if rows is None:
        return Standing.UNKNOWN
    words = {str(row.get(field, "")).upper() for row in rows}
    if words & _GOOD:
        return Standing.GOOD
    if words - _BAD:
        return Standing.WAITING
    return Standing.REFUSED if words else Standing.MISSING


async def _pools(get: Get, base: str) -> list[_Pool] | None:
    services = await _rows(get, f"{base}/v1/Services", "services")
    if services is None:
        return None
    found: list[_Pool] = []
    for service in services:
        sid = str(service.get("sid"))
        rows = await _rows(get, f"{base}/v1/Services/{sid}/PhoneNumbers", "phone_numbers")
        if rows is None:
            return None
        numbers = frozenset(str(row.get("phone_number")) for row in rows)
        found.append(_Pool(sid, numbers, service.get("use_inbound_webhook_on_number") is False))
    return found


async def _brand(get: Get, base: str) -> bool:
    rows = await _rows(get, f"{base}/v1/a2p/BrandRegistrations", "data")
    return any(str(row.get("status", "")).upper() in _GOOD for row in rows or ())


async def _rows(
    get: Get, url: str, key: str, params: Mapping[str, str] | None = None
) -> list[dict[str, Any]] | None:
    status, said = await get(url, {"PageSize": "100", **(params or {})})
    rows = said.get(key)
    return rows if status == 200 and isinstance(rows, list) else None
