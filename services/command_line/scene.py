"""What commands judge and rehearse: policies and roster in force, or those of folders instead."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from contracts.people import Patient, Person
from contracts.policies import Policy, PolicySet
from contracts.schedules import HORIZON, Shifts
from services.command_line import people_of_files, whole_roster
from services.command_line.link import Link, linked, this_moment
from services.command_line.programme_zone import most, programme_zone
from services.command_line.troubles import Trouble
from services.command_line.whole_roster import Roster
from services.escalation.core import routing
from services.escalation.core.inputs import World
from services.escalation.coverage.plan import Plan
from services.programme import load_patients, load_policies, load_roster_folder
from services.runtime.sealing import Seals

_BEFORE = timedelta(days=1)
_ROUNDED = timedelta(seconds=1)
"""A moment to the second may stand before a compilation within it."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ROUTED_BY = {
    "id",
    "site",
    "language",
    "programme",
    "minor",
    "high_risk",
    "discharged_on",
    "tags",
    "therapist",
}
"""What decides about a patient's signals; what else a file says of them is not looked at."""


@dataclass(frozen=True)
class Scene:
    """Everything that decides whom a signal pages, and what is needed to tell of it."""

    now: datetime
    policies: PolicySet
    roster: Roster = field(default_factory=Roster)
    shifts: Mapping[str, Shifts] = field(default_factory=dict)
    """Schedule id -> who is on from now on: what pages go by, or a folder's schedules compiled."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Responder id -> first name."""
    patients: Mapping[str, Patient] = field(default_factory=dict)
    """Whoever was asked about, and whoever stands in the folder."""
    therapists: tuple[str, ...] = ()
    """Responders who treat patients, where that was asked."""
    origin: str = ""
    """Where policies and roster come from, in words."""
    remark: str = ""
    """What must be known of people of files: who counts as verified."""
    of_folder: bool = False
    """Whether the roster is a folder's, which can be compiled for any moment."""

    @property
    def people(self) -> Mapping[str, Person]:
        """Everybody on the roster."""
        return self.roster.people

    @property
    def policy_zone(self) -> ZoneInfo:
        """The zone of most policies."""
        return most(policy.zone for policy in self.policies.policies) or ZoneInfo("UTC")

    @property
    def roster_zone(self) -> ZoneInfo:
        """The zone of most schedules."""
        return most(schedule.zone for schedule in self.roster.schedules.values()) or ZoneInfo("UTC")

    @property
    def zone(self) -> ZoneInfo | None:
        """The clock on which everything is shown: the schedules', the policies', or None for neither."""
        return programme_zone(self.roster.schedules.values(), self.policies.policies)

    @property
    def through(self) -> datetime:
        """Until when all shifts are compiled."""
        return min((shifts.through for shifts in self.shifts.values()), default=self.now)

    @property
    def plan(self) -> Plan:
        """What a proof of coverage judges."""
        sites = {name: schedule.site for name, schedule in self.roster.schedules.items()}
        return Plan(self.policies, self.shifts, self.people, sites, self.therapists)

    def around(self, at: datetime) -> "Scene":
        """Return the scene with shifts that cover the time after a moment. Raises Trouble if none do."""
        if self.of_folder:
            return replace(self, shifts=self.roster.shifts(at - _BEFORE, at + HORIZON))
        since = max((shifts.compiled_at for shifts in self.shifts.values()), default=at)
        if at + _ROUNDED < since:
            raise Trouble("--at lies in the past; shifts that are over are no longer known, name a --roster")
        return self

    def world(self, therapist: str | None = None) -> World:
        """Return the world of a decision; the patient's tags stand in the signal."""
        return World(self.policies, self.shifts, self.people, code="K7", therapist=therapist, patient_tags=())

    def first_name(self, who: str) -> str:
        """Return the first name of a responder, or the id of somebody unknown."""
        return self.names.get(who, who)

    def named(self, who: str) -> str:
        """Return a responder as `vigil who` shows them."""
        return f"{self.names[who]} ({who})" if who in self.names else who

    def tags(self, patient: str, at: datetime) -> tuple[str, ...]:
        """Return the tags of a patient at that moment."""
        return routing.tags_of(self.patients[patient], at) if patient in self.patients else ()


async def scene(
    policies: Path | None, folder: Path | None, patient: str = "", *, named: bool = True
) -> Scene:
    """Return what is in force, or what stands in the folders instead. Raises Trouble, ProgrammeError.

    With both folders no server is asked, unless the patient is in neither.
    """
    written = patient in _patients(folder) if folder is not None and patient else not patient
    if policies is not None and folder is not None and written:
        return of_folders(nothing(this_moment()), policies, folder)
    async with linked() as link:
        found = await in_force(link, named=named)
        if not written:
            found = replace(found, patients={patient: await _patient(link, patient)})
        return of_folders(found, policies, folder, link.seals() if folder is not None else None)


async def in_force(link: Link, *, named: bool = True) -> Scene:
    """Return what is in force; only names need the site's keys. Raises Trouble if it can't be read."""
    current, roster, shifts = await asyncio.gather(
        link.policy_store().current(), whole_roster.read(link), link.values("shifts", Shifts)
    )
    seals = link.seals() if named else None
    return Scene(
        now=link.clock.now(),
        policies=current or policy_set(()),
        roster=roster,
        shifts=shifts,
        names={who: seals.unseal(one.name) for who, one in roster.people.items()} if seals else {},
        origin=f"policies in force (version {current.version if current else 'none'}), roster in force",
    )


def nothing(now: datetime) -> Scene:
    """Return a scene to be filled from folders."""
    return Scene(now, policy_set(()))


def of_folders(found: Scene, policies: Path | None, folder: Path | None, seals: Seals | None = None) -> Scene:
    """Return the scene with what stands in the folders in place of what is in force.

    `seals`: of a running Vigil, so that phones in the file are known again. Raises ProgrammeError.
    """
    if folder is not None:
        found = _with_roster(found, folder, seals)
    if policies is not None:
        schedules = {**found.roster.schedules, **found.shifts}
        written = load_policies(policies, schedules=list(schedules), people=list(found.people))
        found = replace(found, policies=policy_set(written))
    of_policies = f"policies of {policies}" if policies else found.origin.partition(",")[0]
    of_roster = f"roster of {folder}" if folder else "roster in force"
    return replace(found, origin=f"{of_policies}, {of_roster}")


def policy_set(policies: Iterable[Policy]) -> PolicySet:
    """Return policies that nobody put in force."""
    return PolicySet(version=0, policies=tuple(policies), applied_by="nobody", applied_at=_EPOCH)


def _with_roster(found: Scene, folder: Path, seals: Seals | None) -> Scene:
    drafts, calendars, schedules = load_roster_folder(folder)
    roster = Roster(
        people=people_of_files.people_of(drafts, found.people, seals),
        schedules={one.id: one for one in schedules},
        calendars={one.id: one for one in calendars},
    )
    patients = _patients(folder, list(roster.people))
    of_patients = tuple(sorted({one.therapist for one in patients.values() if one.therapist is not None}))
    known = tuple(who for who in found.therapists if who in roster.people)
    return replace(
        found,
        roster=roster,
        shifts=roster.shifts(found.now, found.now + HORIZON),
        names={draft.id: draft.name for draft in drafts},
        patients={**found.patients, **patients},
        # Without patients everybody may be a therapist.
        therapists=of_patients if _lists_patients(folder) else known or tuple(roster.people),
        remark=people_of_files.TRUSTED if seals is None else people_of_files.KNOWN,
        of_folder=True,
    )


async def _patient(link: Link, name: str) -> Patient:
    known = await link.administration().patient(name)
    if known is None:
        raise Trouble(f"--patient: there is no patient {name}; `vigil patient add` makes one")
    return known


def _lists_patients(folder: Path) -> bool:
    return (folder / "patients.yaml").exists()


def _patients(folder: Path, people: list[str] | None = None) -> dict[str, Patient]:
    drafts = load_patients(folder / "patients.yaml", people=people) if _lists_patients(folder) else ()
    return {draft.id: Patient.model_validate(draft.model_dump(include=_ROUTED_BY)) for draft in drafts}
