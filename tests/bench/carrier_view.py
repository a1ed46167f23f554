"""What the carrier saw: when it took the page of each run, told by the codes in the texts."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from nats.aio.client import Client

from contracts.commits import BRIEF
from contracts.escalations import EscalationBrief
from services.runtime.follow import Follower
from services.runtime.log import Stored

_CODE = re.compile(r"\b[A-Z]\d(?:[A-Z](?:\d[A-Z])?)?\b")


async def codes(nc: Client) -> dict[str, str]:
    """Return the code of each patient's run, as the log has it."""
    found: dict[str, str] = {}

    def learn(stored: Stored) -> None:
        if stored.subject.startswith("escalations."):
            brief = EscalationBrief.model_validate_json(stored.headers[BRIEF])
            found[stored.subject.removeprefix("escalations.")] = brief.code

    follower = Follower(nc, "ESCALATIONS", learn, headers_only=True, label="bench")
    await follower.start()
    await follower.stop()
    return found


def accepted(entries: Iterable[dict[str, Any]]) -> dict[str, datetime]:
    """Return when the carrier answered 201 to the first text that holds each code."""
    found: dict[str, datetime] = {}
    for entry in entries:
        if entry["kind"] == "request_handled" and entry["status"] == 201 and "Messages" in entry["path"]:
            body = dict(entry["params"]).get("Body", "")
            for code in _CODE.findall(body):
                found.setdefault(code, datetime.fromisoformat(entry["at"]))
    return found


def marked_sent(entries: Iterable[dict[str, Any]], word: str) -> datetime | None:
    """Return when the carrier first marked a text holding that word as sent."""
    for entry in entries:
        if entry["kind"] == "sms_changed" and entry["status"] == "sent" and word in entry["body"]:
            return datetime.fromisoformat(entry["at"])
    return None
