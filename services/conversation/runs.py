"""Who holds what: the escalations of patients, as a view of the headers of their stream."""

from collections.abc import Callable

from nats.aio.client import Client
from pydantic import ValidationError

from contracts.commits import BRIEF, KINDS
from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.values import Kind
from services.conversation.core.state import Hold
from services.runtime.follow import Follower
from services.runtime.log import Log, Stored

_CONTACT = frozenset({"bridge_requested", "reached", "hand_off_confirmed"})
_ELSEWHERE = "contact_called"
"""Beside `bridge_requested`: somebody else than the patient is called."""
_SUBJECT = "escalations."


class Runs:
    """Where each patient's escalation stands. An older commit never overwrites a newer one."""

    def __init__(self, nc: Client, on_change: Callable[[str], None]) -> None:
        self._log = Log(nc, "ESCALATIONS")
        self._holds: dict[str, Hold] = {}
        self._paged: dict[str, frozenset[str]] = {}
        self._held: dict[str, set[str]] = {}
        self._on_change = on_change
        self.follower = Follower(
            nc,
            "ESCALATIONS",
            self.learn,
            headers_only=True,
            label="conversation_runs",
        )

    def of(self, patient: str) -> Hold | None:
        """Return where the patient's escalation stands, as far as is known; None: there was none."""
        return self._holds.get(patient)

    async def fresh(self, patient: str) -> Hold | None:
        """Return where it stands at this moment. Raises Unavailable."""
        stored = await self._log.last(f"{_SUBJECT}{patient}")
        if stored is not None:
            self.learn(stored)
        return self.of(patient)

    def held_by(self, responder: str) -> dict[str, str]:
        """Return code -> patient of what this responder holds."""
        patients = sorted(self._held.get(responder, ()))
        return {self._holds[patient].code: patient for patient in patients}

    def paged_to(self, responder: str) -> tuple[str, ...]:
        """Return the codes of which they have a page out, the most urgent first."""
        theirs = [self._holds[patient] for patient, paged in self._paged.items() if responder in paged]
        theirs.sort(key=lambda hold: (-hold.urgency.rank, hold.sequence))
        return tuple(hold.code for hold in theirs)

    def learn(self, stored: Stored) -> None:
        """Take in a commit's headers."""
        # Not filtered by the server: the follower would then never be seen to reach the stream's end.
        if not stored.subject.startswith(_SUBJECT):
            return
        patient = stored.subject.removeprefix(_SUBJECT)
        before = self._holds.get(patient)
        if before is not None and before.sequence >= stored.sequence:
            return
        try:
            brief = EscalationBrief.model_validate_json(stored.headers.get(BRIEF, ""))
        except ValidationError:
            return
        kinds = set(stored.headers.get(KINDS, "").split(","))
        same = before is not None and before.run == brief.run
        contact = before.contact if before is not None and same else 0
        hold = Hold(
            run=brief.run,
            code=brief.code,
            status=brief.status,
            urgency=brief.urgency,
            sequence=stored.sequence,
            holder=brief.holder,
            nobody=brief.status is EscalationStatus.PAGING and not brief.paged and brief.holder is None,
            missed_only=brief.kind is Kind.SESSION_MISSED and brief.evidence == 1,
            contact=stored.sequence if kinds & _CONTACT and _ELSEWHERE not in kinds else contact,
        )
        self._holds[patient] = hold
        self._index(patient, before, hold, brief)
        if before is None or _facts(before) != _facts(hold):
            self._on_change(patient)

    def _index(self, patient: str, before: Hold | None, hold: Hold, brief: EscalationBrief) -> None:
        if before is not None and before.held_by is not None:
            self._held.get(before.held_by, set()).discard(patient)
        if hold.held_by is not None:
            self._held.setdefault(hold.held_by, set()).add(patient)
        if hold.open and brief.paged:
            self._paged[patient] = frozenset(brief.paged)
        else:
            self._paged.pop(patient, None)


def _facts(hold: Hold) -> tuple[object, ...]:
    return (hold.run, hold.status, hold.urgency, hold.holder, hold.nobody, hold.contact)
