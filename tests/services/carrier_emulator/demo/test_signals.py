import asyncio

import pytest

from services.carrier_emulator.entries import SmsFromPhone

ROBIN, LUZ = "+12025550121", "+12025550122"


@pytest.mark.parametrize(
    ("button", "kind", "urgency"),
    [
        ("screen_imminent", "screen_positive", "imminent"),
        ("screen_urgent", "screen_positive", "urgent"),
        ("missed", "session_missed", "soon"),
    ],
)
async def test_a_button_reports_a_signal_as_another_system_would(http, gateway, button, kind, urgency):
    async with http.post("/_emu/demo/signals", json={"button": button, "patient": "demo_1"}) as reply:
        assert reply.status == 200
        assert "Robin Example" in (await reply.json())["said"]

    (event,) = gateway.events
    assert event["specversion"] == "1.0"
    assert event["type"] == f"vigil.signal.{kind}"
    assert (event["source"], event["subject"]) == ("demo", "demo_1")
    assert event["data"]["urgency"] == urgency
    assert gateway.headers[0]["Authorization"] == "Bearer demo-token"
    assert gateway.headers[0]["Content-Type"] == "application/cloudevents+json"


async def test_every_press_is_a_signal_of_its_own(http, gateway):
    for _ in range(2):
        async with http.post("/_emu/demo/signals", json={"button": "missed", "patient": "demo_1"}):
            pass

    assert len({event["id"] for event in gateway.events}) == 2


async def test_a_text_for_help_leaves_the_patients_phone_in_their_language(http, emulator, gateway):
    for patient in ("demo_1", "demo_2"):
        async with http.post("/_emu/demo/signals", json={"button": "help", "patient": patient}) as reply:
            assert reply.status == 200
    await asyncio.wait_for(emulator.idle(), 5)

    sent = emulator.ledger.of(SmsFromPhone)
    assert [(text.from_, text.to) for text in sent] == [(ROBIN, "+12025550199"), (LUZ, "+12025550199")]
    assert "call me" in sent[0].body
    assert "me llame" in sent[1].body
    assert gateway.events == []


async def test_what_the_gateway_refuses_is_said_and_not_hidden(http, gateway):
    gateway.status = 401

    async with http.post("/_emu/demo/signals", json={"button": "missed", "patient": "demo_1"}) as reply:
        assert reply.status == 502
        assert "401" in (await reply.json())["error"]


async def test_a_fault_can_be_reported_only_when_vigil_is_there(http):
    async with http.post("/_emu/demo/signals", json={"button": "fault"}) as reply:
        assert reply.status == 502
        assert "not connected" in (await reply.json())["error"]


@pytest.mark.parametrize("body", [{"button": "no"}, {"button": "missed", "patient": "nobody"}, {}])
async def test_a_button_or_patient_that_does_not_exist_is_refused(http, gateway, body):
    async with http.post("/_emu/demo/signals", json=body) as reply:
        assert reply.status in (400, 404)

    assert gateway.events == []
