"""The runner: load, decide, append; whatever the network does to an append, a cause counts once."""

import asyncio
from datetime import UTC, datetime

import pytest

from contracts.commits import DUE, KINDS, VERSION, Commit
from services.runtime.activity import Activity
from services.runtime.aggregates import Aggregates, NewerState
from services.runtime.clock import SteppedClock
from services.runtime.deadlines import DueIndex
from services.runtime.log import Log, Unavailable
from tests.services.runtime.conftest import Bus
from tests.services.runtime.counting import CountLater, begin, count, rules

SUBJECT = "escalations.pt_a"
START = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)


class LosesAcks(Log):
    """A log whose first answers get lost although the message was stored."""

    losses = 1

    async def append(self, *args, **kwargs) -> int:
        sequence = await super().append(*args, **kwargs)
        if self.losses:
            self.losses -= 1
            raise Unavailable("the acknowledgement was lost")
        return sequence


def aggregates(bus: Bus, *, log: type[Log] = Log, version: int = 1, state=None, index=None) -> Aggregates:
    of = rules(version) if state is None else rules(version, state)
    return Aggregates(log(bus.admin, "ESCALATIONS"), of, SteppedClock(START), index)


async def test_a_lost_acknowledgement_counts_the_cause_once(bus: Bus) -> None:
    await bus.make("ESCALATIONS")
    counts = aggregates(bus, log=LosesAcks)
    told: list[int] = []
    counts.on_commit = lambda _subject, sequence, _state, _events: told.append(sequence)
    done = await counts.decide(SUBJECT, "a", count("a"))
    # It is known as this copy's own: who committed an intention acts on it, or nobody would.
    assert (done.state.count, len(done.events), told) == (1, 1, [done.sequence])
    assert len(await Log(bus.admin, "ESCALATIONS").since(SUBJECT, 1)) == 1


async def test_of_many_copies_at_once_every_cause_counts_once(bus: Bus) -> None:
    await bus.make("ESCALATIONS")
    copies = [aggregates(bus) for _ in range(4)]
    causes = [f"c{number}" for number in range(5)]
    await asyncio.gather(*(copy.decide(SUBJECT, cause, count(cause)) for copy in copies for cause in causes))

    state = (await aggregates(bus).load(SUBJECT)).state
    assert sorted(state.heard) == causes


async def test_one_cause_appends_to_several_subjects(bus: Bus) -> None:
    await bus.make("ESCALATIONS")
    copy = aggregates(bus)
    for subject in ("escalations.a", "escalations.b", "escalations.c"):
        assert len((await copy.decide(subject, "same", count("same"))).events) == 1


async def test_a_stale_cache_never_swallows_a_cause(bus: Bus) -> None:
    """The other copy began anew, so that `a` counts again, though this one remembers having heard it."""
    await bus.make("ESCALATIONS")
    one, other = aggregates(bus), aggregates(bus)
    await one.decide(SUBJECT, "a", count("a"))
    await other.decide(SUBJECT, "begin", begin)
    assert len((await one.decide(SUBJECT, "a", count("a"))).events) == 1


async def test_a_commit_says_in_its_headers_what_it_holds_and_when_it_is_due(bus: Bus) -> None:
    await bus.make("ESCALATIONS")
    await aggregates(bus).decide(SUBJECT, "a", begin)
    stored = await Log(bus.admin, "ESCALATIONS").last(SUBJECT)
    assert stored is not None
    assert (stored.headers[KINDS], stored.headers[VERSION]) == ("begun", "1")
    assert stored.headers[DUE] == "2026-11-24T08:11:00+00:00"


async def test_a_state_one_version_older_is_folded_again_since_the_opening(bus: Bus) -> None:
    """Two runs; the newer code sees only the second, with the field that the older one did not have."""
    await bus.make("ESCALATIONS")
    old = aggregates(bus)
    for cause in ("x", "y"):
        await old.decide(SUBJECT, cause, count(cause))
    await old.decide(SUBJECT, "begin", begin)
    for cause in ("a", "b"):
        await old.decide(SUBJECT, cause, count(cause))

    new = aggregates(bus, version=2, state=CountLater)
    state = (await new.load(SUBJECT)).state
    assert (state.count, state.heard, state.twice) == (2, ("a", "b"), 4)

    done = await new.decide(SUBJECT, "c", count("c"))
    assert done.state.twice == 6
    stored = await Log(bus.admin, "ESCALATIONS").last(SUBJECT)
    assert stored is not None and stored.headers[VERSION] == "2"


async def test_a_state_of_newer_code_is_given_back_and_never_overwritten(bus: Bus) -> None:
    await bus.make("ESCALATIONS")
    await aggregates(bus, version=2, state=CountLater).decide(SUBJECT, "a", count("a"))
    before = await Log(bus.admin, "ESCALATIONS").last(SUBJECT)

    with pytest.raises(NewerState):
        await aggregates(bus).decide(SUBJECT, "b", count("b"))
    assert await Log(bus.admin, "ESCALATIONS").last(SUBJECT) == before


async def test_newer_code_that_took_over_meanwhile_is_noticed_at_the_append(bus: Bus) -> None:
    """This copy has the state in its cache; the newer one commits; the append conflicts: given back."""
    await bus.make("ESCALATIONS")
    old = aggregates(bus)
    await old.decide(SUBJECT, "a", count("a"))
    await aggregates(bus, version=2, state=CountLater).decide(SUBJECT, "b", count("b"))
    with pytest.raises(NewerState):
        await old.decide(SUBJECT, "c", count("c"))


async def test_an_event_of_newer_code_is_skipped_when_folding(bus: Bus) -> None:
    await bus.make("ESCALATIONS")
    log = Log(bus.admin, "ESCALATIONS")
    events = (
        {"type": "sung", "at": START.isoformat()},
        {"type": "counted", "at": START.isoformat(), "cause": "z"},
    )
    commit = Commit(at=START, cause="x", version=0, events=events, state={})
    await log.append(SUBJECT, commit.model_dump_json().encode(), 0, "x", {VERSION: "0"})
    assert (await aggregates(bus).load(SUBJECT)).state.heard == ("z",)


async def test_each_commit_moves_the_deadline(bus: Bus) -> None:
    await bus.make("ESCALATIONS")

    async def look(_subject: str) -> None: ...

    index = DueIndex("x", SteppedClock(START), look, Activity())
    copy = aggregates(bus, index=index)
    await copy.decide(SUBJECT, "begin", begin)
    assert len(index) == 1
    for cause in ("a", "b", "c"):
        await copy.decide(SUBJECT, cause, count(cause))
    assert len(index) == 0 and index.earliest() is None


async def test_a_stored_state_that_cannot_be_read_is_folded_again(bus: Bus) -> None:
    """The state is a cache: damaged, it is rebuilt from the events, and nothing is parked for it."""
    await bus.make("ESCALATIONS")
    events = ({"type": "counted", "at": START.isoformat(), "cause": "z"},)
    commit = Commit(at=START, cause="z", version=1, events=events, state={"count": "many"})
    log = Log(bus.admin, "ESCALATIONS")
    await log.append(SUBJECT, commit.model_dump_json().encode(), 0, "z", {VERSION: "1"})

    assert (await aggregates(bus).load(SUBJECT)).state.count == 1
