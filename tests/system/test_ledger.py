"""The ledger beside everything: a night's numbers, a rebuild under way, an audit that finds a forgery."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from services.books import library, reading
from services.books.database import Books
from services.books.reports.shape import Cell, Report
from services.books.settings import BooksSettings
from services.books.tables import LINKS
from services.books.targets import TargetSettings
from services.ledger.core.audit import Why
from services.ledger.rebuild import Rebuild
from services.ledger.verify import Verdict, Verify
from tests.services.ledger.test_chapter import alike, commands, said
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
    assert _times(row(urgencies, measure="to page", urgency="imminent")) == (1, 0, 0, 1.0)
    assert _times(row(urgencies, measure="to take", urgency="imminent")) == (1, 30, 30, 1.0)
    # The carrier brings a text two seconds after it took it: 30 + 2 + 88.
    assert _times(row(urgencies, measure="to reach", urgency="imminent")) == (1, 120, 120, 1.0)
    # 12 minutes, where 10 are the target; the third is out for two, and it is too early to say.
    assert _times(row(urgencies, measure="to take", urgency="urgent")) == (1, 720, 720, 0.0)
    assert row(urgencies, measure="to take", urgency="urgent")["verdict"] == "missed"
    assert row(urgencies, measure="to reach", urgency="urgent")["happened"] == 0
    assert row(people, measure="to take", person="ben")["longest"] == timedelta(minutes=12)
    assert row(people, measure="to take", person="nobody yet")["escalations"] == 1
    costs = await report(world, books, "costs", "channel")
    phones = [world.phone(who) for who in ("ana", "ben", "cal", "dee", "ops")]
    assert row(costs, group="sms")["texts"] == sum(len(phone.inbox) for phone in phones)
    with books.reading() as page:
        assert [one.patient for one in reading.runs(page, open_only=True)] == [
            "pt_moss",
            "pt_stone",
            "pt_rivera",
        ]
        names = [line.type for line in reading.timeline(page, "pt_rivera-1")]
    assert names[:4] == ["opened", "step_started", "page_requested", "asked"]
    assert {"held", "attempt_accepted", "receipt_came", "reached"} <= set(names)


def _unnumbered(text: str) -> str:
    text = re.sub(r"[A-Z][a-z]{2} \d\d [A-Z][a-z]{2}( 20\d\d)? \d\d:\d\d", "<when>", text)
    return re.sub(r"[0-9a-f]{16}|\d+", "#", alike(text))


def _times(found: dict[str, Cell]) -> tuple[Cell, ...]:
    """How many, median and longest in seconds, share within the target."""
    spans = [found[name] for name in ("median", "longest")]
    return (
        found["happened"],
        *(one.total_seconds() for one in spans if isinstance(one, timedelta)),
        found["within"],
    )


async def test_rebuilt_and_audited_while_it_runs(world: World, books: Books) -> None:
    """A rebuild shows the same, a forgery in the books or in the store is found with its place."""
    await world.signal(urgency="imminent", patient="rivera")
    await world.later(seconds=30)
    await world.reply("ana", "1")
    before = await report(world, books, "times")
    assert (await audited(world, books)).broken == ()

    nc = await world.connect("cli")
    rebuilding = asyncio.create_task(Rebuild(nc, books).run())
    await world.signal(urgency="urgent", patient="stone", settle=False)
    rebuilt = await rebuilding
    await world.settle()

    assert rebuilt.differing == ()
    after = await report(world, books, "times")
    assert [one for one in after.rows if one[1] == "imminent"] == list(before.rows)
    assert row(after, measure="to take", urgency="urgent")["escalations"] == 1
    assert (await audited(world, books)).broken == ()

    # What the chapter shows, but for the numbers.
    kept = world.folder / "kept.json"
    for command, shown in commands(1):
        printed = await asyncio.to_thread(said, command.replace("kept.json", str(kept)), {})
        assert _unnumbered(printed.replace(str(kept), "kept.json")) == _unnumbered(shown), command

    # Somebody makes a time better in the books: a rebuild says which row.
    def better() -> None:
        with books.writing() as connection:
            made = books.shown(connection)
            runs = made["runs"]
            last = connection.execute(select(runs.c.sequence).where(runs.c.run == "pt_rivera-1")).scalar()
            connection.execute(update(runs).where(runs.c.run == "pt_rivera-1").values(taken_by="cal"))
            forged.append(last)

    forged: list[int | None] = []
    await asyncio.to_thread(better)
    (differing,) = (await Rebuild(nc, books).run()).differing
    assert (differing.table, differing.stream, differing.sequence) == ("runs", "ESCALATIONS", forged[0])
    await nc.close()

    # Somebody with the admin's password removes a commit long before its time.
    about = f"escalations.{world.patients['rivera']}"
    await world.admin.jetstream().purge_stream("ESCALATIONS", subject=about, seq=2)
    # Somebody changes a link.
    with books.writing() as connection:
        third = (LINKS.c.stream == "PAGES") & (LINKS.c.sequence == 3)
        connection.execute(update(LINKS).where(third).values(body=b"another"))
    verdict = await audited(world, books)
    found = [(one.stream, one.sequence, one.why) for one in verdict.broken]
    assert found == [
        ("ESCALATIONS", 1, Why.MISSING),
        ("PAGES", 3, Why.FORGED),
        ("PAGES", 3, Why.CHANGED),
    ]
    assert verdict.first is not None
    assert (verdict.first.stream, verdict.first.sequence) == ("ESCALATIONS", 1)
