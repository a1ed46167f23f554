"""Writes the books anew from the log, while everything runs, and shows them in one step when they are whole.

The log is read into tables of their own. At the end, in one transaction in which nobody else writes, what
came meanwhile is read as well, and the new tables take the old ones' place. Links and checkpoints of the
audit are no projection and stay; a message that is no longer what its link says stops the rebuild. Rows of
messages that left a stream by its age are carried over: a rebuild forgets nothing that was shown. What
`vigil purge` removed is not: it is gone from the books from then on.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nats.aio.client import Client
from sqlalchemy import Connection, and_, except_, insert, select

from contracts import streams
from services.books import chain
from services.books.database import Books, NoBooks
from services.books.tables import LINKS, TABLES, Tables
from services.ledger.core.rows import LOGS, STREAMS
from services.ledger.scan import scan
from services.ledger.writer import add_rows, positions_of
from services.runtime.log import Stored

_END = 2**62
_PATIENCE = 25.0
"""Seconds for the last messages, while the ledger waits; less than its own patience."""


class Forged(Exception):
    """A message is not the one that was linked; the text names stream and sequence."""


@dataclass(frozen=True)
class Differing:
    """A row that was shown and is not what the log says."""

    table: str
    stream: str
    sequence: int


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild did."""

    messages: int
    generation: int
    differing: tuple[Differing, ...]


class Rebuild:
    """One rebuild."""

    def __init__(self, nc: Client, books: Books) -> None:
        self._nc = nc
        self._books = books
        self._messages = 0

    async def run(self) -> Rebuilt:
        """Do it. Raises Forged, Unavailable, SQLAlchemyError; then what was shown is shown on."""
        made = await asyncio.to_thread(self._books.fresh)
        for name in STREAMS:
            await self._read(made, name, 0)
        loop = asyncio.get_running_loop()
        differing = await asyncio.to_thread(self._switch, made, loop)
        return Rebuilt(self._messages, made.generation, differing)

    async def _read(self, made: Tables, name: str, after: int) -> None:
        first = True

        async def take(batch: list[Stored]) -> None:
            nonlocal first
            carry, first = first and _ages(name), False
            await asyncio.to_thread(self._write, made, name, batch, carry)

        await scan(self._nc, name, take, after=after)
        if first and _ages(name):
            await asyncio.to_thread(self._write, made, name, [], True)

    def _write(self, made: Tables, name: str, batch: list[Stored], carry: bool) -> None:
        with self._books.writing() as connection:
            if carry:
                self._carry_over(connection, made, name, batch[0].sequence if batch else _END)
            self._add(connection, made, name, batch)

    def _add(self, connection: Connection, made: Tables, name: str, batch: list[Stored]) -> None:
        _as_linked(connection, name, batch)
        add_rows(connection, made, [(name, one) for one in batch], positions_of(connection, made))
        self._messages += len(batch)

    def _carry_over(self, connection: Connection, made: Tables, name: str, first: int) -> None:
        """Copy rows that began with messages the stream no longer holds; later ones change them as ever."""
        try:
            old = self._books.shown(connection)
        except NoBooks:
            return
        for table in TABLES[1:]:
            there, here = old[table], made[table]
            gone = select(there).where(there.c.stream == name, there.c.first_sequence < first)
            connection.execute(insert(here).from_select(there.c.keys(), gone))

    def _switch(self, made: Tables, loop: asyncio.AbstractEventLoop) -> tuple[Differing, ...]:
        with self._books.writing() as connection:
            try:
                old = self._books.shown(connection)
            except NoBooks:
                self._books.show(connection, made)
                return ()
            before, now = positions_of(connection, old), positions_of(connection, made)
            lacking = {name: now.get(name, 0) for name, end in before.items() if now.get(name, 0) < end}
            missing = asyncio.run_coroutine_threadsafe(self._since(lacking), loop).result(_PATIENCE)
            for name, batch in missing.items():
                if batch:
                    self._add(connection, made, name, batch)
            now = positions_of(connection, made)
            same = [name for name, end in before.items() if now.get(name) == end]
            differing = _differing(connection, old, made, same)
            self._books.show(connection, made)
            return differing

    async def _since(self, positions: Mapping[str, int]) -> dict[str, list[Stored]]:
        found: dict[str, list[Stored]] = {}

        async def read(name: str, after: int) -> None:
            async def take(batch: list[Stored]) -> None:
                found.setdefault(name, []).extend(batch)

            await scan(self._nc, name, take, after=after)

        await asyncio.gather(*(read(name, after) for name, after in positions.items()))
        return found


def _ages(name: str) -> bool:
    """Whether messages leave the stream by their age alone."""
    return name in LOGS and streams.stream(name).max_age is not None


def _as_linked(connection: Connection, name: str, batch: Sequence[Stored]) -> None:
    """Raise Forged for the first message that is not what its link says."""
    if not batch:
        return
    within = and_(LINKS.c.stream == name, LINKS.c.sequence.between(batch[0].sequence, batch[-1].sequence))
    rows = connection.execute(select(LINKS.c.sequence, LINKS.c.body).where(within))
    linked = {row.sequence: bytes(row.body) for row in rows}
    for one in batch:
        body = linked.get(one.sequence)
        if body is not None and body != chain.body_hash(one.subject, one.sequence, one.headers, one.data):
            raise Forged(
                f"{name} {one.sequence}: the message is not the one that was linked; nothing was rebuilt. "
                "See `vigil audit verify`"
            )


def _differing(
    connection: Connection, old: Tables, made: Tables, names: Sequence[str]
) -> tuple[Differing, ...]:
    """Return rows that were shown and are not in the new books, of streams that stand equal in both."""
    found: list[Differing] = []
    for table in TABLES[1:]:
        there, here = old[table], made[table]
        lost = except_(
            select(there).where(there.c.stream.in_(names)), select(here).where(here.c.stream.in_(names))
        ).subquery()
        rows = connection.execute(select(lost.c.stream, lost.c.sequence).order_by(lost.c.sequence).limit(100))
        found += [Differing(table, stream, sequence) for stream, sequence in rows]
    return tuple(found)
