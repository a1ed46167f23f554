"""What patients send beside words is kept here, sealed, before the carrier may forget it."""

import asyncio
import base64
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from contracts.media import FilePart, MediaStatus, TextMedia
from contracts.privacy import PATIENT_KEY
from services.carrier_emulator.entries import RequestHandled
from services.carrier_emulator.faults import Fault
from services.carrier_emulator.messages import Attachment
from services.gateway.core import media
from services.runtime.follow import Table
from tests.services.gateway.carrier_side import CRISIS, RIVERA, Side, opened_side

ON = {"carrier_redact_after_hours": 24}
PICTURE = Attachment(os.urandom(300_000), "image/png")


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with opened_side(tmp_path) as opened:
        yield opened


async def table(side: Side, bucket: str) -> dict[str, bytes]:
    held = Table(side.admin, bucket)
    await held.start()
    await held.stop()
    return held.raw


async def records(side: Side) -> list[TextMedia]:
    return [TextMedia.model_validate_json(raw) for raw in (await table(side, "media")).values()]


async def until(side: Side, holds: Callable[[list[TextMedia]], bool]) -> list[TextMedia]:
    """Wait until the records are so, while the clock stands still; a message may be on its way."""
    async with asyncio.timeout(60):
        while not holds(found := await records(side)):
            await asyncio.sleep(0.02)
            # Whatever is due now may have become so after the last step.
            await side.later(seconds=0)
    return found


async def arrived(side: Side, *files: Attachment) -> TextMedia:
    """A text comes in, by way of the carrier's list, and what came with it is noted."""
    before = len(await records(side))
    await side.emulator.phone(RIVERA).text("look", CRISIS, files)
    await side.later(minutes=2)
    found = await until(side, lambda found: len(found) > before)
    return found[-1]


def at_carrier(side: Side) -> list[Attachment]:
    return [file for message in side.emulator.messages.values() for file in message.media.values()]


def downloads(side: Side) -> int:
    asked = side.emulator.ledger.of(RequestHandled)
    return sum("/Media/ME" in one.path and one.method == "GET" for one in asked)


async def content(side: Side, record: TextMedia) -> bytes:
    parts = await table(side, "media_files")
    (file,) = record.files
    whole = b""
    for number in range(file.parts):
        sealed = FilePart.model_validate_json(parts[f"{record.patient}.{file.id}.{number}"]).content
        assert sealed.key == f"{PATIENT_KEY}{record.patient}"
        await side.opener.have(sealed)
        whole += side.opener.unseal_bytes(sealed)
    assert file.digest is not None
    assert await side.opener.opened(file.digest) == hashlib.sha256(whole).hexdigest()
    return whole


async def test_a_picture_is_kept_sealed_in_parts_and_only_then_deleted_at_the_carrier(side: Side) -> None:
    await side.gateway(**ON)
    await arrived(side, PICTURE)
    (record,) = await until(side, lambda found: found[0].status is MediaStatus.KEPT)

    (file,) = record.files
    assert (file.size, file.parts, file.content_type, record.due) == (300_000, 3, "image/png", None)
    assert await content(side, record) == PICTURE.content
    everything = b"".join((await table(side, "media_files")).values())
    assert base64.b64encode(PICTURE.content[:60]) not in everything and PICTURE.content[:60] not in everything
    assert at_carrier(side) == [PICTURE]

    await side.jump(hours=24, minutes=5)
    await side.later(minutes=2)

    assert at_carrier(side) == []
    assert downloads(side) == 1


async def test_what_is_not_kept_yet_stays_at_the_carrier_and_ops_are_told(side: Side) -> None:
    await side.gateway(**ON)
    strikes = side.emulator.faults.add(Fault("http_5xx", path="/Media/ME"))
    await arrived(side, PICTURE)
    await until(side, lambda found: found[0].attempts >= 1)
    for _ in range(media.TELL_AFTER):
        await side.later(minutes=3)
    (record,) = await until(side, lambda found: found[0].told_ops)
    assert (record.status, record.why, record.told) == (MediaStatus.OPEN, "http_503", None)
    fault = (await side.faults())[-1]
    assert (fault.area, fault.source) == ("media", "gateway")
    assert "vigil media missing" in fault.note and RIVERA not in fault.model_dump_json()

    await side.jump(hours=24)
    await side.later(minutes=2)
    assert [one.body for one in side.emulator.messages.values()] == [""], "the words do not wait for it"
    assert at_carrier(side) == [PICTURE]
    assert not any(one.method == "DELETE" for one in side.emulator.ledger.of(RequestHandled))

    side.emulator.faults.remove(strikes)
    await side.jump(hours=1)
    await until(side, lambda found: found[0].status is MediaStatus.KEPT)
    await side.later(minutes=2)
    assert at_carrier(side) == []


async def test_a_kill_between_intention_and_outcome_costs_a_repetition(side: Side) -> None:
    await side.gateway()
    strikes = side.emulator.faults.add(Fault("http_5xx", path="/Media/ME"))
    await arrived(side, PICTURE)
    (record,) = await until(side, lambda found: found[0].why == "http_503")
    await side.stop_one()
    side.emulator.faults.remove(strikes)
    bucket = await side.admin.jetstream().key_value("media")
    intended = media.trying(record, side.clock.now())
    await bucket.put(record.key, intended.model_dump_json().encode())

    await side.gateway()
    await side.later(seconds=30)
    assert (await records(side))[0].status is MediaStatus.OPEN, "another copy may be at it"
    await side.later(seconds=media.LEASE.total_seconds())

    (kept,) = await until(side, lambda found: found[0].status is MediaStatus.KEPT)
    assert await content(side, kept) == PICTURE.content


async def test_files_of_which_the_webhook_told_nothing_are_found_in_the_carriers_list(side: Side) -> None:
    side.emulator.faults.add(Fault("http_5xx", path="/Media.json", times=1))
    await side.gateway()
    record = await arrived(side, PICTURE)
    assert record.count == 1

    (kept,) = await until(side, lambda found: found[0].status is MediaStatus.KEPT)
    assert await content(side, kept) == PICTURE.content


async def test_after_three_days_it_is_given_up_and_said(side: Side) -> None:
    await side.gateway(**ON)
    await arrived(side, Attachment(b"<script>", "text/html"))
    (record,) = await until(side, lambda found: found[0].attempts == 1)
    assert (record.why, record.status, record.told_ops) == ("kind", MediaStatus.OPEN, True)

    await side.jump(hours=73)
    (record,) = await until(side, lambda found: found[0].status is MediaStatus.LOST)

    assert record.due is None
    assert [fault.id.split("/")[1] for fault in await side.faults() if fault.area == "media"] == [
        "kind",
        "lost",
    ]
    assert len(at_carrier(side)) == 1, "what is nowhere else is not deleted"
