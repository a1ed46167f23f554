"""Swaps: offers are brought to the taker, answers are written down and told to both."""

from datetime import datetime

import structlog
from nats.js.kv import KeyValue

from contracts.pages import NoticeAnswered
from contracts.schedules import Swap
from services.roster.core import swap_telling
from services.roster.tables import Tables
from services.roster.telling import Telling
from services.runtime.editing import edit

_log = structlog.get_logger()


class Swapping:
    """Raises Unavailable; whatever is repeated afterwards changes nothing."""

    def __init__(self, tables: Tables, swaps: KeyValue, telling: Telling) -> None:
        self._tables = tables
        self._swaps = swaps
        self._telling = telling

    async def look(self, now: datetime) -> None:
        """Tell what there is to tell of swaps."""
        tables = self._tables
        await self._telling.notices(
            swap_telling.tell(
                tables.swaps.values.values(), tables.schedules.values, tables.people.values, now
            )
        )

    async def on_answer(self, event: NoticeAnswered) -> None:
        """Write down what the taker answered; the change of the bucket then tells both."""
        name, accept = event.args.get("swap", ""), event.answer == "accept"

        def change(swap: Swap) -> Swap:
            theirs = swap.taker == event.responder
            return swap_telling.answered(swap, accept, event.responder, event.at) if theirs else swap

        swap = await edit(self._swaps, name, Swap, change) if name else None
        person = self._tables.people.values.get(event.responder)
        if swap is None or person is None or swap.taker != event.responder:
            return
        if swap.answered_at == event.at:
            _log.info("swap_answered", swap=swap.id, status=swap.status.value)
        else:
            await self._telling.notices([swap_telling.over(swap, person, event.at)])
