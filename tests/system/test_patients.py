"""Patients: what they are answered, and who they are."""

import json

from contracts.escalations import EscalationStatus
from services.command_line.keys_hashes import HashRotation
from services.conversation import phrasebook
from services.programme import PatientDraft
from tests.support.world import LINE, PATIENTS, World


async def test_a_spanish_patient_is_answered_in_spanish(world: World) -> None:
    """`ayuda` from a patient whose language is es; ana is paged in English."""
    phone = "+12025550131"
    await world.administration.put_patient(PatientDraft(id="pt_luz", name="Luz", phone=phone, language="es"))
    await world.phone(phone).text("ayuda", LINE)
    assert await world.texts_soon(phone) == [phrasebook.load().of("es").first]
    assert any("1 take" in text for text in world.texts("ana"))


async def test_stop_from_a_patient_is_texted_no_more_and_somebody_is_told(world: World) -> None:
    """STOP: no answer, an opted_out signal, ana is paged; a later text pages too and is not answered."""
    rivera = world.phone("rivera")
    await rivera.text("STOP", LINE)
    await world.later(seconds=2)
    # The carrier's own answer to STOP is not ours.
    ours = [text for text in world.texts("rivera") if "reply START" not in text and "resubscribe" not in text]
    assert ours == []
    assert len(world.texts("ana")) == 1
    (opened,) = [e for e in await world.events("escalations.pt_rivera") if e["type"] == "opened"]
    assert opened["signal"]["kind"] == "opted_out"  # type: ignore[index]

    await rivera.text("are you there", LINE)
    await world.later(seconds=2)
    assert world.texts("rivera") == []
    assert (await world.open_brief()).evidence == 2


async def test_linking_two_ids_joins_their_open_escalations(world: World) -> None:
    """Two ids of one person, both paged; linked: one stays open, holds both signals, rings on."""
    await world.signal("screen_positive", "urgent", "rivera")
    await world.signal("session_missed", "urgent", "stone")
    kept = await world.code("stone")
    await world.texts_soon("ana")

    await world.administration.link(world.patients["rivera"], world.patients["stone"])
    await world.later(seconds=2)

    assert (await world.open_brief("rivera")).status is EscalationStatus.CLOSED
    assert await world.due("rivera") is None
    into = await world.open_brief("stone")
    assert (into.code, into.evidence) == (kept, 2)
    assert await world.due("stone") is not None

    await world.signal("dose_missed", "urgent", "rivera")
    assert (await world.open_brief("stone")).evidence == 3, "its outside id leads to the one that stayed"
    assert any("you have it" in text for text in await world.reply("ana", "1"))


async def test_a_cloud_event_straight_on_nats_pages(world: World) -> None:
    """Binary mode: attributes as ce- headers, Vigil's id as subject; five times is one escalation."""
    headers = {
        "ce-specversion": "1.0",
        "ce-id": "n1",
        "ce-source": "ehr",
        "ce-type": "vigil.signal.screen_positive",
        "ce-subject": world.patients["rivera"],
        "ce-time": "2026-11-24T08:09:00Z",
    }
    body = json.dumps({"urgency": "urgent"}).encode()
    for _ in range(5):
        await world.admin.jetstream().publish("signals.screen_positive", body, headers=headers)
    (text,) = await world.texts_soon("ana")
    assert "WITHIN THE HOUR 03:10, screen" in text or "WITHIN THE HOUR 03:09, screen" in text
    brief = await world.open_brief()
    assert (brief.evidence, brief.urgency) == (1, "urgent")


async def test_the_hash_key_is_rotated_while_everything_runs(world: World) -> None:
    """A page is out, then a new hash key: 1 takes it, the patient is the same, STOP retires the phone."""
    rivera = world.emulator.phone(PATIENTS["rivera"])
    await rivera.text("i can't do this any more", LINE)
    await world.settle()
    code = await world.code()
    nc = await world.connect("cli")
    await HashRotation(nc, world.settings.seal_file(), world.clock.now, lambda _: None).rotate()
    await nc.close()

    assert any("you have it" in text for text in await world.reply("ana", f"1 {code}"))
    await rivera.text("are you there", LINE)
    await world.later(seconds=20)
    assert f"{code}: are you there" in world.texts("ana")
    await world.reply("ana", "STOP")
    sms = [method for method in (await world.person("ana")).methods if method.channel == "sms"]
    assert sms and all(method.dead_since for method in sms)
