"""What is delivered again, or half done when a copy died, does nothing that nobody asked for."""

import json

import pytest

from contracts.escalations import EscalationStatus
from contracts.signals import Signal
from services.escalation.app import EscalationService
from services.escalation.handlers import Handlers
from services.runtime.consume import Message
from tests.support.world import LINE, World


async def delivered_again(world: World, service: str, durable: str, stream: str, subject: str) -> None:
    """Hand the last message of a subject to its handler once more, as after a kill -9 before the ack."""
    raw = await world.admin.jetstream().get_last_msg(stream, subject, direct=True)
    message = Message(subject, raw.seq or 0, raw.data or b"", raw.headers or {}, 2)
    await world.vigil.shells[service].ears.handlers[durable](message)
    await world.later(seconds=3)


async def test_a_bare_1_that_is_delivered_again_takes_no_second_page(world: World) -> None:
    """Two pages are out, she takes the first; the text comes again, and the second stays untaken."""
    await world.signal("screen_positive", "urgent", "rivera")
    await world.signal("screen_positive", "urgent", "stone")
    await world.later(seconds=3)
    await world.reply("ana", "1")
    assert (await world.open_brief("rivera")).holder == "ana"
    assert (await world.open_brief("stone")).holder is None

    await delivered_again(world, "paging", "paging_answers", "CARRIER", "carrier.sms_received.staff")

    assert (await world.open_brief("stone")).holder is None
    assert (await world.open_brief("stone")).status is EscalationStatus.PAGING


class Dying(Handlers):
    """Handlers that are killed when they are about to hear a signal of a link."""

    async def hear_signal(self, signal: Signal) -> None:
        raise ConnectionError("killed")


async def test_a_link_that_was_half_done_forgets_no_run(world: World) -> None:
    """The copy dies between the two runs; delivered again, the patient's run goes on as the other's."""
    await world.signal("screen_positive", "imminent", "rivera")
    running = world.vigil.running["escalation"]
    assert isinstance(running, EscalationService)
    real = running.handlers
    dying = Dying(real._runs, real._surroundings, real._codes, world.clock)
    patient, into = world.patients["rivera"], world.patients["stone"]
    link = json.dumps({"patient": patient, "into": into}).encode()
    message = Message(f"programme.patient_linked.{patient}", 1, link, {})

    with pytest.raises(ConnectionError):
        await dying.on_programme(message)
    await real.on_programme(message)
    await real.on_programme(message)
    await world.later(seconds=3)

    joined = await world.open_brief("stone")
    assert joined.status is EscalationStatus.PAGING and joined.urgency == "imminent"
    assert (await world.open_brief("rivera")).status is EscalationStatus.CLOSED


async def test_a_patient_linked_to_themselves_stays_open(world: World) -> None:
    await world.signal("screen_positive", "imminent", "rivera")
    patient = world.patients["rivera"]
    link = json.dumps({"patient": patient, "into": patient}).encode()
    running = world.vigil.running["escalation"]
    assert isinstance(running, EscalationService)
    await running.handlers.on_programme(Message(f"programme.patient_linked.{patient}", 1, link, {}))
    assert (await world.open_brief("rivera")).status is EscalationStatus.PAGING


async def test_a_patient_whose_record_cannot_be_read_is_paged_about_all_the_same(world: World) -> None:
    """By signal and by text: the record tells a therapist and a language, not whether to page."""
    bucket = await world.admin.jetstream().key_value("patients")
    for name in ("rivera", "stone"):
        await bucket.put(world.patients[name], b'{"id": 7, "phone": "torn"}')

    await world.signal("screen_positive", "urgent", "rivera")
    await world.phone("stone").text("I can't do this any more", LINE)
    await world.later(seconds=3)

    for name in ("rivera", "stone"):
        assert (await world.open_brief(name)).status is EscalationStatus.PAGING
    assert len(world.texts("ana")) == 2
