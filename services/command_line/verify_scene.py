"""What `vigil verify` looks at: policies, shifts and people in force, or of folders instead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from contracts.people import ContactMethod, Patient, Person
from contracts.policies import PolicySet
from contracts.schedules import HORIZON, Calendar, Schedule, Shifts
from contracts.values import Channel, Sealed
from services.command_line.link import Link
from services.escalation.coverage.plan import Plan
from services.programme import PersonDraft, load_calendars, load_patients, load_people, load_policies
from services.programme import load_schedules as read_schedules
from services.roster import core as roster
from services.runtime.sealing import Seals

TRUSTED = (
    "People read from files count as verified: a file does not know whether a phone ever answered. "
    "Against what is in force (without --roster), only phones that were verified count."
)
"""Said whenever people come from files."""
_KNOWN = (
    "People read from files count as verified, but what Vigil knows of a phone in the file stands: not yet "
    "verified, opted out, failing."
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOTHING = Sealed(key="none", box="")
Known = Mapping[tuple[str, Channel], ContactMethod]
"""(Phone, channel) -> what is stored of it."""


@dataclass(frozen=True)
class Scene:
    """A plan, and what is needed to tell of it."""

    now: datetime
    plan: Plan
    origin: str
    """Where policies and roster come from, in words."""
    remark: str = ""
    """What must be known of the people: who counts as verified."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Responder id -> first name."""
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    versions: tuple[PolicySet, ...] = ()
    """Every version of the policies that is kept, the newest first."""

    @property
    def zone(self) -> ZoneInfo:
        """The zone of most schedules: the programme's wall clock."""
        zones = [schedule.zone for schedule in self.schedules.values()]
        return ZoneInfo(max(zones, key=zones.count)) if zones else ZoneInfo("UTC")

    def named(self, who: str) -> str:
        """Return the first name of a responder, or the id of somebody unknown."""
        return self.names.get(who, who)


async def in_force(link: Link) -> Scene:
    """Return what is in force."""
    kept = await link.values("policies", PolicySet)
    current = kept.get("current")
    people = await link.values("people", Person)
    schedules = await link.values("schedules", Schedule)
    patients = await link.values("patients", Patient)
    seals = link.seals()
    return Scene(
        now=link.clock.now(),
        plan=Plan(
            policies=current or _policies([]),
            shifts=await link.values("shifts", Shifts),
            people=people,
            sites={name: schedule.site for name, schedule in schedules.items()},
            therapists=_sorted(patient.therapist for patient in patients.values()),
        ),
        origin=f"policies in force (version {current.version if current else 'none'}), roster in force",
        names={who: seals.unseal(person.name) for who, person in people.items()},
        schedules=schedules,
        calendars=await link.values("calendars", Calendar),
        versions=tuple(sorted((kept[key] for key in kept if key != "current"), key=lambda one: -one.version)),
    )


def nothing(now: datetime) -> Scene:
    """Return a scene to be filled from folders."""
    return Scene(now, Plan(_policies([]), {}, {}), "")


def of_folders(found: Scene, policies: Path | None, folder: Path | None, seals: Seals | None = None) -> Scene:
    """Return the scene with what stands in the folders in place of what is in force.

    `seals`: of a running Vigil, so that phones in the file are known again. Raises ProgrammeError.
    """
    if folder is not None:
        found = _with_roster(found, folder, seals)
    plan = found.plan
    if policies is not None:
        written = load_policies(policies, schedules=list(plan.shifts), people=list(plan.people))
        plan = replace(plan, policies=_policies(written))
    of_policies = f"policies of {policies}" if policies else found.origin.partition(",")[0]
    of_roster = f"roster of {folder}" if folder else "roster in force"
    return replace(found, plan=plan, origin=f"{of_policies}, {of_roster}")


def trusted(people: Mapping[str, Person]) -> dict[str, Person]:
    """Return the people as if every phone that is alive and not failing were verified.

    For judging policies by themselves: that a phone was never tried is the roster's trouble.
    """
    return {who: _trusted(person) for who, person in people.items()}


def _trusted(person: Person) -> Person:
    methods = tuple(m.model_copy(update={"verified_at": m.verified_at or _EPOCH}) for m in person.methods)
    return person.model_copy(update={"methods": methods})


def _with_roster(found: Scene, folder: Path, seals: Seals | None) -> Scene:
    drafts = load_people(folder / "people.yaml")
    ids = [draft.id for draft in drafts]
    holidays = folder / "holidays.yaml"
    calendars = {one.id: one for one in load_calendars(holidays)} if holidays.exists() else {}
    schedules = read_schedules(folder / "schedules.yaml", people=ids, calendars=list(calendars))
    known = {(m.phone_ref, m.channel): m for p in found.plan.people.values() for m in p.methods}
    through = found.now + HORIZON
    plan = replace(
        found.plan,
        people={draft.id: _person(draft, known, seals) for draft in drafts},
        shifts={
            one.id: roster.compile(one, found.now, through, calendar=calendars.get(one.calendar or ""))
            for one in schedules
        },
        sites={one.id: one.site for one in schedules},
        therapists=_therapists(found, folder, ids),
    )
    return replace(
        found,
        plan=plan,
        remark=TRUSTED if seals is None else _KNOWN,
        names={draft.id: draft.name for draft in drafts},
        schedules={one.id: one for one in schedules},
        calendars=calendars,
    )


def _therapists(found: Scene, folder: Path, people: list[str]) -> tuple[str, ...]:
    """Those of the folder's patients, or of the patients in force; without any, everybody may be one."""
    if (folder / "patients.yaml").exists():
        drafts = load_patients(folder / "patients.yaml", people=people)
        return _sorted(draft.therapist for draft in drafts)
    return tuple(who for who in found.plan.therapists if who in people) or tuple(people)


def _person(draft: PersonDraft, known: Known, seals: Seals | None) -> Person:
    methods = []
    for number, written in enumerate(draft.methods, start=1):
        refs = seals.phone_refs(written.phone) if seals is not None else (_ref(written.phone),)
        stored = (known[ref, written.channel] for ref in refs if (ref, written.channel) in known)
        fresh = ContactMethod(
            id=f"m{number}",
            channel=written.channel,
            phone=_NOTHING,
            phone_ref=refs[0],
            verified_at=_EPOCH,
        )
        methods.append(next(stored, fresh))
    return Person(
        id=draft.id,
        name=_NOTHING,
        methods=tuple(methods),
        zone=draft.zone,
        site=draft.site,
        active=draft.active,
    )


def _ref(phone: str) -> str:
    # Only to tell equal phones from different ones, and never stored.
    return f"file-{sha256(phone.encode()).hexdigest()[:32]}"


def _policies(policies: Iterable[object]) -> PolicySet:
    return PolicySet.model_validate(
        {"version": 0, "policies": tuple(policies), "applied_by": "nobody", "applied_at": _EPOCH}
    )


def _sorted(ids: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({one for one in ids if one is not None}))
