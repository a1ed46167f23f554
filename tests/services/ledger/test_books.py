"""What is written into the books, in SQLite and PostgreSQL: the same rows, however often they come."""

import itertools
import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from services.books import reading
from services.books.changes import Row, applied
from services.books.database import Books, NoBooks, open_books
from services.books.reports.shape import Period
from services.books.tables import CHECKPOINTS, LINKS, STATE, TABLES
from services.ledger.core.rows import rows_of
from services.ledger.writer import Moved, Writer
from services.runtime.log import Stored
from tests.services.ledger.log import START, at, brief, commit, opened, value

DAY = Period(START - timedelta(hours=8), START + timedelta(hours=16), "UTC")
Log = list[tuple[str, Stored]]
_folders = itertools.count()


def a_night() -> Log:
    """An escalation that is taken after 90 s by ben, reached, resolved and undone; its page; an edit."""
    page = {"page": "p1", "responder": "ben", "run": "r1", "purpose": "page", "asked_at": at(0).isoformat()}
    run = "escalations.pt_1"
    return [
        ("ESCALATIONS", commit(run, 1, 0, [opened("r1"), {"type": "page_requested"}], brief("r1"))),
        (
            "PAGES",
            commit("pages.ben.p1", 1, 0, [{"type": "attempt_waiting", "attempt": 1, "channel": "sms"}], page),
        ),
        (
            "PAGES",
            commit("pages.ben.p1", 2, 1, [{"type": "attempt_intended", "attempt": 1, "segments": 2}], page),
        ),
        (
            "PAGES",
            commit("pages.ben.p1", 3, 2, [{"type": "attempt_accepted", "attempt": 1, "sid": "SM1"}], page),
        ),
        (
            "ESCALATIONS",
            commit(
                run,
                2,
                90,
                [{"type": "held", "responder": "ben", "contact_by": at(990).isoformat()}],
                brief("r1", "held", "ben"),
            ),
        ),
        ("KV_people", value("people", "ben", 1, 100, by="kim", name="sealed")),
        (
            "ESCALATIONS",
            commit(run, 3, 400, [{"type": "reached", "responder": "ben"}], brief("r1", "reached", "ben")),
        ),
        (
            "ESCALATIONS",
            commit(
                run,
                4,
                500,
                [{"type": "resolved", "responder": "ben", "disposition": "spoke"}],
                brief("r1", "closed"),
            ),
        ),
        (
            "ESCALATIONS",
            commit(
                run,
                5,
                560,
                [{"type": "undone", "responder": "ben", "what": "resolved"}],
                brief("r1", "reached", "ben"),
            ),
        ),
    ]


def contents(books: Books) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in the books but how far they are."""
    with books.reading() as page:
        return {
            name: sorted((tuple(row) for row in page.connection.execute(select(page.tables[name]))), key=repr)
            for name in TABLES[1:]
        }


def written(books: Books, log: Log, size: int = 100) -> None:
    writer = Writer(books)
    writer.begin()
    for first in range(0, len(log), size):
        writer.write(log[first : first + size], at(600))


def test_an_escalation_is_one_row_with_its_times(books: Books) -> None:
    written(books, a_night())

    with books.reading() as page:
        (run,) = reading.runs(page, open_only=True)
        (timed,) = reading.timed_runs(page, DAY)
        (edit,) = reading.edits(page, DAY)
    assert (run.site, run.code, run.peak, run.holder, run.status) == (
        "north",
        "K7",
        "urgent",
        "ben",
        "reached",
    )
    assert (timed.paged_at, timed.taken_at, timed.taken_by) == (at(2), at(90), "ben")
    assert (timed.reached_at, timed.resolved_at, timed.resolved_by) == (at(400), None, None)
    assert (edit.bucket, edit.name, edit.who, edit.what) == ("people", "ben", "kim", "put")


def test_the_timeline_holds_pages_and_decisions_together(books: Books) -> None:
    written(books, a_night())

    with books.reading() as page:
        lines = reading.timeline(page, "r1")
    assert [one.type for one in lines] == [
        "opened", "page_requested", "attempt_waiting", "attempt_intended", "attempt_accepted", "held",
        "reached", "resolved", "undone",
    ]  # fmt: skip
    assert lines == sorted(lines, key=lambda one: one.at)


def test_a_rise_begins_the_clocks_anew(books: Books) -> None:
    rise = {"type": "urgency_raised", "urgency": "imminent", "policy": {"id": "imminent"}}
    log = [
        *a_night(),
        ("ESCALATIONS", commit("escalations.pt_1", 6, 700, [rise], brief("r1", "paging", "ben"))),
    ]
    written(books, log)

    with books.reading() as page:
        (timed,) = reading.timed_runs(page, DAY)
    assert (timed.urgency, timed.policy, timed.begins) == ("imminent", "imminent", at(700))
    assert (timed.paged_at, timed.taken_at, timed.reached_at) == (None, None, None)


def test_in_pieces_and_again_it_is_the_same(books: Books) -> None:
    """Redelivery changes nothing, nor does where a transaction ends."""
    log = a_night()
    for first in range(len(log)):
        Writer(books).begin()
        written(books, log[: first + 1], size=1)

    other: dict[str, dict[tuple[Any, ...], Row]] = {name: {} for name in TABLES}
    for stream, stored in log:
        assert stored.at is not None
        for one in rows_of(stream, stored.subject, stored.sequence, stored.at, stored.headers, stored.data):
            rows = other[one.table]
            rows[one.key] = applied(rows.get(one.key), one, stream, stored.sequence)
    with books.reading() as page:
        for name in TABLES[1:]:
            for row in page.connection.execute(select(page.tables[name])).mappings():
                key = next(k for k in other[name] if all(row[column] == cell for column, cell in k))
                made = {column: cell for column, cell in other[name][key].items() if cell is not None}
                assert made == {
                    c: v for c, v in row.items() if v is not None and not (v == 0 and c not in made)
                }


_EVENTS = st.sampled_from(
    [
        {"type": "signal_joined", "signal": {"id": "ehr/2", "kind": "patient_alert", "urgency": "soon"}},
        {"type": "urgency_raised", "urgency": "imminent", "policy": {"id": "imminent"}},
        {"type": "held", "responder": "ana"},
        {"type": "held", "responder": "ben"},
        {"type": "given_back", "responder": "ana"},
        {"type": "reached", "responder": "ben"},
        {"type": "resolved", "responder": "ben", "disposition": "spoke"},
        {"type": "undone", "responder": "ben", "what": "resolved"},
        {"type": "undone", "responder": "ben", "what": "reached"},
        {"type": "contact_overdue", "why": "idle"},
        {"type": "of a newer version", "responder": 7},
    ]
)
_COMMITS = st.lists(st.lists(_EVENTS, min_size=1, max_size=3), min_size=1, max_size=12)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(commits=_COMMITS, cuts=st.randoms(use_true_random=False))
def test_rebuilt_is_incremental(
    commits: list[list[dict[str, Any]]], cuts: random.Random, tmp_path: Any
) -> None:
    """Written as it came, in pieces, each of which may come again, or all at once: the same books."""
    log: Log = [("ESCALATIONS", commit("escalations.pt_1", 1, 0, [opened("r1")], brief("r1")))]
    for number, events in enumerate(commits, 2):
        log.append(
            (
                "ESCALATIONS",
                commit("escalations.pt_1", number, number * 10, events, brief("r1", "held", "ana")),
            )
        )
    folder = tmp_path / str(next(_folders))
    incremental, whole = (open_books(f"sqlite:///{folder / name}") for name in ("a.sqlite", "b.sqlite"))

    writer = Writer(incremental)
    writer.begin()
    end = 0
    while end < len(log):
        again, end = max(0, end - cuts.randint(0, 3)), min(len(log), end + cuts.randint(1, 4))
        writer.write(log[again:end], at(600))
    written(whole, log)

    assert contents(incremental) == contents(whole)


def test_books_that_fell_back_are_noticed(books: Books) -> None:
    """An older copy of the database takes the place of the one that was written: nothing is skipped over."""
    log = a_night()
    writer = Writer(books)
    writer.begin()
    writer.write(log[:5], at(600))
    with books.writing() as connection:
        made = books.shown(connection)
        connection.execute(delete(made["positions"]))
        connection.execute(delete(LINKS))

    with pytest.raises(Moved):
        writer.write(log[5:], at(600))

    assert writer.begin()["ESCALATIONS"] == 0


def test_books_of_another_version_are_shown_to_nobody(books: Books) -> None:
    books.prepare()
    with books.writing() as connection:
        connection.execute(update(STATE).values(format=99))

    with pytest.raises(NoBooks, match="another version"), books.reading():
        pass
    with pytest.raises(NoBooks, match="another version"):
        Writer(books).begin()


def test_without_a_ledger_there_are_no_books(books: Books) -> None:
    with pytest.raises(NoBooks, match="vigil run ledger"), books.reading():
        pass


def test_a_reader_sees_one_moment_while_the_books_are_replaced(books: Books) -> None:
    """SQLite shows the old ones to its end; PostgreSQL has the replacement wait."""
    written(books, a_night())
    with books.reading() as page:
        before = reading.runs(page)
        if books.engine.dialect.name == "sqlite":
            made = books.fresh()
            with books.writing() as connection:
                books.show(connection, made)
        assert reading.runs(page) == before
        assert len(reading.timeline(page, "r1")) == 9

    if books.engine.dialect.name == "sqlite":
        with books.reading() as page:
            assert (page.tables.generation, reading.runs(page)) == (2, [])


def test_one_checkpoint_a_day_is_chained_to_the_one_before(books: Books) -> None:
    log = a_night()
    writer = Writer(books)
    writer.begin()
    for day, one in enumerate(log):
        writer.write([one], at(600) + timedelta(hours=12 * day))

    with books.reading() as page:
        rows = page.connection.execute(select(CHECKPOINTS).order_by(CHECKPOINTS.c.number)).all()
    assert [one.number for one in rows] == [1, 2, 3, 4, 5]
    assert len({bytes(one.hash) for one in rows}) == 5
