"""Rows 2, 21, 22 and 24 with every part of Vigil running, one programme for all of them.

It is 02:14; Ana is on call, then Ben, Cal and Dee; Olga is ops. Each row has a patient of its own, and what
is open is closed before the next begins, so that Ana is free again.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from contracts.escalations import EscalationStatus
from services.carrier_emulator.faults import Fault
from services.conversation import phrasebook
from services.programme import PatientDraft
from tests.support.world import LINE, PATIENTS, PEOPLE, PIN, SOURCE, World
from tests.support.world import world as open_world

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="module")]
EN = phrasebook.load().of("en")
LANE = "+12025550124"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Vigil, with a fourth patient."""
    async with open_world(tmp_path_factory.mktemp("rows"), start="02:14") as opened:
        draft = PatientDraft(id="pt_lane", name="Lane", phone=LANE, therapist="ben")
        opened.patients["lane"] = (await opened.administration.put_patient(draft, SOURCE, "lane")).id
        yield opened


async def close(world: World, patient: str, who: str = "ana") -> None:
    """They reached the patient and spoke with them."""
    code = await world.code(patient)
    await world.reply(who, f"3 {code}")
    await world.reply(who, f"4 {code} spoke {PIN}")
    assert (await world.open_brief(patient)).status is EscalationStatus.CLOSED
    for each in (*PEOPLE, *PATIENTS):
        world.texts(each)


async def test_row_21_positive_after_stop_the_patient_is_texted_no_more_and_a_person_calls(
    site: World,
) -> None:
    """Moss texts and is answered; Ana takes it; Moss texts STOP: Ana is told, and not one word goes out."""
    moss = site.phone("moss")
    await moss.text("I can't do this", LINE)
    assert await site.texts_soon("moss") == [EN.first]
    await site.reply("ana", "1")
    await moss.text("STOP", LINE)
    await site.later(seconds=30)

    told = site.texts("ana")
    assert any("stop" in text.lower() for text in told), told
    await site.reply("ana", "please call me back")
    await site.later(minutes=5)
    ours = [text for text in site.texts("moss") if "unsubscribed" not in text]
    assert ours == [], "the carrier confirms the word, and nothing follows, whatever anybody writes"
    assert (await site.open_brief("moss")).holder == "ana"
    site.nobody_else_heard("ana")
    await close(site, "moss")


async def test_row_24_positive_an_ok_from_the_patient_reaches_the_holder_and_closes_nothing(
    site: World,
) -> None:
    stone = site.phone("stone")
    await stone.text("nobody would miss me", LINE)
    await site.texts_soon("stone")
    await site.reply("ana", "1")
    code = await site.code("stone")
    await stone.text("ok sorry, im fine", LINE)
    await site.later(seconds=10)

    assert f"{code}: ok sorry, im fine" in site.texts("ana")
    brief = await site.open_brief("stone")
    assert (brief.holder, brief.status, brief.urgency) == ("ana", EscalationStatus.HELD, "urgent")
    assert await site.due("stone") is not None
    site.nobody_else_heard("ana")
    await close(site, "stone")


async def test_row_02_positive_the_button_texts_and_calls_until_somebody_has_it(site: World) -> None:
    """Rivera presses: Ana by text and call in the same second; three minutes later Ben, who takes it."""
    await site.signal("patient_alert", "imminent", "rivera")
    await site.later(seconds=3)
    assert any(" NOW " in text for text in site.texts("ana"))
    assert site.phone("ana").ringing is not None
    site.nobody_else_heard("ana")

    await site.later(minutes=2, seconds=59)
    assert any(" NOW " in text for text in site.texts("ben"))
    await site.reply("ben", f"1 {await site.code('rivera')}")
    assert (await site.open_brief("rivera")).holder == "ben"
    assert any("Ben has" in text for text in site.texts("ana"))
    site.nobody_else_heard("ana", "ben")


async def test_row_22_positive_a_phone_that_gets_nothing_moves_on_in_the_same_second(site: World) -> None:
    """Texts and calls to Ana are refused: Ben is paged at that very moment, and Olga is told."""
    ana = PEOPLE["ana"][1]
    for path in ("Messages", "Calls"):
        args = {"code": 21211, "status": 400}
        site.emulator.faults.add(Fault("http_error", to=ana, path=path, args=args))
    asked_at = site.now
    await site.signal("screen_positive", "urgent", "lane")
    await site.later(seconds=2)

    assert any("WITHIN THE HOUR" in text for text in site.texts("ben"))
    assert site.texts("ops") != []
    assert site.texts("ana") == [] and site.phone("ana").ringing is None
    pages = [
        e for e in await site.events(f"escalations.{site.patients['lane']}") if e["type"] == "page_requested"
    ]
    assert [e["responder"] for e in pages] == ["ana", "ben"]
    assert pages[0]["at"] == pages[1]["at"], f"both at {asked_at}"
    await site.reply("ben", f"1 {await site.code('lane')}")
    assert (await site.open_brief("lane")).holder == "ben"
