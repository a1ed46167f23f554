"""A press is answered only when it is stored: while NATS does not answer, it is tried, and then refused."""

from datetime import UTC, datetime

import nats.errors
import pytest
from nats.js.api import PubAck

from contracts.console import Pressed
from contracts.replies import Key
from services.console.presses import Presses
from services.runtime.log import Unavailable

PRESSED = Pressed(
    id="a" * 32,
    at=datetime(2026, 11, 24, 8, 10, tzinfo=UTC),
    responder="ana",
    account="ana",
    subject="escalations.pt_1",
    run="pt_1-1",
    code="K7",
    key=Key.TAKE,
)


class Nats:
    """A server that answers only after so many tries."""

    def __init__(self, silent: int) -> None:
        self.silent = silent
        self.asked: list[tuple[str, str]] = []

    def jetstream(self, timeout: float) -> "Nats":
        return self

    async def publish(self, subject: str, data: bytes, headers: dict[str, str], timeout: float) -> PubAck:
        self.asked.append((subject, headers["Nats-Msg-Id"]))
        if len(self.asked) <= self.silent:
            raise nats.errors.TimeoutError
        return PubAck(stream="CONSOLE", seq=1)


async def test_it_is_tried_with_the_same_id_until_it_is_acknowledged() -> None:
    server = Nats(silent=2)

    assert await Presses(server).publish(PRESSED)  # type: ignore[arg-type]

    assert server.asked == [("console.pressed.page.ana", f"press:ana:{'a' * 32}")] * 3


async def test_what_could_not_be_stored_is_never_said_to_be() -> None:
    with pytest.raises(Unavailable):
        await Presses(Nats(silent=10**6), patience=0.0).publish(PRESSED)  # type: ignore[arg-type]


async def test_words_for_a_patient_go_to_the_crisis_line() -> None:
    server = Nats(silent=0)

    await Presses(server).publish(PRESSED.model_copy(update={"key": Key.TALK_SAY}))  # type: ignore[arg-type]

    assert server.asked[0][0] == "console.pressed.talk.ana"
