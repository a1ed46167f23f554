"""`vigil audit`: checkpoints of all chains, and the log read anew against every link."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nats.aio.client import Client
from sqlalchemy import select, tuple_

from contracts import streams
from services.books import chain
from services.books.chain import Head, Link
from services.books.database import Books
from services.books.tables import CHECKPOINTS, LINKS
from services.ledger.core import audit
from services.ledger.core.audit import Broken, Checked, Rules, Why
from services.ledger.core.rows import EDITED, STREAMS
from services.ledger.scan import scan
from services.ledger.writer import checkpoint, heads_of
from services.runtime.log import Stored

_CHUNK = 5_000
_KIND = "vigil audit checkpoint"


@dataclass(frozen=True)
class Checkpoint:
    """The heads of all chains at a moment, chained to the checkpoint before it."""

    number: int
    made_at: datetime
    heads: str
    hash: bytes

    def written(self) -> str:
        """Return it as a file to be kept elsewhere."""
        return json.dumps(
            {
                "kind": _KIND,
                "number": self.number,
                "made_at": self.made_at.isoformat(),
                "heads": json.loads(self.heads),
                "hash": self.hash.hex(),
            },
            indent=2,
        )


@dataclass(frozen=True)
class Verdict:
    """What an audit found."""

    streams: tuple[Checked, ...]
    broken: tuple[Broken, ...]
    checkpoints: int

    @property
    def first(self) -> Broken | None:
        """The broken link that was stored first."""
        return audit.first(self.broken)


def read_checkpoint(text: str) -> dict[str, Head]:
    """Return the heads of a checkpoint's file; raises ValueError if it is none."""
    found = json.loads(text)
    if not isinstance(found, dict) or found.get("kind") != _KIND:
        raise ValueError("it is no checkpoint of `vigil audit checkpoint`")
    return chain.read(json.dumps(found.get("heads")))


def make_checkpoint(books: Books, now: datetime) -> Checkpoint | None:
    """Write all heads down now, and return them; None if there is no link yet."""
    with books.writing() as connection:
        books.shown(connection)
        checkpoint(connection, now, at_once=True)
        last = select(CHECKPOINTS).order_by(CHECKPOINTS.c.number.desc()).limit(1)
        row = connection.execute(last).one_or_none()
    return Checkpoint(row.number, row.made_at, row.heads, bytes(row.hash)) if row is not None else None


class Verify:
    """One audit: it reads everything, and changes nothing."""

    def __init__(self, nc: Client, books: Books, now: datetime, purged_before: datetime) -> None:
        self._nc = nc
        self._books = books
        self._now = now
        self._purged_before = purged_before

    async def run(self, kept: Sequence[Mapping[str, Head]] = ()) -> Verdict:
        """Check every stream, every checkpoint of the books, and those kept elsewhere."""
        checked = [await self._stream(name) for name in STREAMS]
        broken = [one for each in checked for one in each.broken]
        found, count = await asyncio.to_thread(self._checkpoints, kept)
        return Verdict(tuple(checked), (*broken, *found), count)

    async def _stream(self, name: str) -> Checked:
        checked = Checked(name, self._rules(name), self._now)
        head = await asyncio.to_thread(self._begin, checked)

        async def take(batch: list[Stored]) -> None:
            bodies = {
                one.sequence: (one.subject, chain.body_hash(one.subject, one.sequence, one.headers, one.data))
                for one in batch
                if one.sequence <= head.sequence
            }
            last = min(batch[-1].sequence, head.sequence)
            await asyncio.to_thread(self._check, checked, last, bodies)

        await scan(self._nc, name, take)
        await asyncio.to_thread(self._check, checked, head.sequence, {})
        return checked

    def _begin(self, checked: Checked) -> Head:
        with self._books.reading() as page:
            if checked.rules.history is not None:
                later: dict[str, list[tuple[int, bool]]] = {}
                columns = (LINKS.c.subject, LINKS.c.sequence, LINKS.c.clears)
                wanted = select(*columns).where(LINKS.c.stream == checked.stream)
                for subject, sequence, clears in page.connection.execute(wanted):
                    later.setdefault(subject, []).append((sequence, clears))
                checked.later = later
            return heads_of(page.connection, (checked.stream,)).get(checked.stream, Head())

    def _check(self, checked: Checked, last: int, bodies: Mapping[int, tuple[str, bytes]]) -> None:
        """Check all links up to that sequence, some thousands at a time."""
        while True:
            links = self._links(checked.stream, checked.head.sequence, last)
            whole = len(links) < _CHUNK
            end = last if whole else links[-1].sequence
            checked.check(links, {seq: one for seq, one in bodies.items() if seq <= end})
            bodies = {seq: one for seq, one in bodies.items() if seq > end}
            if whole:
                return

    def _links(self, name: str, after: int, last: int) -> list[Link]:
        wanted = (
            select(LINKS)
            .where(LINKS.c.stream == name, LINKS.c.sequence > after, LINKS.c.sequence <= last)
            .order_by(LINKS.c.sequence)
            .limit(_CHUNK)
        )
        with self._books.reading() as page:
            return [
                Link(r.stream, r.sequence, r.subject, r.at, r.clears, bytes(r.body), bytes(r.chain))
                for r in page.connection.execute(wanted)
            ]

    def _checkpoints(self, kept: Sequence[Mapping[str, Head]]) -> tuple[list[Broken], int]:
        broken: list[Broken] = []
        before = chain.START
        with self._books.reading() as page:
            rows = page.connection.execute(select(CHECKPOINTS).order_by(CHECKPOINTS.c.number)).all()
        for row in rows:
            if bytes(row.hash) != chain.checkpoint_hash(before, row.made_at, row.heads):
                broken.append(Broken("checkpoints", row.number, "", Why.FORGED, row.made_at))
            before = bytes(row.hash)
        for heads in (*(chain.read(row.heads) for row in rows), *kept):
            broken += audit.against(heads, self._chains(heads.items()))
        return list(dict.fromkeys(broken)), len(rows) + len(kept)

    def _chains(self, places: Iterable[tuple[str, Head]]) -> dict[tuple[str, int], bytes]:
        wanted = [(name, head.sequence) for name, head in places]
        found = select(LINKS.c.stream, LINKS.c.sequence, LINKS.c.chain).where(
            tuple_(LINKS.c.stream, LINKS.c.sequence).in_(wanted)
        )
        with self._books.reading() as page:
            return {(name, number): bytes(link) for name, number, link in page.connection.execute(found)}

    def _rules(self, name: str) -> Rules:
        if name.startswith("KV_"):
            bucket = next(one for one in streams.BUCKETS if one.stream == name)
            assert bucket.name in EDITED
            return Rules(history=bucket.history)
        stream = streams.stream(name)
        return Rules(stream.max_age, None, self._purged_before if stream.purged else None)
