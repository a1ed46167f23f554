"""The script of a week: at what programme time who does what. A pure function of a seed and of days."""

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from contracts.attendance import session_id
from contracts.values import Kind, Urgency
from services.demo_week.cast import GROUP_TIMES, START, ZONE, Cast, Enrolled, cast, meets_on

MISSES, LATE, EXCUSED = 0.06, 0.04, 0.04
"""Shares of those expected at a session; of misses and late ones there is one at least."""
JUDGED_AFTER = timedelta(minutes=75)
"""So long after its start it is settled who missed a session: grace, and the half hour of a bulk fault."""
TABLET_OFF = ("evening", 1)
"""The group and the day (0 = Monday) on which the list of who is there comes only after the grace."""


class Fate(StrEnum):
    """What becomes of one expected attendance."""

    CAME = "came"
    LATE = "late"
    """Came after the grace, and was checked in then."""
    EXCUSED = "excused"
    MISSED = "missed"
    LISTED_LATE = "listed_late"
    """Was there; the list came only when the whole session seemed empty."""


@dataclass(frozen=True)
class CheckedIn:
    """Some of a group are there, on one list."""

    session: str
    patients: tuple[str, ...]


@dataclass(frozen=True)
class Excused:
    """A patient says ahead that they don't come."""

    patient: str
    session: str
    on: date


@dataclass(frozen=True)
class Answered:
    """A screen is filled in, or breath tested; item -> answer. `fhir`: it comes as a bundle."""

    patient: str
    instrument: str
    answers: Mapping[str, str]
    fhir: bool = False


@dataclass(frozen=True)
class Dosed:
    """One dose of one day was taken, or missed."""

    patient: str
    on: date
    taken: bool


@dataclass(frozen=True)
class Signalled:
    """Another system, or one of the staff, signals by itself."""

    patient: str
    kind: Kind
    urgency: Urgency


@dataclass(frozen=True)
class Texted:
    """A patient texts the crisis line."""

    patient: str
    words: str


@dataclass(frozen=True)
class Discharged:
    """A patient comes out of hospital."""

    patient: str
    on: date


What = CheckedIn | Excused | Answered | Dosed | Signalled | Texted | Discharged


@dataclass(frozen=True)
class Happening:
    """One input, and when it is made. `name` is the sender's id of it."""

    name: str
    at: datetime
    what: What


@dataclass(frozen=True)
class Week:
    """A whole script: patients by the ids of their own system."""

    start: datetime
    end: datetime
    cast: Cast
    happenings: tuple[Happening, ...]
    """By time."""
    fates: Mapping[tuple[str, str], Fate] = field(default_factory=dict)
    """(Session, patient) -> what becomes of it, of every session that is settled before the end."""
    sessions: Mapping[str, datetime] = field(default_factory=dict)
    """Session -> when it starts."""

    def settled(self, now: datetime) -> Mapping[tuple[str, str], Fate]:
        """Return the fates that had to be known by then."""
        return {key: fate for key, fate in self.fates.items() if self.sessions[key[0]] + JUDGED_AFTER <= now}


_CALM = ("hi, rough night but ok", "can somebody call me tomorrow", "when is group this week?")
_RISK = ("i cant do this anymore", "whats the point of living", "i dont want to be here anymore")
_NOW = ("i have a plan", "i cant promise i wont hurt myself", "goodbye everyone")
_ES = ("hola, puede llamarme alguien?", "no aguanto más")


def week(seed: int, days: float) -> Week:
    """Return the script of that seed. `days`: how long it lasts, from Monday 06:00 on."""
    who = cast(seed)
    end = START + timedelta(days=days)
    found: list[tuple[datetime, What]] = []
    fates: dict[tuple[str, str], Fate] = {}
    sessions: dict[str, datetime] = {}
    for number in range(math.ceil(days) + 1):
        day = START.date() + timedelta(days=number)
        # A generator for each day: a longer week begins like a shorter one.
        rng = random.Random(f"{seed} {number}")
        for group, _, _, start, minutes, _ in GROUP_TIMES:
            if meets_on(group, day):
                # One more for each session, so that no session shifts what befalls another.
                own = random.Random(f"{seed} {number} {group}")
                session = _Session(session_id(group, day, start), _at(day, start), minutes, day)
                empty = (group, number) == TABLET_OFF
                drawn = dict(_fates(own, who.of_group(group), list_is_late=empty))
                found += _attendance(own, session, drawn)
                if session.start + JUDGED_AFTER <= end:
                    sessions[session.id] = session.start
                    fates |= {(session.id, patient): fate for patient, fate in drawn.items()}
                found += _at_session(own, session, who.of_group(group), drawn)
        found += _of_the_day(rng, day, number, who)
    kept = sorted((one for one in found if START <= one[0] < end), key=lambda one: (one[0], repr(one[1])))
    happenings = tuple(Happening(f"w{number:04d}", at, what) for number, (at, what) in enumerate(kept))
    return Week(START, end, who, happenings, fates, sessions)


@dataclass(frozen=True)
class _Session:
    id: str
    start: datetime
    minutes: int
    day: date


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, ZONE)


def _fates(
    rng: random.Random, patients: tuple[Enrolled, ...], *, list_is_late: bool
) -> Iterator[tuple[str, Fate]]:
    """Deal out what befalls whom: so many of each, at random."""
    if list_is_late:
        yield from ((one.outside, Fate.LISTED_LATE) for one in patients)
        return
    counts = ((Fate.MISSED, MISSES, 1), (Fate.LATE, LATE, 1), (Fate.EXCUSED, EXCUSED, 0))
    deck = [fate for fate, share, least in counts for _ in range(max(least, round(share * len(patients))))]
    deck += [Fate.CAME] * (len(patients) - len(deck))
    rng.shuffle(deck)
    yield from zip((one.outside for one in patients), deck, strict=True)


def _attendance(
    rng: random.Random, session: _Session, fates: Mapping[str, Fate]
) -> Iterator[tuple[datetime, What]]:
    def of(*wanted: Fate) -> tuple[str, ...]:
        return tuple(patient for patient, fate in fates.items() if fate in wanted)

    came = of(Fate.CAME)
    for patient in of(Fate.EXCUSED):
        ahead = timedelta(minutes=rng.randrange(60, 110))
        yield session.start - ahead, Excused(patient, session.id, session.day)
    # The list of who is there as the door closes, and two more who come in after it.
    if came:
        yield session.start + timedelta(minutes=2), CheckedIn(session.id, came[:-2] or came)
    for patient in came[-2:] if len(came) > 2 else ():
        yield session.start + timedelta(minutes=rng.randrange(3, 9)), CheckedIn(session.id, (patient,))
    for patient in of(Fate.LATE):
        yield session.start + timedelta(minutes=rng.randrange(24, 60)), CheckedIn(session.id, (patient,))
    if listed := of(Fate.LISTED_LATE):
        yield session.start + timedelta(minutes=30), CheckedIn(session.id, listed)


def _at_session(
    rng: random.Random, session: _Session, patients: tuple[Enrolled, ...], fates: Mapping[str, Fate]
) -> Iterator[tuple[datetime, What]]:
    """Screens on the first meeting of the week, breath tests before each of the recovery group."""
    there = [one for one in patients if fates[one.outside] in (Fate.CAME, Fate.LISTED_LATE)]
    for one in there:
        if session.id.startswith("recovery"):
            level = rng.choices(("0.00", "0.03", "0.09"), (96, 3, 1))[0]
            before = timedelta(minutes=rng.randrange(8, 20))
            yield session.start + before, Answered(one.outside, "breath-alcohol", {"level": f"{level} %"})
        if session.day == START.date():
            after = timedelta(minutes=rng.randrange(30, session.minutes))
            yield session.start + after, _phq9(rng, one)
        elif rng.random() < 0.04:
            after = timedelta(minutes=rng.randrange(20, session.minutes))
            yield session.start + after, _cssrs(rng, one)


def _phq9(rng: random.Random, one: Enrolled) -> Answered:
    heavy = rng.random() < 0.15
    points = [rng.choice((1, 2, 3) if heavy else (0, 0, 1, 1, 2)) for _ in range(8)]
    points.append(rng.choices((0, 1, 2), (6, 2, 1))[0] if heavy else 0)
    answers = {str(number): str(given) for number, given in enumerate(points, start=1)}
    return Answered(one.outside, "phq-9", answers, fhir=rng.random() < 0.4)


def _cssrs(rng: random.Random, one: Enrolled) -> Answered:
    yes = rng.choices(("", "1", "12", "123", "1234"), (10, 4, 3, 2, 1))[0]
    answers = {name: "yes" if name in yes else "no" for name in ("1", "2", "3", "4", "5", "6")}
    return Answered(one.outside, "c-ssrs", answers, fhir=rng.random() < 0.4)


def _of_the_day(rng: random.Random, day: date, number: int, who: Cast) -> Iterator[tuple[datetime, What]]:
    """What comes beside the groups: doses, texts by day and night, and what is rare."""
    for one in who.patients:
        if one.agonist:
            taken = rng.random() >= 0.04
            minute = rng.randrange(0, 90) if taken else 150
            yield _at(day, time(7, 0)) + timedelta(minutes=minute), Dosed(one.outside, day, taken)
    for one in rng.sample(who.patients, rng.choice((1, 2, 2, 3))):
        words = _ES if one.draft.language == "es" else rng.choice((_CALM, _CALM, _RISK))
        at = _at(day, time(8, 0)) + timedelta(minutes=rng.randrange(0, 16 * 60))
        yield at, Texted(one.outside, rng.choice(words))
    # Once in the small hours of the second and the fifth night, and by the button on the fourth day.
    if number in (1, 4):
        one = rng.choice(who.patients)
        yield (
            _at(day, time(2, 10)) + timedelta(minutes=rng.randrange(90)),
            Texted(one.outside, rng.choice(_NOW)),
        )
    if number == 3:
        yield (
            _at(day, time(21, 40)),
            Signalled(rng.choice(who.patients).outside, Kind.PATIENT_ALERT, Urgency.IMMINENT),
        )
    if number in (0, 2, 5):
        raised = Signalled(rng.choice(who.patients).outside, Kind.CONCERN_RAISED, Urgency.URGENT)
        yield _at(day, time(11, 20)) + timedelta(minutes=rng.randrange(300)), raised
    if number == 2:
        yield _at(day, time(15, 5)), Discharged(rng.choice(who.patients).outside, day)
