"""The engine: `decide` and `evolve` in simulated time, one subject at a time.

Theory: three things move time on, and the earliest is next: a signal (or another input) that
comes from outside, the reaction of somebody who was paged, and the run's own deadline. An input
and a deadline of the same moment: the input is heard first. Nothing else happens, so a rehearsal
with the same signals, world and reactions gives the same events, each time.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.escalations import EscalationEvent, PageRequested, ResponderTold
from contracts.signals import Signal
from services.escalation.core.decide import decide
from services.escalation.core.due import clocks, due
from services.escalation.core.evolve import evolve
from services.escalation.core.inputs import FaultsTold, Heard, PageHeard, SignalHeard, TimeReached, World
from services.escalation.core.state import Run
from services.escalation.rehearsal import lines, reactions
from services.escalation.rehearsal.outcome import Rehearsal
from services.escalation.rehearsal.reactions import Behaviour, Listening, Reaction, What


class Stuck(Exception):
    """A deadline did not move on although it was acted on: a fault of the rules."""


def nobody_listens(message: ResponderTold, now: datetime) -> Sequence[Reaction]:
    """Do nothing about a message."""
    return ()


def rehearse(
    signals: Sequence[Signal],
    world_at: Callable[[datetime], World],
    behave: Behaviour,
    until: datetime | timedelta,
    *,
    subject: str | None = None,
    heard: Iterable[tuple[datetime, Heard]] = (),
    phones: lines.Lines = lines.WORKING,
    listen: Listening = nobody_listens,
    start: Run | None = None,
) -> Rehearsal:
    """Return what happens to one subject, from its first signal until a moment (or for so long).

    A signal is heard when it was received. `heard`: further inputs at given moments. `phones`: how
    texts and calls behave; a person whose every method fails is exhausted as paging would say.
    `start`: the subject before, empty if left out. Raises ValueError without anything to hear, and
    Stuck if the rules make no progress.
    """
    coming = [(signal.received_at, SignalHeard(signal)) for signal in signals]
    inputs: list[tuple[datetime, Heard]] = [*coming, *heard]
    if not inputs:
        raise ValueError("a rehearsal needs a signal, or another input")
    end = until if isinstance(until, datetime) else min(at for at, _ in inputs) + until
    run = start or Run.empty(subject or _subject(signals))
    stage = Stage(run, world_at, behave, listen, phones)
    for at, one in inputs:
        stage.expect(at, one)
    stage.play(end)
    return Rehearsal(tuple(stage.log), stage.run, end, phones)


def _subject(signals: Sequence[Signal]) -> str:
    if not signals:
        raise ValueError("without a signal the subject must be named")
    first = signals[0]
    return f"escalations.{first.patient}" if first.patient else f"faults.{first.area}"


@dataclass(frozen=True, slots=True)
class _Answer:
    """A reaction that waits for its moment."""

    what: What
    page: PageRequested | ResponderTold


class Stage:
    """One rehearsal while it runs: `expect` inputs, then `play` on, as often as needed."""

    def __init__(
        self,
        run: Run,
        world_at: Callable[[datetime], World],
        behave: Behaviour,
        listen: Listening,
        phones: lines.Lines,
    ) -> None:
        self.run = run
        self.log: list[EscalationEvent] = []
        self._world_at = world_at
        self._behave = behave
        self._listen = listen
        self._phones = phones
        self._queue: list[tuple[datetime, int, Heard | _Answer]] = []
        self._count = 0
        self._told: dict[str, int] = {}
        self._latest: dict[tuple[str, str], PageRequested] = {}

    def expect(self, at: datetime, what: Heard | _Answer) -> None:
        """Have this happen at that moment, after what is expected at it already."""
        self._count += 1
        heapq.heappush(self._queue, (at, self._count, what))

    @property
    def due(self) -> datetime | None:
        """When the run acts by itself, once ops were told of every fault."""
        return min((at for at, _ in clocks(self.run)), default=None)

    def play(self, end: datetime) -> None:
        """Let everything happen until then, the moment itself included."""
        while True:
            at = self._queue[0][0] if self._queue else None
            deadline = due(self.run)
            if at is not None and at <= end and (deadline is None or at <= deadline):
                self._input(*heapq.heappop(self._queue))
            elif deadline is not None and deadline <= end:
                self._deadline(deadline)
            else:
                return

    def meet(self, at: datetime) -> None:
        """Let the deadline that has come be met at this moment, however long ago it came."""
        self._deadline(at)
        self.play(at)

    def _input(self, at: datetime, _: int, what: Heard | _Answer) -> None:
        if not isinstance(what, _Answer):
            self._hear(what, at)
        elif (heard := self._answer(what, at)) is not None:
            self._hear(heard, at)

    def _deadline(self, at: datetime) -> None:
        before = len(self.log)
        if self.run.untold:
            # Ops learn of it by a run of its own, which is not rehearsed.
            self._hear(FaultsTold(tuple(fault.fault for fault in self.run.untold)), at)
        self._hear(TimeReached(), at)
        if len(self.log) == before:
            raise Stuck(f"{self.run.subject} is due at {at.isoformat()} and nothing happens")

    def _hear(self, heard: Heard, now: datetime) -> None:
        run = self.run
        events = decide(run, heard, now, self._world_at(now))
        for event in events:
            run = evolve(run, event)
        self.run = run
        self.log += events
        for event in events:
            if isinstance(event, PageRequested):
                self._paged(event, now)
            elif isinstance(event, ResponderTold):
                self._know(event.responder, event.evidence)
                self._react(self._listen(event, now), event, now)

    def _paged(self, page: PageRequested, now: datetime) -> None:
        self._know(page.responder, page.evidence)
        self._latest[page.run, page.responder] = page
        self._react(self._behave.react(page, now), page, now)
        if not self._phones.exhausting:
            return
        plan = lines.plan(page, self._phones)
        if plan.exhausted_after is not None:
            self._react((Reaction(plan.exhausted_after, reactions.Exhausted(plan.codes)),), page, now)

    def _know(self, responder: str, evidence: int) -> None:
        self._told[responder] = max(evidence, self._told.get(responder, 0))

    def _react(self, reacts: Sequence[Reaction], page: PageRequested | ResponderTold, now: datetime) -> None:
        for reaction in reacts:
            self.expect(now + reaction.after, _Answer(reaction.what, page))

    def _answer(self, answer: _Answer, now: datetime) -> PageHeard | None:
        """What paging makes of a reaction: an answer is about the newest page of that person and run."""
        asked = answer.page
        page = self._latest.get((asked.run, asked.responder))
        if isinstance(answer.what, reactions.Exhausted) and isinstance(asked, PageRequested):
            if not any(out.page == asked.page for out in self.run.out):
                return None
            page = asked
        told = self._told.get(asked.responder, 0)
        return PageHeard(reactions.event(answer.what, page or asked, told, now))
