"""Our calls to responders: a page is read, a key is recorded, and what came of it is told.

A key press is a fact; it takes nothing here. "You have it" is said only when escalation committed it.
"""

import re
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from contracts.carrier import DigitsPressed
from contracts.pages import PageBrief, PageStatus, Purpose
from services.gateway import texts, webhooks
from services.gateway.bridging import Bridging
from services.gateway.briefs import Briefs
from services.gateway.core import speech
from services.gateway.core.outcome import Outcome
from services.gateway.facts import Facts
from services.gateway.signatures import Form
from services.gateway.voice import SEPARATOR, Voice
from services.gateway.webhooks import Webhooks
from services.runtime.log import Unavailable

_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_ANSWERED = frozenset(
    {PageStatus.ACKNOWLEDGED, PageStatus.DECLINED, PageStatus.WITHDRAWN, PageStatus.SUPERSEDED}
)
"""Pages that need no key any more. One that is exhausted still does: its call was answered late."""
_LEGS = 6
"""How often one call asks about one page while keys can't be recorded."""
_PAGES = 20
"""How many pages one call reads."""


@dataclass(frozen=True)
class Keypad:
    """What the call flow needs. `patience` is how long an outcome is looked for, in real seconds."""

    hooks: Webhooks
    facts: Facts
    briefs: Briefs
    voice: Voice
    bridging: Bridging
    patience: float

    async def answered(self, responder: str, page: str) -> str:
        """Return what is said when a call about a page is answered."""
        brief = await self.briefs.page(responder, page)
        if brief is None:
            return self.voice.ask(responder, page, speech.GENERIC)
        match brief.purpose:
            case Purpose.PAGE if brief.status not in _ANSWERED:
                first = self._first(brief)
                return self.voice.ask(responder, first.page, speech.page(first))
            case Purpose.BRIDGE if brief.status not in _ANSWERED:
                return self.voice.ask_bridge(responder, page, speech.bridge(brief))
            case Purpose.PAGE | Purpose.BRIDGE:
                return self.voice.then_next(responder, (speech.no_longer(brief),), page)
            case Purpose.NOTICE if page_out := self._out(responder):
                # It waits for this call to end: nobody is read a shift while somebody needs them.
                return self.voice.ask(responder, page_out.page, speech.page(page_out))
            case Purpose.NOTICE if speech.asks_to_confirm(brief):
                return self.voice.ask_to_confirm(responder, page, speech.notice(brief))
            case Purpose.NOTICE:
                return self.voice.then_next(responder, (speech.notice(brief),) * 2, page)
            case Purpose.MESSAGE | Purpose.ANSWER:
                said = speech.message(brief)
                return self.voice.then_next(responder, (said, said), page)

    def next(self, responder: str, done: str) -> str:
        """Return the next open page of the responder that this call has not dealt with."""
        dealt_with = [page for page in done.split(SEPARATOR) if page]
        left = [brief for brief in self.briefs.open_pages(responder) if brief.page not in dealt_with]
        if not left:
            return self.voice.goodbye(speech.GOODBYE if dealt_with else speech.NO_PAGES)
        if len(dealt_with) >= _PAGES:
            return self.voice.goodbye(speech.MORE_PAGES)
        return self.voice.ask(responder, left[0].page, speech.page(left[0]), done=done)

    async def pressed(self, responder: str, page: str, leg: int, done: str, form: Form) -> tuple[str, bool]:
        """Record a key, and return what is said next, and whether the key was new."""
        digits = form.get("Digits", "").strip()
        brief = await self.briefs.page(responder, page)
        if brief is not None and brief.purpose is Purpose.NOTICE:
            return await self._pressed_about_notice(brief, digits, leg, form)
        since = await self.briefs.sequence(brief.subject) if brief is not None and digits == "1" else None
        asked = speech.page(brief) if brief is not None else speech.GENERIC
        try:
            new = await self.record(responder, page, digits, f"{leg}", form) if digits else True
        except Unavailable:
            return self._ask_again(responder, page, asked, speech.NOT_RECORDED, leg, done, _LEGS), True
        dealt_with = SEPARATOR.join(filter(None, (done, page)))
        match digits:
            case "1":
                return self.voice.look_for_outcome(responder, page, since, dealt_with), new
            case "2":
                return self.voice.then_next(responder, (speech.passed(brief),), dealt_with), new
            case _nothing_we_offered:
                return self._ask_again(responder, page, asked, speech.WRONG_KEY, leg, done, 1), new

    async def _pressed_about_notice(
        self, brief: PageBrief, digits: str, leg: int, form: Form
    ) -> tuple[str, bool]:
        """Record the key that confirms a shift; any other is asked for once more."""
        responder, page = brief.responder, brief.page
        try:
            new = await self.record(responder, page, digits, f"{leg}", form) if digits else True
        except Unavailable:
            return self.voice.then_next(responder, (speech.CANNOT_CONFIRM,), page), True
        if digits == "6":
            return self.voice.then_next(responder, (speech.NOTED,), page), new
        if leg == 0:
            said = speech.notice(brief)
            return self.voice.ask_to_confirm(responder, page, said, leg=1, first=speech.WRONG_KEY), new
        return self.voice.then_next(responder, (speech.WRONG_KEY,), page), new

    async def outcome(self, responder: str, page: str, since: int | None, done: str) -> str:
        """Return what came of taking a page, as soon as it can be read."""
        brief = await self.briefs.page(responder, page)
        if brief is None or since is None:
            return self.voice.then_next(responder, (speech.TEXT_FOLLOWS,), done)
        found, run = await self.briefs.outcome(brief, since, self.patience)
        match found:
            case Outcome.YOURS if run is not None and run.room is not None:
                before = f"{speech.yours(brief)} {speech.ROOM_WAITS}"
                return self.voice.join_room(responder, run.room, before, speech.after_call(brief), done)
            case Outcome.YOURS if speech.is_about_patient(brief):
                return self.voice.offer_connection(responder, page, speech.yours(brief), done)
            case Outcome.YOURS:
                said = speech.yours(brief)
            case Outcome.ANOTHERS:
                said = speech.anothers(brief)
            case Outcome.CLOSED:
                said = speech.closed(brief)
            case Outcome.UNKNOWN:
                said = speech.TEXT_FOLLOWS
        return self.voice.then_next(responder, (said,), done)

    async def connect(self, responder: str, page: str, leg: int, done: str, form: Form) -> tuple[str, bool]:
        """Connect somebody who asked for it by key with the patient."""
        digits = form.get("Digits", "").strip()
        brief = await self.briefs.page(responder, page)
        is_bridge = brief is not None and brief.purpose is Purpose.BRIDGE
        try:
            new = await self.record(responder, page, digits, f"connect-{leg}", form) if digits else True
        except Unavailable:
            return self.voice.then_next(responder, (speech.CANNOT_CONNECT,), done or page), True
        if not new:
            # What follows would name the patient's phone: never to whoever repeats a request.
            return webhooks.EMPTY, False
        if digits == ("1" if is_bridge else "3"):
            return await self.bridging.connect(responder, brief, done or page), True
        if is_bridge and brief is not None and leg == 0:
            return self.voice.ask_bridge(
                responder, page, speech.bridge(brief), leg=1, first=speech.WRONG_KEY
            ), True
        return self.voice.then_next(responder, (speech.WRONG_KEY,), done or page), True

    async def record(self, responder: str, page: str, digits: str, leg: str, form: Form) -> bool:
        """Publish a key press; return whether it was new. Raises Unavailable."""
        sid = webhooks.needed(form, "CallSid")
        fact = DigitsPressed(
            sid=sid,
            digits=digits,
            responder=responder,
            page=page,
            received_at=self.hooks.now(),
            form=self.hooks.sealed(form),
        )
        return await self.facts.publish("carrier.digits_pressed", fact, f"{sid}:{page}:{digits}:{leg}")

    def _out(self, responder: str) -> PageBrief | None:
        """Return the most urgent page that is out to them, if any is; drills and test pages can wait."""
        real = (one for one in self.briefs.open_pages(responder) if not (one.drill or one.test))
        return next(real, None)

    def _first(self, called_about: PageBrief) -> PageBrief:
        """Return the page to begin with: a more urgent one that came meanwhile goes before."""
        others = self.briefs.open_pages(called_about.responder)
        if others and others[0].urgency.rank > called_about.urgency.rank:
            return others[0]
        return called_about

    def _ask_again(
        self, responder: str, page: str, asked: str, why: str, leg: int, done: str, last: int
    ) -> str:
        if leg >= last:
            return self.voice.goodbye(why, speech.NO_KEY)
        return self.voice.ask(responder, page, asked, leg=leg + 1, done=done, first=why)


def routes(keypad: Keypad) -> APIRouter:
    """Return the routes under /twilio/voice."""
    router = APIRouter(prefix="/twilio/voice", include_in_schema=False)

    @router.post("/{responder}/next")
    async def following(responder: str, request: Request) -> Response:
        """The next open page of this responder."""
        await _verified(keypad, request, responder)
        return webhooks.twiml(keypad.next(responder, request.query_params.get("done", "")))

    @router.post("/{responder}/{page}/digits")
    async def digits(responder: str, page: str, request: Request) -> Response:
        """A key was pressed about a page."""
        form = await _verified(keypad, request, responder, page)
        leg, done = _leg(request), request.query_params.get("done", "")
        said, new = await keypad.pressed(responder, page, leg, done, form)
        return webhooks.twiml(said, new=new)

    @router.post("/{responder}/{page}/outcome")
    async def outcome(responder: str, page: str, request: Request) -> Response:
        """What came of taking a page."""
        await _verified(keypad, request, responder, page)
        since = request.query_params.get("since", "")
        number = int(since) if since.isascii() and since.isdigit() else None
        done = request.query_params.get("done", "") or page
        return webhooks.twiml(await keypad.outcome(responder, page, number, done))

    @router.post("/{responder}/{page}/connect")
    async def connect(responder: str, page: str, request: Request) -> Response:
        """A key was pressed to be connected with the patient."""
        form = await _verified(keypad, request, responder, page)
        leg, done = _leg(request), request.query_params.get("done", "")
        said, new = await keypad.connect(responder, page, leg, done, form)
        return webhooks.twiml(said, new=new)

    @router.post("/{responder}/{page}/{attempt}")
    async def answered(responder: str, page: str, attempt: str, request: Request) -> Response:
        """A call about a page was answered."""
        await _verified(keypad, request, responder, page, attempt)
        return webhooks.twiml(await keypad.answered(responder, page))

    return router


async def _verified(keypad: Keypad, request: Request, *ids: str) -> Form:
    form = await keypad.hooks.read(request)
    if not all(_ID.fullmatch(part) for part in ids):
        raise texts.unknown_path()
    return form


def _leg(request: Request) -> int:
    leg = request.query_params.get("leg", "0")
    return int(leg) if leg.isascii() and leg.isdigit() and len(leg) < 3 else 0
