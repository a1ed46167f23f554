"""`vigil verify` at the size of a large programme: 20 policies, 10 schedules, 60 people, 28 days."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter

from contracts.people import ContactMethod, Person
from contracts.policies import Applies, Hours, Policy, PolicySet, Round, Step, Target
from contracts.schedules import Every, Rotation, Schedule, Shifts, Window
from contracts.values import Channel, Kind, Sealed, Urgency
from services.escalation.coverage.plan import Plan
from services.escalation.coverage.prove import verify
from services.roster import core
from tests.bench.figures import Figure

START = datetime(2026, 10, 20, 12, tzinfo=UTC)
"""So that the clocks change within the time looked at."""
DAYS = timedelta(days=28)
SITES = ("north", "south", "west")
_NOTHING = Sealed(key="none", box="")


async def measure(folder: Path) -> list[Figure]:
    """Return how long the proof takes; nothing but this process is needed."""
    plan = programme()
    began = perf_counter()
    found = verify(plan, START, START + DAYS)
    took = perf_counter() - began
    what = f"verify, 20 policies, 10 schedules, 60 people ({len(found.rows)} rows)"
    return [Figure(what, f"{took:.2f} s", "below 5 s", took < 5, {"seconds": took})]


def programme() -> Plan:
    """Return the plan of three sites with a day and a night shift, and one weekly duty for all."""
    people = [f"p{number:02d}" for number in range(60)]
    schedules = [
        _schedule(f"{duty}_{site}", site, people[6 * number : 6 * number + 6])
        for number, (site, duty) in enumerate((s, d) for s in SITES for d in ("primary", "backup", "nurse"))
    ]
    schedules.append(_schedule("director", "north", people[54:60], weekly=True))
    through = START + timedelta(days=91)
    return Plan(
        policies=PolicySet(version=1, policies=_policies(), applied_by="bench", applied_at=START),
        shifts={one.id: _compiled(one, through) for one in schedules},
        people={who: _person(who) for who in people},
        sites={one.id: one.site for one in schedules},
        therapists=tuple(people[:12]),
    )


def _compiled(schedule: Schedule, through: datetime) -> Shifts:
    return core.compile(schedule, START, through)


def _schedule(name: str, site: str, people: list[str], weekly: bool = False) -> Schedule:
    if weekly:
        turns = (Rotation(people=tuple(people), every=Every.WEEK, starts_on=date(2026, 1, 5)),)
        return Schedule(id=name, site=site, rotations=turns)
    layers = tuple(
        Rotation(
            id=layer,
            people=tuple(people[part : part + 3]),
            every=Every.DAY,
            starts_on=date(2026, 1, 5),
            handoff_at=time(8, 0),
            only=(Window(start=start, end=end),),
        )
        for layer, part, start, end in (
            ("day", 0, time(8), time(20)),
            ("night", 3, time(20), time(8)),
        )
    )
    return Schedule(id=name, site=site, rotations=layers)


def _person(who: str) -> Person:
    methods = tuple(
        ContactMethod(
            id=channel.value,
            channel=channel,
            phone=_NOTHING,
            phone_ref=f"bench-{int(who[1:]):032x}",
            verified_at=START,
        )
        for channel in Channel
    )
    return Person(id=who, name=_NOTHING, methods=methods)


def _policies() -> tuple[Policy, ...]:
    found = [_last_resort()]
    for order, site in enumerate(SITES):
        tag = f"site:{site}"
        found += [
            _ladder(f"imminent_{site}", order, site, Applies(urgencies=(Urgency.IMMINENT,), tags=(tag,)), 3),
            _ladder(
                f"crisis_{site}",
                order + 10,
                site,
                Applies(urgencies=(Urgency.URGENT,), kinds=(Kind.PATIENT_ALERT,), tags=(tag,)),
                3,
            ),
            _ladder(
                f"minor_{site}",
                order + 20,
                site,
                Applies(urgencies=(Urgency.URGENT,), all_tags=(tag, "minor")),
                5,
            ),
            _ladder(
                f"evening_{site}",
                order + 30,
                site,
                Applies(
                    urgencies=(Urgency.URGENT,),
                    tags=(tag,),
                    during=(Window(start=time(18), end=time(23)),),
                ),
                5,
            ),
            _ladder(f"urgent_{site}", order + 40, site, Applies(urgencies=(Urgency.URGENT,), tags=(tag,)), 5),
            _by_day(f"soon_{site}", order + 50, site, tag),
        ]
    found.append(Policy(id="worklist", order=90, applies=Applies(urgencies=(Urgency.ROUTINE,))))
    return tuple(found)


def _ladder(name: str, order: int, site: str, applies: Applies, minutes: int) -> Policy:
    wait, night = timedelta(minutes=minutes), timedelta(minutes=2 * minutes)
    named = (f"primary_{site}", f"backup_{site}", f"nurse_{site}", "director")
    return Policy(
        id=name,
        order=order,
        applies=applies,
        steps=tuple(
            Step(page=(Target(schedule=one),), wait=wait, wait_at_night=night if minutes == 5 else None)
            for one in named
        ),
        repeat=(Round(add=(Target(schedule="director"),)), Round(add=(Target(everyone=True),))),
    )


def _by_day(name: str, order: int, site: str, tag: str) -> Policy:
    pages: tuple[Target, ...] = (
        Target(therapist=True),
        Target(schedule=f"nurse_{site}"),
        Target(schedule=f"primary_{site}"),
    )
    return Policy(
        id=name,
        order=order,
        applies=Applies(urgencies=(Urgency.SOON,), tags=(tag,)),
        steps=tuple(Step(page=(one,), wait=timedelta(minutes=60)) for one in pages),
        repeat=(Round(add=(Target(schedule="director"),)),),
        hours=Hours(quiet_from=time(22), until=time(7)),
    )


def _last_resort() -> Policy:
    return Policy(
        id="last_resort",
        order=1000,
        steps=(
            Step(page=(Target(schedule="director"),), wait=timedelta(minutes=3)),
            Step(page=(Target(everyone=True),), wait=timedelta(minutes=3)),
        ),
        repeat=(Round(add=(Target(everyone=True),)),),
    )
