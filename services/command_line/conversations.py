"""`vigil conversations`: who waits for an answer on the crisis line, and who talks with whom."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import ValidationError

from contracts.commits import BRIEF
from contracts.conversations import ConversationBrief
from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.values import Urgency
from services.command_line.link import linked
from services.command_line.shown import local, put_json, show, span_of, table
from services.runtime.follow import Follower
from services.runtime.log import Stored

_COLUMNS = ("code", "urgency", "waits", "about", "has it", "beside", "texts", "marks")
_HELD = frozenset({EscalationStatus.HELD, EscalationStatus.REACHED, EscalationStatus.HANDED_OFF})


@dataclass(frozen=True)
class Line:
    """One conversation that is open, or whose patient waits."""

    patient: str
    code: str
    urgency: Urgency
    holder: str | None
    waiting_since: datetime | None
    joined: tuple[str, ...]
    texts: int
    media: int
    opted_out: bool
    muted_until: datetime | None

    @property
    def order(self) -> tuple[int, bool, datetime]:
        """Most urgent first, then whoever has waited longest for an answer; those answered last."""
        never = datetime.max.replace(tzinfo=UTC)
        return (-self.urgency.rank, self.waiting_since is None, self.waiting_since or never)


def conversations(
    every: Annotated[bool, typer.Option("--all", help="Closed ones, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Plain JSON.")] = False,
) -> None:
    """Show the crisis line: the most urgent first, then whoever has waited longest for an answer.

    Nothing that a patient wrote is shown.
    """
    asyncio.run(_show(every, as_json))


def lines(
    talks: Iterable[tuple[str, ConversationBrief]], runs: dict[str, EscalationBrief], *, every: bool = False
) -> list[Line]:
    """Return what to show, in the order in which patients should be answered."""
    found = []
    for patient, brief in talks:
        run = runs.get(patient)
        is_open = run is not None and run.status is not EscalationStatus.CLOSED
        if brief.desk or not (every or is_open or brief.waiting_since is not None):
            continue
        urgencies = [brief.urgency or Urgency.URGENT, *([run.urgency] if run is not None and is_open else [])]
        found.append(
            Line(
                patient=patient,
                code=run.code if run is not None else brief.code,
                urgency=max(urgencies, key=lambda urgency: urgency.rank),
                holder=run.holder if run is not None and run.status in _HELD else None,
                waiting_since=brief.waiting_since,
                joined=brief.joined,
                texts=brief.texts,
                media=brief.media,
                opted_out=brief.opted_out,
                muted_until=brief.muted_until,
            )
        )
    return sorted(found, key=lambda line: line.order)


async def _show(every: bool, as_json: bool) -> None:
    talks: dict[str, ConversationBrief] = {}
    runs: dict[str, EscalationBrief] = {}

    def learn_talk(stored: Stored) -> None:
        try:
            brief = ConversationBrief.model_validate_json(stored.headers.get(BRIEF, "{}"))
        except ValidationError:
            return
        talks[stored.subject.removeprefix("conversations.")] = brief

    def learn_run(stored: Stored) -> None:
        try:
            brief = EscalationBrief.model_validate_json(stored.headers.get(BRIEF, ""))
        except ValidationError:
            return
        runs[stored.subject.removeprefix("escalations.")] = brief

    async with linked() as link:
        for stream, learn, filters in (
            ("CONVERSATIONS", learn_talk, ()),
            ("ESCALATIONS", learn_run, ("escalations.*",)),
        ):
            follower = Follower(link.nc, stream, learn, filters=filters, headers_only=True, label="cli")
            await follower.start()
            await follower.stop()
        now = link.clock.now()
    found = lines(talks.items(), runs, every=every)
    if as_json:
        put_json([_json(line) for line in found])
        return
    waiting = sum(line.waiting_since is not None for line in found)
    title = f"The crisis line, {local(now, seconds=True)}: {waiting} waiting"
    show(table(title, _COLUMNS, (_row(line, now) for line in found), "Nobody waits."))


def _json(line: Line) -> dict[str, object]:
    return {
        "patient": line.patient,
        "code": line.code,
        "urgency": line.urgency.value,
        "waiting_since": line.waiting_since.isoformat() if line.waiting_since else None,
        "holder": line.holder,
        "joined": list(line.joined),
        "texts": line.texts,
        "media": line.media,
        "opted_out": line.opted_out,
        "muted_until": line.muted_until.isoformat() if line.muted_until else None,
    }


def _row(line: Line, now: datetime) -> tuple[str, ...]:
    marks = [
        "can't text: call" if line.opted_out else "",
        "automatic texts pause" if line.muted_until is not None and line.muted_until > now else "",
        f"{line.media} pictures" if line.media else "",
    ]
    return (
        line.code,
        line.urgency.value,
        span_of(now - line.waiting_since) if line.waiting_since is not None else "answered",
        line.patient,
        line.holder or "NOBODY",
        " ".join(line.joined) or "-",
        str(line.texts),
        ", ".join(mark for mark in marks if mark) or "-",
    )
