"""Rebuilt while it runs, in either database: what was shown is shown, also what aged out of the log."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client
from sqlalchemy import update

from contracts import streams
from services.books import reading
from services.books.database import Books
from services.books.tables import STATE
from services.ledger.core.audit import Gone, Why
from services.ledger.core.rows import LOGS, STREAMS
from services.ledger.following import Following
from services.ledger.rebuild import Forged, Rebuild
from services.ledger.verify import Verify
from services.ledger.writer import Writer
from services.runtime.clock import SteppedClock
from services.runtime.log import Stored
from services.runtime.nats_server import EmbeddedServer
from tests.services.ledger.log import at, brief, commit, opened
from tests.services.ledger.test_books import DAY, a_night, contents
from tests.services.ledger.test_following import until


@pytest.fixture
async def nc(tmp_path: Path) -> AsyncIterator[Client]:
    """A server whose streams, unlike Vigil's own, let themselves be emptied: as age empties them."""
    server = EmbeddedServer(tmp_path / "var")
    await server.start()
    admin = await nats.connect(server.url, user="admin", password=server.passwords["admin"])
    for name in STREAMS:
        subjects = streams.stream(name).subjects if name in LOGS else (f"$KV.{name.removeprefix('KV_')}.>",)
        await admin.jetstream().add_stream(name=name, subjects=list(subjects), max_bytes=2**20)
    yield admin
    await admin.close()
    server.kill()


async def publish(nc: Client, *messages: Stored) -> None:
    for one in messages:
        await nc.jetstream().publish(one.subject, one.data, headers=dict(one.headers) or None)


async def test_what_is_shown_stays_and_what_aged_out_is_carried_over(nc: Client, books: Books) -> None:
    await publish(nc, *(stored for _, stored in a_night()))
    following = Following(nc, books, SteppedClock(at(0)))
    following.start()
    await until(lambda: following.position("ESCALATIONS")[1] == 5 and following.position("PAGES")[1] == 3)
    before = await asyncio.to_thread(contents, books)
    # Ninety days later the pages have left their stream.
    await nc.jetstream().purge_stream("PAGES")

    rebuilding = asyncio.create_task(Rebuild(nc, books).run())
    await publish(nc, commit("escalations.pt_2", 6, 0, [opened("r2")], brief("r2")))
    rebuilt = await rebuilding
    await until(lambda: following.position("ESCALATIONS")[1] == 6)
    await following.stop()

    after = await asyncio.to_thread(contents, books)
    assert rebuilt.differing == ()
    assert [name for name, rows in before.items() if set(rows) - set(after[name])] == []
    with books.reading() as page:
        assert page.tables.generation == rebuilt.generation == 2
        assert [one.run for one in reading.runs(page)] == ["r1", "r2"]
        assert next(one for one in reading.timed_runs(page, DAY) if one.run == "r1").paged_at is not None

    today = datetime.now(UTC)
    far = today + timedelta(days=365)
    verdict = await Verify(nc, books, far, far).run()
    # By then the age of pages explains it; on the same day nothing does.
    assert (verdict.broken, {one.stream: one.gone for one in verdict.streams if one.gone}) == (
        (),
        {"PAGES": {Gone.AGED: 3}},
    )
    soon = await Verify(nc, books, today, today - timedelta(days=365)).run()
    assert [(one.stream, one.sequence, one.why) for one in soon.broken] == [
        ("PAGES", number, Why.MISSING) for number in (1, 2, 3)
    ]


async def test_a_message_changed_in_the_store_is_found_and_stops_a_rebuild(nc: Client, books: Books) -> None:
    """The books linked one thing, and the store holds another."""
    true = commit(
        "escalations.pt_1", 2, 90, [{"type": "held", "responder": "ana"}], brief("r1", "held", "ana")
    )
    forged = commit(
        "escalations.pt_1", 2, 90, [{"type": "held", "responder": "cal"}], brief("r1", "held", "cal")
    )
    first = commit("escalations.pt_1", 1, 0, [opened("r1")], brief("r1"))
    writer = Writer(books)
    await asyncio.to_thread(writer.begin)
    await asyncio.to_thread(writer.write, [("ESCALATIONS", first), ("ESCALATIONS", true)], at(100))
    await publish(nc, first, forged)

    verdict = await Verify(nc, books, at(200), at(0)).run()

    assert verdict.first is not None
    assert (verdict.first.stream, verdict.first.sequence, verdict.first.why) == (
        "ESCALATIONS",
        2,
        Why.CHANGED,
    )
    with pytest.raises(Forged, match="ESCALATIONS 2"):
        await Rebuild(nc, books).run()
    with books.reading() as page:
        assert reading.runs(page)[0].taken_by == "ana"


async def test_books_of_another_version_are_renewed_by_the_ledger_itself(nc: Client, books: Books) -> None:
    await publish(nc, *(stored for _, stored in a_night()))
    books.prepare()
    with books.writing() as connection:
        connection.execute(update(STATE).values(format=0))
    following = Following(nc, books, SteppedClock(at(0)))

    following.start()
    await until(lambda: following.position("ESCALATIONS")[1] == 5)
    await following.stop()

    with books.reading() as page:
        assert [one.run for one in reading.runs(page)] == ["r1"]
