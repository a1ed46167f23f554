"""Texts that vanish, come twice, come late, come mixed up, or fail."""

import pytest

from services.carrier_emulator.faults import Fault

ANA = "+15550101001"


async def bodies(world) -> list[str]:
    """Return what Ana can read."""
    return [text.body for text in world.emulator.phone(ANA).inbox]


@pytest.mark.parametrize(("stay", "statuses"), [("sent", ["sent"]), ("queued", [])])
async def test_a_text_may_vanish_without_a_word(world, stay, statuses) -> None:
    """Its status stays where it was for ever."""
    world.emulator.faults.add(Fault("drop_silently", args={"stay": stay}))

    await world.send(ANA)
    await world.run_for(86_400)

    assert (await bodies(world), world.site.statuses()) == ([], statuses)


async def test_a_text_may_reach_the_phone_twice(world) -> None:
    """One report is given for both."""
    world.emulator.faults.add(Fault("duplicate_delivery", to=ANA, times=1))

    await world.send(ANA)
    await world.run_for(1)

    assert await bodies(world) == ["page", "page"]
    assert world.site.statuses() == ["sent", "delivered"]


async def test_a_text_may_come_hours_late(world) -> None:
    """It is delivered all the same."""
    world.emulator.faults.add(Fault("late_delivery", args={"seconds": 7200}))

    await world.send(ANA)
    await world.run_for(7200)
    assert await bodies(world) == []
    await world.run_for(1)
    assert await bodies(world) == ["page"]


@pytest.mark.parametrize(("code", "statuses"), [(30008, ["sent", "undelivered"]), (30002, ["failed"])])
async def test_a_text_may_fail_with_any_code(world, code, statuses) -> None:
    """Codes of the carrier itself fail; those of the network are undelivered."""
    world.emulator.faults.add(Fault("fail", args={"code": code}))

    await world.send(ANA)
    await world.run_for(1)

    assert world.site.statuses() == statuses
    assert world.site.hits[-1].params["ErrorCode"] == str(code)


async def test_the_parts_of_a_long_text_may_be_mixed_up(world) -> None:
    """Every character arrives, in another order."""
    world.emulator.faults.add(Fault("reorder_parts"))
    body = "a" * 153 + "b" * 20

    await world.send(ANA, body)
    await world.run_for(1)

    assert await bodies(world) == ["b" * 20 + "a" * 153]


async def test_an_outage_cuts_off_a_region(world) -> None:
    """Texts and calls to the prefix fail; others go through."""
    world.emulator.faults.add(Fault("outage", to="+1555010*"))

    await world.send(ANA)
    await world.send("+15559991001")
    await world.dial(ANA, "<Response/>")
    await world.run_for(2)

    assert await bodies(world) == []
    assert len(world.emulator.phone("+15559991001").inbox) == 1
    statuses = world.site.statuses()
    assert sorted(statuses) == ["delivered", "failed", "failed", "initiated", "sent"]


async def test_flaky_phones_are_flaky_in_the_same_way_each_time(make_world) -> None:
    """The seed decides, so a run can be repeated."""
    outcomes = []
    for _ in range(2):
        world = await make_world()
        world.emulator.add_phone(ANA, "flaky")
        for number in range(20):
            await world.send(ANA, str(number))
        await world.run_for(2)
        outcomes.append(await bodies(world))

    assert outcomes[0] == outcomes[1]
    assert 0 < len(outcomes[0]) < 20


async def test_people_answer_texts_by_their_profile(world) -> None:
    """One follows the text, one says STOP, one has a script."""
    pages = {"prompt_human": "+15550101011", "texts_STOP": "+15550101012"}
    pages["chatty_patient"] = "+15550101013"
    for profile, number in pages.items():
        world.emulator.add_phone(number, profile)
        await world.send(number, "Crisis page. Reply 4821 to accept.")
    await world.run_for(30)

    replies = {hit.params["From"]: hit.params["Body"] for hit in world.site.at("/sms")}
    assert replies == {
        "+15550101011": "4821",
        "+15550101012": "STOP",
        "+15550101013": "hi, yes I got this",
    }
