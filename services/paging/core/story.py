"""The events of one decision in the making, with the page as it is after each of them."""

from contracts.pages import PageEvent
from services.paging.core.evolve import evolve
from services.paging.core.state import Page


class Story:
    """Collects events; `page` is always the fold of what was told so far."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._events: list[PageEvent] = []

    def tell(self, event: PageEvent) -> None:
        """Add an event."""
        self._events.append(event)
        self.page = evolve(self.page, event)

    @property
    def events(self) -> tuple[PageEvent, ...]:
        """What happened, in order."""
        return tuple(self._events)
