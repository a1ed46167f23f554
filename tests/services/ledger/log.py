"""Logs made up for tests: messages as a follower sees them."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.commits import BRIEF
from services.runtime.log import Stored

START = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def commit(
    subject: str,
    sequence: int,
    seconds: float,
    events: Sequence[Mapping[str, Any]],
    brief: Mapping[str, Any] | None = None,
    state: Mapping[str, Any] | None = None,
) -> Stored:
    """A commit; events without a moment have the commit's."""
    moment = at(seconds).isoformat()
    data = {
        "at": moment,
        "cause": "test",
        "version": 1,
        "events": [{"at": moment, **one} for one in events],
        "state": state or {},
    }
    headers = {BRIEF: json.dumps(brief or {})}
    return Stored(subject, sequence, json.dumps(data).encode(), headers, at(seconds))


def opened(run: str, urgency: str = "urgent", kind: str = "screen_positive") -> dict[str, Any]:
    signal = {"id": f"ehr/{run}", "kind": kind, "urgency": urgency, "source": "ehr"}
    times = {"occurred_at": START.isoformat(), "received_at": START.isoformat()}
    return {
        "type": "opened",
        "run": run,
        "number": 1,
        "code": "K7",
        "signal": signal | times,
        "policy": {"id": urgency},
        "tags": ["site:north"],
    }


def brief(run: str, status: str = "paging", holder: str | None = None) -> dict[str, Any]:
    return {"run": run, "code": "K7", "status": status, "holder": holder, "round": 0}


def value(bucket: str, key: str, sequence: int, seconds: float, **content: object) -> Stored:
    """A bucket's value."""
    return Stored(f"$KV.{bucket}.{key}", sequence, json.dumps(content).encode(), {}, at(seconds))
