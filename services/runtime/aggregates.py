"""The aggregate runner: load, fold, decide, append, reschedule.

One direct get loads an aggregate, one append commits what was decided. A lost race, a duplicate
or a lost acknowledgement end the same way: load, and decide again; only what turns out to be this
copy's own append is taken as its own.
"""

import asyncio
import itertools
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import structlog
from prometheus_client import Counter
from pydantic import BaseModel, SerializeAsAny, TypeAdapter, ValidationError

from contracts.commits import APPEND, BRIEF, DUE, KINDS, VERSION, Commit
from contracts.values import Moment, Value
from services.runtime.clock import Clock
from services.runtime.deadlines import DueIndex
from services.runtime.log import Conflict, Log, Stored, Unavailable

_log = structlog.get_logger()
S = TypeVar("S", bound=BaseModel)
E = TypeVar("E", bound=BaseModel)

CONFLICTS = Counter("vigil_append_conflicts_total", "Appends that lost a race or were repeated.", ["stream"])
NEWER = Counter("vigil_state_newer_total", "States written by newer code, given back.", ["stream"])
_CACHED = 2000
_TRIES = 30


class NewerState(Exception):
    """The state was written by newer code: give the message back, a newer copy will take it."""


@dataclass(frozen=True)
class Rules(Generic[S, E]):
    """What one kind of aggregate is: its pure functions, and how its values are read."""

    stream: str
    version: int
    state: type[S]
    events: TypeAdapter[E]
    empty: Callable[[str], S]
    evolve: Callable[[S, E], S]
    due: Callable[[S], datetime | None]
    brief: Callable[[S], BaseModel | None]
    opening: frozenset[str]
    """Event types that open a run: a newer reader folds again from the last of them."""


@dataclass(frozen=True)
class At(Generic[S]):
    """A state and where the log stood when it was true."""

    state: S
    sequence: int
    start: int = 0


@dataclass(frozen=True)
class Committed(Generic[S, E]):
    """What came of hearing something: the events (none: it changed nothing) and the state."""

    state: S
    events: tuple[E, ...]
    sequence: int


@dataclass(frozen=True)
class _Append(Generic[S, E]):
    """What is about to be appended, and the mark by which it is known again in the log."""

    at: At[S]
    events: tuple[E, ...]
    state: S
    mark: str


class Aggregates(Generic[S, E]):
    """All aggregates of one stream. Raises Unavailable, NewerState."""

    def __init__(self, log: Log, rules: Rules[S, E], clock: Clock, index: DueIndex | None = None) -> None:
        self._log = log
        self._rules = rules
        self._clock = clock
        self.index = index
        self._cache: OrderedDict[str, At[S]] = OrderedDict()
        self._name = secrets.token_hex(6)
        self._numbers = itertools.count(1)
        self.on_commit: Callable[[str, int, S, tuple[E, ...]], None] = lambda *_: None
        """Called after each commit of this copy: subject, sequence, state, events."""

    async def load(self, subject: str, *, cached: bool = False) -> At[S]:
        """Return the state of a subject as the log has it; `cached` may be a moment old."""
        if cached and (known := self._cache.get(subject)) is not None:
            return known
        stored = await self._log.last(subject)
        at = At(self._rules.empty(subject), 0) if stored is None else await self._read(subject, stored)
        self._remember(subject, at)
        return at

    async def decide(
        self,
        subject: str,
        cause: str,
        decide: Callable[[S, datetime], tuple[E, ...]],
        *,
        seems_new: bool = False,
    ) -> Committed[S, E]:
        """Let `decide(state, now)` speak and commit what it says; () commits nothing.

        `seems_new` spares a read where the subject probably has no commit yet; the append refuses
        if it has, and then it is read and decided on again.
        """
        lost: list[_Append[S, E]] = []
        for attempt in range(_TRIES):
            if lost and (stored := await self._stored_after_all(subject, lost)) is not None:
                return stored
            guess = attempt == 0 and seems_new and subject not in self._cache
            from_cache = guess or (attempt == 0 and subject in self._cache)
            at = At(self._rules.empty(subject), 0) if guess else await self.load(subject, cached=from_cache)
            events = decide(at.state, self._clock.now())
            if not events and from_cache:
                at = await self.load(subject)
                events = decide(at.state, self._clock.now())
            if not events:
                self._feed(subject, at.sequence, at.state)
                return Committed(at.state, (), at.sequence)
            one = self._append_of(at, events)
            try:
                return await self._commit(subject, cause, one)
            except Conflict:
                CONFLICTS.labels(self._rules.stream).inc()
                self._cache.pop(subject, None)
            except Unavailable:
                lost.append(one)
                self._cache.pop(subject, None)
                await asyncio.sleep(min(0.02 * 2**attempt, 0.5))
        raise Unavailable(f"{self._rules.stream}: no append in {_TRIES} tries")

    def _append_of(self, at: At[S], events: tuple[E, ...]) -> "_Append[S, E]":
        state = at.state
        for event in events:
            state = self._rules.evolve(state, event)
        return _Append(at, events, state, f"{self._name}-{next(self._numbers)}")

    async def _commit(self, subject: str, cause: str, one: "_Append[S, E]") -> Committed[S, E]:
        rules = self._rules
        at, events, state = one.at, one.events, one.state
        kinds = [str(getattr(event, "type", "")) for event in events]
        opens = any(kind in rules.opening for kind in kinds)
        commit = _Written(
            at=self._clock.now(),
            cause=cause,
            version=rules.version,
            start=0 if opens else at.start or at.sequence,
            events=events,
            state=state,
        )
        headers = {
            VERSION: str(rules.version),
            KINDS: ",".join(dict.fromkeys(kinds)),
            APPEND: one.mark,
        }
        if (due := rules.due(state)) is not None:
            headers[DUE] = due.isoformat()
        if (brief := rules.brief(state)) is not None:
            headers[BRIEF] = brief.model_dump_json(exclude_none=True)
        sequence = await self._log.append(
            subject,
            commit.model_dump_json().encode(),
            at.sequence,
            f"{subject}:{at.sequence}:{cause}",
            headers,
        )
        self._remember(subject, At(state, sequence, commit.start or sequence))
        return self._happened(subject, one, sequence)

    def _happened(self, subject: str, one: "_Append[S, E]", sequence: int) -> Committed[S, E]:
        self._feed(subject, sequence, one.state)
        self.on_commit(subject, sequence, one.state, one.events)
        return Committed(one.state, one.events, sequence)

    async def _stored_after_all(self, subject: str, lost: list["_Append[S, E]"]) -> Committed[S, E] | None:
        """Return the commit of an append whose acknowledgement was lost, if it is the subject's last.

        Whoever acts on its own commit (a page is sent by the copy that committed the intention)
        would else never act while acknowledgements are slower than their time-out.
        """
        try:
            stored = await self._log.last(subject)
        except Unavailable:
            return None
        mark = stored.headers.get(APPEND) if stored is not None else None
        mine = next((one for one in lost if one.mark == mark), None)
        return self._happened(subject, mine, stored.sequence) if stored and mine else None

    async def _read(self, subject: str, stored: Stored) -> At[S]:
        version = int(stored.headers.get(VERSION, "0"))
        if version > self._rules.version:
            NEWER.labels(self._rules.stream).inc()
            raise NewerState(
                f"{self._rules.stream}: state version {version}, this code reads {self._rules.version}"
            )
        commit = Commit.model_validate_json(stored.data)
        start = commit.start or stored.sequence
        if version == self._rules.version:
            try:
                return At(self._rules.state.model_validate(commit.state), stored.sequence, start)
            except ValidationError:
                # The state is a cache; the events are the truth, and they may still be readable.
                _log.error("state_unreadable", stream=self._rules.stream, sequence=stored.sequence)
        return await self._fold_again(subject, start)

    async def _fold_again(self, subject: str, start: int) -> At[S]:
        """Rebuild the state of an older version from the events since the run was opened."""
        state, sequence = self._rules.empty(subject), 0
        for stored in await self._log.since(subject, start):
            for event in read_events(stored.data, self._rules.events):
                state = self._rules.evolve(state, event)
            sequence = stored.sequence
        return At(state, sequence, start)

    def _remember(self, subject: str, at: At[S]) -> None:
        self._cache[subject] = at
        self._cache.move_to_end(subject)
        if len(self._cache) > _CACHED:
            self._cache.popitem(last=False)

    def _feed(self, subject: str, sequence: int, state: S) -> None:
        if self.index is not None:
            self.index.feed(subject, sequence, self._rules.due(state))


class _Written(Value):
    """A commit on its way to the log, as `Commit` reads it: serialised once, from the values themselves."""

    at: Moment
    cause: str
    version: int
    start: int
    events: tuple[SerializeAsAny[BaseModel], ...]
    state: SerializeAsAny[BaseModel]


class _Happened(Value):
    """A commit's events alone: whoever only hears them spares the reading of the state."""

    events: tuple[dict[str, Any], ...]


def read_events(data: bytes, events: TypeAdapter[Any]) -> tuple[Any, ...]:
    """Return the events of a stored commit that this code knows; unknown newer ones are skipped.

    Raises pydantic.ValidationError when a known event can't be read.
    """
    known = []
    tags = _tags(events)
    for raw in _Happened.model_validate_json(data).events:
        if raw.get("type") in tags:
            known.append(events.validate_python(raw))
    return tuple(known)


_TAGS: dict[int, frozenset[str]] = {}


def _tags(events: TypeAdapter[Any]) -> frozenset[str]:
    found = _TAGS.get(id(events))
    if found is None:
        schema = events.json_schema()
        mapping = schema.get("discriminator", {}).get("mapping", {})
        found = _TAGS[id(events)] = frozenset(mapping)
    return found
