"""The ledger's books for a command: every failure of a database as a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.books import reading as books_reading
from services.books.database import Books, NoBooks, Page, failures
from services.books.settings import BooksSettings
from services.command_line.link import Link
from services.command_line.troubles import Trouble
from services.ledger.core.rows import LOGS
from services.runtime.follow import last_sequence
from services.runtime.settings import load


@contextmanager
def reading(books: Books) -> Iterator[Page]:
    """Look something up. Raises Trouble that says what is wrong, without a password."""
    with telling(books), books.reading() as page:
        yield page


@contextmanager
def telling(books: Books) -> Iterator[None]:
    """Turn what a database may fail with into a Trouble."""
    try:
        yield
    except NoBooks as error:
        raise Trouble(str(error)) from None
    except failures() as error:
        where = books.engine.url.render_as_string(hide_password=True)
        why = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise Trouble(f"VIGIL_LEDGER_URL: {where}: {why}") from None


async def behind(link: Link) -> tuple[int | None, str]:
    """Return how many messages of the log are not in the books yet; None and why, if nobody can say."""
    try:
        books = load(BooksSettings).open(link.settings.var)
    except SystemExit as error:
        return None, str(error)
    try:
        with reading(books) as page:
            positions = books_reading.positions(page)
    except Trouble as error:
        return None, str(error)
    finally:
        books.close()
    ends = {name: await last_sequence(link.nc, name) for name in LOGS}
    return sum(max(0, end - positions.get(name, (0, None))[0]) for name, end in ends.items()), ""
