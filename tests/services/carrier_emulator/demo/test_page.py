import asyncio
import json
import re

import aiohttp

from services.carrier_emulator.demo import page
from services.carrier_emulator.emulator import CarrierEmulator
from services.runtime.clock import ScaledClock

ANA, LINE = "+12025550102", "+12025550100"


async def test_the_page_shows_a_phone_for_everybody_and_says_that_nothing_leaves_this_machine(http):
    async with http.get("/") as reply:
        text = await reply.text()

    assert reply.status == 200
    assert "nothing leaves this machine" in text
    for name in ("Kim", "Ana", "Lee", "Sam", "Dr. Noor", "Jo", "Robin Example", "Luz Ejemplo", "Alex Sample"):
        assert f">{name}</h3>" in text
    assert text.count('data-press="#"') == 9


async def test_each_side_has_a_phone_and_a_name_to_choose_it_by(http):
    async with http.get("/") as reply:
        text = await reply.text()

    patients, staff = text.index('id="patients"'), text.index('id="staff"')
    assert patients < text.index('data-show="demo_1"') < text.index('id="phone-demo_1"') < staff
    assert staff < text.index('data-show="clinician_1"') < text.index('id="phone-clinician_1"')
    assert ">Dr. Noor<span" in text
    assert ">Robin<span" in text
    assert "Patient, Spanish" in text
    assert "PIN 2741" not in text


async def test_the_page_may_load_nothing_from_elsewhere_and_run_nothing_inline(http):
    async with http.get("/") as reply:
        policy = reply.headers["Content-Security-Policy"]
        text = await reply.text()

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"\son\w+=", text)
    assert "style=" not in text
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


async def test_no_file_of_the_page_names_another_host(http):
    for name in ("", *(f"demo/{asset}" for asset in page.ASSETS)):
        async with http.get(f"/{name}") as reply:
            assert reply.status == 200
            assert reply.headers["X-Content-Type-Options"] == "nosniff"
            text = (await reply.text()).replace("http://www.w3.org/2000/svg", "")
            assert "//" not in re.sub(r"^\s*// .*$", "", text, flags=re.MULTILINE), name


async def test_only_the_files_of_the_page_are_served(http):
    for name in ("page.py", "..%2fpage.py", "%2e%2e%2fsettings.py"):
        async with http.get(f"/demo/{name}") as reply:
            assert reply.status == 404


async def test_an_emulator_without_a_demo_says_what_it_is():
    clock = ScaledClock()
    async with (
        CarrierEmulator(clock, account_sid="AC", auth_token="secret") as emulator,
        aiohttp.ClientSession(emulator.base_url) as session,
    ):
        async with session.get("/") as reply:
            text = await reply.text()
        async with session.get("/_emu/demo/events") as events:
            assert events.status == 403
    clock.stop()

    assert reply.headers["Content-Security-Policy"] == page.HEADERS["Content-Security-Policy"]
    assert "carrier emulator" in text
    assert "--demo" in text


async def test_the_stream_starts_with_everything_and_goes_on_with_what_changes(http, emulator):
    async with http.get("/_emu/demo/events") as reply:
        first = await _until(reply, "ready")
        async with http.post(f"/_emu/phones/{ANA}/send", json={"body": "1", "to": LINE}) as sent:
            assert sent.status == 201
        later = await _until(reply, "phone")

    assert [name for name, _ in first].count("phone") == 9
    assert first[0][0] == "status"
    assert first[0][1]["vigil"] is False
    shown = dict(later)["phone"]
    assert shown["phone"] == ANA
    assert [(bubble["side"], bubble["text"]) for bubble in shown["bubbles"]] == [("out", "1")]


async def test_a_foreign_page_can_neither_listen_nor_press_buttons(http):
    foreign = {"Origin": "http://elsewhere.example"}
    async with http.get("/_emu/demo/events", headers=foreign) as reply:
        assert reply.status == 403
    async with http.post("/_emu/demo/signals", json={"button": "fault"}, headers=foreign) as reply:
        assert reply.status == 403


async def test_after_a_reset_the_phones_are_there_and_empty(http, emulator):
    await emulator.phone(ANA).text("1", LINE)
    async with http.post("/_emu/reset"):
        pass

    async with http.get("/_emu/demo/events") as reply:
        first = await _until(reply, "ready")

    assert all(data["bubbles"] == [] for name, data in first if name == "phone")


async def _until(reply: aiohttp.ClientResponse, wanted: str) -> list[tuple[str, dict]]:
    """Read events up to the first one of that name."""
    found = []
    async with asyncio.timeout(30):
        while True:
            name = (await reply.content.readline()).decode().removeprefix("event: ").strip()
            data = json.loads((await reply.content.readline()).decode().removeprefix("data: "))
            await reply.content.readline()
            found.append((name, data))
            if name == wanted:
                return found
