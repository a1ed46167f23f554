"""Our calls: a page is read, a key is recorded, and only a commit says "you have it"."""

import asyncio
from datetime import date, timedelta

import pytest

from contracts.escalations import EscalationStatus, Telling
from contracts.pages import PageStatus, Purpose
from contracts.people import Patient
from contracts.privacy import SupportContact
from contracts.values import Urgency
from tests.services.gateway.conftest import ANA, LINE, NOW, Reply, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


def call(sid: str, digits: str | None = None) -> dict[str, str]:
    form = {"CallSid": sid, "From": LINE, "To": ANA, "CallStatus": "in-progress", "AnsweredBy": ""}
    return form if digits is None else {**form, "Digits": digits}


async def press(site: Site, before: Reply, sid: str, digits: str) -> Reply:
    return await site.carrier(before.action, call(sid, digits))


async def go_on(site: Site, before: Reply, sid: str) -> Reply:
    return await site.carrier(before.redirect, call(sid))


async def done(site: Site, *pages: tuple[str, str]) -> None:
    """Let the pages be answered, so that they do not join later calls."""
    for responder, page in pages:
        await site.page(responder, page, status=PageStatus.ACKNOWLEDGED)


async def test_a_page_is_read_without_anything_identifying_and_asks_twice(site: Site) -> None:
    await site.page("v1", "a1", urgency=Urgency.IMMINENT)

    reply = await site.carrier("/twilio/voice/v1/a1/1", call("CA1"))

    assert "K 7" in reply.said and "NOW" in reply.said and "screen" in reply.said
    gathers = reply.xml.findall("Gather")
    assert [g.attrib["numDigits"] for g in gathers] == ["1", "1"]
    assert [child.tag for child in reply.xml][-2:] == ["Say", "Hangup"]
    assert reply.said.endswith("You do not have it, and the paging goes on. Goodbye.")


async def test_a_key_is_a_fact_and_you_have_it_waits_for_the_commit(site: Site) -> None:
    page = await site.page("v2", "a2")
    await site.run(page, None)
    asked = await site.carrier("/twilio/voice/v2/a2/1", call("CA2"))

    noted = await press(site, asked, "CA2", "1")
    fact = await site.last("CARRIER", "carrier.digits_pressed")
    waiting = asyncio.create_task(go_on(site, noted, "CA2"))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await site.run(page, "v2", {"type": "held", "responder": "v2"})
    outcome = await waiting

    assert noted.said.startswith("Noted.") and "have" not in noted.said
    assert (fact["sid"], fact["digits"], fact["responder"], fact["page"]) == ("CA2", "1", "v2", "a2")
    assert outcome.said.startswith("You have K 7.")
    assert "/connect" in outcome.action


async def test_without_a_commit_in_time_a_text_is_promised_and_no_more(site: Site) -> None:
    page = await site.page("v3", "a3")
    await site.run(page, None)
    noted = await press(site, await site.carrier("/twilio/voice/v3/a3/1", call("CA3")), "CA3", "1")

    outcome = await go_on(site, noted, "CA3")

    assert "You will get a text" in outcome.said and "You have" not in outcome.said


async def test_the_earlier_holder_who_takes_the_higher_urgency_waits_for_that_commit(site: Site) -> None:
    page = await site.page("v4", "a4", urgency=Urgency.IMMINENT)
    await site.run(page, "v4", {"type": "urgency_raised"})
    noted = await press(site, await site.carrier("/twilio/voice/v4/a4/1", call("CA4")), "CA4", "1")

    outcome = await go_on(site, noted, "CA4")

    assert "You have" not in outcome.said


async def test_a_colleague_who_was_first_is_not_named(site: Site) -> None:
    page = await site.page("v5", "a5")
    await site.run(page, "kim", {"type": "held", "responder": "kim"})
    noted = await press(site, await site.carrier("/twilio/voice/v5/a5/1", call("CA5")), "CA5", "1")
    told = {"type": "responder_told", "responder": "v5", "telling": Telling.OTHER_HAS_IT.value}
    await site.run(page, "kim", told)

    outcome = await go_on(site, noted, "CA5")

    assert "A colleague has K 7." in outcome.said and "kim" not in outcome.body


async def test_whoever_takes_a_run_with_a_waiting_caller_is_connected_at_once(site: Site) -> None:
    page = await site.page("v6", "a6")
    noted = await press(site, await site.carrier("/twilio/voice/v6/a6/1", call("CA6")), "CA6", "1")
    await site.run(page, "v6", {"type": "held", "responder": "v6"}, room="room_abc")

    outcome = await go_on(site, noted, "CA6")

    assert outcome.said.startswith("You have K 7.")
    room = outcome.one("Conference")
    assert room.text == "room_abc"
    assert room.attrib["startConferenceOnEnter"] == room.attrib["endConferenceOnExit"] == "true"


async def test_passing_is_recorded_and_the_next_open_page_follows_most_urgent_first(site: Site) -> None:
    await site.page("v7", "soon", urgency=Urgency.SOON)
    await site.page("v7", "urgent", urgency=Urgency.URGENT)
    await site.page("v7", "imminent", urgency=Urgency.IMMINENT)

    asked = await site.carrier("/twilio/voice/v7/imminent/1", call("CA7"))
    passed = await press(site, asked, "CA7", "2")
    second = await go_on(site, passed, "CA7")
    third = await go_on(site, await press(site, second, "CA7", "2"), "CA7")
    end = await go_on(site, await press(site, third, "CA7", "2"), "CA7")

    assert "/imminent/digits" in asked.action
    assert "Noted. You pass K 7." in passed.said
    assert "/urgent/digits" in second.action and "/soon/digits" in third.action
    assert end.said == "Goodbye." and end.has("Hangup")
    assert (await site.last("CARRIER", "carrier.digits_pressed"))["page"] == "soon"


async def test_a_more_urgent_page_that_came_while_it_rang_is_read_first(site: Site) -> None:
    await site.page("v8", "soon", urgency=Urgency.SOON)
    await site.page("v8", "imminent", urgency=Urgency.IMMINENT)

    asked = await site.carrier("/twilio/voice/v8/soon/1", call("CA8"))

    assert "/imminent/digits" in asked.action and "NOW" in asked.said


async def test_a_wrong_key_is_asked_again_once_and_then_it_is_goodbye(site: Site) -> None:
    await site.page("v9", "a9")
    asked = await site.carrier("/twilio/voice/v9/a9/1", call("CA9"))

    again = await press(site, asked, "CA9", "9")
    end = await press(site, again, "CA9", "#")

    assert "That key does nothing here." in again.said and len(again.xml.findall("Gather")) == 1
    assert end.has("Hangup") and not end.has("Gather")


async def test_a_repeated_key_press_is_published_once_and_the_call_goes_on(site: Site) -> None:
    page = await site.page("v10", "a10")
    await site.run(page, None)
    asked = await site.carrier("/twilio/voice/v10/a10/1", call("CA10"))
    await press(site, asked, "CA10", "1")
    before = await site.ends()

    again = await press(site, asked, "CA10", "1")

    assert again.headers["vigil-duplicate"] == "true" and "/outcome" in again.redirect
    assert await site.ends() == before


async def test_a_page_whose_brief_is_not_there_still_asks_for_the_key(site: Site) -> None:
    asked = await site.carrier("/twilio/voice/v11/unknown/1", call("CA11"))
    noted = await press(site, asked, "CA11", "1")
    outcome = await go_on(site, noted, "CA11")

    assert "press 1" in asked.said
    assert (await site.last("CARRIER", "carrier.digits_pressed"))["page"] == "unknown"
    assert "You will get a text" in outcome.said


async def test_a_page_that_was_answered_meanwhile_asks_for_nothing(site: Site) -> None:
    await site.page("v12", "a12", status=PageStatus.WITHDRAWN)

    reply = await site.carrier("/twilio/voice/v12/a12/1", call("CA12"))

    assert "no longer needs your answer" in reply.said and not reply.has("Gather")
    assert (await go_on(site, reply, "CA12")).said == "Goodbye."


async def test_a_message_is_read_twice_and_takes_nothing(site: Site) -> None:
    await site.page("v13", "m1", purpose=Purpose.MESSAGE, telling=Telling.REACHED_QUESTION)

    reply = await site.carrier("/twilio/voice/v13/m1/1", call("CA13"))

    assert reply.said.count("Have you reached the patient?") == 2 and not reply.has("Gather")


async def test_the_holder_is_connected_by_key_with_numbers_masked(site: Site) -> None:
    enrolled = await site.system("/v1/patients", {"external_id": "c1", "name": "C", "phone": "+12025550131"})
    page = await site.page("v14", "a14", subject=f"escalations.{enrolled.json['patient']}")
    noted = await press(site, await site.carrier("/twilio/voice/v14/a14/1", call("CA14")), "CA14", "1")
    await site.run(page, "v14", {"type": "held", "responder": "v14"})
    yours = await go_on(site, noted, "CA14")

    connected = await press(site, yours, "CA14", "3")
    again = await press(site, yours, "CA14", "3")

    assert connected.one("Dial").attrib["callerId"] == LINE
    assert connected.one("Number").text == "+12025550131"
    assert (await site.last("CARRIER", "carrier.digits_pressed"))["digits"] == "3"
    assert "+12025550131" not in again.body and again.headers["vigil-duplicate"] == "true"


async def test_a_bridge_asks_for_a_key_so_that_no_voicemail_is_connected(site: Site) -> None:
    bridge = await site.page("v15", "b1", purpose=Purpose.BRIDGE, patient="pt_b1", room="room_b")
    await site.run(bridge, "v15")

    asked = await site.carrier("/twilio/voice/v15/b1/1", call("CA15"))
    connected = await press(site, asked, "CA15", "1")

    assert "To be connected with the patient, press 1" in asked.said and not asked.has("Dial")
    assert connected.one("Conference").text == "room_b"


@pytest.mark.parametrize("holder", [None, "kim"])
async def test_whoever_does_not_hold_it_at_that_moment_is_not_connected(
    site: Site, holder: str | None
) -> None:
    name = f"b2-{holder}"
    bridge = await site.page("v16", name, purpose=Purpose.BRIDGE, patient="pt_b2", room="room_b")
    await site.run(bridge, holder)

    asked = await site.carrier(f"/twilio/voice/v16/{name}/1", call(f"CA16{holder}"))
    refused = await press(site, asked, f"CA16{holder}", "1")

    assert "You do not hold K 7" in refused.said and not refused.has("Dial")


async def test_a_patient_without_a_phone_is_said_to_have_none(site: Site) -> None:
    enrolled = await site.system("/v1/patients", {"external_id": "c2", "name": "C"})
    bridge = await site.page(
        "v17", "b3", purpose=Purpose.BRIDGE, subject=f"escalations.{enrolled.json['patient']}"
    )
    await site.run(bridge, "v17", status=EscalationStatus.REACHED)

    asked = await site.carrier("/twilio/voice/v17/b3/1", call("CA17"))
    refused = await press(site, asked, "CA17", "1")

    assert "No phone number is on file" in refused.said and not refused.has("Dial")


@pytest.mark.parametrize(
    ("number", "until", "said", "called"),
    [
        (1, NOW.date(), "Say only: please ask them to call us. Connecting you.", True),
        (1, NOW.date() - timedelta(days=3), "That consent has ended, or was taken back.", False),
        (2, NOW.date(), "That consent has ended, or was taken back.", False),
        (3, NOW.date(), "No phone number is on file for that contact.", False),
        (4, NOW.date(), "No such contact is on file", False),
    ],
)
async def test_a_support_contact_is_called_only_if_the_consent_stands_at_that_moment(
    site: Site, number: int, until: date, said: str, called: bool
) -> None:
    name = f"k{number}-{until:%d}"
    phone = site.seals.seal("+12025550144")
    contact = SupportContact(
        id="sc_1", name=site.seals.seal("Maria"), phone=phone, given_at=NOW, expires_on=until, by="x"
    )
    revoked = contact.model_copy(update={"id": "sc_2", "revoked_at": NOW})
    without = contact.model_copy(update={"id": "sc_3", "phone": None})
    await site.put_patient(
        Patient(id=f"pt_{name}", phone=site.seals.seal(ANA), contacts=(contact, revoked, without))
    )
    bridge = await site.page("v21", name, purpose=Purpose.BRIDGE, contact=number)
    await site.run(bridge, "v21")

    asked = await site.carrier(f"/twilio/voice/v21/{name}/1", call(f"CA{name}"))
    connected = await press(site, asked, f"CA{name}", "1")

    assert f"To be connected with contact {number} of the patient, press 1" in asked.said
    assert said in connected.said and "Maria" not in connected.said
    assert connected.has("Dial") is called
    if called:
        assert connected.one("Dial").attrib["callerId"] == LINE
        assert connected.one("Number").text == "+12025550144"
        assert "reached the patient" not in connected.said


async def test_a_fault_of_the_system_offers_no_patient(site: Site) -> None:
    page = await site.page("v18", "a18", subject="faults.carrier")
    noted = await press(site, await site.carrier("/twilio/voice/v18/a18/1", call("CA18")), "CA18", "1")
    await site.run(page, "v18", {"type": "held", "responder": "v18"})

    outcome = await go_on(site, noted, "CA18")

    assert outcome.said.startswith("You have K 7.") and not outcome.has("Gather")


@pytest.mark.parametrize(
    "path",
    ["a/p/1", "a/next", "a/p/digits", "a/p/digits?leg=0", "a/p/outcome?since=0", "a/p/connect"],
)
async def test_an_unsigned_request_hears_nothing_and_changes_nothing(site: Site, path: str) -> None:
    before = await site.ends()

    reply = await site.post(f"/twilio/voice/{path}", call("CA30", "1"))

    assert reply.status == 403 and await site.ends() == before


async def test_progress_of_a_call_counts_once_per_event(site: Site) -> None:
    before = (await site.ends())["CARRIER"]
    for status, number in (("initiated", "0"), ("ringing", "1"), ("ringing", "1"), ("strange", "2")):
        form = {**call("CA40"), "CallStatus": status, "SequenceNumber": number}
        await site.carrier("/twilio/call-status/ana/p1/2", form)

    fact = await site.last("CARRIER", "carrier.call_status")
    assert (fact["status"], fact["sequence"], fact["attempt"], fact["page"]) == ("strange", 2, 2, "p1")
    assert (await site.ends())["CARRIER"] == before + 3


async def test_a_shift_is_confirmed_by_key_in_the_call_that_tells_of_it(site: Site) -> None:
    said = "You are on call: Crisis clinician, Fri 27 Nov 08:00 to Sat 08:00."
    await site.page("v19", "n1", purpose=Purpose.NOTICE, shift="crisis friday", spoken=said)

    asked = await site.carrier("/twilio/voice/v19/n1/1", call("CA19"))
    again = await press(site, asked, "CA19", "1")
    noted = await press(site, again, "CA19", "6")

    assert asked.said.startswith(f"This is Vigil. {said} To confirm, press 6.")
    assert "That key does nothing here." in again.said and said in again.said
    assert noted.said.startswith("Noted.") and (await go_on(site, noted, "CA19")).said == "Goodbye."
    fact = await site.last("CARRIER", "carrier.digits_pressed")
    assert (fact["digits"], fact["page"]) == ("6", "n1")


async def test_a_shift_confirmed_meanwhile_is_told_and_asks_for_nothing(site: Site) -> None:
    await site.page("v20", "n1", purpose=Purpose.NOTICE, shift="crisis", spoken="So.", answered_at=NOW)

    reply = await site.carrier("/twilio/voice/v20/n1/1", call("CA20"))

    assert reply.said.startswith("This is Vigil. So. This is Vigil. So.") and not reply.has("Gather")


async def test_a_code_is_spoken_twice_and_no_key_is_asked_for(site: Site) -> None:
    await site.page("v21", "n1", purpose=Purpose.NOTICE, spoken="Your code is 4, 9, 2.")

    reply = await site.carrier("/twilio/voice/v21/n1/1", call("CA21"))

    assert reply.said.count("4, 9, 2") == 2 and not reply.has("Gather")
    assert (await go_on(site, reply, "CA21")).said == "Goodbye."


async def test_a_page_that_came_while_a_notice_rang_is_read_in_that_call(site: Site) -> None:
    """Its own call waits for this one to end, and nobody is read a shift while a patient waits."""
    await site.page("v27", "n1", purpose=Purpose.NOTICE, shift="crisis friday", spoken="You are on call.")
    await site.page("v27", "real", urgency=Urgency.IMMINENT)

    asked = await site.carrier("/twilio/voice/v27/n1/1", call("CA27"))
    await press(site, asked, "CA27", "1")

    assert "press 1" in asked.said and "on call" not in asked.said
    fact = await site.last("CARRIER", "carrier.digits_pressed")
    assert (fact["digits"], fact["page"]) == ("1", "real")


async def test_a_drill_says_so_before_anything_else_and_comes_after_real_pages(site: Site) -> None:
    await site.page("v22", "drill", urgency=Urgency.IMMINENT, drill=True)

    reply = await site.carrier("/twilio/voice/v22/drill/1", call("CA22"))
    await site.page("v22", "real", urgency=Urgency.SOON)
    following = await site.carrier("/twilio/voice/v22/next", call("CA22b"))

    assert reply.said.startswith("This is Vigil with a drill. This is a drill, code K 7.")
    assert "/real/digits" in following.action


async def test_a_page_to_take_over_says_that_a_colleague_asks(site: Site) -> None:
    await site.page("v23", "p1", given=True)

    reply = await site.carrier("/twilio/voice/v23/p1/1", call("CA23"))

    assert "A colleague asks you to take it over. To take it, press 1." in reply.said
