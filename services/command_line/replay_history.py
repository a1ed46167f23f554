"""Histories for replays: read from the log, from a file, or made up; kept in a file as JSON lines."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from contracts.commits import Commit
from contracts.escalations import EscalationEvent
from services.command_line.link import Link
from services.command_line.troubles import Trouble
from services.runtime.follow import Follower
from services.runtime.log import Stored

Commits = list[tuple[str, Sequence[EscalationEvent]]]
_EVENTS: TypeAdapter[Any] = TypeAdapter(tuple[EscalationEvent, ...])


async def recorded(link: Link) -> Commits:
    """Return every commit about patients that the log holds, in its order. Raises Unavailable.

    What was stored unreadably is left out and counted by the follower's log line.
    """
    found: Commits = []

    def learn(stored: Stored) -> None:
        events = Commit.model_validate_json(stored.data).events
        found.append((stored.subject, _EVENTS.validate_python(events)))

    follower = Follower(link.nc, "ESCALATIONS", learn, filters=("escalations.*",), label="cli", whole=True)
    await follower.start()
    await follower.stop()
    return found


def read(path: Path) -> Commits:
    """Return the history of a file. Raises Trouble with the line that can't be read."""
    found: Commits = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise Trouble(f"--history: {path} cannot be read ({type(error).__name__})") from None
    for number, line in enumerate(lines, start=1):
        try:
            raw = json.loads(line)
            found.append((str(raw["subject"]), _EVENTS.validate_json(json.dumps(raw["events"]))))
        except (ValueError, KeyError, TypeError, ValidationError):
            raise Trouble(
                f"{path}:{number}: is no commit of an escalation; a line is "
                '{"subject": "escalations.<patient>", "events": [...]}, as `--save` writes it'
            ) from None
    return found


def save(path: Path, commits: Iterable[tuple[str, Sequence[EscalationEvent]]]) -> int:
    """Write a history, one commit in each line; return how many. Ids and sealed values only."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for subject, events in commits:
            raw = _EVENTS.dump_python(tuple(events), mode="json")
            file.write(json.dumps({"subject": subject, "events": raw}, separators=(",", ":")) + "\n")
            count += 1
    return count


def span(commits: Commits) -> tuple[datetime, datetime] | None:
    """Return the moments of its first and last event, or None when it is empty."""
    moments = [event.at for _, events in commits for event in events]
    return (min(moments), max(moments)) if moments else None
