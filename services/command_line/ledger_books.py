"""The ledger's books for a command: every failure of a database as a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.books.database import Books, NoBooks, Page, failures
from services.command_line.troubles import Trouble


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
