"""The console in real Chromium: what whoever was paged does most, on a small phone at night.

In the order of a night: K7 is taken, read and called; words go to and fro over a bad
line; it is closed. Every page is checked with axe, and nothing is asked of any other host.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect

from contracts.escalations import EscalationStatus
from tests.browser.conftest import PATIENCE_MS
from tests.support.console import PASSWORD, SERVICES, SETTINGS, code, set_up_accounts, url
from tests.support.world import World

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
async def world(browser: Browser, tmp_path: Path) -> AsyncIterator[World]:
    """Start it; the browser comes first, so that nothing is started for a skipped test."""
    world = World(tmp_path)
    await world.open(services=SERVICES, settings=SETTINGS)
    await set_up_accounts(world)
    yield world
    await world.close()


@pytest.fixture
async def ana(browser: Browser, world: World) -> AsyncIterator[Page]:
    """Ana's phone, signed in."""
    async for page in _somebody(browser, world, "ana", 360, 740, "dark"):
        yield page


@pytest.fixture
async def ops(browser: Browser, world: World) -> AsyncIterator[Page]:
    """The desk of ops, signed in."""
    async for page in _somebody(browser, world, "ops", 1280, 900, "light"):
        yield page


async def _somebody(
    browser: Browser, world: World, name: str, width: int, height: int, scheme: str
) -> AsyncIterator[Page]:
    complaints: list[str] = []
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if _is_wrong(said.type, said.text) else None)
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(url(world)) else complaints.append(asked.url),
    )
    await page.goto(url(world))
    await check(page)
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_label("One-time code").fill(await code(world, name))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    yield page
    await context.close()
    assert complaints == []


def _is_wrong(kind: str, text: str) -> bool:
    return kind in ("error", "warning") and "net::ERR_" not in text


async def check(page: Page) -> None:
    """Assert that axe finds nothing, and that nothing sticks out of the screen."""
    await page.wait_for_selector("html[data-ready]")
    found = await Axe().run(page)
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found.response["violations"]] == []
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_whoever_is_paged_takes_it_writes_calls_and_closes_it_in_the_browser(
    world: World, ana: Page, ops: Page
) -> None:
    await _what_she_is_paged_about_appears_and_is_taken_with_one_press(world, ana, ops)
    await _she_writes_over_a_lost_connection_and_the_patient_gets_it_once(world, ana)
    await _she_calls_reports_contact_and_closes_it(world, ana, ops)


async def _what_she_is_paged_about_appears_and_is_taken_with_one_press(
    world: World, ana: Page, ops: Page
) -> None:
    await expect(ana.get_by_text("Nothing waits for your answer.")).to_be_visible()
    await expect(ops.get_by_text("Nothing is open.")).to_be_visible()

    await world.phone("rivera").text("I can't do this anymore", "+12025550100")
    await world.settle()

    k7 = await world.code()
    row = ops.get_by_role("listitem").filter(has=ops.get_by_role("link", name=k7))
    await expect(row.first).to_contain_text("nobody has it: paging Ana")
    await check(ops)
    card = ana.get_by_role("link", name=k7)
    await expect(card).to_contain_text("WITHIN THE HOUR")
    await check(ana)
    await card.click()
    await expect(ana.get_by_text("shown to whoever takes it")).to_be_visible()
    await expect(ana.locator("main")).not_to_contain_text("Rivera")
    await check(ana)

    await ana.get_by_role("button", name="Take it").press("Enter")

    await expect(ana.get_by_text("Ana has it; the patient is not reached yet")).to_be_visible()
    await expect(row.first).to_contain_text("Ana has it")
    assert (await world.open_brief()).holder == "ana"
    await ana.reload()
    await expect(ana.get_by_text("Rivera", exact=True)).to_be_visible()
    await expect(ana.get_by_text("call sister")).to_be_visible()
    await expect(ana.locator(".talk")).to_contain_text("I can't do this anymore")
    await expect(ana.locator("[data-due]").first).to_contain_text("(in ")
    await check(ana)


async def _she_writes_over_a_lost_connection_and_the_patient_gets_it_once(world: World, ana: Page) -> None:
    await world.settle()
    await world.later(seconds=3)
    world.texts("rivera")
    box = ana.get_by_label("Write to the patient")
    await box.fill("I am here. Are you alone?")
    await _offline(ana.context, True)
    await ana.get_by_role("button", name="Send", exact=True).click()
    await expect(ana.get_by_text("NOT SENT YET: Send.")).to_be_visible()
    await expect(ana.get_by_role("alert")).to_contain_text("The connection is lost")
    await check(ana)

    await _offline(ana.context, False)

    await expect(ana.get_by_text("Stored: Send.")).to_be_visible()
    await expect(box).to_have_value("")
    await expect(ana.locator(".talk")).to_contain_text("Are you alone?")
    await world.settle()
    await world.later(seconds=3)
    assert [text for text in world.texts("rivera") if "alone" in text] == ["I am here. Are you alone?"]

    await box.fill("half a senten")
    await world.phone("rivera").text("yes", "+12025550100")
    await world.settle()
    await world.later(seconds=3)
    await expect(ana.locator(".talk")).to_contain_text("yes")
    await expect(box).to_have_value("half a senten")
    await expect(ana.get_by_role("alert")).to_be_hidden()
    await box.fill("")


async def _she_calls_reports_contact_and_closes_it(world: World, ana: Page, ops: Page) -> None:
    await ana.get_by_role("button", name="Call the patient").click()
    await expect(ana.get_by_text("Ana is connected with the patient by phone")).to_be_visible()
    await world.settle()
    assert world.phone("ana").ringing is not None

    await ana.get_by_role("button", name="I reached them").click()
    await expect(ana.get_by_text("the patient is reached, how it ended is not said yet")).to_be_visible()
    await ana.get_by_label("How it ended").select_option("Safety plan made")
    await ana.get_by_role("button", name="Close it").click()

    await expect(ana.get_by_text("Ana closed it: safety plan made")).to_be_visible()
    await expect(ana.get_by_role("button", name="Undo")).to_be_visible()
    await check(ana)
    assert (await world.open_brief()).status is EscalationStatus.CLOSED
    await expect(ops.get_by_text("Nothing is open.")).to_be_visible()
    await ops.set_viewport_size({"width": 360, "height": 740})
    await ops.emulate_media(color_scheme="dark")
    await check(ops)
    await ana.set_viewport_size({"width": 1280, "height": 900})
    await ana.emulate_media(color_scheme="light")
    await check(ana)


async def _offline(context: BrowserContext, off: bool) -> None:
    await context.set_offline(off)
    await asyncio.sleep(0)
