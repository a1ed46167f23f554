"""`vigil escalations`: what is open now, and one escalation in full."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.live import Live
from rich.table import Table

from contracts.commits import BRIEF, DUE
from contracts.escalations import EscalationBrief, EscalationEvent, EscalationStatus
from contracts.pages import PageEvent
from contracts.people import CodeTaken
from services.command_line import timeline
from services.command_line.link import Link, linked
from services.command_line.shown import away, local, show, table
from services.command_line.troubles import Trouble
from services.runtime.aggregates import read_events
from services.runtime.follow import Follower
from services.runtime.log import Log, Stored

_EVENTS: TypeAdapter[Any] = TypeAdapter(EscalationEvent)
_PAGE_EVENTS: TypeAdapter[Any] = TypeAdapter(PageEvent)
_COLUMNS = ("code", "urgency", "what", "about", "stands", "has it", "acts again", "opened")


def escalations(
    which: Annotated[
        str,
        typer.Argument(help="A code (K7), a patient, or a fault's area: one in full.", show_default=False),
    ] = "",
    once: Annotated[bool, typer.Option("--once", help="Print the table and end.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Closed ones, and earlier runs, too.")] = False,
) -> None:
    """Show open escalations, as they change; or every event of one of them and of its pages."""
    asyncio.run(_one(which, every) if which else _board(once, every))


def brief_of(stored: Stored | None) -> EscalationBrief | None:
    """Return the brief of a commit, or None when there is no commit."""
    raw = stored.headers.get(BRIEF) if stored else None
    return EscalationBrief.model_validate_json(raw) if raw else None


class Board:
    """Where every escalation stands, from the headers of the stream."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[EscalationBrief, datetime | None]] = {}

    def learn(self, stored: Stored) -> None:
        """Take in a commit's headers."""
        raw, due = stored.headers.get(BRIEF), stored.headers.get(DUE)
        if raw is None:
            return
        try:
            brief = EscalationBrief.model_validate_json(raw)
        except ValidationError:
            return
        self._known[stored.subject] = (brief, datetime.fromisoformat(due) if due else None)

    def table(self, now: datetime, *, every: bool = False) -> Table:
        """Return them as a table: the most urgent first, then whatever acts next."""
        rows = [
            (subject, brief, due)
            for subject, (brief, due) in self._known.items()
            if every or brief.status is not EscalationStatus.CLOSED
        ]
        rows.sort(key=lambda row: (-row[1].urgency.rank, row[2] is None, row[2] or now))
        title = f"{'Escalations' if every else 'Open escalations'}, {local(now, seconds=True)}"
        return table(title, _COLUMNS, (_row(*row, now) for row in rows), "None is open.")


async def _board(once: bool, every: bool) -> None:
    board = Board()
    async with linked() as link:
        follower = Follower(link.nc, "ESCALATIONS", board.learn, headers_only=True, label="cli")
        await follower.start()
        try:
            if once:
                show(board.table(link.clock.now(), every=every))
                return
            with Live(console=Console(highlight=False), auto_refresh=False) as live:
                while True:
                    live.update(board.table(link.clock.now(), every=every), refresh=True)
                    await asyncio.sleep(1)
        finally:
            await follower.stop()


async def _one(which: str, every: bool) -> None:
    async with linked() as link:
        subject = await _subject(link, which)
        commits = await Log(link.nc, "ESCALATIONS", timeout=5).since(subject, 1)
        if not commits:
            raise Trouble(f"{which!r} has no escalation; give a code (K7), a patient's id or a fault's area")
        events = [event for commit in commits for event in read_events(commit.data, _EVENTS)]
        told = events if every else timeline.last_run(events)
        lines = timeline.of_run(told)
        log = Log(link.nc, "PAGES", timeout=5)
        for responder, page in timeline.page_subjects(told):
            for stored in await log.since(f"pages.{responder}.{page}", 1):
                lines += timeline.of_page(responder, read_events(stored.data, _PAGE_EVENTS))
        board = Board()
        board.learn(commits[-1])
        show(board.table(link.clock.now(), every=True))
    rows = ((local(line.at, seconds=True), line.who, line.what) for line in timeline.ordered(lines))
    show("", table(subject, ("at", "page to", "what"), rows))


async def _subject(link: Link, which: str) -> str:
    if which.startswith(("escalations.", "faults.")):
        return which
    if not which.replace("_", "").replace("-", "").isalnum():
        raise Trouble(f"{which!r} is neither a code such as K7 nor an id such as pt_a1b2c3")
    codes = await link.values("codes", CodeTaken)
    taken = codes.get(which.upper())
    if taken is not None and taken.subject:
        return taken.subject
    if await Log(link.nc, "ESCALATIONS", timeout=5).last(f"faults.{which}") is not None:
        return f"faults.{which}"
    return f"escalations.{which}"


def _row(subject: str, brief: EscalationBrief, due: datetime | None, now: datetime) -> tuple[str, ...]:
    return (
        brief.code,
        brief.urgency.value,
        _what(subject, brief),
        subject.removeprefix("escalations."),
        _stands(brief),
        brief.holder or "NOBODY",
        away(due, now) if due else "never",
        away(brief.opened_at, now),
    )


def _what(subject: str, brief: EscalationBrief) -> str:
    """Nothing is wrong in a drill or a test page, and the list says so."""
    if subject.startswith("faults.drill-"):
        return "drill"
    return "test page" if subject.startswith("faults.test-") else brief.kind.value.replace("_", " ")


def _stands(brief: EscalationBrief) -> str:
    if brief.status is EscalationStatus.PAGING:
        return f"paging, round {brief.round + 1} step {brief.step + 1}"
    return brief.status.value.replace("_", " ")
