"""Wires the ledger."""

import functools
from dataclasses import dataclass

from services.books.database import Books
from services.ledger.core.rows import STREAMS
from services.ledger.following import Following
from services.ledger.settings import LedgerSettings
from services.runtime.shell import Running, Shell


@dataclass
class LedgerService:
    """A started ledger."""

    following: Following
    books: Books

    async def stop(self) -> None:
        """End it; a transaction under way ends first."""
        await self.following.stop()
        self.books.close()


async def start(shell: Shell, settings: LedgerSettings) -> Running:
    """Start the ledger; it never fails for its database, which may come later."""
    books = settings.open(shell.settings.var)
    following = Following(shell.nc, books, shell.clock)
    for stream in STREAMS:
        shell.followers.append(functools.partial(following.position, stream))
    following.start()
    return LedgerService(following, books)
