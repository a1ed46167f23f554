"""Every conversation at a glance: the briefs in the headers of the stream, held in memory."""

from nats.aio.client import Client
from pydantic import ValidationError

from contracts.commits import BRIEF, DUE
from contracts.conversations import ConversationBrief
from services.conversation.core.state import Hold
from services.runtime.deadlines import DueIndex, parse_due
from services.runtime.follow import Follower
from services.runtime.log import Stored

_SUBJECT = "conversations."


class Talks:
    """Briefs by patient. It also feeds the deadlines, from the same headers."""

    def __init__(self, nc: Client, index: DueIndex) -> None:
        self._index = index
        self._known: dict[str, tuple[int, ConversationBrief]] = {}
        self._joined: dict[str, set[str]] = {}
        self._invited: dict[str, set[str]] = {}
        self._heard: dict[int, str] = {}
        self.follower = Follower(nc, "CONVERSATIONS", self._learn, headers_only=True, label="conversation")

    def knows(self, patient: str) -> bool:
        """Return whether the patient has a conversation."""
        return patient in self._known

    def patients(self) -> tuple[str, ...]:
        """Return who has one."""
        return tuple(self._known)

    def differs(self, patient: str, hold: Hold) -> bool:
        """Return whether the conversation has not seen yet who holds it."""
        known = self._known.get(patient)
        if known is None:
            return False
        brief = known[1]
        return (brief.open or hold.open) and (brief.run, brief.holder, brief.open) != (
            hold.run,
            hold.held_by,
            hold.open,
        )

    def is_live(self, patient: str) -> bool:
        """Return whether something was written since the last end."""
        known = self._known.get(patient)
        return known is not None and known[1].live

    def heard(self, sequence: int) -> str | None:
        """Return the patient (or desk) whose conversation a responder's text in CARRIER was acted on in."""
        return self._heard.get(sequence)

    def joined_by(self, responder: str) -> dict[str, str]:
        """Return code -> patient of the conversations they joined."""
        return self._codes(self._joined.get(responder, ()))

    def inviting(self, responder: str) -> dict[str, str]:
        """Return code -> patient of the conversations they were asked into."""
        return self._codes(self._invited.get(responder, ()))

    def _codes(self, patients: "set[str] | tuple[str, ...]") -> dict[str, str]:
        briefs = {patient: self._known[patient][1] for patient in sorted(patients)}
        return {brief.code: patient for patient, brief in briefs.items() if brief.open and brief.code}

    def _learn(self, stored: Stored) -> None:
        self._index.feed(stored.subject, stored.sequence, parse_due(stored.headers.get(DUE)))
        patient = stored.subject.removeprefix(_SUBJECT)
        known = self._known.get(patient)
        if known is not None and known[0] >= stored.sequence:
            return
        try:
            brief = ConversationBrief.model_validate_json(stored.headers.get(BRIEF, "{}"))
        except ValidationError:
            return
        if known is not None:
            for sequence in known[1].heard:
                self._heard.pop(sequence, None)
        self._heard |= dict.fromkeys(brief.heard, patient)
        self._known[patient] = (stored.sequence, brief)
        for table, people in ((self._joined, brief.joined), (self._invited, brief.invited)):
            for responder, patients in table.items():
                if responder not in people:
                    patients.discard(patient)
            for responder in people:
                table.setdefault(responder, set()).add(patient)
