"""Opens the books: SQLite in a file, or PostgreSQL, by one address.

SQLite: readers never wait for the writer nor it for them (write-ahead log); a transaction sees the books
as they were when it began. PostgreSQL: the same, at REPEATABLE READ. The driver's own habit of beginning
transactions late is switched off: whoever reads twice in one transaction reads the same books.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, func, insert, inspect, select, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from services.books.tables import FORMAT, LASTING, STATE, Tables, tables

WAIT_SECONDS = 30
"""How long a writer waits for another one's transaction to end."""
DEFAULT_FILE = "ledger.sqlite"
"""The file of the books under VIGIL_VAR."""
_TRIES = 3
_ONE_WRITER = 5_601_171
_OTHER = "the ledger's books are of another version; `vigil ledger rebuild` renews them"


class NoBooks(Exception):
    """There are no books yet, or of another version; the text says what to do."""


@dataclass(frozen=True)
class Page:
    """One transaction: the connection, and the tables of the generation that is shown in it."""

    connection: Connection
    tables: Tables


class Books:
    """The books behind an address. Every use blocks: call it from a thread where a loop runs."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def reading(self) -> Iterator[Page]:
        """Look something up; all of it as of one moment. Raises NoBooks, and SQLAlchemyError."""
        with ExitStack() as opened:
            for tries_left in reversed(range(_TRIES)):
                connection = opened.enter_context(self.engine.connect())
                try:
                    number = _shown_to_reader(connection)
                    break
                except DBAPIError:
                    # A rebuild ended between our beginning and our look.
                    connection.rollback()
                    if not tries_left:
                        raise
            yield Page(connection, tables(number))

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Change something: all of it or nothing. Writers come one after another."""
        options = {"vigil_writes": True} if self._sqlite else {"isolation_level": "READ COMMITTED"}
        with self.engine.connect() as plain:
            connection = plain.execution_options(**options)
            with connection.begin():
                if not self._sqlite:
                    connection.execute(select(func.pg_advisory_xact_lock(_ONE_WRITER)))
                yield connection

    @property
    def _sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def shown(self, connection: Connection, *, make: bool = True) -> Tables:
        """Return the generation that is shown, for whoever writes; makes whatever is missing.

        Books of another version are left for the rebuild: raises NoBooks.
        """
        if make:
            LASTING.create_all(connection)
        row = connection.execute(select(STATE.c.generation, STATE.c.format)).one_or_none()
        if row is None:
            connection.execute(insert(STATE).values(id=1, generation=1, format=FORMAT))
            first = tables(1)
            first.metadata.create_all(connection)
            return first
        if row.format != FORMAT:
            raise NoBooks(_OTHER)
        return tables(row.generation)

    def prepare(self) -> None:
        """Make the books where there are none."""
        with self.writing() as connection:
            self.shown(connection)

    def fresh(self) -> Tables:
        """Make the empty tables of the next generation, in the place of what a broken rebuild left."""
        with self.writing() as connection:
            LASTING.create_all(connection)
            number = connection.execute(select(func.max(STATE.c.generation))).scalar() or 0
            made = tables(number + 1)
            made.metadata.drop_all(connection)
            made.metadata.create_all(connection)
            return made

    def show(self, connection: Connection, made: Tables) -> None:
        """Show that generation from this transaction's end on, and drop the one before it."""
        before = connection.execute(select(STATE.c.generation)).scalar()
        if before is None:
            connection.execute(insert(STATE).values(id=1, generation=made.generation, format=FORMAT))
            return
        connection.execute(update(STATE).values(generation=made.generation, format=FORMAT))
        tables(before).metadata.drop_all(connection)

    def close(self) -> None:
        """End all connections."""
        self.engine.dispose()


def failures() -> tuple[type[Exception], ...]:
    """Return what a database may fail with, for those who know no SQL."""
    return (SQLAlchemyError,)


def _shown_to_reader(connection: Connection) -> int:
    # Shared with other readers and the writer; a rebuild that ends waits for it before it drops anything.
    lock = select(STATE.c.generation, STATE.c.format).with_for_update(read=True)
    try:
        found = connection.execute(lock).one_or_none()
    except DBAPIError:
        connection.rollback()
        if inspect(connection).has_table(STATE.name):
            raise
        found = None
    if found is None:
        raise NoBooks("the ledger has no books yet; it writes them when it runs: `vigil run ledger`")
    if found.format != FORMAT:
        raise NoBooks(_OTHER)
    return int(found.generation)


def address(url: str, var: Path) -> str:
    """Return the address meant by a setting: empty is a file under `var`."""
    return url or f"sqlite:///{(var / DEFAULT_FILE).absolute()}"


def checked(url: str) -> URL:
    """Return the address; raises ValueError that says what is wrong, and never repeats a password."""
    try:
        made = make_url(url)
        backend = made.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise ValueError(
            "is no address; write sqlite:////path/to/file or postgresql://user@host/name"
        ) from None
    match backend:
        case "sqlite":
            if not made.database or made.database == ":memory:":
                raise ValueError("names no file; write sqlite:////path/to/file")
            return made
        case "postgresql":
            return made.set(drivername="postgresql+psycopg")
        case other:
            raise ValueError(f"{other!r} is neither sqlite nor postgresql")


def open_books(url: str) -> Books:
    """Open the books at that address; nothing is asked of the database yet. Raises ValueError."""
    at = checked(url)
    if at.get_backend_name() == "sqlite":
        Path(at.database or "").parent.mkdir(parents=True, exist_ok=True)
        # No pool: opening a file is cheap, and a connection belongs to the thread that made it.
        engine = create_engine(at, poolclass=NullPool, connect_args={"timeout": WAIT_SECONDS})
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begins)
        return Books(engine)
    engine = create_engine(
        at,
        isolation_level="REPEATABLE READ",
        pool_pre_ping=True,
        pool_size=4,
        connect_args={"connect_timeout": 5, "options": f"-c lock_timeout={WAIT_SECONDS}s"},
    )
    return Books(engine)


def _sqlite_connected(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # the driver's own connection
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _sqlite_begins(connection: Connection) -> None:
    writes = connection.get_execution_options().get("vigil_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
