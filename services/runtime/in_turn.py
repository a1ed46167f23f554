"""Doing several things because of one message, where one that fails must not hold up the others."""

from collections.abc import Awaitable, Iterable

from services.runtime.log import Unavailable


async def in_turn(works: Iterable[Awaitable[object]]) -> None:
    """Do each in turn, also after one that failed; then raise what failed.

    What a later try can mend is raised first: the message then comes again for all of them.
    """
    failures: list[Exception] = []
    for work in works:
        try:
            await work
        except Exception as error:
            failures.append(error)
    if failures:
        raise next((error for error in failures if isinstance(error, Unavailable)), failures[0])
