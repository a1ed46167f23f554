"""A made-up history, seeded, for a site that has none yet: the real rules, with made-up people's answers.

The rates are assumptions that look like a mid-sized programme, to try policies on; they are no
measurement of anybody. Answers: half of the pages within a minute or two by day and about twice
that at night; some are never answered; some are passed.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from contracts.escalations import EscalationEvent, PageRequested, ResponderTold, Telling
from contracts.people import Person
from contracts.signals import Signal
from contracts.values import Disposition, Kind, Urgency
from services.escalation.core.inputs import World
from services.escalation.rehearsal import engine, reactions
from services.escalation.rehearsal.reactions import Reaction

MIX: tuple[tuple[Kind, Urgency, float], ...] = (
    (Kind.SESSION_MISSED, Urgency.ROUTINE, 0.30),
    (Kind.SESSION_MISSED, Urgency.SOON, 0.16),
    (Kind.SESSION_MISSED, Urgency.URGENT, 0.04),
    (Kind.SCREEN_POSITIVE, Urgency.SOON, 0.10),
    (Kind.SCREEN_POSITIVE, Urgency.URGENT, 0.07),
    (Kind.SCREEN_POSITIVE, Urgency.IMMINENT, 0.03),
    (Kind.PATIENT_ALERT, Urgency.URGENT, 0.12),
    (Kind.PATIENT_ALERT, Urgency.IMMINENT, 0.04),
    (Kind.SUBSTANCE_POSITIVE, Urgency.SOON, 0.06),
    (Kind.DOSE_MISSED, Urgency.SOON, 0.05),
    (Kind.CONCERN_RAISED, Urgency.URGENT, 0.03),
)
"""Kind, urgency and share of all signals. An assumption, not a measurement."""
_BY_HOUR = (2, 1, 1, 1, 1, 1, 2, 4, 8, 10, 9, 8, 8, 8, 8, 8, 9, 10, 9, 8, 7, 6, 5, 3)
"""How many signals come in each hour of the day, relative to each other."""
_FORGOTTEN, _PASSED = 0.12, 0.06
_RISK_IN, _RISK_OF = 12, 120
"""So many of so many patients are flagged as high risk."""
_LOOKED_FOR = timedelta(hours=72)


class Chance(Protocol):
    """Where chance comes from: `random.Random`, seeded by the caller."""

    def random(self) -> float:
        """Return a number in [0, 1)."""
        ...

    def gauss(self, mu: float, sigma: float) -> float:
        """Return a number from a normal distribution."""
        ...


@dataclass(frozen=True)
class Sample:
    """What is made: so many escalations from a moment on, spread over so many days."""

    count: int
    start: datetime
    days: int


def sample(
    wanted: Sample, world_at: Callable[[datetime], World], zone: ZoneInfo, chance: Chance
) -> Iterator[tuple[str, Sequence[EscalationEvent]]]:
    """Yield subject and events of each run, in order of opening. `zone`: the day and night of signals.

    Each is about a patient of its own making (`sample_<n>`), one after the other.
    """
    moments = sorted(_moment(wanted, zone, chance) for _ in range(wanted.count))
    for number, at in enumerate(moments, start=1):
        signal = _signal(number, at, chance)
        people = _People(world_at(at).people, chance)
        done = engine.rehearse((signal,), world_at, people, at + _LOOKED_FOR, listen=people.listen)
        yield f"escalations.{signal.patient}", done.log


def _moment(wanted: Sample, zone: ZoneInfo, chance: Chance) -> datetime:
    day = wanted.start.astimezone(zone).date() + timedelta(days=int(chance.random() * wanted.days))
    hour = _pick(_BY_HOUR, chance)
    minute, second = int(chance.random() * 60), int(chance.random() * 60)
    local = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
    return local.astimezone(wanted.start.tzinfo)


def _pick(weights: Sequence[float], chance: Chance) -> int:
    left = chance.random() * sum(weights)
    for index, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return index
    return len(weights) - 1


def _signal(number: int, at: datetime, chance: Chance) -> Signal:
    kind, urgency, _ = MIX[_pick([share for _, _, share in MIX], chance)]
    return Signal(
        id=f"sample/{number}",
        kind=kind,
        urgency=urgency,
        # A subject for each run: what one patient's earlier run left behind plays no part.
        patient=f"sample_{number}",
        occurred_at=at,
        received_at=at,
        source="sample",
        tags=("high_risk",) if number % _RISK_OF < _RISK_IN else (),
    )


class _People:
    """Made-up people: each answers, passes or sleeps; whoever takes it reaches the patient after a while."""

    def __init__(self, people: Mapping[str, Person], chance: Chance) -> None:
        self._people = people
        self._chance = chance
        self._zones: dict[str, ZoneInfo] = {}

    def react(self, page: PageRequested, now: datetime) -> Sequence[Reaction]:
        """Return how they answer, if they do."""
        draw = self._chance.random()
        if draw < _FORGOTTEN:
            return ()
        zone = self._zones.setdefault(page.zone, ZoneInfo(page.zone))
        asleep = not 7 <= now.astimezone(zone).hour < 22
        after = timedelta(seconds=round(self._long(150 if asleep else 75, 0.8)))
        passes = draw < _FORGOTTEN + _PASSED
        return (Reaction(after, reactions.Pass() if passes else reactions.Take()),)

    def listen(self, message: ResponderTold, now: datetime) -> Sequence[Reaction]:
        """Return what the holder does, and whoever is asked to sign."""
        match message.telling:
            case Telling.YOU_HAVE_IT:
                minutes = 4 if message.urgency.rank >= Urgency.URGENT.rank else 45
                reached = timedelta(seconds=round(self._long(minutes * 60, 0.7)))
                spoke = reached + timedelta(seconds=round(self._long(20 * 60, 0.6)))
                return (
                    Reaction(reached, reactions.Reached()),
                    Reaction(spoke, reactions.Dispose(Disposition.SPOKE)),
                )
            case Telling.SIGN_PLEASE:
                return (Reaction(timedelta(seconds=round(self._long(180, 0.6))), reactions.Sign()),)
            case _:
                return ()

    def _long(self, median: float, spread: float) -> float:
        return median * math.exp(self._chance.gauss(0.0, spread))
