"""Several things because of one message: a failing one holds up no other."""

import pytest

from services.runtime.in_turn import in_turn
from services.runtime.log import Unavailable


async def test_what_follows_a_failure_is_done_too_and_the_failure_is_raised() -> None:
    done: list[str] = []

    async def work(name: str, error: Exception | None = None) -> None:
        if error is not None:
            raise error
        done.append(name)

    with pytest.raises(KeyError):
        await in_turn([work("a"), work("b", KeyError("poison")), work("c")])
    assert done == ["a", "c"]


async def test_what_can_be_mended_by_waiting_is_raised_first() -> None:
    """Or the message would be parked at once, together with what only needed a moment."""

    async def fails(error: Exception) -> None:
        raise error

    with pytest.raises(Unavailable):
        await in_turn([fails(ValueError()), fails(Unavailable("away"))])
