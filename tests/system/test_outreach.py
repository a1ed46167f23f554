"""A text that begins with us: it waits for the morning, is sent once, and its answer is a text like any."""

from datetime import time, timedelta

from contracts.outreach import OutreachAsked, OutreachDropped, OutreachKind
from contracts.people import Patient
from contracts.privacy import Hours, TextConsent
from services.conversation import phrasebook
from tests.support.world import LINE, SPINE, World

ES = phrasebook.load().of("es")


async def test_a_caring_contact_waits_for_the_morning_and_its_answer_pages_somebody(world: World) -> None:
    """Rivera has never texted, reads Spanish, and sleeps until eight; every process stops in between."""
    await _record(world, quiet_hours=Hours(start=time(22), end=time(8)), language="es")
    asked = _caring(world, "care-1", variant=3)
    await _say(world, asked)
    await _say(world, asked)
    await _say(world, _caring(world, "care-2"))
    assert world.texts("rivera") == []

    await world.vigil.stop()
    await world.vigil.start(SPINE)
    patient = world.patients["rivera"]
    drop = OutreachDropped(at=world.clock.now(), outreach="care-2", patient=patient, why="moved")
    await _say(world, drop)
    await world.until("07:59")
    assert world.texts("rivera") == []
    await world.until("08:00:05")
    assert world.texts("rivera") == [ES.outreach.caring[3]]
    assert await _ended(world) == [("care-2", "dropped"), ("care-1", None)]
    world.nobody_else_heard()

    # Whatever is answered is a crisis-line text: urgent by law, answered at once, and it pages.
    await world.phone("rivera").text("gracias, estoy bien", LINE)
    assert await world.texts_soon("rivera") == [ES.first]
    brief = await world.open_brief()
    assert (brief.kind, brief.urgency) == ("patient_alert", "urgent")
    assert any("take" in text for text in world.texts("ana"))

    await _say(world, _caring(world, "care-3"))
    missed = OutreachAsked(
        at=world.clock.now(),
        outreach="missed-1",
        patient=patient,
        kind=OutreachKind.MISSED,
        send_by=world.clock.now() + timedelta(hours=8),
        during_crisis=True,
    )
    await _say(world, missed)
    assert await world.texts_soon("rivera") == [ES.outreach.missed[0]]
    assert (await _ended(world))[2:] == [("care-3", "crisis_open"), ("missed-1", None)]


def _caring(world: World, outreach: str, **more: int) -> OutreachAsked:
    return OutreachAsked(
        at=world.clock.now(),
        outreach=outreach,
        patient=world.patients["rivera"],
        kind=OutreachKind.CARING,
        send_by=world.clock.now() + timedelta(hours=12),
        **more,
    )


async def _say(world: World, fact: OutreachAsked | OutreachDropped) -> None:
    """Publish it as another service does; no id, so that the server holds no repetition back."""
    await world.admin.jetstream().publish(f"outreach.{fact.patient}", fact.model_dump_json().encode())
    await world.settle()


async def _ended(world: World) -> list[tuple[object, object]]:
    events = await world.events(f"conversations.{world.patients['rivera']}", "CONVERSATIONS")
    ended = [event for event in events if event["type"] == "outreach_ended"]
    return [(event["outreach"], event["withheld"]) for event in ended]


async def _record(world: World, **changed: object) -> None:
    bucket = await world.admin.jetstream().key_value("patients")
    entry = await bucket.get(world.patients["rivera"])
    record = Patient.model_validate_json(entry.value or b"")
    consent = TextConsent(risk_notice_version="1", accepted_at=world.clock.now(), by="test")
    changed["text_consent"] = consent
    await bucket.put(record.id, record.model_copy(update=changed).model_dump_json().encode())
