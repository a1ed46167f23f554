"""The escalations as the page shows them: folded from stored commits, without I/O or clock.

Commits may come twice and, between the two streams, in any order: a commit that was seen changes
nothing, and attempts wait for the page they belong to.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from contracts import pages as p
from contracts.commits import BRIEF, DUE, Commit
from contracts.escalations import (
    EscalationBrief,
    EscalationEvent,
    EscalationStatus,
    Opened,
    PageRequested,
    Resolved,
)
from services.carrier_emulator.demo import attempts, sentences, words
from services.carrier_emulator.demo.attempts import Attempt
from services.carrier_emulator.demo.cast import Cast
from services.carrier_emulator.demo.sentences import Line, Names

KEPT_CLOSED = timedelta(hours=12)
KEPT_BOARDS = 15
KEPT_LINES = 300
KEPT_PAGES = 3000

_EVENTS: TypeAdapter[EscalationEvent] = TypeAdapter(EscalationEvent)
_PAGE_EVENTS: TypeAdapter[p.PageEvent] = TypeAdapter(p.PageEvent)


@dataclass(slots=True)
class Board:
    """One run of an escalation."""

    run: str
    subject: str
    opened_at: datetime
    brief: EscalationBrief | None = None
    due: datetime | None = None
    contact_by: datetime | None = None
    changed_at: datetime | None = None
    ending: str = ""
    """How it ended, if a person said so."""
    lines: list[tuple[datetime, Line]] = field(default_factory=list)

    @property
    def is_fault(self) -> bool:
        """Whether it is about the system itself."""
        return self.subject.startswith("faults.")

    @property
    def is_closed(self) -> bool:
        """Whether the run is over."""
        return self.brief is not None and self.brief.status is EscalationStatus.CLOSED


class Timeline:
    """Every open and lately closed escalation."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._boards: dict[str, Board] = {}
        self._current: dict[str, str] = {}
        self._seen: dict[str, int] = {}
        self._pages: OrderedDict[str, tuple[str, dict[int, Attempt]]] = OrderedDict()
        self._demo_ids: dict[str, str] = {}

    def has_seen(self, subject: str) -> bool:
        """Tell whether any commit of that subject was folded."""
        return subject in self._seen

    def knows_patient(self, vigil_id: str, demo_id: str) -> None:
        """Remember which patient of the demo an id of Vigil stands for."""
        self._demo_ids[vigil_id] = demo_id

    def fold(self, subject: str, sequence: int, data: bytes, headers: Mapping[str, str]) -> set[str]:
        """Take in one stored commit and return the runs that look different now."""
        if sequence <= self._seen.get(subject, 0):
            return set()
        self._seen[subject] = sequence
        try:
            commit = Commit.model_validate_json(data)
            if subject.startswith("pages."):
                return self._fold_page(commit, headers)
            return self._fold_escalation(subject, commit, headers)
        except ValidationError:
            # Newer than this code, or parked by its reader: the page shows what it can.
            return set()

    def runs(self, now: datetime) -> tuple[str, ...]:
        """Return the runs to show, the newest first."""
        shown = [
            board
            for board in self._boards.values()
            if not board.is_closed or (board.changed_at or board.opened_at) > now - KEPT_CLOSED
        ]
        shown.sort(key=lambda board: board.opened_at, reverse=True)
        still_open = [board for board in shown if not board.is_closed]
        closed = [board for board in shown if board.is_closed][: max(0, KEPT_BOARDS - len(still_open))]
        return tuple(board.run for board in shown if board in still_open or board in closed)

    def view(self, run: str) -> dict[str, object] | None:
        """Return what the page shows of a run, JSON-ready; None if it is unknown."""
        board = self._boards.get(run)
        if board is None or board.brief is None:
            return None
        brief = board.brief
        holder = self._cast.name_of(brief.holder) if brief.holder else ""
        return {
            "run": run,
            "code": brief.code,
            "opened": board.opened_at.isoformat(),
            "title": self._title(board, brief),
            "urgency": str(brief.urgency),
            "urgency_word": brief.urgency.word,
            "status": _status(board, brief, holder),
            "closed": board.is_closed,
            "clocks": [] if board.is_closed else self._clocks(board, brief),
            "lines": [self._line(moment, line) for moment, line in board.lines],
        }

    def _fold_escalation(self, subject: str, commit: Commit, headers: Mapping[str, str]) -> set[str]:
        changed = set()
        for raw in commit.events:
            try:
                event = _EVENTS.validate_python(raw)
            except ValidationError:
                continue
            if isinstance(event, Opened):
                self._boards[event.run] = Board(event.run, subject, event.at)
                self._current[subject] = event.run
            board = self._boards.get(self._current.get(subject, ""))
            if board is None:
                continue
            changed.add(board.run)
            if isinstance(event, PageRequested) and event.contact_by is not None:
                board.contact_by = event.contact_by
            if isinstance(event, Resolved):
                board.ending = words.disposition(event.disposition)
            names = Names(self._cast.name_of, self._about(board), self._cast.zone, board.is_fault, event.at)
            board.lines += [(event.at, line) for line in sentences.lines(event, names)]
            del board.lines[:-KEPT_LINES]
        board = self._boards.get(self._current.get(subject, ""))
        if board is not None:
            self._stand(board, commit, headers)
            changed.add(board.run)
        return changed

    def _stand(self, board: Board, commit: Commit, headers: Mapping[str, str]) -> None:
        board.brief = EscalationBrief.model_validate_json(headers[BRIEF]) if BRIEF in headers else board.brief
        board.due = datetime.fromisoformat(headers[DUE]) if DUE in headers else None
        board.changed_at = commit.at

    def _fold_page(self, commit: Commit, headers: Mapping[str, str]) -> set[str]:
        if BRIEF not in headers:
            return set()
        brief = p.PageBrief.model_validate_json(headers[BRIEF])
        run, tries = self._pages.setdefault(brief.page, (brief.run, {}))
        if len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)
        for raw in commit.events:
            try:
                attempts.fold(tries, _PAGE_EVENTS.validate_python(raw))
            except ValidationError:
                continue
        return {run} if run in self._boards else set()

    def _about(self, board: Board) -> str:
        name = board.subject.partition(".")[2]
        if board.is_fault:
            return name
        known = self._cast.name_of(self._demo_ids.get(name, name))
        return "A patient" if known.startswith("pt_") else known

    def _title(self, board: Board, brief: EscalationBrief) -> str:
        about = self._about(board)
        return f"Fault of the system: {about}" if board.is_fault else f"{about}: {words.topic(brief.kind)}"

    def _clocks(self, board: Board, brief: EscalationBrief) -> list[dict[str, str]]:
        clocks = []
        contact_by = brief.contact_by or board.contact_by
        waiting = (EscalationStatus.WAITING, EscalationStatus.PAGING, EscalationStatus.HELD)
        if contact_by is not None and brief.status in waiting:
            label = "To be fixed" if board.is_fault else "Contact with the patient"
            clocks.append(self._clock(label, contact_by, board))
        if board.due is not None:
            clocks.append(self._clock(_next_word(brief.status), board.due, board))
        return clocks

    def _clock(self, label: str, moment: datetime, board: Board) -> dict[str, str]:
        now = board.changed_at or board.opened_at
        return {
            "label": label,
            "at": words.on(moment, self._cast.zone, now),
            "until": moment.isoformat(),
        }

    def _line(self, moment: datetime, line: Line) -> dict[str, object]:
        _, tries = self._pages.get(line.key, ("", {})) if line.key else ("", {})
        return {
            "at": words.at(moment, self._cast.zone),
            "text": line.text,
            "tone": line.tone,
            "tries": [self._try(tries[number]) for number in sorted(tries)],
        }

    def _try(self, attempt: Attempt) -> dict[str, str]:
        return {
            "label": words.channel(attempt.channel),
            "words": attempts.phrase(attempt, self._cast.zone),
            "text": attempt.text,
        }


def _status(board: Board, brief: EscalationBrief, holder: str) -> str:
    stands = words.status(brief.status, holder, board.is_fault)
    return f"{stands}: {board.ending}" if board.is_closed and board.ending else stands


def _next_word(status: EscalationStatus) -> str:
    match status:
        case EscalationStatus.PAGING:
            return "Next person is paged"
        case EscalationStatus.WAITING:
            return "Paging begins"
        case EscalationStatus.HELD | EscalationStatus.HANDED_OFF | EscalationStatus.REACHED:
            return "Vigil asks again"
        case _other:
            return "Next look"
