"""Every attendance at a glance: the briefs in the headers of the stream, by session and by patient."""

from collections.abc import Iterable, Mapping

from nats.aio.client import Client
from pydantic import ValidationError

from contracts.attendance import AttendanceBrief, AttendanceEvent
from contracts.commits import BRIEF, DUE
from services.attendance.core.state import Attendance, brief
from services.runtime.deadlines import DueIndex, parse_due
from services.runtime.follow import Follower
from services.runtime.log import Stored

_PREFIX = "attendances."


class Register:
    """Briefs of all attendances. It also feeds the deadlines, from the same headers."""

    def __init__(self, nc: Client, index: DueIndex) -> None:
        self._index = index
        self._sequences: dict[tuple[str, str], int] = {}
        self._by_session: dict[str, dict[str, AttendanceBrief]] = {}
        self._by_patient: dict[str, dict[str, AttendanceBrief]] = {}
        self.follower = Follower(nc, "ATTENDANCES", self._learn, headers_only=True, label="attendance")

    def of(self, session: str, patient: str) -> AttendanceBrief | None:
        """Return the attendance of a patient at a session, as far as is known."""
        return self._by_session.get(session, {}).get(patient)

    def session(self, session: str) -> Mapping[str, AttendanceBrief]:
        """Return patient -> attendance of a session."""
        return self._by_session.get(session, {})

    def patient(self, patient: str) -> Mapping[str, AttendanceBrief]:
        """Return session -> attendance of a patient."""
        return self._by_patient.get(patient, {})

    def all(self) -> Iterable[tuple[str, str, AttendanceBrief]]:
        """Return (session, patient, attendance) of all there are."""
        for session, members in self._by_session.items():
            for patient, one in members.items():
                yield session, patient, one

    def committed(
        self, subject: str, sequence: int, state: Attendance, _events: tuple[AttendanceEvent, ...]
    ) -> None:
        """Take in a commit of this copy at once: the next decision must see it."""
        self._put(state.session, state.patient, sequence, brief(state))

    def _learn(self, stored: Stored) -> None:
        self._index.feed(stored.subject, stored.sequence, parse_due(stored.headers.get(DUE)))
        session, _, patient = stored.subject.removeprefix(_PREFIX).partition(".")
        try:
            learned = AttendanceBrief.model_validate_json(stored.headers.get(BRIEF, ""))
        except ValidationError:
            return
        self._put(session, patient, stored.sequence, learned)

    def _put(self, session: str, patient: str, sequence: int, one: AttendanceBrief) -> None:
        if self._sequences.get((session, patient), 0) >= sequence:
            return
        self._sequences[session, patient] = sequence
        self._by_session.setdefault(session, {})[patient] = one
        self._by_patient.setdefault(patient, {})[session] = one
