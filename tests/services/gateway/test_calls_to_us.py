"""Calls that come in: staff hear their pages, everybody else waits for staff and hears 911 and 988."""

import pytest

from contracts.pages import PageStatus
from contracts.values import Urgency
from services.gateway.inbound import room_of
from services.runtime.nats_server import EmbeddedServer
from services.runtime.sealing import Seals
from tests.services.gateway.conftest import ANA, BEN, LINE, STRANGER, Site, opened

pytestmark = pytest.mark.asyncio(loop_scope="session")


def call(sid: str, sender: str, to: str = LINE) -> dict[str, str]:
    return {"CallSid": sid, "From": sender, "To": to, "CallStatus": "ringing", "Direction": "inbound"}


async def test_a_caller_hears_where_to_turn_and_waits_in_a_room(site: Site) -> None:
    reply = await site.carrier("/twilio/call", call("CA100", STRANGER))

    assert (
        reply.xml[0].tag == "Say"
        and "911" in (reply.xml[0].text or "")
        and "988" in (reply.xml[0].text or "")
    )
    room = reply.one("Conference")
    assert room.attrib["startConferenceOnEnter"] == "false" and room.attrib["endConferenceOnExit"] == "true"
    fact = await site.last("CARRIER", "carrier.call_received.patient")
    assert room.text == fact["room"] == room_of("CA100") and "CA100" not in str(room.text)
    assert STRANGER not in str(fact)
    wait = await site.carrier("/twilio/wait", call("CA100", STRANGER))
    assert room.attrib["waitUrl"].endswith("/twilio/wait")
    assert wait.said.count("988") == 1 and wait.has("Pause") and wait.redirect == "/twilio/wait"


async def test_a_repeated_call_webhook_is_stored_once_and_keeps_the_line(site: Site) -> None:
    first = await site.carrier("/twilio/call", call("CA101", STRANGER))
    before = await site.ends()

    again = await site.carrier("/twilio/call", call("CA101", STRANGER))

    assert again.body == first.body and again.headers["vigil-duplicate"] == "true"
    assert await site.ends() == before


@pytest.mark.parametrize("sender", ["", "anonymous", "+266696687"])
async def test_a_withheld_number_is_a_patients(site: Site, sender: str) -> None:
    reply = await site.carrier("/twilio/call", call(f"CA102{sender}", sender))

    assert reply.has("Conference")


async def test_staff_who_call_hear_their_open_pages_and_answer_by_key(site: Site) -> None:
    await site.page("ben", "in1", urgency=Urgency.SOON)
    await site.page("ben", "in2", urgency=Urgency.IMMINENT)

    reply = await site.carrier("/twilio/call", call("CA103", BEN))
    first = await site.carrier(reply.redirect, call("CA103", BEN))
    passed = await site.carrier(first.action, {**call("CA103", BEN), "Digits": "2"})
    second = await site.carrier(passed.redirect, call("CA103", BEN))

    assert (await site.last("CARRIER", "carrier.call_received.staff"))["person"] == "ben"
    assert "/ben/in2/digits" in first.action and "NOW" in first.said
    assert "/ben/in1/digits" in second.action
    for page in ("in1", "in2"):
        await site.page("ben", page, status=PageStatus.DECLINED)


async def test_staff_without_open_pages_are_told_so(site: Site) -> None:
    reply = await site.carrier("/twilio/call", call("CA104", ANA))
    said = await site.carrier(reply.redirect, call("CA104", ANA))

    assert "no open pages" in said.said


async def test_with_two_numbers_the_number_decides_and_unknown_phones_are_patients(
    site_folder: tuple[EmbeddedServer, Seals],
) -> None:
    line = "+12025550190"
    async with opened(*site_folder, patient_number=line) as site:
        for sid, sender, to, lane in (
            ("SM200", ANA, LINE, "staff"),
            ("SM201", ANA, line, "patient"),
            ("SM202", STRANGER, LINE, "patient"),
            ("SM203", STRANGER, line, "patient"),
        ):
            form = {"MessageSid": sid, "From": sender, "To": to, "Body": "1"}
            await site.carrier("/twilio/sms", form)
            assert (await site.last("CARRIER", f"carrier.sms_received.{lane}"))["sid"] == sid
        assert (await site.carrier("/twilio/call", call("CA110", ANA, line))).has("Conference")
