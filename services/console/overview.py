"""What is open, who waits, what is parked and who is on call: held in memory from the headers of streams."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from nats.aio.client import Client
from pydantic import ValidationError

from contracts.commits import BRIEF, DUE
from contracts.conversations import ConversationBrief
from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.pages import PageBrief, PageStatus
from contracts.parked import Parked
from contracts.people import ASSUMED_ZONE, Person
from contracts.schedules import Schedule, Shifts
from services.console.core.board import Open
from services.runtime.follow import Follower, ValueTable
from services.runtime.log import Stored
from services.runtime.sealing import SealError, Seals

_log = structlog.get_logger()


class Overview:
    """The tables every page is made from. `on_change` is called with the subject of what changed."""

    def __init__(self, nc: Client, seals: Seals, on_change: Callable[[str], None]) -> None:
        self._seals = seals
        self._changed = on_change
        self.runs: dict[str, Open] = {}
        """By subject; closed ones too, as their last commit left them."""
        self.talks: dict[str, ConversationBrief] = {}
        self.parked: dict[str, Parked] = {}
        self._pages: dict[str, dict[tuple[str, str], PageBrief]] = {}
        """By run: those of the last run of each subject."""
        self._talk_sequences: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self.people = ValueTable(nc, "people", Person, self._people_changed)
        self.schedules = ValueTable(nc, "schedules", Schedule, lambda: on_change(""))
        self.shifts = ValueTable(nc, "shifts", Shifts, lambda: on_change(""))
        self.followers = (
            Follower(nc, "ESCALATIONS", self._run, headers_only=True, label="console"),
            Follower(nc, "CONVERSATIONS", self._talk, headers_only=True, label="console"),
            Follower(nc, "PAGES", self._page, headers_only=True, label="console"),
            Follower(nc, "PARKED", self._park, label="console"),
        )

    async def start(self) -> None:
        """Begin, and return when everything stored has been seen."""
        for table in (self.people, self.schedules, self.shifts):
            await table.start()
        for follower in self.followers:
            await follower.start()

    async def stop(self) -> None:
        """End."""
        for follower in self.followers:
            await follower.stop()
        for table in (self.shifts, self.schedules, self.people):
            await table.stop()

    @property
    def positions(self) -> list[Callable[[], tuple[str, int]]]:
        """How far each is, for whoever waits until all was seen."""
        tables = (self.people.follower, self.schedules.follower, self.shifts.follower)
        return [one.position for one in (*self.followers, *tables)]

    def open_runs(self) -> list[Open]:
        """Return what is open."""
        return [one for one in self.runs.values() if one.brief.status is not EscalationStatus.CLOSED]

    def by_code(self, code: str) -> Open | None:
        """Return the escalation of that code: the open one, else the one that had it last."""
        having = [one for one in self.runs.values() if one.brief.code == code]
        having.sort(key=lambda one: (one.brief.status is EscalationStatus.CLOSED, -one.sequence))
        return having[0] if having else None

    def pages_of(self, responder: str, run: str) -> list[PageBrief]:
        """Return the pages and messages of a run to a responder, oldest first."""
        found = [one for (who, _), one in self._pages.get(run, {}).items() if who == responder]
        return sorted(found, key=lambda one: one.asked_at)

    def paged_runs(self, responder: str) -> set[str]:
        """Return the runs of which a page is out to them."""
        return {
            run
            for run, pages in self._pages.items()
            if any(who == responder and one.status is PageStatus.OUT for (who, _), one in pages.items())
        }

    def name(self, responder: str) -> str:
        """Return what colleagues call a responder; their id where that can't be read."""
        known = self._names.get(responder)
        if known is None:
            person = self.people.values.get(responder)
            try:
                known = self._seals.unseal(person.name) if person is not None else responder
            except SealError:
                known = responder
            self._names[responder] = known
        return known

    def zone(self, responder: str | None = None) -> ZoneInfo:
        """Return the responder's clock; without one, that of most schedules."""
        person = self.people.values.get(responder or "")
        zones = [one.zone for one in self.schedules.values.values()]
        wanted = person.zone if person is not None else max(zones, key=zones.count, default=ASSUMED_ZONE)
        try:
            return ZoneInfo(wanted)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo(ASSUMED_ZONE)

    def _run(self, stored: Stored) -> None:
        raw, due = stored.headers.get(BRIEF), stored.headers.get(DUE)
        try:
            brief = EscalationBrief.model_validate_json(raw or "")
        except ValidationError:
            _log.error("stored_unreadable", stream="ESCALATIONS", sequence=stored.sequence)
            return
        moment = datetime.fromisoformat(due) if due else None
        before = self.runs.get(stored.subject)
        if before is not None and before.brief.run != brief.run:
            self._pages.pop(before.brief.run, None)
        self.runs[stored.subject] = Open(stored.subject, stored.sequence, brief, moment)
        self._changed(stored.subject)

    def _talk(self, stored: Stored) -> None:
        try:
            brief = ConversationBrief.model_validate_json(stored.headers.get(BRIEF, "{}"))
        except ValidationError:
            return
        patient = stored.subject.partition(".")[2]
        self.talks[patient] = brief
        self._talk_sequences[patient] = stored.sequence
        self._changed(f"escalations.{patient}")

    def talk_sequence(self, patient: str) -> int:
        """Return where the last commit of their conversation stands; 0: there is none."""
        return self._talk_sequences.get(patient, 0)

    def _page(self, stored: Stored) -> None:
        """Keep what may still be answered: pages of the last run of its subject."""
        try:
            brief = PageBrief.model_validate_json(stored.headers.get(BRIEF, ""))
        except ValidationError:
            return
        run = self.runs.get(brief.subject)
        if not brief.subject or (run is not None and _is_earlier(brief, run)):
            return
        self._pages.setdefault(brief.run, {})[brief.responder, brief.page] = brief
        self._changed(brief.subject)

    def _park(self, stored: Stored) -> None:
        try:
            self.parked[stored.subject] = Parked.model_validate_json(stored.data)
        except ValidationError:
            return
        self._changed("")

    def _people_changed(self) -> None:
        self._names.clear()
        self._changed("")


def _is_earlier(page: PageBrief, run: Open) -> bool:
    return page.run != run.brief.run and page.asked_at < run.brief.opened_at
