"""What can't be read or handled is parked, told, and mended; nothing behind it waits, nobody goes unpaged."""

import asyncio
import base64
import json
import os

import pytest

from contracts.carrier import SmsReceived
from contracts.parked import Parked
from contracts.people import Person
from services.carrier_emulator.entries import RequestHandled
from services.process import Services
from services.runtime.sealing import Seals, load_or_create
from tests.support.world import LINE, PEOPLE, World


async def publish(world: World, subject: str, body: object, **headers: str) -> int:
    """Put a message on the bus as the gateway would; return its sequence."""
    gateway = await world.connect("gateway")
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    ack = await gateway.jetstream().publish(subject, data, headers=headers or None)
    await gateway.close()
    return ack.seq


async def parked(world: World, durable: str, sequence: int) -> Parked | None:
    """Return the last state of a parked message, or None."""
    reply = await world.admin.request(
        f"$JS.API.DIRECT.GET.PARKED.parked.{durable}.{sequence}", b"", timeout=30
    )
    return None if "Status" in (reply.headers or {}) else Parked.model_validate_json(reply.data)


async def until_parked(world: World, durable: str, sequence: int, seconds: float = 25) -> Parked:
    """Wait, in real time, until that message is parked."""
    async with asyncio.timeout(seconds):
        while (found := await parked(world, durable, sequence)) is None:
            await asyncio.sleep(0.1)
    return found


async def ops_hold_a_page(world: World, area: str) -> bool:
    """Return whether olga was paged about a fault of that area, which stays open and due."""
    brief = await world.brief(subject=f"faults.{area}")
    paged = brief is not None and any(
        f"VIGIL {brief.code} " in text and "1 take" in text for text in world.texts("ops")
    )
    return paged and await world.due(subject=f"faults.{area}") is not None


def asked_to_text(world: World, who: str) -> bool:
    """Return whether the carrier was asked to send that person a text."""
    return any(dict(e.params).get("To") == PEOPLE[who][1] for e in world.emulator.ledger.of(RequestHandled))


async def test_what_names_no_patient_is_parked_at_once_and_ops_are_paged(world: World) -> None:
    """Garbage, then a signal behind it: olga hears of the one, ana is paged about the other."""
    sequence = await publish(world, "signals.screen_positive", b"\x00 not json")
    await world.signal("screen_positive", "urgent", "rivera")

    found = await until_parked(world, "escalation_signals", sequence, 2)
    assert (found.error, found.status, found.tries) == ("Unreadable", "parked", 0)
    assert len(await world.texts_soon("ana")) == 1
    assert await ops_hold_a_page(world, "parked")


@pytest.mark.parametrize("said", ["SOON-ISH", None, 7])
async def test_an_urgency_that_cannot_be_read_pages_as_imminent(world: World, said: object) -> None:
    """The patient can be read: it is paged, not parked."""
    patient = world.patients["rivera"]
    sequence = await publish(
        world, "signals.screen_positive", {"patient": patient, "kind": "screen_positive", "urgency": said}
    )
    await world.settle()

    assert "NOW" in (await world.texts_soon("ana"))[0]
    assert world.phone("ana").ringing is not None
    assert await parked(world, "escalation_signals", sequence) is None


THEIR_KEY = os.urandom(32)


def other_seals() -> Seals:
    """Another site's keys."""
    return Seals({"k9": THEIR_KEY}, {"h9": os.urandom(32)})


async def test_a_phone_sealed_by_another_key_is_passed_over_at_once(world: World) -> None:
    """ana's numbers can't be read here: ben is paged in the same second, olga is told."""
    theirs = other_seals()
    ana = await world.person("ana")
    methods = tuple(m.model_copy(update={"phone": theirs.seal(PEOPLE["ana"][1])}) for m in ana.methods)
    people = await world.admin.jetstream().key_value("people")
    broken: Person = ana.model_copy(update={"methods": methods})
    await people.put("ana", broken.model_dump_json().encode())
    await world.settle()

    await world.signal("screen_positive", "urgent", "rivera")

    assert len(await world.texts_soon("ben")) == 1
    assert await ops_hold_a_page(world, "reachability")
    assert world.texts("ana") == []


async def test_a_text_nobody_can_open_is_parked_told_and_taken_once_the_key_is_there(world: World) -> None:
    """ana's `1` is sealed by a key that this copy lacks: eight tries, parked; key added, retried: held."""
    theirs = other_seals()
    await world.signal("screen_positive", "urgent", "rivera")
    await world.texts_soon("ana")
    fact = SmsReceived(
        sid="SM" + "1" * 32,
        sender=world.seals.phone_ref(PEOPLE["ana"][1]),
        sender_phone=world.seals.seal(PEOPLE["ana"][1]),
        to=LINE,
        person="ana",
        body=theirs.seal("1"),
        media=0,
        form=theirs.seal("[]"),
        received_at=world.clock.now(),
    )
    sequence = await publish(world, "carrier.sms_received.staff", fact.model_dump_json().encode())

    await world.signal("screen_positive", "urgent", "stone", settle=False)
    await world.phone("dee").text("help", LINE)
    async with asyncio.timeout(30):
        while not (asked_to_text(world, "dee") and await world.brief("stone")):
            await asyncio.sleep(0.05)
    assert await parked(world, "paging_answers", sequence) is None, "what came later was not kept waiting"

    found = await until_parked(world, "paging_answers", sequence)
    assert (found.error, found.status) == ("SealError", "parked")
    assert base64.b64decode(found.data) == fact.model_dump_json().encode()
    await world.later(seconds=2)
    assert await ops_hold_a_page(world, "parked")
    assert (await world.open_brief()).holder is None

    await world.later(seconds=1)
    await restart_with_their_key(world)
    await world.admin.publish("vigil.retry.paging", b"")
    async with asyncio.timeout(30):
        while (await until_parked(world, "paging_answers", sequence)).status != "done":
            await asyncio.sleep(0.05)
    await world.later(seconds=2)
    assert "ana" in {(await world.open_brief(who)).holder for who in ("rivera", "stone")}


async def restart_with_their_key(world: World) -> None:
    """Add the missing key to the site's key file, and start the services again."""
    file = world.settings.seal_file()
    kept = json.loads(file.read_text())
    kept["keys"]["k9"] = base64.b64encode(THEIR_KEY).decode()
    await asyncio.to_thread(lambda: file.write_text(json.dumps(kept)))
    await world.vigil.stop()
    world.seals = load_or_create(file)
    world.vigil = Services(world.clock, world.settings, world.seals)
    await world.vigil.start(("escalation", "paging", "roster", "conversation", "gateway"))
    await world.settle()
