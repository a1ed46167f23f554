"""Guessing a PIN ends after five wrong ones in a quarter of an hour, for a quarter of an hour."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.privacy import PinTries
from services.runtime import pins
from services.runtime.pin_tries import BUCKET, MOST, REFUSED_FOR, PinGate, noted, refused_until
from tests.services.runtime.conftest import Bus

START = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)


def after(*minutes: float) -> PinTries:
    tries = PinTries(responder="kim")
    for number, minute in enumerate(minutes):
        tries = noted(tries, f"sms-{number}", START + timedelta(minutes=minute))
    return tries


@pytest.mark.parametrize(
    ("wrong", "asked_at", "until"),
    [
        ((), 0, None),
        ((0, 1, 2, 3), 3.5, None),
        ((0, 1, 2, 3, 4), 4.5, 19),
        ((0, 1, 2, 3, 4), 18.9, 19),
        ((0, 1, 2, 3, 4), 19, None),
        ((0, 4, 8, 12, 15), 15, 30),
        ((0, 4, 8, 12, 16), 16, None),
        # After the refusal a person has five tries again, not one.
        ((0, 1, 2, 3, 4, 20), 20, None),
        ((0, 1, 2, 3, 4, 20, 21, 22, 23, 24), 24, 39),
    ],
)
def test_five_wrong_pins_within_fifteen_minutes_are_followed_by_fifteen_without_a_look(
    wrong: tuple[float, ...], asked_at: float, until: float | None
) -> None:
    found = refused_until(after(*wrong), START + timedelta(minutes=asked_at))
    assert found == (None if until is None else START + timedelta(minutes=until))


def test_a_text_that_is_delivered_again_is_the_same_try() -> None:
    tries = after(0, 1, 2, 3)
    assert noted(tries, "sms-3", START + timedelta(minutes=9)) == tries
    five = after(0, 1, 2, 3, 4)
    assert refused_until(five, START + timedelta(minutes=5), cause="sms-4") is None


async def test_the_count_outlives_whoever_kept_it_and_the_right_pin_ends_it(bus: Bus) -> None:
    await bus.make("KV_pin_tries")
    stored = pins.hash_pin("4711")

    async def tried(pin: str, cause: str, now: datetime = START) -> object:
        """Each time another copy of the service, which has just been started."""
        nc = await bus.connect("paging")
        return await PinGate(await nc.jetstream().key_value(BUCKET)).tried("kim", pin, stored, cause, now)

    assert [await tried("0000", f"sms-{n}") for n in range(3)] == ["wrong"] * 3
    assert await tried("4711", "sms-right") == "right"
    assert [await tried("0000", f"sms-{n}") for n in range(10, 9 + MOST)] == ["wrong"] * (MOST - 1)
    await bus.restarted_after_kill()
    assert await tried("0000", "sms-fifth") == START + REFUSED_FOR
    assert await tried("4711", "sms-late") == START + REFUSED_FOR, "the right one is not looked at either"
    assert await tried("4711", "sms-later", START + REFUSED_FOR) == "right"
