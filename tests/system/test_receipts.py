"""Receipts are lost, doubled, late and out of order; the state is right in the end."""

import pytest

from services.carrier_emulator.faults import Fault
from tests.support.world import PEOPLE, World

ANA = PEOPLE["ana"][1]


async def status_of(world: World) -> str:
    """The furthest status of ana's first text, as the log has it."""
    events = await world.events("pages.ana.pt_rivera-1-p1", "PAGES")
    receipts = [str(e["status"]) for e in events if e["type"] == "receipt_came"]
    return receipts[-1] if receipts else ""


@pytest.mark.parametrize(
    "fault",
    [
        Fault("duplicate", path="sms-status", args={"n": 3}),
        Fault("out_of_order", path="sms-status"),
        Fault("delay", path="sms-status", args={"seconds": 30}),
        Fault("extra_param", path="sms-status"),
        Fault("blank_param", path="sms-status"),
    ],
    ids=lambda fault: fault.kind,
)
async def test_the_last_word_is_delivered_and_nobody_is_called_for_it(world: World, fault: Fault) -> None:
    """Whatever becomes of the receipts, `delivered` sticks, and she takes it by text."""
    world.emulator.faults.add(fault)
    await world.signal()
    await world.later(seconds=50)

    assert await status_of(world) == "delivered"
    assert world.phone("ana").calls == []
    assert "you have it" in (await world.reply("ana", "1"))[-1]


async def test_no_receipt_within_a_minute_means_a_call(world: World) -> None:
    """03:10:00 sent; no receipt ever; 03:11:00 her phone rings."""
    world.emulator.faults.add(Fault("lost", path="sms-status"))
    await world.signal()
    await world.until("03:10:55")
    assert world.phone("ana").calls == []

    await world.until("03:11:02")
    assert world.phone("ana").ringing is not None
    world.nobody_else_heard("ana")


async def test_an_unknown_status_changes_nothing(world: World) -> None:
    """`partially_delivered` is kept and ignored; the page goes on."""
    world.emulator.faults.add(Fault("unknown_status", path="sms-status", times=1))
    await world.signal()
    await world.later(seconds=5)
    assert "you have it" in (await world.reply("ana", "1"))[-1]


async def test_a_badly_signed_receipt_is_refused_and_changes_nothing(world: World) -> None:
    """A forged `failed` does not make us call."""
    world.emulator.faults.add(Fault("bad_signature", path="sms-status"))
    await world.signal()
    await world.later(seconds=5)
    assert await status_of(world) == ""
    assert world.phone("ana").calls == []
