"""A patient sends a picture in the night: kept, announced, gone at the carrier; it ends with their key."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.media import MediaStatus, TextMedia
from contracts.privacy import ErasureRequest
from services.carrier_emulator.entries import RequestHandled
from services.carrier_emulator.faults import Fault
from services.carrier_emulator.messages import Attachment
from services.command_line.link import Link
from services.command_line.media_files import content_of, opener, texts_with_files
from services.command_line.privacy_erasure import erase
from services.command_line.troubles import Trouble
from tests.support.world import LINE, PATIENTS, World
from tests.support.world import world as open_world

pytestmark = pytest.mark.system
PILLS = Attachment(b"\xff\xd8 thirty white pills on a table" * 8000, "image/jpeg")
NOTE = Attachment(b"\x89PNG a page of a letter", "image/png")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Vigil, with a carrier that is made to forget after three minutes."""
    async with open_world(tmp_path, settings={"VIGIL_CARRIER_REDACT_AFTER_HOURS": "0.05"}) as opened:
        yield opened


async def came(link: Link, world: World) -> list[TextMedia]:
    return await texts_with_files(link, (world.patients["moss"],))


def at_carrier(world: World) -> list[Attachment]:
    return [file for message in world.emulator.messages.values() for file in message.media.values()]


async def test_a_picture_at_ten_past_three_is_kept_announced_and_ends_with_its_key(world: World) -> None:
    """03:10 it comes and the carrier fails twice; kept by 03:12; a second one fails on, and ana is told."""
    link = Link(world.settings, await world.connect("cli"), world.clock)
    world.emulator.faults.add(Fault("http_5xx", path="/Media/ME", times=2))
    await world.phone("moss").text("i have these", LINE, (PILLS,))
    await world.texts_soon("ana")
    code = await world.code("moss")
    told = await world.reply("ana", "1")
    assert any(text.startswith(f"{code}: i have these") and "picture" in text for text in told)
    (text,) = await came(link, world)
    assert (text.status, text.why, text.files[0].kept_at) == (MediaStatus.OPEN, "http_503", None)

    await world.until("03:12")

    (text,) = await came(link, world)
    assert (text.status, text.attempts, text.due) == (MediaStatus.KEPT, 3, None)
    (file,) = text.files
    assert (file.size, file.parts) == (len(PILLS.content), 3)
    assert await content_of(link, opener(link), text.patient, file) == PILLS.content
    assert at_carrier(world) == [PILLS], "not yet due"

    sid = await world.phone("moss").text("", LINE, (NOTE,))
    (letter,) = world.emulator.messages[sid].media
    strikes = world.emulator.faults.add(Fault("http_5xx", path=f"/Media/{letter}"))
    await world.until("03:14")
    world.texts("ana")
    await world.until("03:17")
    missing = [text for text in world.texts("ana") if "can't be had" in text]
    assert missing == [
        f"VIGIL {code}: a picture or file they sent can't be had so far. Ask them what it shows; "
        f"CALL {code} connects you."
    ]
    assert await world.brief(subject="faults.media") is not None, "ops know it too"

    await world.reply("ops", "1")
    await world.reply("ana", f"{code} what does it say?")
    assert at_carrier(world) == [NOTE], "what is kept is gone there, what is not stays"
    asked = world.emulator.ledger.of(RequestHandled)
    assert [one.path for one in asked if one.method == "DELETE" and letter in one.path] == []
    world.emulator.faults.remove(strikes)
    await world.until("03:22")
    assert at_carrier(world) == []
    texts = await came(link, world)
    assert [one.status for one in texts] == [MediaStatus.KEPT, MediaStatus.KEPT]
    assert texts[1].told == "ana"

    now = world.clock.now()
    request = ErasureRequest(
        id="er_1", patient=text.patient, ids=(text.patient,), reason="test", by="ana", account="x", at=now,
        until=now, confirmed_by="ben", confirmed_at=now,
    )  # fmt: skip
    await erase(world.admin, request, now)
    await world.settle()
    with pytest.raises(Trouble, match="can't be read"):
        await content_of(link, opener(link), text.patient, file)

    strikes = world.emulator.faults.add(Fault("http_5xx", path="/Media/ME"))
    await world.phone("moss").text("again", LINE, (NOTE,))
    await world.settle()
    (again,) = [one for one in await texts_with_files(link) if one.patient != text.patient]
    await erase(world.admin, request.model_copy(update={"ids": (again.patient,)}), world.clock.now())
    world.emulator.faults.remove(strikes)
    await world.later(minutes=5)
    (dropped,) = [one for one in await texts_with_files(link) if one.patient == again.patient]
    assert (dropped.status, dropped.files) == (MediaStatus.ERASED, ())
    assert at_carrier(world) == [], "of somebody erased nothing stays at the carrier"
    assert PATIENTS["moss"] not in str(texts)
    await link.nc.close()
