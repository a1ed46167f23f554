"""One look: what was seen, and what must be done about it now."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from contracts.streams import STREAMS
from contracts.values import Urgency
from services.watchdog.core import late, stalled, streams, troubles, wording
from services.watchdog.core.limits import OUTGOING, Limits
from services.watchdog.core.seen import Late, Seen
from services.watchdog.core.troubles import Cause, Tell, Trouble


@dataclass(frozen=True, slots=True)
class Watch:
    """What the watchdog remembers between looks; lost with the process, it costs one span of waiting."""

    unreachable_since: datetime | None = None
    asked: Mapping[str, late.Asked] = field(default_factory=dict)
    standing: Mapping[str, stalled.Standing] = field(default_factory=dict)
    stalled: Mapping[str, datetime] = field(default_factory=dict)
    heard: frozenset[str] = frozenset()
    """Durables that some service was seen to listen to."""
    missing: Mapping[str, datetime] = field(default_factory=dict)
    marks: Mapping[str, int] = field(default_factory=dict)
    faults: frozenset[str] = frozenset()
    """Ids of the faults that were published."""
    troubles: Mapping[str, Trouble] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do now."""

    watch: Watch
    ask: tuple[Late, ...] = ()
    tell: tuple[Tell, ...] = ()
    faults: tuple[streams.Fault, ...] = ()
    rescan: bool = False
    """A stream went backwards: what followers know of it is worth nothing."""
    well: bool = False
    """Whether the heart may beat."""


def judge(watch: Watch, seen: Seen, now: datetime, limits: Limits, zone: str) -> Verdict:
    """Return what to do about what was seen. `zone` (IANA) is that of the people of ops."""
    if not seen.reachable:
        return _cut_off(watch, now, limits, zone)
    asked, to_ask = late.follow_up(watch.asked, seen.late, now, limits)
    watch = replace(watch, unreachable_since=None, asked=asked)
    if seen.backlogs is not None:
        heard = watch.heard | {one.durable for one in seen.backlogs if one.listening}
        standing = stalled.follow_up(watch.standing, seen.backlogs, heard, now)
        standing_still = stalled.stalled(standing, now, limits)
        watch = replace(watch, heard=heard, standing=standing, stalled=standing_still)
    watch = replace(watch, missing={name: watch.missing.get(name, now) for name in seen.missing})
    watch, faults = _faults(watch, seen, now, limits, zone)
    causes = _causes(watch, now, limits, zone)
    known, told = troubles.present(watch.troubles, causes, now, limits)
    known, over = troubles.absent(known, causes, now, limits, zone)
    return Verdict(
        replace(watch, troubles=known),
        ask=to_ask,
        tell=told + over,
        faults=faults,
        rescan=any(fault.id.startswith("stream_rewound/") for fault in faults),
        well=seen.scanned and not causes,
    )


def untold(watch: Watch, cause: str, now: datetime, limits: Limits) -> Watch:
    """Return what is remembered after no ops phone could be texted about that cause."""
    return replace(watch, troubles=troubles.untold(watch.troubles, cause, now, limits))


def _cut_off(watch: Watch, now: datetime, limits: Limits, zone: str) -> Verdict:
    """Nothing can be seen. What was being timed starts anew afterwards: the services were cut off too."""
    since = watch.unreachable_since or now
    watch = replace(watch, unreachable_since=since, asked={}, standing={}, stalled={})
    if now - since < limits.tell_unreachable:
        return Verdict(watch)
    cause = Cause(since, wording.unreachable(wording.at(since, zone)), "NATS answers")
    known, told = troubles.present(watch.troubles, {"nats": cause}, now, limits)
    return Verdict(replace(watch, troubles=known), tell=told)


def _causes(watch: Watch, now: datetime, limits: Limits, zone: str) -> dict[str, Cause]:
    causes: dict[str, Cause] = {}
    for stream, overdue in late.unanswered(watch.asked, now, limits).items():
        if stream == OUTGOING:
            continue
        since, owner = min(one.due for one in overdue), _owner(stream)
        text = wording.late(owner, len(overdue), wording.at(since, zone))
        causes[f"service:{owner}"] = Cause(since, text, f"{owner} works")
    for service, since in watch.stalled.items():
        # One text for one service: standing still explains its being late.
        text = wording.stalled(service, wording.at(since, zone))
        causes[f"service:{service}"] = Cause(since, text, f"{service} works")
    for name, since in watch.missing.items():
        text = wording.missing(name, wording.at(since, zone))
        causes[f"missing:{name}"] = Cause(since, text, f"{name} is there")
    return causes


def _faults(
    watch: Watch, seen: Seen, now: datetime, limits: Limits, zone: str
) -> tuple[Watch, tuple[streams.Fault, ...]]:
    marks: Mapping[str, int] = watch.marks
    found: tuple[streams.Fault, ...] = ()
    if seen.streams is not None:
        marks, found = streams.faults(watch.marks, seen.streams, now, limits)
    found += _of_deadlines(watch, seen, now, limits, zone)
    if seen.streams is None and not found:
        return watch, ()
    fresh = tuple(fault for fault in found if fault.id not in watch.faults)
    still = {fault.id for fault in found} | {name for name in watch.faults if _recent(name, now)}
    return replace(watch, marks=marks, faults=frozenset(still)), fresh


def _of_deadlines(
    watch: Watch, seen: Seen, now: datetime, limits: Limits, zone: str
) -> tuple[streams.Fault, ...]:
    """Deadlines that need a person, but not in this minute: each told once a day."""
    found = [
        streams.Fault(f"open_without_due/{name}/{now:%Y-%m-%d}", "deadlines", wording.undue(name, count))
        for name, count in seen.undue
    ]
    if stuck := late.unanswered(watch.asked, now, limits).get(OUTGOING, ()):
        note = wording.outgoing(len(stuck), wording.at(min(one.due for one in stuck), zone))
        found.append(streams.Fault(f"deliveries_overdue/{now:%Y-%m-%d}", "outgoing", note, Urgency.SOON))
    return tuple(found)


def _recent(fault: str, now: datetime) -> bool:
    """Whether it is of today or yesterday; older ones need not be remembered."""
    return any(fault.endswith(f"{now - timedelta(days=days):%Y-%m-%d}") for days in (0, 1))


def _owner(stream: str) -> str:
    return next((s.appended_by[0][0] for s in STREAMS if s.name == stream), stream)
