"""Texts disappear from the carrier's storage, and only from there."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.carrier_emulator.faults import Fault
from services.gateway import redaction
from services.runtime.twilio_client import Accepted, Carrier, CarrierSettings
from tests.services.gateway.carrier_side import ACCOUNT, CRISIS, RIVERA, Side, opened_side
from tests.services.gateway.conftest import LINE, TOKEN

ON = {"carrier_redact_after_hours": 24}


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with opened_side(tmp_path) as opened:
        yield opened


async def send(side: Side, body: str, sender: str = CRISIS) -> str:
    carrier = Carrier(CarrierSettings(ACCOUNT, TOKEN, base_url=side.emulator.base_url))
    outcome = await carrier.send_sms(RIVERA, sender, body, "", 60)
    await carrier.close()
    assert isinstance(outcome, Accepted)
    return outcome.sid


def stored(side: Side) -> list[str]:
    return [message.body for message in side.emulator.messages.values() if message.body]


async def test_a_day_after_its_last_word_nothing_of_a_text_is_left_at_the_carrier(side: Side) -> None:
    await side.gateway(**ON)
    await side.emulator.phone(RIVERA).text("I took them", CRISIS, ("https://x.example/1",))
    sid = await send(side, "Are you somewhere safe?")
    await side.jump(hours=23, minutes=50)
    assert len(stored(side)) == 2

    await side.later(minutes=15)

    assert stored(side) == []
    assert not any(message.media for message in side.emulator.messages.values())
    assert side.emulator.messages[sid].status == "delivered", "the record stays, without its words"
    assert await side.bodies() == ["I took them"], "here it is kept"


async def test_what_did_not_come_in_here_is_never_redacted(side: Side) -> None:
    """Until CARRIER has a text, the carrier's copy is the only one there is."""
    bucket = await side.admin.jetstream().key_value("carrier_marks")
    await bucket.put("texts", side.clock.now().isoformat().encode())
    await side.gateway(**ON, gateway_recover_every_seconds=0)
    await side.emulator.phone(RIVERA).text("nobody has heard this", CRISIS)
    await side.jump(hours=30)
    await side.later(minutes=2)
    assert stored(side) == ["nobody has heard this"]
    await side.stop_one()

    await side.gateway(**ON)
    await side.later(minutes=5)

    assert await side.bodies() == ["nobody has heard this"]
    assert stored(side) == []


async def test_a_text_that_never_left_has_no_date_and_is_found_all_the_same(side: Side) -> None:
    await side.gateway(**ON)
    side.emulator.faults.add(Fault("outage", times=1))
    sid = await send(side, "lost words")
    await side.jump(hours=1)
    assert side.emulator.messages[sid].sent is None

    await side.jump(hours=25)

    assert stored(side) == []


async def test_a_round_is_bounded_and_the_next_one_goes_on(side: Side) -> None:
    await side.gateway(**ON)
    for number in range(redaction.PER_ROUND + 5):
        await send(side, f"text {number}")
    await side.jump(hours=24, seconds=5)
    assert len(stored(side)) == 5

    await side.later(minutes=1)
    assert stored(side) == []


async def test_a_refusal_to_hurry_ends_the_round_and_a_restart_loses_nothing(side: Side) -> None:
    await side.gateway(**ON)
    await send(side, "one")
    await send(side, "two", LINE)
    await side.jump(hours=23)
    side.emulator.faults.add(Fault("http_429", path="/Messages/", times=2))
    await side.jump(hours=1, minutes=1)
    await side.stop_one()
    assert len(stored(side)) == 2

    await side.gateway(**ON)
    await side.later(minutes=2)

    assert stored(side) == []
    assert await side.mark(redaction.MARK) >= side.clock.now() - timedelta(hours=24, minutes=2)


async def test_zero_hours_means_never(side: Side) -> None:
    await side.gateway(carrier_redact_after_hours=0)
    await send(side, "kept")
    await side.jump(hours=48)

    assert stored(side) == ["kept"]
