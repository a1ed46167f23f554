"""Subscription notifications as they are written: R4 (Parameters), R4B and R5 (SubscriptionStatus)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.gateway.fhir.bundles import Raw

_TYPES = ("handshake", "heartbeat", "event-notification", "query-status", "query-event")


@dataclass(frozen=True, slots=True)
class Happened:
    """One event: its number, and what it is about, if that is said."""

    number: int | None
    focus: str


@dataclass(frozen=True, slots=True)
class Status:
    """The first entry of a notification."""

    subscription: str
    kind: str
    count: int | None
    """Events since the subscription began."""
    happened: tuple[Happened, ...] = ()


def status_of(first: Raw | None) -> Status | None:
    """Return the status that begins a notification; None if that is no notification."""
    match first:
        case {"resourceType": "SubscriptionStatus"} if first is not None:
            held = first.get("notificationEvent")
            events = [one for one in held if isinstance(one, Mapping)] if isinstance(held, list) else []
            return Status(
                _reference(first.get("subscription")),
                _kind(first.get("type")),
                _number(first.get("eventsSinceSubscriptionStart")),
                tuple(
                    Happened(_number(one.get("eventNumber")), _reference(one.get("focus"))) for one in events
                ),
            )
        case {"resourceType": "Parameters", "parameter": list(parts)} if _is_status(parts):
            return Status(
                _reference(_value(parts, "subscription")),
                _kind(_value(parts, "type")),
                _number(_value(parts, "events-since-subscription-start")),
                tuple(_happened(parts)),
            )
        case _:
            return None


def _is_status(parts: Iterable[object]) -> bool:
    return {"subscription", "type"} <= {one.get("name") for one in parts if isinstance(one, Mapping)}


def _happened(parts: Iterable[object]) -> Iterable[Happened]:
    for one in parts:
        if isinstance(one, Mapping) and one.get("name") == "notification-event":
            inner = one.get("part")
            held = inner if isinstance(inner, list) else []
            yield Happened(_number(_value(held, "event-number")), _reference(_value(held, "focus")))


def _value(parts: Iterable[object], name: str) -> object:
    for one in parts:
        if isinstance(one, Mapping) and one.get("name") == name:
            return next((value for key, value in one.items() if key.startswith("value")), None)
    return None


def _kind(said: object) -> str:
    return said if isinstance(said, str) and said in _TYPES else ""


def _reference(said: object) -> str:
    found = said.get("reference") if isinstance(said, Mapping) else said
    return found if isinstance(found, str) else ""


def _number(said: object) -> int | None:
    """Return a number, also one that is written as a string: integer64 and R4's valueString are."""
    if isinstance(said, bool):
        return None
    text = str(said) if isinstance(said, int) else said
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    return None
