"""The ledger at work on a real server: it waits for its database, and nobody waits for it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import nats
from sqlalchemy import select

from contracts import streams
from services.books import reading
from services.books.database import Books, open_books
from services.books.reports.shape import Period
from services.books.tables import LINKS
from services.ledger.core.rows import EDITED, LOGS, STREAMS
from services.ledger.following import Following
from services.runtime import provision
from services.runtime.clock import SteppedClock
from services.runtime.nats_server import EmbeddedServer
from services.runtime.permissions import inbox_prefix
from tests.services.ledger.log import at, brief, commit, opened


async def until(true: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


def runs(books: Books) -> list[reading.RunLine]:
    with books.reading() as page:
        return reading.runs(page)


async def test_it_waits_for_its_database_and_then_writes_all_of_it(tmp_path: Path) -> None:
    """Rights of the user `ledger` are enough; a folder stands where the file should be, and goes."""
    server = EmbeddedServer(tmp_path / "var")
    await server.start()
    admin, nc = [
        await nats.connect(
            server.url, user=user, password=server.passwords[user], inbox_prefix=inbox_prefix(user)
        )
        for user in ("admin", "ledger")
    ]
    try:
        await provision.provision(admin, first=True, marks_file=tmp_path / "marks.json")
        stored = commit("escalations.pt_1", 1, 0, [opened("r1")], brief("r1"))
        await admin.jetstream().publish(stored.subject, stored.data, headers=dict(stored.headers))
        in_the_way = tmp_path / "books.sqlite"
        in_the_way.mkdir()
        books = open_books(f"sqlite:///{in_the_way}")
        following = Following(nc, books, SteppedClock(at(0)))
        following.start()
        await until(lambda: following.failing)
        assert following.position("ESCALATIONS") == ("ESCALATIONS", -1)

        in_the_way.rmdir()
        await until(lambda: following.position("ESCALATIONS") == ("ESCALATIONS", 1))

        assert [one.run for one in await asyncio.to_thread(runs, books)] == ["r1"]
        second = commit("escalations.pt_1", 2, 5, [{"type": "held", "responder": "ana"}], brief("r1", "held"))
        await admin.jetstream().publish(second.subject, second.data, headers=dict(second.headers))
        await until(lambda: following.position("ESCALATIONS") == ("ESCALATIONS", 2))
        (run,) = await asyncio.to_thread(runs, books)
        assert (run.taken_by, run.status) == ("ana", "held")
        assert not following.failing
        await following.stop()
        with books.reading() as page:
            linked = page.connection.execute(select(LINKS.c.stream, LINKS.c.sequence)).all()
            assert [tuple(one) for one in linked if one.stream == "ESCALATIONS"] == [
                ("ESCALATIONS", 1),
                ("ESCALATIONS", 2),
            ]
            assert reading.edits(page, Period(datetime(2020, 1, 1, tzinfo=UTC), at(0), "UTC")) == []
        books.close()
    finally:
        await nc.close()
        await admin.close()
        server.kill()


def test_it_follows_what_the_table_lets_it_follow() -> None:
    assert {one.name for one in streams.STREAMS if "ledger" in one.followed_by} == set(LOGS)
    assert {one.name for one in streams.BUCKETS if "ledger" in one.read_by} == set(EDITED)
    assert not [one for one in streams.BUCKETS if "ledger" in one.written_by]
    assert "keys" not in EDITED
    assert len(STREAMS) == len(set(STREAMS))
