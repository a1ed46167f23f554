"""Reads along: every stream of a demo week, whole, as it grows."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from nats.aio.client import Client
from pydantic import TypeAdapter, ValidationError

from contracts.attendance import AttendanceBrief
from contracts.commits import BRIEF, DUE, Commit
from contracts.escalations import EscalationEvent
from contracts.pages import PageEvent
from contracts.signals import Signal
from services.demo_week.pace import Pacemaker
from services.demo_week.record import Recorded
from services.runtime.follow import Follower
from services.runtime.log import Stored

_EVENTS: TypeAdapter[Any] = TypeAdapter(tuple[EscalationEvent, ...])
_PAGE_EVENTS: TypeAdapter[Any] = TypeAdapter(tuple[PageEvent, ...])
_READ = (
    *("PROGRAMME", "SIGNALS", "ESCALATIONS", "PAGES", "CONVERSATIONS", "TRIAGE", "ATTENDANCES"),
    *("FOLLOWUPS", "OVERDUE", "PARKED"),
)


class Watch:
    """Fills a record from the streams."""

    def __init__(
        self,
        nc: Client,
        record: Recorded,
        pacemaker: Pacemaker,
        told: Callable[[str, Sequence[EscalationEvent]], None],
    ) -> None:
        """`told` hears of each commit of an escalation: its subject and its events."""
        self._record = record
        self._pacemaker = pacemaker
        self._told = told
        self._followers = [
            Follower(nc, stream, self._learn_from(stream), label="demo", whole=True) for stream in _READ
        ]

    async def start(self) -> None:
        """Begin to read."""
        for follower in self._followers:
            await follower.start()

    async def stop(self) -> None:
        """Read no more."""
        await asyncio.gather(*(follower.stop() for follower in self._followers))

    async def catch_up(self, seconds: float) -> None:
        """Wait until all that is stored was read. Raises Unavailable."""
        for follower in self._followers:
            await follower.catch_up(timeout=seconds)

    def _learn_from(self, stream: str) -> Callable[[Stored], None]:
        def learn(stored: Stored) -> None:
            self._record.subjects.add(stored.subject)
            self._pacemaker.seen()
            try:
                self._learn(stream, stored)
            except ValidationError:
                self._record.unreadable += 1

        return learn

    def _learn(self, stream: str, stored: Stored) -> None:
        record = self._record
        match stream:
            case "PROGRAMME":
                self._learn_fact(stored)
            case "SIGNALS":
                signal = Signal.model_validate_json(stored.data)
                record.signals[signal.id] = signal
            case "OVERDUE":
                subject = str(json.loads(stored.data).get("subject", ""))
                record.overdue[subject] = record.overdue.get(subject, 0) + 1
            case "PARKED":
                record.parked.add(stored.subject)
            case _:
                self._learn_commit(stream, stored)

    def _learn_fact(self, stored: Stored) -> None:
        held = json.loads(stored.data)
        if "document" in held:
            what = str(held["type"]), datetime.fromisoformat(held["at"])
            self._record.facts[held["patient"], held["document"]] = what

    def _learn_commit(self, stream: str, stored: Stored) -> None:
        record, subject = self._record, stored.subject
        raw = stored.headers.get(DUE)
        due = record.dues[stream, subject] = datetime.fromisoformat(raw) if raw else None
        self._pacemaker.due((stream, subject), due)
        events = Commit.model_validate_json(stored.data).events
        match stream:
            case "ESCALATIONS":
                read = _EVENTS.validate_python(events)
                record.escalations.setdefault(subject, []).extend(read)
                self._told(subject, read)
            case "PAGES":
                record.pages.setdefault(subject, []).extend(_PAGE_EVENTS.validate_python(events))
            case "ATTENDANCES":
                _, session, patient = subject.split(".")
                brief = AttendanceBrief.model_validate_json(stored.headers.get(BRIEF, "{}"))
                record.attendances[session, patient] = brief
                if any(e.get("type") == "attendance_held_back" for e in events):
                    record.held_back.add(session)
            case "CONVERSATIONS":
                record.conversed |= {str(e["sid"]) for e in events if e.get("type") == "text_received"}
            case "TRIAGE":
                patient = subject.split(".")[1]
                record.assessed |= {(patient, str(e["document"])) for e in events if "document" in e}
            case _:
                return
