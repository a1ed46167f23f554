"""What paging hears: escalation's wishes and the carrier's facts. Parse, decide, append."""

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import TypeAdapter

from contracts.carrier import CallReceived, CallStatus, CarrierFact, DigitsPressed, SmsReceived, SmsStatus
from contracts.commits import KINDS
from contracts.escalations import (
    BridgeRequested,
    EscalationEvent,
    PageRequested,
    PageWithdrawn,
    ResponderTold,
)
from contracts.notices import NoticeSent
from contracts.pages import PageEvent
from services.paging.core import decide as core
from services.paging.core import inputs
from services.paging.core.state import Page
from services.paging.reconciling import Reconciling
from services.runtime.aggregates import Aggregates, Committed, read_events
from services.runtime.consume import Message
from services.runtime.in_turn import in_turn

ESCALATION_EVENTS: TypeAdapter[Any] = TypeAdapter(EscalationEvent)
CARRIER_FACTS: TypeAdapter[Any] = TypeAdapter(CarrierFact)
_WANTED = frozenset({"page_requested", "page_withdrawn", "responder_told", "bridge_requested"})


class Handlers:
    """The handlers of paging's durables."""

    def __init__(
        self,
        pages: Aggregates[Page, PageEvent],
        reconciling: Reconciling,
        answer_text: Callable[[SmsReceived], Awaitable[None]],
        told: Callable[[str, str], int],
    ) -> None:
        self._pages = pages
        self._reconciling = reconciling
        self._answer_text = answer_text
        self._told = told

    async def on_escalation(self, message: Message) -> None:
        """Take over what a commit of escalation asks of paging."""
        if not _WANTED & set(message.headers.get(KINDS, "").split(",")):
            return
        events = read_events(message.data, ESCALATION_EVENTS)
        await in_turn(self._wish(event, message.delivered == 1) for event in events)

    async def _wish(self, event: EscalationEvent, first: bool) -> None:
        match event:
            case (
                PageRequested(responder=responder, page=name)
                | ResponderTold(responder=responder, message=name)
                | BridgeRequested(responder=responder, bridge=name)
            ):
                await self._hear(f"pages.{responder}.{name}", inputs.Requested(event), seems_new=first)
            case PageWithdrawn(responder=responder, page=name):
                done = await self._hear(f"pages.{responder}.{name}", inputs.Withdrawn(event))
                await self._reconciling.hang_up(done.state)
            case _:
                pass

    async def on_notice(self, message: Message) -> None:
        """Take over a notice of the roster."""
        notice = NoticeSent.model_validate_json(message.data)
        await self._hear(
            f"pages.{notice.responder}.{notice.message}",
            inputs.Requested(notice),
            seems_new=message.delivered == 1,
        )

    async def on_carrier(self, message: Message) -> None:
        """Take over a webhook."""
        match CARRIER_FACTS.validate_json(message.data):
            case SmsReceived() as fact:
                await self._answer_text(fact)
            case SmsStatus(responder=responder, page=page) as fact:
                await self._hear(f"pages.{responder}.{page}", inputs.SmsReceipt(fact))
                for shared in filter(None, fact.also.split(",")):
                    name, _, attempt = shared.rpartition(".")
                    copy = fact.model_copy(update={"page": name, "attempt": int(attempt), "also": ""})
                    await self._hear(f"pages.{responder}.{name}", inputs.SmsReceipt(copy))
            case CallStatus(responder=responder, page=page) as fact:
                await self._hear(f"pages.{responder}.{page}", inputs.CallProgress(fact))
            case DigitsPressed(responder=responder, page=page) as fact:
                await self._hear(
                    f"pages.{responder}.{page}",
                    inputs.Pressed(
                        fact.digits,
                        f"digits-{fact.sid}-{message.sequence}",
                        self._told(responder, page),
                        sid=fact.sid,
                    ),
                )
            case CallReceived():
                pass

    async def on_overdue(self, message: Message) -> None:
        """Look again at what the watchdog found overdue."""
        await self._reconciling.look(Overdue.validate_json(message.data)["subject"])

    async def _hear(
        self, subject: str, heard: inputs.Heard, *, seems_new: bool = False
    ) -> Committed[Page, PageEvent]:
        return await self._pages.decide(
            subject, heard.cause, lambda s, now: core.decide(s, heard, now), seems_new=seems_new
        )


Overdue: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])
