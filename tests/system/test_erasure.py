"""Erasure under running services: nothing of it can be read any more, and who texts again is heard."""

import base64
import json
from collections.abc import Iterator

import pytest

from contracts.people import Alias
from contracts.privacy import ErasureRequest
from contracts.values import Sealed
from services.command_line.privacy_erasure import erase
from services.runtime.patient_keys import PatientKeys
from services.runtime.sealing import SealError
from tests.support.world import LINE, PATIENTS, World

pytestmark = pytest.mark.system
WORDS = "I took all of them, tell Kim"


def sealed_in(content: object) -> Iterator[Sealed]:
    """Return everything sealed in a message, also in one that it holds."""
    match content:
        case {"key": str(), "box": str(), **rest} if not rest:
            yield Sealed.model_validate(content)
        case dict():
            for name, inner in content.items():
                if name == "data" and isinstance(inner, str):
                    yield from sealed_in(json.loads(base64.b64decode(inner)))
                yield from sealed_in(inner)
        case list():
            for inner in content:
                yield from sealed_in(inner)


async def read_by(world: World, stream: str, patient: str) -> list[str]:
    """Return what a process with this site's key file reads of the patient in a stream."""
    own = world.seals.with_patients(PatientKeys(world.admin, world.seals, world.clock.now))
    js = world.admin.jetstream()
    found = []
    for sequence in range(1, (await js.stream_info(stream)).state.last_seq + 1):
        message = await js.get_msg(stream, sequence)
        for sealed in sealed_in(json.loads(message.data or b"{}")):
            try:
                found.append(await own.opened(sealed))
            except SealError:
                continue
    return [text for text in found if WORDS in text or PATIENTS["moss"] in text]


async def of_phone(world: World) -> str:
    bucket = await world.admin.jetstream().key_value("aliases")
    entry = await bucket.get(world.seals.phone_ref(PATIENTS["moss"]))
    return Alias.model_validate_json(entry.value or b"").patient


async def test_an_erased_patient_is_unreadable_everywhere_and_heard_when_they_text_again(
    world: World,
) -> None:
    patient = await of_phone(world)
    await world.phone("moss").text(WORDS, LINE)
    await world.texts_soon("ana")
    for stream in ("CARRIER", "CONVERSATIONS"):
        assert await read_by(world, stream, patient), stream
    before = len(await world.events(f"conversations.{patient}", "CONVERSATIONS"))

    now = world.clock.now()
    request = ErasureRequest(
        id="er_1", patient=patient, ids=(patient,), reason="test", by="ana", account="x", at=now, until=now,
        confirmed_by="ben", confirmed_at=now,
    )  # fmt: skip
    await erase(world.admin, request, now)
    await world.settle()

    for stream in ("CARRIER", "CONVERSATIONS", "SIGNALS", "PAGES", "ESCALATIONS", "PARKED"):
        assert await read_by(world, stream, patient) == [], stream
    assert len(await world.events(f"conversations.{patient}", "CONVERSATIONS")) >= before, "the trail stands"

    await world.phone("moss").text(WORDS, LINE)
    await world.settle()
    assert await of_phone(world) != patient
    assert await read_by(world, "CARRIER", patient)
    assert len(await world.texts_soon("ana")) >= 1
