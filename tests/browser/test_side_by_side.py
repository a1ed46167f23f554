"""The crisis line on the page: one person texts as patients and as the clinician, side by side."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.hands import Hand

pytestmark = pytest.mark.browser


async def test_one_person_plays_two_patients_and_the_clinician_until_both_runs_are_closed(page: Page):
    robin, luz = Hand(page, "Robin Example"), Hand(page, "Luz Ejemplo")
    first, second = await _on_call(page)

    await robin.write("I can't do this anymore")
    await robin.gets("988")
    await first.gets("WITHIN THE HOUR")
    await expect(page).to_have_title(re.compile(r"^\(\d+\) Vigil"))
    await expect(first.chooser).to_have_text(f"{first.name} 1 new")

    await first.press("Text 1, take")
    await first.gets(": I can't do this anymore")
    await expect(first.chooser).to_have_text(first.name)
    await first.write("I am here. What happened?")
    await robin.gets(re.compile("I am here. What happened"))
    await robin.write("it is all too much")
    await first.gets("it is all too much")

    k7 = await _code(page, "Robin Example")
    await _a_phone_is_taken_up_and_stays_on_the_table(page, luz)
    await luz.write("Me quiero morir")
    await luz.gets("Respuesta automatica")
    await expect(
        page.get_by_role("alert").filter(has_text=f"{first.name}: the phone rings.")
    ).to_be_attached()
    m3 = await _code(page, "Luz Ejemplo")
    await first.write(f"1 {m3}")
    await first.gets(f"{m3}: Me quiero morir")
    await first.write("how are you now?")
    await first.gets("To whom?")
    await first.write(f"{m3} /intro")
    await luz.gets(f"Me llamo {first.name}")
    await first.write(f"{k7} are you still there?")
    await robin.gets("are you still there?")

    await _he_closes_the_urgent_one(page, first, k7)
    await _the_imminent_one_needs_the_pin_and_a_colleague(page, first, second, m3)


async def _on_call(page: Page) -> tuple[Hand, Hand]:
    names = []
    for duty in ("Crisis clinician on call", "Second clinician on call"):
        card = page.get_by_role("article").filter(has=page.get_by_text(duty, exact=True))
        await expect(card).to_be_visible()
        names.append(await card.get_by_role("heading").inner_text())
    return Hand(page, names[0]), Hand(page, names[1])


async def _code(page: Page, patient: str) -> str:
    board = page.locator(".board").filter(has_text=f"{patient}: asked for help")
    return await board.locator(".code").inner_text()


async def _a_phone_is_taken_up_and_stays_on_the_table(page: Page, luz: Hand) -> None:
    chooser = page.get_by_role("group", name="Patients' phones to show")
    await expect(luz.card).to_be_hidden()
    await chooser.get_by_role("button", name="Luz", pressed=False).press("Enter")
    await expect(luz.card).to_be_visible()

    await page.reload()

    await expect(chooser.get_by_role("button", name="Luz", pressed=True)).to_be_visible()
    await expect(chooser.get_by_role("button", name="Alex", pressed=False)).to_be_visible()
    await expect(luz.field).to_be_visible()
    await expect(luz.field).to_have_accessible_name("Text from Luz Ejemplo to the crisis line")


async def _he_closes_the_urgent_one(page: Page, first: Hand, code: str) -> None:
    await first.write(f"3 {code}")
    await first.gets(f"{code}: contact noted")
    await first.write(f"4 {code} spoke")
    await first.gets(f"{code}: closed, spoke")
    await expect(page.locator(".board.closed").filter(has_text=code)).to_contain_text("Closed: spoke")


async def _the_imminent_one_needs_the_pin_and_a_colleague(
    page: Page, first: Hand, second: Hand, code: str
) -> None:
    await first.write(f"3 {code}")
    await first.gets(f"{code}: contact noted")
    hints = page.get_by_role("region", name="Staff phones").locator("[data-hints]")
    await hints.locator("summary").press("Enter")
    await hints.get_by_role("button", name="4 K7 spoke PIN", exact=True).click()
    pin = re.sub(r"\D", "", await first.card.locator(".pin").inner_text())
    await expect(first.field).to_be_focused()
    await expect(first.field).to_have_value(f"4 {code} spoke {pin}")
    await page.keyboard.press("Enter")
    await second.gets(f"SIGN {code}")
    await second.write(f"sign {code}")
    await expect(page.locator(".board.closed").filter(has_text=code)).to_contain_text("Closed: spoke")
    await expect(page.locator(".board:not(.closed)")).to_have_count(0)
