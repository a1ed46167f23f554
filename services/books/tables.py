"""What stands in the books: every table, made anew for each generation.

A rebuild writes a generation of its own (`g2_runs` beside `g1_runs`), which takes the place of the one
before it in one step. Each row says which stream it comes from and up to which sequence it was written.
Three tables stay through every rebuild: which generation is shown, the audit's links, its checkpoints.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)

FORMAT = 1
"""The version of these tables. Books of another version are rebuilt from the log when the ledger starts."""

TABLES = (
    "positions",
    "events",
    "runs",
    "run_signals",
    "drills",
    "pages",
    "attempts",
    "texts",
    "outreach",
    "attendances",
    "screens",
    "tasks",
    "deliveries",
    "readings",
    "edits",
)
"""The tables of a generation; the first holds how far each stream was read."""


class UtcMoment(TypeDecorator[datetime]):
    """An aware moment: stored in UTC, read as UTC, whatever the database makes of zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give SQLite a moment without a zone, which it would drop anyway."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return it aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@dataclass(frozen=True)
class Tables:
    """The tables of one generation, each under its plain name."""

    generation: int
    metadata: MetaData

    def __getitem__(self, name: str) -> Table:
        """Return the table of that name; KeyError if there is none."""
        return self.metadata.tables[f"g{self.generation}_{name}"]


@cache
def tables(generation: int) -> Tables:
    """Return the tables of that generation, made once; nothing is asked of a database."""
    metadata = MetaData()
    prefix = f"g{generation}_"

    def make(name: str, keys: tuple[Column[object], ...], *columns: Column[object]) -> None:
        known = {column.name for column in keys}
        own = tuple(one for one in (_text("stream"), _number("sequence")) if one.name not in known)
        Table(prefix + name, metadata, *keys, *columns, *own, _number("first_sequence"))

    make("positions", (_key("stream"),), _moment("at"))
    make("events", (_key("stream"), _key_number("sequence"), _key_number("place")), *_events())
    make("runs", (_key("run"),), *_runs())
    make("run_signals", (_key("run"), _key("signal")), *_words("kind urgency source"), _moment("at"))
    make("drills", (_key("run"),), *_words("schedule why responder"), _number("seconds"), _moment("at"))
    make("pages", (_key("page"),), *_pages())
    make("attempts", (_key("page"), _key_number("attempt")), *_attempts())
    make("texts", (_key("patient"), _key("answer")), *_texts())
    make("outreach", (_key("outreach"),), *_words("patient kind withheld"), *_moments("asked_at ended_at"))
    make("attendances", (_key("session"), _key("patient")), *_attendances())
    make("screens", (_key_number("sequence"), _key_number("place")), *_screens())
    make("tasks", (_key("task"),), *_tasks())
    make("deliveries", (_key("recipient"), _key("delivery")), *_deliveries())
    make("readings", (_key("stream"), _key_number("sequence"), _key_number("place")), *_readings())
    make("edits", (_key("stream"), _key_number("sequence")), *_words("bucket name who what"), _moment("at"))
    for table, *columns in (
        ("events", "run"),
        ("events", "patient"),
        ("runs", "opened_at"),
        ("run_signals", "signal"),
        ("pages", "run"),
        ("pages", "asked_at"),
        ("attempts", "intended_at"),
        ("attendances", "starts_at"),
        ("screens", "at"),
        ("readings", "at"),
        ("edits", "at"),
    ):
        made = metadata.tables[prefix + table]
        Index(f"{prefix}{table}_{'_'.join(columns)}", *(made.c[name] for name in columns))
    return Tables(generation, metadata)


LASTING = MetaData()
STATE = Table(
    "ledger_state",
    LASTING,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("generation", Integer, nullable=False),
    Column("format", Integer, nullable=False),
)
"""One row: which generation is shown."""
LINKS = Table(
    "ledger_links",
    LASTING,
    Column("stream", String, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", String, nullable=False),
    Column("at", UtcMoment, nullable=False),
    Column("clears", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("chain", LargeBinary, nullable=False),
)
"""The audit: a link for each stored message, which stays when the message goes. See `chain`."""
CHECKPOINTS = Table(
    "ledger_checkpoints",
    LASTING,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("made_at", UtcMoment, nullable=False),
    Column("heads", String, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""Heads of all chains, once a day: JSON, {stream: [sequence, hash in hex]}."""


def _key(name: str) -> Column[object]:
    return Column(name, String, primary_key=True)


def _key_number(name: str) -> Column[object]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def _text(name: str) -> Column[object]:
    return Column(name, String)


def _words(names: str) -> tuple[Column[object], ...]:
    return tuple(_text(name) for name in names.split())


def _number(name: str) -> Column[object]:
    return Column(name, BigInteger)


def _counts(names: str) -> tuple[Column[object], ...]:
    return tuple(Column(name, BigInteger, nullable=False, server_default="0") for name in names.split())


def _moment(name: str) -> Column[object]:
    return Column(name, UtcMoment)


def _moments(names: str) -> tuple[Column[object], ...]:
    return tuple(_moment(name) for name in names.split())


def _flags(names: str) -> tuple[Column[object], ...]:
    return tuple(Column(name, Boolean) for name in names.split())


def _events() -> tuple[Column[object], ...]:
    words = _words("subject type patient run page responder urgency kind channel code detail")
    return (_moment("at"), *words, _moment("until"), _number("number"), _number("step"))


def _runs() -> tuple[Column[object], ...]:
    return (
        *_words("subject patient area site code kind urgency peak policy source status"),
        *_words("holder taken_by reached_by resolved_by second disposition ended_how"),
        *_moments("occurred_at received_at opened_at since paging_from taken_at contact_by reached_at"),
        *_moments("resolved_at ended_at due first_overdue_at"),
        *_flags("drill test"),
        *_counts("signals pages declined exhausted skipped overdue given_back hand_offs helps"),
        _number("round"),
    )


def _pages() -> tuple[Column[object], ...]:
    return (
        *_words("responder run subject code purpose urgency kind telling notice status"),
        *_moments("asked_at answered_at closed_at"),
        *_flags("drill test"),
    )


def _attempts() -> tuple[Column[object], ...]:
    return (
        *_words("responder run purpose urgency channel status code"),
        *_moments("waiting_at intended_at accepted_at delivered_at answered_at ended_at failed_at"),
        _number("segments"),
        *_counts("unknown"),
    )


def _texts() -> tuple[Column[object], ...]:
    return (
        *_words("purpose responder reaches outreach code"),
        *_moments("asked_at intended_at accepted_at delivered_at failed_at"),
        _number("segments"),
    )


def _attendances() -> tuple[Column[object], ...]:
    return (
        *_words("group_id site zone modality status urgency signal cancelled"),
        *_moments("starts_at missed_at texted_at confirmed_at excused_at cancelled_at held_back_at"),
        *_flags("late"),
        _number("misses"),
        _number("row"),
    )


def _screens() -> tuple[Column[object], ...]:
    return (
        *_words("patient instrument kind urgency standing source signal what"),
        *_moments("occurred_at at"),
        _number("problems"),
    )


def _tasks() -> tuple[Column[object], ...]:
    return (
        *_words("patient kind priority owner run why done_by done_why"),
        *_moments("added_at due first_overdue_at done_at"),
        *_counts("overdue"),
    )


def _deliveries() -> tuple[Column[object], ...]:
    return (
        *_words("patient resource status why ground consent"),
        *_moments("queued_at accepted_at parked_at"),
        *_flags("labelled identity reduced"),
        *_counts("attempts"),
    )


def _readings() -> tuple[Column[object], ...]:
    return (_moment("at"), *_words("who patient what ground"), _number("amount"))
