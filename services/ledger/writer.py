"""Writes stored messages into the books: rows, links and positions, all in one transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from services.books import chain
from services.books.changes import Change, change
from services.books.database import Books
from services.books.tables import CHECKPOINTS, LINKS, Tables
from services.books.writing import write
from services.ledger.core.rows import STREAMS, rows_of
from services.runtime.log import Stored

Batch = Sequence[tuple[str, Stored]]
"""Messages with their streams; those of one stream in order."""


class Moved(Exception):
    """The books stand before what was written: another file, or an older copy. Follow anew from there."""


class Writer:
    """Writes batches. It blocks: call it from a thread."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._written: dict[str, int] = {}

    def begin(self) -> dict[str, int]:
        """Make what is missing, and return up to where each stream is in the books."""
        with self._books.writing() as connection:
            made = self._books.shown(connection)
            positions, heads = positions_of(connection, made), heads_of(connection, STREAMS)
        self._written = {
            name: min(positions.get(name, 0), heads[name].sequence if name in heads else 0)
            for name in STREAMS
        }
        return dict(self._written)

    def write(self, batch: Batch, now: datetime) -> None:
        """Write the batch, and the day's checkpoint when it is time.

        What is in the books already changes nothing. Raises Moved, NoBooks and SQLAlchemyError, and then
        nothing was written.
        """
        names = sorted({stream for stream, _ in batch})
        with self._books.writing() as connection:
            made = self._books.shown(connection, make=False)
            positions, heads = positions_of(connection, made), heads_of(connection, names)
            for name in names:
                if min(positions.get(name, 0), heads.get(name, chain.Head()).sequence) < self._written[name]:
                    raise Moved(name)
            checkpoint(connection, now)
            add_links(connection, batch, heads)
            add_rows(connection, made, batch, positions)
        for name, stored in batch:
            self._written[name] = max(self._written[name], stored.sequence)


def positions_of(connection: Connection, made: Tables) -> dict[str, int]:
    """Return up to which sequence the rows of each stream are in that generation."""
    table = made["positions"]
    found = connection.execute(select(table.c.stream, table.c.sequence))
    return {str(name): int(sequence) for name, sequence in found}


def heads_of(connection: Connection, streams: Iterable[str]) -> dict[str, chain.Head]:
    """Return the last link of each of these streams that has one."""
    heads: dict[str, chain.Head] = {}
    for name in streams:
        last = (
            select(LINKS.c.sequence, LINKS.c.chain)
            .where(LINKS.c.stream == name)
            .order_by(LINKS.c.sequence.desc())
            .limit(1)
        )
        for sequence, link in connection.execute(last):
            heads[name] = chain.Head(int(sequence), bytes(link))
    return heads


def add_rows(connection: Connection, made: Tables, batch: Batch, positions: dict[str, int]) -> None:
    """Write the rows of what lies behind the positions, and the positions with them."""
    written: list[tuple[str, int, tuple[Change, ...]]] = []
    ends: dict[str, Stored] = {}
    for name, stored in batch:
        if stored.sequence <= positions.get(name, 0):
            continue
        at = stored_at(stored)
        changes = rows_of(name, stored.subject, stored.sequence, at, stored.headers, stored.data)
        written.append((name, stored.sequence, changes))
        ends[name] = stored
    for name, stored in sorted(ends.items()):
        place = change("positions", {"stream": name}, last={"at": stored_at(stored)})
        written.append((name, stored.sequence, (place,)))
    write(connection, made, written)


def add_links(connection: Connection, batch: Batch, heads: dict[str, chain.Head]) -> None:
    """Write the links of what lies behind the heads."""
    links: list[chain.Link] = []
    for name, stored in batch:
        head = heads.get(name, chain.Head())
        if stored.sequence > head.sequence:
            made = chain.link(
                head, name, stored.sequence, stored.subject, stored_at(stored), stored.headers, stored.data
            )
            links.append(made)
            heads[name] = chain.Head(made.sequence, made.chain)
    if links:
        names = LINKS.c.keys()
        connection.execute(insert(LINKS), [{name: getattr(one, name) for name in names} for one in links])


def checkpoint(connection: Connection, now: datetime, *, at_once: bool = False) -> None:
    """Write down all heads, if none was written today (UTC) and there is a link at all."""
    table = CHECKPOINTS
    last = connection.execute(select(table).order_by(table.c.number.desc()).limit(1)).one_or_none()
    if last is not None and last.made_at.date() >= now.date() and not at_once:
        return
    heads = heads_of(connection, connection.execute(select(LINKS.c.stream).distinct()).scalars().all())
    if not heads:
        return
    said = chain.written(heads)
    before = bytes(last.hash) if last is not None else chain.START
    number = (connection.execute(select(func.max(table.c.number))).scalar() or 0) + 1
    made_at = now.replace(microsecond=0)
    connection.execute(
        insert(table).values(
            number=number, made_at=made_at, heads=said, hash=chain.checkpoint_hash(before, made_at, said)
        )
    )


def stored_at(stored: Stored) -> datetime:
    """Return when the server stored it; a follower always knows."""
    if stored.at is None:
        raise ValueError(f"{stored.subject} {stored.sequence}: no follower saw it")
    return stored.at
