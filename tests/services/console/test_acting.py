"""What is pressed in the console does what a texted key does, once, and only for whom it may."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.escalations import EscalationStatus
from contracts.programme import PatientRevealed
from services.runtime.log import publish_fact
from tests.support.console import SERVICES, SETTINGS, Desk, code, set_up_accounts, url
from tests.support.world import World

pytestmark = pytest.mark.system


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path)
    await world.open(services=SERVICES, settings=SETTINGS)
    await set_up_accounts(world)
    try:
        yield world
    finally:
        await world.close()


async def pressed(world: World) -> int:
    """Return how many presses are stored."""
    return (await world.admin.jetstream().stream_info("CONSOLE")).state.messages


async def heard_again(world: World) -> None:
    """Let every press be delivered once more, as after a crash before its acknowledgement."""
    for sequence in range(1, await pressed(world) + 1):
        stored = await world.admin.jetstream().get_msg("CONSOLE", sequence)
        assert stored.subject and stored.data
        assert await publish_fact(world.admin, stored.subject, stored.data, f"again-{sequence}")
    await world.settle()
    await world.later(seconds=3)


async def readings(world: World) -> list[str]:
    """Return who had what of rivera shown, and why."""
    subject, found, sequence = f"programme.patient_revealed.{world.patients['rivera']}", [], 1
    while True:
        ask = json.dumps({"seq": sequence, "next_by_subj": subject}).encode()
        reply = await world.admin.request("$JS.API.DIRECT.GET.PROGRAMME", ask, timeout=30)
        headers = reply.headers or {}
        if "Status" in headers:
            return found
        fact = PatientRevealed.model_validate_json(reply.data)
        found.append(f"{fact.by}: {','.join(fact.shown)}: {fact.why}")
        sequence = int(headers["Nats-Sequence"]) + 1


async def test_from_the_page_to_the_end_without_a_phone_and_without_javascript(world: World) -> None:
    await world.phone("rivera").text("I can't do this anymore", "+12025550100")
    await world.settle()
    k7 = await world.code()
    async with Desk(world, "ana") as ana, Desk(world, "ops") as ops, Desk(world, "cal") as cal:
        for one in (ana, ops, cal):
            await one.sign_in()
        assert ana.path == "/mine" and k7 in ana.html
        assert ops.path == "/board" and "nobody has it: paging Ana" in ops.html

        page = await ana.get(f"/e/{k7}")
        assert "Rivera" not in page and "anymore" not in page
        assert await readings(world) == []

        await ana.press(k7, "take")
        assert (await world.open_brief()).holder is None or ana.status == 200
        await world.settle()
        assert (await world.open_brief()).holder == "ana"
        page = await ana.get(f"/e/{k7}")
        assert "Rivera" in page and "do this anymore" in page and "call sister" in page
        assert "+12025550121" not in page and "ending in 21" in page
        assert await readings(world) == [f"ana: name,safety_plan,conversation: holds {k7}"]
        assert any("have it" in text or "yours" in text for text in await world.texts_soon("ana"))

        await ana.press(k7, "talk_say", words="I am here. What happened?")
        await world.later(seconds=3)
        assert sum("I am here. What happened?" in text for text in world.texts("rivera")) == 1
        await heard_again(world)
        assert not any("I am here" in text for text in world.texts("rivera"))
        assert (await world.open_brief()).holder == "ana"

        await ana.press(k7, "reached")
        await world.settle()
        assert (await world.open_brief()).status is EscalationStatus.REACHED
        await ana.press(k7, "dispose", disposition="spoke")
        await world.settle()
        assert (await world.open_brief()).status is EscalationStatus.CLOSED
        await ana.press(k7, "undo")
        await world.settle()
        assert (await world.open_brief()).status is EscalationStatus.REACHED

        page = await ops.get(f"/e/{k7}")
        assert "Your role reads nothing of patients" in page and "Rivera" not in page
        page = await cal.get(f"/e/{k7}")
        assert "Rivera" not in page
        await cal.post(f"/e/{k7}/read", {**cal.form(f"/e/{k7}/read"), "why": "review of the night"})
        assert "Rivera" in cal.html
        assert (await readings(world))[-1].endswith("cal: name,safety_plan,conversation: review of the night")


async def test_the_same_form_sent_twice_is_one_press_and_two_people_act_at_once(world: World) -> None:
    await world.signal(urgency="urgent")
    k7 = await world.code()
    await world.until("03:21")
    assert set((await world.open_brief()).paged) == {"ana", "ben"}
    async with Desk(world, "ana") as ana, Desk(world, "ben") as ben:
        await ana.sign_in()
        await ben.sign_in()
        forms = {}
        for one in (ana, ben):
            await one.get(f"/e/{k7}")
            forms[one] = one.form(f"/e/{k7}/press", "take")
        path = f"/e/{k7}/press"

        await asyncio.gather(*(one.post(path, forms[one]) for one in (ana, ben, ana, ben)))
        await world.settle()

        assert await pressed(world) == 2
        holder = (await world.open_brief()).holder
        assert holder in ("ana", "ben")
        other = ben if holder == "ana" else ana
        await world.later(seconds=3)
        assert any(f"{holder.title()} has" in text for text in world.texts(other.name))
        page = await other.get(f"/e/{k7}")
        assert f"{holder.title()} has it" in page and "I reached them" not in page

        await ana.post(path, forms[ana])
        await world.settle()
        assert await pressed(world) == 2
        assert (await world.open_brief()).holder == holder


async def test_an_answer_covers_only_what_its_page_showed(world: World) -> None:
    await world.signal(urgency="urgent")
    k7 = await world.code()
    async with Desk(world, "ana") as ana:
        await ana.sign_in()
        await ana.press(k7, "take")
        await world.settle()
        await ana.press(k7, "reached")
        await world.settle()
        await ana.get(f"/e/{k7}")
        form = ana.form(f"/e/{k7}/press", "dispose")
        await world.signal(urgency="urgent")
        await ana.post(f"/e/{k7}/press", {**form, "disposition": "spoke"})
        await world.settle()

        assert (await world.open_brief()).status is not EscalationStatus.CLOSED
        assert "something new had come" in await ana.get(f"/e/{k7}")


async def test_an_imminent_one_is_closed_with_a_code_and_signed_by_a_second(world: World) -> None:
    await world.signal(urgency="imminent")
    k7 = await world.code()
    async with Desk(world, "ana") as ana:
        await ana.sign_in()
        await ana.press(k7, "take")
        await world.settle()
        await ana.press(k7, "reached")
        await world.settle()
        await world.later(minutes=11)

        await ana.press(k7, "dispose", disposition="spoke")
        assert ana.status == 400 and "one-time code" in ana.html
        await ana.press(k7, "dispose", disposition="spoke", code="000000")
        assert ana.status == 400
        await ana.press(k7, "dispose", disposition="spoke", code=await code(world, "ana"))
        await world.settle()
        brief = await world.open_brief()
        assert brief.status is not EscalationStatus.CLOSED
        await world.later(seconds=3)
        told = {who: world.texts(who) for who in ("ben", "cal", "dee")}
        signer = next(who for who, texts in told.items() if any("SIGN" in text.upper() for text in texts))
        async with Desk(world, signer) as second:
            await second.sign_in()
            await second.press(k7, "sign")
            await world.settle()
        assert (await world.open_brief()).status is EscalationStatus.CLOSED


async def test_too_many_wrong_sign_ins_lock_the_page_and_never_the_phone(world: World) -> None:
    await world.signal(urgency="urgent")
    async with Desk(world, "ana") as ana:
        for _ in range(5):
            await ana.sign_in(password="wrong", one_time="123456")
            assert ana.status == 403
        await world.later(minutes=1)
        assert "Too many tries" in await ana.sign_in()
        assert await world.reply("ana", "1")
        assert (await world.open_brief()).holder == "ana"

        await world.later(minutes=15)
        await ana.sign_in()
        assert ana.path == "/mine"
        bucket = await world.admin.jetstream().key_value("accounts")
        stored = (await bucket.get("ana")).value or b""
        await bucket.put(
            "ana", stored.replace(b'"disabled_at":null', b'"disabled_at":"2026-11-24T08:00:00Z"')
        )
        await world.settle()
        await ana.get("/mine")
        assert ana.path == "/sign-in"


async def test_forms_from_elsewhere_do_nothing_and_a_session_survives_a_restart(world: World) -> None:
    await world.signal(urgency="urgent")
    k7 = await world.code()
    async with Desk(world, "ana") as ana, Desk(world, "ben") as ben:
        await ana.sign_in()
        await ana.get(f"/e/{k7}")
        form, path = ana.form(f"/e/{k7}/press", "take"), f"/e/{k7}/press"
        await ana.post(path, {**form, "csrf": "guessed"})
        assert ana.status == 400
        await ana.post(path, form, Origin="https://elsewhere.example")
        assert ana.status == 400
        await ana.post(path, form, Sec_Fetch_Site="cross-site")
        assert ana.status == 400
        await ben.post(path, form)
        assert ben.path == "/sign-in"
        assert await pressed(world) == 0

        port = url(world).rpartition(":")[2]
        console = world.vigil.running.pop("console")
        await console.stop()
        await world.vigil.shells.pop("console").close()
        await world.vigil.start(("console",))
        assert url(world).rpartition(":")[2] != port
        assert k7 in await ana.get("/mine")
        async with ana.http.get(f"{url(world)}/mine") as answer:
            policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert await publish_fact(world.admin, "console.pressed.page.ana", b"{}", "broken")
        await world.settle()
        async with Desk(world, "ops") as ops:
            assert "paging_pressed: ValidationError" in await ops.sign_in()
            await ops.post("/parked/retry", {**ops.form("/parked/retry"), "service": "paging"})
            assert "paging was asked" in ops.html
        await ana.press(k7, "take")
        await world.settle()
        assert (await world.open_brief()).holder == "ana"
