"""What still needs a key of the site that was replaced."""

import base64
import json
from datetime import datetime, timedelta

from nats.aio.client import Client

from contracts.privacy import SiteKey
from contracts.streams import STREAMS
from services.runtime.follow import Follower
from services.runtime.log import Stored

_SCANNED = ("ESCALATIONS", "CONVERSATIONS", "PROGRAMME", "TRIAGE", "ATTENDANCES", "FOLLOWUPS", "PARKED")
"""Streams that keep what was sealed for ever, or for longer than a key is waited for."""
_FORGETTING = ("CARRIER", "SIGNALS", "PAGES", "NOTICES", "OUTREACH")
"""Streams that are full of it, and forget it by themselves."""


async def needs_of(nc: Client, key: SiteKey, now: datetime) -> list[str]:
    """Return in sentences what still needs a replaced key; raises Unavailable."""
    ages = [one.max_age for one in STREAMS if one.name in _FORGETTING and one.max_age is not None]
    until = (key.replaced_at or now) + max(ages, default=timedelta())
    needs = []
    if until > now:
        needs.append(f"texts, calls and pages may be under it until {until:%d %b %Y}")
    for stream in _SCANNED:
        if count := await _count(nc, stream, key.name):
            needs.append(f"{count} messages in {stream} are under it")
    return needs


def keys_in(content: object) -> set[str]:
    """Return the names of all keys that sealed something in a value."""
    match content:
        case {"key": str(name), "box": str(), **rest} if not rest:
            return {name}
        case dict():
            return set().union(*(keys_in(inner) for inner in content.values()))
        case list():
            return set().union(*(keys_in(inner) for inner in content))
        case _other:
            return set()


async def _count(nc: Client, stream: str, name: str) -> int:
    count = 0

    def look(stored: Stored) -> None:
        nonlocal count
        count += name in _keys_of(stored.data)

    follower = Follower(nc, stream, look, label="cli", whole=stream != "PARKED")
    await follower.start()
    await follower.stop()
    return count


def _keys_of(data: bytes) -> set[str]:
    """Return the names of all keys that sealed something in a message, also in one that it holds."""
    try:
        content = json.loads(data)
    except ValueError:
        return set()
    found = keys_in(content)
    if isinstance(content, dict) and content.get("status") != "done" and isinstance(content.get("data"), str):
        try:
            found |= _keys_of(base64.b64decode(content["data"]))
        except ValueError:
            pass
    return found
