"""One recorded run again: through the same policy, or through another one, or another roster.

Unchanged, everybody does what they did, so the same people are paged at the same moments. Changed,
a person who was paged in the record answers after the same time, whenever they are paged now; who
was not, or was not given the time, answers at their own pace, and that is counted as an estimate.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts.escalations import PageRequested, ResponderTold, Telling
from contracts.policies import PolicySet
from contracts.schedules import Shifts
from services.escalation.core import routing
from services.escalation.core.inputs import SignalHeard, World
from services.escalation.core.opening import LAST_RESORT
from services.escalation.core.state import Run
from services.escalation.rehearsal import engine, reactions
from services.escalation.rehearsal.outcome import Rehearsal
from services.escalation.rehearsal.reactions import Reaction
from services.escalation.replay.pace import Pace, Paces
from services.escalation.replay.past import AsRecorded, Past
from services.escalation.replay.recorded import RecordedRun
from services.escalation.replay.script import Script

LOOKED_FOR = timedelta(hours=24)
"""How long after a run's recorded end it is rehearsed, if it is still open then."""


@dataclass(frozen=True)
class Change:
    """What is tried: other policies, another roster, or both; None leaves it as it was."""

    policies: PolicySet | None = None
    shifts: Mapping[str, Shifts] | None = None


@dataclass(frozen=True)
class Replayed:
    """A run rehearsed again."""

    rehearsal: Rehearsal
    same: bool
    """Whether neither its policy nor the roster is another: then it is exactly as recorded."""
    estimates: int
    """How many answers were drawn from a person's pace, since the record does not show them."""


def replay(run: RecordedRun, script: Script, past: Past, paces: Paces, change: Change, seed: int) -> Replayed:
    """Return what would have happened to a run; the same arguments give the same.

    `seed` decides what is drawn where the record shows nothing. Raises engine.Stuck if the rules
    make no progress.
    """
    end, closed = run.last_at, run.is_closed
    if change.shifts is None and _routes_the_same(run, script, change.policies):
        world = AsRecorded(past, run).world
        again = _Again(script)
        done = _rehearse(run, script, world, again, again.listen, end)
        return Replayed(done, True, 0)
    policies = change.policies or _stored(run)
    people = _Estimated(run, script, paces, seed)
    done = _rehearse(
        run,
        script,
        lambda at: past.world(at, run, policies, change.shifts),
        people,
        people.listen,
        # What the record doesn't know the end of is compared as far as the record goes.
        end + LOOKED_FOR if closed else past.until or end,
    )
    return Replayed(done, False, people.estimates)


def _rehearse(
    run: RecordedRun,
    script: Script,
    world: Callable[[datetime], World],
    behave: reactions.Behaviour,
    listen: reactions.Listening,
    until: datetime,
) -> Rehearsal:
    heard = [(at, SignalHeard(signal)) for at, signal in script.signals]
    start = Run.empty(run.subject).model_copy(update={"number": run.opened.number - 1})
    return engine.rehearse(
        (), world, behave, until, subject=run.subject, heard=heard, listen=listen, start=start
    )


def _stored(run: RecordedRun) -> PolicySet:
    opened = run.opened
    return PolicySet(
        version=opened.policy_version,
        policies=run.policies,
        applied_by="recorded",
        applied_at=opened.at,
    )


def _routes_the_same(run: RecordedRun, script: Script, policies: PolicySet | None) -> bool:
    """Whether every signal that opened it or made it more urgent gets the policy it had."""
    if policies is None:
        return True
    opened = run.opened
    urgency, stored = opened.signal.urgency, list(run.policies)
    signals = [script.signals[0]]
    for at, signal in script.signals[1:]:
        if signal.urgency.rank > urgency.rank:
            urgency = signal.urgency
            signals.append((at, signal))
    routed = [
        routing.route(
            policies, signal.kind, signal.urgency, tuple(dict.fromkeys((*signal.tags, *opened.tags))), at
        ).policy
        or LAST_RESORT
        for at, signal in signals
    ]
    return routed == stored


@dataclass
class _Again:
    """Everybody does what the record says, so long after each of their pages."""

    script: Script
    count: dict[str, int] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)

    def react(self, page: PageRequested, now: datetime) -> Sequence[Reaction]:
        """Return what they did from this page until the next one to them."""
        number = self.count.get(page.responder, 0)
        self.count[page.responder] = number + 1
        recorded = self.script.page(page.responder, number)
        return recorded.done if recorded is not None else ()

    def listen(self, message: ResponderTold, now: datetime) -> Sequence[Reaction]:
        """Return what they did after this message, if no page of theirs stands behind it."""
        number = self.told.get(message.responder, 0)
        self.told[message.responder] = number + 1
        recorded = self.script.messages.get(message.responder, [])
        return recorded[number] if number < len(recorded) else ()


@dataclass
class _Estimated:
    """Everybody answers as they did, or at their own pace; contact takes as long as it took."""

    run: RecordedRun
    script: Script
    paces: Paces
    seed: int
    count: dict[str, int] = field(default_factory=dict)
    estimates: int = 0

    def react(self, page: PageRequested, now: datetime) -> Sequence[Reaction]:
        """Return how they answer this page, if they do."""
        who = page.responder
        number = self.count.get(who, 0)
        self.count[who] = number + 1
        recorded = self.script.page(who, number)
        if recorded is not None and recorded.answered is not None:
            return (recorded.answered,)
        self.estimates += 1
        pace = self.paces.of(who)
        silent_for = recorded.out_for if recorded is not None and recorded.out_for else timedelta()
        after = pace.delay(self._chance(who, number, "when"), silent_for.total_seconds())
        return () if after is None else (Reaction(timedelta(seconds=after), self._answer(pace, who, number)),)

    def listen(self, message: ResponderTold, now: datetime) -> Sequence[Reaction]:
        """Return what a holder does once they have it, and whoever is asked to sign."""
        script = self.script
        match message.telling:
            case Telling.YOU_HAVE_IT:
                return tuple(self._ending())
            case Telling.SIGN_PLEASE if script.signed_after is not None:
                return (Reaction(script.signed_after, reactions.Sign()),)
            case _:
                return ()

    def _ending(self) -> list[Reaction]:
        script, done = self.script, list[Reaction]()
        contact = script.contact_after or timedelta()
        if script.contact_after is not None:
            done.append(Reaction(contact, reactions.Reached()))
        if script.disposition is not None and script.disposed_after is not None:
            done.append(Reaction(contact + script.disposed_after, reactions.Dispose(script.disposition)))
        return done

    def _answer(self, pace: Pace, who: str, number: int) -> reactions.What:
        passes = self._chance(who, number, "what") < pace.passes
        return reactions.Pass() if passes else reactions.Take()

    def _chance(self, *what: object) -> float:
        """A number in [0, 1) that belongs to this run, person and page, and to nothing else."""
        text = ":".join(map(str, (self.seed, self.run.run, *what)))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big") / 2**56
