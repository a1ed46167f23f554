"""Who there is: twelve staff with their habits, three groups, sixty patients. A pure function of a seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from contracts.attendance import Enrolment, Group, SessionTime
from contracts.facts import Modality
from contracts.schedules import Every, Leave, Rotation, Schedule, Weekday
from services.programme import MethodDraft, PatientDraft, PersonDraft

ZONE = ZoneInfo("America/New_York")
START = datetime(2027, 3, 1, 6, 0, tzinfo=ZONE)
"""Monday, 06:00: when every week begins."""
STAFF_LINE, PATIENT_LINE = "+12025550100", "+12025550199"
PATIENTS = 60
_WEEKDAYS = tuple(Weekday)


class Habit(StrEnum):
    """How somebody on the roster answers their phone."""

    PROMPT = "prompt"
    """Replies within a minute or two."""
    SLOW = "slow"
    """Replies after a while: six to twenty minutes, longer than an urgent step waits."""
    DECLINES = "declines"
    """Passes two pages in five."""
    CALLS_ONLY = "calls_only"
    """Does not read texts until a call woke them, and presses 1 then."""
    DEAD_PHONE = "dead_phone"
    """The phone is off: texts come back undelivered, calls ring into nothing."""
    AWAY = "away"
    """On holiday: on leave all week, so no rotation puts them on; replies to nothing."""


@dataclass(frozen=True)
class Member:
    """Somebody on the roster, and how they answer."""

    person: PersonDraft
    habit: Habit

    @property
    def phone(self) -> str:
        """Their one phone, E.164."""
        return self.person.methods[0].phone


@dataclass(frozen=True)
class Enrolled:
    """A patient: as written, as their own system calls them, and in which group."""

    draft: PatientDraft
    outside: str
    """Their id in the programme's own system, which the inputs use."""
    group: str
    high_risk: bool = False
    texts: bool = True
    """Whether they agreed to be texted."""
    agonist: bool = False
    """Whether they get methadone or buprenorphine here each day."""


@dataclass(frozen=True)
class Cast:
    """The whole programme."""

    members: tuple[Member, ...]
    schedules: tuple[Schedule, ...]
    leaves: tuple[Leave, ...]
    groups: tuple[Group, ...]
    patients: tuple[Enrolled, ...]

    @property
    def enrolments(self) -> tuple[Enrolment, ...]:
        """Who is expected where."""
        return tuple(Enrolment(group=one.group, patient=one.draft.id) for one in self.patients)

    def of_group(self, group: str) -> tuple[Enrolled, ...]:
        """Return the patients of a group."""
        return tuple(one for one in self.patients if one.group == group)


_STAFF = (
    ("clinician_1", "Kim", "clinician", Habit.PROMPT, "en"),
    ("clinician_2", "Ana", "clinician", Habit.PROMPT, "en es"),
    ("clinician_3", "Lee", "clinician", Habit.DECLINES, "en"),
    ("clinician_4", "Max", "clinician", Habit.SLOW, "en"),
    ("clinician_5", "Ivy", "clinician", Habit.DEAD_PHONE, "en"),
    ("clinician_6", "Sol", "clinician", Habit.AWAY, "en es"),
    ("nurse_1", "Pat", "nurse", Habit.PROMPT, "en"),
    ("peer_1", "Jay", "peer", Habit.CALLS_ONLY, "en es"),
    ("supervisor_1", "Sam", "supervisor", Habit.PROMPT, "en"),
    ("supervisor_2", "Gus", "supervisor", Habit.SLOW, "en"),
    ("director_1", "Dr. Noor", "director", Habit.CALLS_ONLY, "en"),
    ("ops_1", "Jo", "", Habit.PROMPT, "en"),
)
_FIRST = (
    "Adelina Bertram Cordula Dagmar Eustace Fidelia Gottfried Hedwig Ignatia Jocasta Kasimir Leopold "
    "Mathilda Norbert Ottilie Philippa Quentin Rosalind Sigmund Theodora"
).split()
_LAST = "Ashgrove Birkenfeld Cloverdale Dunmorrow Elderwick Fernhollow".split()
_PLANS = ("Call my sister. Walk with the dog.", "Music, then the porch. Call Uncle.", "")


def cast(seed: int) -> Cast:
    """Return the programme of that seed."""
    rng = random.Random(f"cast {seed}")
    return Cast(_members(), _schedules(), _leaves(), _groups(), _patients(rng))


def _members() -> tuple[Member, ...]:
    return tuple(
        Member(
            PersonDraft(
                id=name,
                name=shown,
                methods=(
                    MethodDraft(sms=f"+120255501{number:02d}"),
                    MethodDraft(voice=f"+120255501{number:02d}"),
                ),
                zone=ZONE.key,
                pin=f"{4000 + 37 * number}",
                role=role,
                languages=tuple(languages.split()),
            ),
            habit,
        )
        for number, (name, shown, role, habit, languages) in enumerate(_STAFF, start=1)
    )


def _schedules() -> tuple[Schedule, ...]:
    # A day each, so that a week sees every habit on call; whoever is away is covered by the next in line.
    clinicians = tuple(f"clinician_{number}" for number in range(1, 7))
    return (
        _schedule("primary", "Crisis clinician on call", clinicians),
        _schedule("backup", "Second clinician on call", ("nurse_1", "peer_1")),
        _schedule("supervisor", "Clinical supervisor", ("supervisor_1", "supervisor_2")),
        _schedule("director", "Medical director", ("director_1",)),
        _schedule("ops", "Operations", ("ops_1",)),
    )


def _schedule(name: str, title: str, people: Sequence[str]) -> Schedule:
    turn = Rotation(
        people=tuple(people),
        every=Every.DAY,
        starts_on=START.date() - timedelta(days=len(people)),
        handoff_at=time(8, 0),
        cover=True,
    )
    return Schedule(id=name, title=title, zone=ZONE.key, rotations=(turn,))


def _leaves() -> tuple[Leave, ...]:
    away = [name for name, _, _, habit, _ in _STAFF if habit is Habit.AWAY]
    start, end = START - timedelta(days=3), START + timedelta(days=21)
    return tuple(
        Leave(
            id=f"leave-{name}",
            person=name,
            start=start.astimezone(UTC),
            end=end.astimezone(UTC),
            recorded_at=start.astimezone(UTC),
            recorded_by="demo",
        )
        for name in away
    )


GROUP_TIMES = (
    ("day", "Day programme", "mon tue wed thu fri", time(9, 0), 180, Modality.SITE),
    ("recovery", "Recovery group", "mon wed fri sat", time(13, 0), 150, Modality.SITE),
    ("evening", "Evening group, by video", "mon tue thu", time(17, 30), 120, Modality.TELEHEALTH),
)
"""Id, title, days, start, minutes, where. Sessions of 2 to 3 hours, 3 to 5 days a week."""


def _groups() -> tuple[Group, ...]:
    return tuple(
        Group(
            id=name,
            title=title,
            zone=ZONE.key,
            modality=where,
            times=(SessionTime(days=tuple(map(Weekday, days.split())), start=start, minutes=minutes),),
            since=(START - timedelta(days=30)).astimezone(UTC),
        )
        for name, title, days, start, minutes, where in GROUP_TIMES
    )


def _patients(rng: random.Random) -> tuple[Enrolled, ...]:
    names = [f"{first} {last}" for first in _FIRST for last in _LAST]
    groups = [name for name, *_ in GROUP_TIMES]
    therapists = [name for name, _, role, habit, _ in _STAFF if role == "clinician" and habit != Habit.AWAY]
    found = []
    for number, name in enumerate(rng.sample(names, PATIENTS), start=1):
        group = groups[number % len(groups)]
        draft = PatientDraft(
            id=f"pt_demo{number:02d}",
            name=name,
            # 0120 to 0179: kept for fiction, like all numbers from 555-0100 to 555-0199.
            phone=f"+12025550{119 + number:03d}",
            language="es" if number % 20 == 7 else "en",
            address=f"{rng.randrange(1, 99)} Nowhere Lane",
            safety_plan=rng.choice(_PLANS) if rng.random() < 0.2 else "",
            therapist=rng.choice(therapists),
        )
        found.append(
            Enrolled(
                draft=draft,
                outside=f"mrn-{1000 + number}",
                group=group,
                high_risk=rng.random() < 0.1,
                texts=rng.random() < 0.9,
                agonist=group == "recovery" and number % 2 == 0,
            )
        )
    return tuple(found)


def meets_on(group: str, day: date) -> bool:
    """Return whether a group meets on that day."""
    days = next(days for name, _, days, *_ in GROUP_TIMES if name == group)
    return _WEEKDAYS[day.weekday()].value in days.split()
