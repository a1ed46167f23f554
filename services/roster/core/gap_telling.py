"""Gaps are told to ops and to whoever is on in them, louder as they come near.

1. More than LATER ahead: a routine fault, an entry on the worklist. Nearer: soon, which pages ops by
   day, and every day again. Within NIGHT: urgent. Within NOW, or begun: imminent, and every day again.
2. Where pages are sent all the same, and only nobody has proved that they arrive, urgent is enough.
3. What can wait is told by day: nobody is woken by a gap that is twenty days off.
4. Each gap is told once at each loudness; what a schedule has to tell in one moment is one fault.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from contracts.notices import NoticeKind, NoticeSent
from contracts.people import Person
from contracts.schedules import Schedule
from contracts.signals import Signal
from contracts.values import Urgency
from services.roster.core import messages
from services.roster.core.fault_signals import fault
from services.roster.core.gap import Gap, Why

LATER = timedelta(days=7)
NIGHT = timedelta(hours=24)
"""The next night is always within it."""
NOW = timedelta(hours=1)
"""The three spans are ours; no clinical source speaks of them."""
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told of gaps now."""

    faults: tuple[Signal, ...] = ()
    notices: tuple[NoticeSent, ...] = ()
    told: tuple[str, ...] = ()
    """Names of what was told, which the next look is given so that it is not told again."""
    standing: tuple[str, ...] = ()
    """Names of all that is so now, told before or not: others may be forgotten."""
    next_at: datetime | None = None
    """When a gap gets louder, or daytime begins for one that waits for it."""


@dataclass(frozen=True, slots=True)
class _One:
    gap: Gap
    loud: Urgency
    name: str
    open: bool
    """Whether it lasts beyond what was looked at."""


def loudness(gap: Gap, now: datetime) -> Urgency:
    """Return how loud a gap is told at that moment."""
    ahead = gap.start - now
    if ahead > LATER:
        return Urgency.ROUTINE
    if ahead > NIGHT:
        return Urgency.SOON
    if ahead > NOW or gap.why is Why.UNVERIFIED:
        return Urgency.URGENT
    return Urgency.IMMINENT


def tell(
    gaps: Iterable[Gap],
    schedules: Mapping[str, Schedule],
    people: Mapping[str, Person],
    now: datetime,
    until: datetime,
    told: Collection[str],
) -> Telling:
    """Return what is to be told of these gaps, which were looked for until `until`.

    `told` holds the names returned before; it may be empty after a restart, when the stable ids of
    what is told again keep it one.
    """
    ones = [_one(gap, now, until) for gap in gaps]
    waits = [one for one in ones if _waits(one, schedules, now)]
    fresh = [one for one in ones if one.name not in told and one not in waits]
    ordered = sorted(fresh, key=lambda one: (one.gap.schedule, one.loud.rank, one.gap.start))
    groups = [tuple(group) for _, group in groupby(ordered, lambda one: (one.gap.schedule, one.loud))]
    later = [moment for one in ones if (moment := _louder_at(one.gap, now)) is not None]
    later += [messages.next_day(now, _zone(one, schedules)) for one in waits]
    return Telling(
        faults=tuple(_fault(group, now) for group in groups),
        notices=tuple(notice for group in groups for notice in _notices(group, schedules, people, now)),
        told=tuple(one.name for one in fresh),
        standing=tuple(one.name for one in ones),
        next_at=min(later, default=None),
    )


def sentence(gap: Gap) -> str:
    """Return who is on and why that is none, without when."""
    who = ", ".join(gap.people)
    match gap.why:
        case Why.NOBODY:
            return "nobody is on"
        case Why.UNREACHABLE:
            return f"{who} on, without a working contact method"
        case Why.UNVERIFIED:
            return f"{who} on, no contact method verified"
        case Why.FAILING:
            return f"{who} on, whose contact methods fail"


def _to_them(why: Why) -> str:
    """Return it as said to whoever is on, in at most 45 characters."""
    match why:
        case Why.UNVERIFIED:
            return "no phone of yours is verified"
        case Why.FAILING:
            return "texts and calls to you fail"
        case Why.UNREACHABLE | Why.NOBODY:
            return "no contact method of yours works"


def _one(gap: Gap, now: datetime, until: datetime) -> _One:
    loud = loudness(gap, now)
    # A gap that has begun starts at each look; its end names it, unless that moves with the horizon.
    open_ = gap.end >= until
    end = "open" if open_ else messages.stamp(gap.end)
    place = f"from-{messages.stamp(gap.start)}" if gap.start > now else f"to-{end}"
    daily = loud is Urgency.SOON or (gap.start <= now)
    day = f"-{now:%Y%m%d}" if daily else ""
    who = "-".join(gap.people)
    return _One(gap, loud, f"{gap.schedule}-{place}-{gap.why.value}-{who}-{loud.value}{day}", open_)


def _waits(one: _One, schedules: Mapping[str, Schedule], now: datetime) -> bool:
    return one.loud.rank < Urgency.URGENT.rank and not messages.by_day(now, _zone(one, schedules))


def _zone(one: _One, schedules: Mapping[str, Schedule]) -> str:
    schedule = schedules.get(one.gap.schedule)
    return schedule.zone if schedule is not None else "UTC"


def _louder_at(gap: Gap, now: datetime) -> datetime | None:
    moments = (gap.start - LATER, gap.start - NIGHT, gap.start - NOW, gap.start)
    return min((moment for moment in moments if moment > now), default=None)


def _fault(group: Sequence[_One], now: datetime) -> Signal:
    first = group[0]
    names = "\n".join(sorted(one.name for one in group))
    mark = hashlib.sha256(names.encode()).hexdigest()[:16]
    shown = "; ".join(f"{_span(one)}: {sentence(one.gap)}" for one in group[:_SHOWN])
    more = f"; and {len(group) - _SHOWN} more" if len(group) > _SHOWN else ""
    return fault(
        f"gap-{first.gap.schedule}-{first.loud.value}-{mark}",
        f"Schedule {first.gap.schedule}: {shown}{more}. {_mend(group)}",
        now,
        first.loud,
    )


def _mend(group: Sequence[_One]) -> str:
    whys = {one.gap.why for one in group}
    if whys <= {Why.UNVERIFIED}:
        return "Have them text back the code they were sent, or put somebody else on."
    return "Add an override, or a working contact method."


def _span(one: _One) -> str:
    start, end = (f"{moment:%Y-%m-%d %H:%M}" for moment in (one.gap.start, one.gap.end))
    return f"from {start} UTC on" if one.open else f"from {start} to {end} UTC"


def _notices(
    group: Sequence[_One], schedules: Mapping[str, Schedule], people: Mapping[str, Person], now: datetime
) -> tuple[NoticeSent, ...]:
    """Return one notice to each person about their first gap of these."""
    found: dict[str, NoticeSent] = {}
    for one in group:
        for who in one.gap.people:
            if who in people and who not in found:
                notice = _notice(one, schedules.get(one.gap.schedule), people[who], now)
                if notice is not None:
                    found[who] = notice
    return tuple(found.values())


def _notice(one: _One, schedule: Schedule | None, person: Person, now: datetime) -> NoticeSent | None:
    gap = one.gap
    # Far ahead once a month is enough; near, each gap for itself.
    what = f"{now:%Y%m}" if one.loud is Urgency.ROUTINE else messages.stamp(gap.start)
    if gap.start <= now:
        what = f"now-{now:%Y%m%d}"
    return messages.to(
        person,
        NoticeKind.GAP,
        messages.name("g", gap.schedule, person.id, one.loud.value, what),
        now,
        {
            "schedule": gap.schedule,
            "title": (schedule.title if schedule is not None else "") or gap.schedule,
            "start": gap.start.isoformat(),
            "end": gap.end.isoformat(),
            "why": _to_them(gap.why),
        },
        urgency=min(one.loud, Urgency.URGENT, key=lambda urgency: urgency.rank),
        by_voice=one.loud.rank >= Urgency.URGENT.rank,
    )
