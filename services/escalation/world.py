"""What escalation decides with: the policies, shifts and people of this moment, held in memory."""

from collections.abc import Mapping

import structlog
from nats.aio.client import Client
from pydantic import ValidationError

from contracts.commits import BRIEF
from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.people import Patient, Person
from contracts.policies import PolicySet
from contracts.schedules import Shifts
from contracts.values import Urgency
from services.escalation.core.inputs import World
from services.runtime.follow import Follower, ValueTable
from services.runtime.log import Log, Stored

_log = structlog.get_logger()
_BUSY = frozenset({EscalationStatus.HELD})


class Surroundings:
    """Reads shifts directly from their bucket: a stopped roster service stops no page."""

    def __init__(self, nc: Client) -> None:
        self._policies = ValueTable(nc, "policies", PolicySet)
        self._people = ValueTable(nc, "people", Person)
        self._shifts = ValueTable(nc, "shifts", Shifts)
        self._patients = Log(nc, "KV_patients")
        self._holds: dict[str, str] = {}
        self._open_codes: dict[str, str] = {}

    async def start(self) -> None:
        """Read everything there is."""
        for table in self._tables():
            await table.start()

    async def stop(self) -> None:
        """Follow no more."""
        for table in self._tables():
            await table.stop()

    def followers(self) -> tuple[Follower, ...]:
        """Return the followers behind it."""
        return tuple(table.follower for table in self._tables())

    def learn(self, stored: Stored) -> None:
        """Note from a commit's headers who holds an imminent escalation, and which code is in use."""
        raw = stored.headers.get(BRIEF)
        self.note(stored.subject, EscalationBrief.model_validate_json(raw) if raw else None)

    def note(self, subject: str, brief: EscalationBrief | None) -> None:
        """Note who holds this one, if it is imminent and they are busy with it, and its code."""
        if brief is not None and brief.status is not EscalationStatus.CLOSED:
            self._open_codes[brief.code] = subject
        elif brief is not None and self._open_codes.get(brief.code) == subject:
            del self._open_codes[brief.code]
        busy = brief is not None and brief.urgency is Urgency.IMMINENT and brief.status in _BUSY
        if busy and brief is not None and brief.holder:
            self._holds[subject] = brief.holder
        else:
            self._holds.pop(subject, None)

    def is_code_open(self, code: str) -> bool:
        """Return whether an open run has this code, whatever its bucket says."""
        return code in self._open_codes

    async def therapist(self, patient: str | None) -> str | None:
        """Return the patient's own therapist, if the patient is known. Raises Unavailable."""
        stored = await self._patients.last(f"$KV.patients.{patient}") if patient else None
        if not stored or not stored.data:
            return None
        try:
            return Patient.model_validate_json(stored.data).therapist
        except ValidationError:
            # Without the record the policy still names whom to page.
            _log.error("patient_unreadable", patient=patient)
            return None

    def world(self, subject: str, code: str = "", therapist: str | None = None) -> World:
        """Return the world as it is now for decisions about one subject."""
        return World(
            policies=self.policies(),
            shifts=self._shifts.values,
            people=self._people.values,
            busy=frozenset(holder for held, holder in self._holds.items() if held != subject),
            code=code,
            therapist=therapist,
        )

    def policies(self) -> PolicySet:
        """Return the policies in force; an empty set when none were applied yet."""
        return self._policies.values.get("current") or _NO_POLICIES

    @property
    def people(self) -> Mapping[str, Person]:
        """Everybody on the roster."""
        return self._people.values

    def _tables(self) -> tuple[ValueTable[PolicySet] | ValueTable[Person] | ValueTable[Shifts], ...]:
        return (self._policies, self._people, self._shifts)


_NO_POLICIES = PolicySet.model_validate(
    {"version": 0, "policies": (), "applied_by": "nobody", "applied_at": "1970-01-01T00:00:00Z"}
)
