"""What a simulation plays in: policies, shifts and people, in force or read from folders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from contracts.people import ContactMethod, Patient, Person
from contracts.policies import Policy, PolicySet
from contracts.schedules import Calendar, Schedule, Shifts
from contracts.values import Sealed
from services.command_line.link import Link, linked
from services.command_line.troubles import Trouble
from services.escalation.core import routing
from services.escalation.core.inputs import World
from services.process import make_clock
from services.programme import PatientDraft, PersonDraft, load_patients, load_people, load_policies
from services.programme.load import HOLIDAYS, load_calendars, load_schedules
from services.roster import core as roster
from services.runtime.settings import Settings, load

_BEFORE = timedelta(days=1)
_AHEAD = timedelta(days=91)
_ROUNDED = timedelta(seconds=1)
"""A moment to the second may stand before a compilation within it."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Scene:
    """Everything a decision reads, and what is needed to tell of it."""

    now: datetime
    policies: PolicySet
    shifts: Mapping[str, Shifts]
    people: Mapping[str, Person]
    names: Mapping[str, str]
    """Responder id -> first name."""
    patients: Mapping[str, Patient]
    """The patients asked about."""
    origin: str
    """Where policies and roster come from, in words."""
    schedules: tuple[Schedule, ...] = ()
    """Those of a folder, compiled for whatever moment is asked about."""
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    """The holidays of the folder."""

    @property
    def zone(self) -> ZoneInfo:
        """The zone of most policies: the programme's wall clock."""
        zones = [policy.zone for policy in self.policies.policies]
        return ZoneInfo(max(zones, key=zones.count)) if zones else ZoneInfo("UTC")

    @property
    def through(self) -> datetime:
        """Until when all shifts are compiled."""
        return min((shifts.through for shifts in self.shifts.values()), default=self.now)

    def around(self, at: datetime) -> "Scene":
        """Return the scene with shifts that cover the time after a moment. Raises Trouble if none do."""
        if self.schedules:
            return replace(self, shifts={one.id: self._compiled(one, at) for one in self.schedules})
        since = max((shifts.compiled_at for shifts in self.shifts.values()), default=at)
        if at + _ROUNDED < since:
            raise Trouble("--at lies in the past; shifts that are over are no longer known, name a --roster")
        return self

    def world(self, therapist: str | None = None) -> World:
        """Return the world of a decision."""
        # The patient's tags stand in the signal.
        return World(self.policies, self.shifts, self.people, code="K7", therapist=therapist, patient_tags=())

    def _compiled(self, schedule: Schedule, at: datetime) -> Shifts:
        calendar = self.calendars.get(schedule.calendar or "")
        return roster.compile(schedule, at - _BEFORE, at + _AHEAD, calendar=calendar)

    def named(self, responder: str) -> str:
        """Return a responder as `vigil who` shows them."""
        name = self.names.get(responder)
        return f"{name} ({responder})" if name else responder

    def tags(self, patient: str, at: datetime) -> tuple[str, ...]:
        """Return the tags of a patient at that moment."""
        return routing.tags_of(self.patients[patient], at) if patient in self.patients else ()


async def scene(policies: Path | None, folder: Path | None, patient: str) -> Scene:
    """Return the scene: what is in force, or the folders instead. Raises Trouble, ProgrammeError.

    With both folders no server is asked, unless the patient is in neither.
    """
    drafts: Sequence[PatientDraft] = ()
    if folder is not None and patient and (folder / "patients.yaml").exists():
        drafts = [draft for draft in load_patients(folder / "patients.yaml") if draft.id == patient]
    if policies is not None and folder is not None and (drafts or not patient):
        return _of_folders(_empty(_now()), policies, folder, drafts)
    async with linked() as link:
        found = await _in_force(link, "" if drafts else patient)
    return _of_folders(found, policies, folder, drafts)


def _now() -> datetime:
    clock = make_clock(load(Settings))
    try:
        return clock.now()
    finally:
        clock.stop()


def _empty(now: datetime) -> Scene:
    return Scene(now, _policies(()), {}, {}, {}, {}, "")


async def _in_force(link: Link, patient: str) -> Scene:
    current = await link.administration().policies()
    people = await link.values("people", Person)
    shifts = await link.values("shifts", Shifts)
    seals = link.seals()
    names = {who: seals.unseal(person.name) for who, person in people.items()}
    known = await link.administration().patient(patient) if patient else None
    if patient and known is None:
        raise Trouble(f"--patient: there is no patient {patient}; `vigil patient add` makes one")
    return Scene(
        now=link.clock.now(),
        policies=current or _policies(()),
        shifts=shifts,
        people=people,
        names=names,
        patients={patient: known} if known else {},
        origin=f"policies in force (version {current.version if current else 'none'}), roster in force",
    )


def _of_folders(
    found: Scene, policies: Path | None, folder: Path | None, drafts: Sequence[PatientDraft]
) -> Scene:
    """Put what stands in the folders in place of what is in force."""
    if folder is not None:
        people = load_people(folder / "people.yaml")
        calendars = load_calendars(folder / HOLIDAYS) if (folder / HOLIDAYS).exists() else ()
        schedules = load_schedules(
            folder / "schedules.yaml",
            people=[person.id for person in people],
            calendars=[calendar.id for calendar in calendars],
        )
        found = replace(
            found,
            people={draft.id: _person(draft) for draft in people},
            names={draft.id: draft.name for draft in people},
            schedules=schedules,
            calendars={calendar.id: calendar for calendar in calendars},
        ).around(found.now)
    if policies is not None:
        written = load_policies(policies, schedules=list(found.shifts), people=list(found.people))
        found = replace(found, policies=_policies(written))
    of_policies = f"policies of {policies}" if policies else found.origin.partition(",")[0]
    of_roster = f"roster of {folder}" if folder else "roster in force"
    patients = dict(found.patients) | {draft.id: _patient(draft) for draft in drafts}
    return replace(found, patients=patients, origin=f"{of_policies}, {of_roster}")


def moment(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return a moment as written: `03:10` (the next one), or `2026-11-24T03:10`, UTC.

    Without an offset it stands on the zone's clock; a time that comes twice is the first of them.
    Raises Trouble.
    """
    try:
        if len(text) <= 8 and ":" in text:
            at = _next(time.fromisoformat(text), now.replace(microsecond=0), zone)
        else:
            at = datetime.fromisoformat(text)
    except ValueError:
        raise Trouble(f"{text!r} is no moment; write it as 14:30 or 2026-11-24T02:10") from None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _next(clock: time, now: datetime, zone: ZoneInfo) -> datetime:
    today = now.astimezone(zone).date()
    days = (datetime.combine(today + timedelta(days=number), clock, zone) for number in (0, 1))
    return next(at for at in days if at.astimezone(UTC) >= now or at.date() > today)


def _policies(policies: Sequence[Policy]) -> PolicySet:
    return PolicySet(version=0, policies=tuple(policies), applied_by="nobody", applied_at=_EPOCH)


def _person(draft: PersonDraft) -> Person:
    methods = tuple(
        ContactMethod(id=f"m{number}", channel=method.channel, phone=_NOTHING, phone_ref=_NO_PHONE)
        for number, method in enumerate(draft.methods, start=1)
    )
    return Person(id=draft.id, name=_NOTHING, methods=methods, zone=draft.zone, active=draft.active)


def _patient(draft: PatientDraft) -> Patient:
    kept = draft.model_dump(exclude={"name", "phone", "address", "safety_plan"}, exclude_none=True)
    return Patient.model_validate(kept)


_NOTHING = Sealed(key="none", box="")
_NO_PHONE = "none-" + "0" * 32
