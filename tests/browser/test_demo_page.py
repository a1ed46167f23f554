"""What a new user sees after `make run`: something happens, a phone rings, and the timeline tells it."""

import pytest
from playwright.async_api import Page, expect

from tests.support.demo import Demo

pytestmark = pytest.mark.browser


async def test_a_new_user_lets_something_happen_answers_the_call_and_follows_it_to_the_end(
    page: Page, demo: Demo
):
    await page.get_by_text("Let something else happen").click()
    await page.get_by_label("To the patient").select_option(label="Robin Example")
    await page.get_by_role("button", name="Screen: imminent").click()

    board = page.locator(".board").first
    await expect(board).to_contain_text("Robin Example: positive screen")
    await expect(board.locator(".urgency")).to_have_text("NOW")
    phone = page.locator(".phone.rings")
    await expect(phone.locator(".role")).to_have_text("Crisis clinician on call")
    name = await phone.locator("h3").inner_text()
    number = await phone.get_attribute("data-phone")
    phone = page.locator(f'.phone[data-phone="{number}"]')
    text = phone.locator(".bubble.in").first
    await expect(text).to_contain_text("NOW")
    await expect(text).not_to_contain_text("Robin")
    await expect(board.locator(".lines")).to_contain_text(f"Page to {name}.")
    await expect(board.locator(".lines")).to_contain_text("delivered")

    await phone.get_by_role("button", name="Answer").click()
    await expect(phone.locator(".said")).to_contain_text("press 1")
    await phone.get_by_role("button", name="Press 1", exact=True).click()

    await expect(board.locator(".lines")).to_contain_text(f"Taken by {name}.")
    await expect(board.locator(".status")).to_have_text(f"{name} has it; patient not reached yet")
    await expect(board.locator(".left").first).to_contain_text("in 14:")

    await phone.get_by_role("button", name="Hang up").click()
    await phone.get_by_role("button", name="Text 3, reached").click()

    await expect(board.locator(".lines")).to_contain_text(f"{name} reached Robin Example.")
    await expect(board.locator(".status")).to_have_text(f"{name} has it; patient reached, still open")

    await _on_a_small_screen_nothing_sticks_out(page)
    await _a_lost_connection_is_said_and_mended(page, demo)


async def _on_a_small_screen_nothing_sticks_out(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    await expect(page.get_by_role("navigation")).to_be_visible()
    for side in ("Patients' phones", "Staff phones"):
        await expect(page.get_by_role("region", name=side).get_by_role("article").first).to_be_visible()


async def _a_lost_connection_is_said_and_mended(page: Page, demo: Demo) -> None:
    lost = page.get_by_text("The connection to the emulator is lost.")
    await expect(lost).to_be_hidden()

    demo.kill_emulator()

    await expect(lost).to_be_visible()
    await expect(lost).to_be_hidden()
    await expect(page.get_by_text("Vigil is connected")).to_be_visible()
    await expect(page.locator(".board .lines").first).to_contain_text("reached Robin Example")
