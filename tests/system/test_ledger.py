"""The ledger beside everything: a night's numbers, a rebuild while it runs, and an audit that finds a forgery."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from services.books import library, reading
from services.books.database import Books
from services.books.reports.shape import Cell, Report
from services.books.settings import BooksSettings
from services.books.tables import LINKS
from services.books.targets import TargetSettings
from services.ledger import verify
from services.ledger.core.audit import Gone, Why
from services.ledger.rebuild import Rebuild
from services.ledger.verify import Verdict, Verify
from tests.support.world import SPINE, World
from tests.support.world import world as open_world

_ZONE = "America/New_York"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, services=(*SPINE, "ledger")) as opened:
        yield opened


@pytest.fixture
def books(world: World) -> Iterator[Books]:
    opened = BooksSettings().open(world.settings.var)
    yield opened
    opened.close()


async def report(world: World, books: Books, name: str, by: str = "") -> Report:
    now = world.clock.now()
    period = library.last_days(1, now, _ZONE)

    def made() -> Report:
        with books.reading() as page:
            return library.make(page, name, period, by=by, targets=TargetSettings(), now=now)

    return await asyncio.to_thread(made)


async def a_night(world: World) -> None:
    """Three escalations: one taken and reached in time, one taken late by the second, one not taken yet."""
    await world.signal(urgency="imminent", patient="rivera")
    await world.later(seconds=30)
    await world.reply("ana", "1")
    await world.later(seconds=88)
    await world.reply("ana", "3")
    await world.signal(urgency="urgent", patient="stone")
    await world.later(minutes=12)
    await world.reply("ben", f"1 {await world.code('stone')}")
    await world.signal(urgency="urgent", patient="moss", kind="patient_alert")
    await world.later(minutes=2)


def row(report: Report, **wanted: Cell) -> dict[str, Cell]:
    """Return the one row with these cells."""
    found = [one for one in report.dicts() if wanted.items() <= one.items()]
    assert len(found) == 1, (wanted, report.dicts())
    return found[0]


async def audited(world: World, books: Books) -> Verdict:
    nc = await world.connect("cli")
    now = world.clock.now()
    try:
        return await Verify(nc, books, now, now - timedelta(days=6 * 366)).run()
    finally:
        await nc.close()


async def test_a_night_in_numbers(world: World, books: Books) -> None:
    """Each number by hand."""
    await a_night(world)

    urgencies = await report(world, books, "times", "urgency")
    people = await report(world, books, "times", "person")
    for one in urgencies.dicts() + people.dicts():
        print(one)
    with books.reading() as page:
        for run in reading.runs(page):
            print(run)
