"""What escalation decides with: the policies, shifts and people of this moment, held in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

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
from services.escalation.core.routing import tags_of
from services.runtime.follow import Follower, ValueTable
from services.runtime.log import Log, Stored

_log = structlog.get_logger()
_BUSY = frozenset({EscalationStatus.HELD})
_DRILLS = "faults.drill-"
_NOT_REAL = (_DRILLS, "faults.test-")
"""Where nothing is wrong: drills and test pages."""


@dataclass(frozen=True)
class AboutPatient:
    """What a decision asks of a patient's record."""

    therapist: str | None = None
    """The responder who treats them, if anybody does."""
    tags: tuple[str, ...] | None = None
    """What policies may ask for; None: the record could not be read."""
    language: str = ""


class Surroundings:
    """Reads shifts directly from their bucket: a stopped roster service stops no page."""

    def __init__(self, nc: Client) -> None:
        # The versions before are for ops; a year of edits would be held here for nothing.
        self._policies = ValueTable(nc, "policies", PolicySet, only="current")
        self._people = ValueTable(nc, "people", Person)
        self._shifts = ValueTable(nc, "shifts", Shifts)
        self._patients = Log(nc, "KV_patients")
        self._holds: dict[str, str] = {}
        self._open_codes: dict[str, str] = {}
        self._engaged: dict[str, frozenset[str]] = {}
        self._drills: dict[str, frozenset[str]] = {}

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
        if subject.startswith(_DRILLS):
            _keep(self._drills, subject, _people(brief))
        elif not subject.startswith(_NOT_REAL):
            _keep(self._engaged, subject, _people(brief))

    def is_code_open(self, code: str) -> bool:
        """Return whether an open run has this code, whatever its bucket says."""
        return code in self._open_codes

    def drills_of(self, responder: str) -> tuple[str, ...]:
        """Return the subjects of open drills that have a page out to them."""
        return tuple(subject for subject, people in self._drills.items() if responder in people)

    def is_engaged(self, responder: str) -> bool:
        """Return whether they hold something real or have a page of it out."""
        return any(responder in people for people in self._engaged.values())

    async def about(self, patient: str | None, now: datetime) -> AboutPatient:
        """Return the patient's therapist and tags, in one read. Raises Unavailable."""
        stored = await self._patients.last(f"$KV.patients.{patient}") if patient else None
        if not stored or not stored.data:
            return AboutPatient(tags=())
        try:
            record = Patient.model_validate_json(stored.data)
        except ValidationError:
            # Without the record the policy still names whom to page.
            _log.error("patient_unreadable", patient=patient)
            return AboutPatient()
        return AboutPatient(record.therapist, tags_of(record, now), record.language)

    def world(self, subject: str, code: str = "", patient: AboutPatient | None = None) -> World:
        """Return the world as it is now for decisions about one subject."""
        about = patient or AboutPatient()
        return World(
            policies=self.policies(),
            shifts=self._shifts.values,
            people=self._people.values,
            busy=frozenset(holder for held, holder in self._holds.items() if held != subject),
            engaged=self._everyone_engaged() if subject.startswith(_DRILLS) else frozenset(),
            code=code,
            therapist=about.therapist,
            language=about.language,
            patient_tags=about.tags,
        )

    def policies(self) -> PolicySet:
        """Return the policies in force; an empty set when none were applied yet."""
        return self._policies.values.get("current") or _NO_POLICIES

    @property
    def people(self) -> Mapping[str, Person]:
        """Everybody on the roster."""
        return self._people.values

    def _everyone_engaged(self) -> frozenset[str]:
        return frozenset().union(*self._engaged.values())

    def _tables(self) -> tuple[ValueTable[PolicySet] | ValueTable[Person] | ValueTable[Shifts], ...]:
        return (self._policies, self._people, self._shifts)


def _people(brief: EscalationBrief | None) -> frozenset[str]:
    """Who holds it or has a page of it out; nobody once it is closed."""
    if brief is None or brief.status is EscalationStatus.CLOSED:
        return frozenset()
    return frozenset((*brief.paged, brief.holder) if brief.holder else brief.paged)


def _keep(table: dict[str, frozenset[str]], subject: str, people: frozenset[str]) -> None:
    if people:
        table[subject] = people
    else:
        table.pop(subject, None)


_NO_POLICIES = PolicySet.model_validate(
    {"version": 0, "policies": (), "applied_by": "nobody", "applied_at": "1970-01-01T00:00:00Z"}
)
