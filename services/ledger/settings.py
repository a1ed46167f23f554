"""Settings of the ledger: those of the books, which whoever reads them shares."""

from services.books.settings import BooksSettings


class LedgerSettings(BooksSettings):
    """Where the books are; a wrong value stops the start by name."""
