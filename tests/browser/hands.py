"""The hands of the one person who plays everybody on the page: they find things as a screen reader does."""

import re

from playwright.async_api import Locator, Page, expect


class Hand:
    """Holds one phone of the page."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.card = page.get_by_role("article", name=name, exact=True)
        self.field = self.card.get_by_role("textbox")
        self.texts = self.card.get_by_role("log", name=f"Texts on {name}'s phone")
        self.chooser = page.get_by_role("button", name=re.compile(rf"^{re.escape(name.split()[0])}\b"))

    async def write(self, body: str) -> None:
        """Write a text with the keyboard, as people do, and see it on the phone."""
        await self.field.fill(body)
        await self.field.press("Enter")
        await expect(self.field).to_have_value("")
        await expect(self.texts.locator(".out").last).to_contain_text(body)

    async def gets(self, words: str | re.Pattern[str]) -> Locator:
        """Return the text with these words once it has come to this phone."""
        text = self.texts.locator(".in").filter(has_text=words).last
        await expect(text).to_be_in_viewport()
        return text

    async def press(self, name: str) -> None:
        """Press a button of this phone."""
        await self.card.get_by_role("button", name=name, exact=True).click()
