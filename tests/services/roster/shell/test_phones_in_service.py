"""Phones are verified by texting a code back, and fail or work by what their receipts say."""

import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from contracts.schedules import Every, Rotation, Schedule
from contracts.values import Urgency
from services.carrier_emulator.faults import Fault
from services.programme import MethodDraft, PersonDraft
from services.roster import verifying
from tests.services.roster.test_telling import faults
from tests.support.world import World
from tests.support.world import world as open_world

EVE = "+12025550131"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Eve was put on the roster at 08:50, on call for the night line, by nobody verified."""
    async with open_world(tmp_path, start="08:50", services=("paging", "roster", "gateway")) as opened:
        await opened.administration.put_people(
            [PersonDraft(id="eve", name="Eve", methods=(MethodDraft(sms=EVE), MethodDraft(voice=EVE)))]
        )
        turns = Rotation(people=("eve",), every=Every.WEEK, starts_on=date(2026, 11, 1))
        await opened.administration.put_schedules([Schedule(id="night", rotations=(turns,))])
        await opened.settle()
        yield opened


async def text(world: World, body: str) -> list[str]:
    return await world.reply(EVE, body)


async def test_a_code_comes_by_day_and_texted_back_it_ends_the_gap(world: World) -> None:
    """08:50 ops and eve hear of the gap; 09:00 the code; a wrong one, the right one."""
    await world.later(seconds=3)
    (gap,) = await faults(world)
    assert gap.urgency is Urgency.URGENT
    assert "eve on, no contact method verified" in gap.note
    (told,) = world.texts(EVE)
    assert "counts as a gap: no phone of yours is verified" in told

    await world.until("09:00:05")
    (asked,) = world.texts(EVE)
    code = re.search(r"\d{6}", asked)
    assert code is not None
    wrong = "000000" if code[0] != "000000" else "111111"
    assert await text(world, wrong) == [
        "VIGIL that is not the code. Tries left: 4. Text the six digits alone."
    ]
    assert await text(world, code[0]) == ["VIGIL verified: texts and calls. Pages can reach you there."]

    person = await world.person("eve")
    assert all(method.verified_at is not None for method in person.methods)
    await world.until("+1d 09:30")
    assert world.texts(EVE) == []
    assert len(await faults(world)) == 1


async def test_two_undelivered_texts_make_a_phone_fail_and_a_delivered_one_ends_it(world: World) -> None:
    """Two codes are undelivered; then the phone is on again."""
    await world.later(seconds=3)
    world.texts(EVE)
    world.emulator.faults.add(Fault("fail", to=EVE, args={"code": 30004}, times=2))

    states = []
    for number in range(3):
        bucket = await world.admin.jetstream().key_value("verifications")
        eve = await world.person("eve")
        now = world.clock.now()
        await verifying.ask(world.admin, bucket, eve, eve.methods[0], f"12345{number}", now, "ops_1")
        await world.later(seconds=5)
        texts = (await world.person("eve")).methods[0]
        states.append((texts.failures, texts.failing_since is not None, texts.failing_code))

    assert states == [(1, False, ""), (2, True, "30004"), (0, False, "")]
    assert world.texts(EVE) == ["VIGIL code 123452. Text it back to verify this phone."]
