"""A responder's text: which page it is about, and the one answer it gets."""

import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

import structlog

from contracts.carrier import SmsReceived
from contracts.pages import Answer, PageBrief, PageEvent
from contracts.people import CodeTaken, Person
from contracts.replies import Key, Reply, parse
from services.paging.briefs import Briefs
from services.paging.core import decide as core
from services.paging.core import inputs, names, texts
from services.paging.core.chosen import About, Chosen, Confirms, Say
from services.paging.core.replies import choose, heard_before, is_loop
from services.paging.core.state import Page
from services.paging.methods import Methods
from services.paging.reconciling import Reconciling
from services.runtime.aggregates import Aggregates
from services.runtime.clock import Clock
from services.runtime.follow import Follower
from services.runtime.log import Log
from services.runtime.pin_tries import PinGate
from services.runtime.sealing import SealError, Seals

_log = structlog.get_logger()
_SKEW = timedelta(minutes=5)
"""How far the clocks of two copies may lie apart: what was answered earlier can't be this text."""


class Answering:
    """Hears texts from staff phones."""

    def __init__(
        self,
        pages: Aggregates[Page, PageEvent],
        briefs: Briefs,
        follower: Follower,
        codes: Log,
        people: Callable[[], Mapping[str, Person]],
        methods: Methods,
        reconciling: Reconciling,
        pins: PinGate,
        seals: Seals,
        clock: Clock,
    ) -> None:
        self._pages = pages
        self._briefs = briefs
        self._follower = follower
        self._codes = codes
        self._people = people
        self._methods = methods
        self._reconciling = reconciling
        self._pins = pins
        self._seals = seals
        self._clock = clock

    async def on_text(self, fact: SmsReceived) -> None:
        """Act on one text. Raises Unavailable when what is out can't be known for sure.

        Raises LookupError when who wrote it isn't known here (yet): it may be an answer.
        """
        person = self.person(fact.person or "")
        reply = parse(self._seals.unseal(fact.body))
        _log.info("text_heard", responder=person.id, kind=reply.key)
        if reply.key is Key.STOP:
            await self._stopped(person, fact)
            return
        if reply.key is Key.START:
            for ref in self._refs(fact):
                await self._methods.revive(person.id, ref)
        # What is out must be known up to this moment, or the reply could find the wrong page.
        await self._follower.catch_up()
        await self._about(person, reply, fact)

    async def _about(self, person: Person, reply: Reply, fact: SmsReceived) -> None:
        briefs = self._briefs.of(person.id)
        before = await self.heard_before(person.id, _cause(fact), fact.received_at)
        if before is not None and reply.key is not Key.READY:
            chosen: Chosen = heard_before(before, briefs)
        else:
            chosen = choose(reply, briefs, await self._known(reply.code), fact.received_at)
        match chosen:
            case Say(text=text):
                # Delivered again, a `6` finds only the shifts it has not confirmed yet: maybe none.
                if before is None and not is_loop(reply, briefs, self._clock.now()):
                    await self.say(person, fact.sid, text)
            case Confirms(shifts=shifts):
                for shift in shifts:
                    await self._answer(person, reply, fact, shift.notice, shift.earlier)
            case About(page=page):
                await self._answer(person, reply, fact, page)
                if reply.key is Key.MORE:
                    known = page.model_copy(update={"evidence": self._signals(person.id, page.run)})
                    await self.say(person, fact.sid, texts.more_text([known], self._clock.now(), person.zone))
                elif reply.key is Key.TAKE and chosen.others:
                    await self.say(
                        person, fact.sid, texts.took_text(page.code, [one.code for one in chosen.others])
                    )

    async def _answer(
        self,
        person: Person,
        reply: Reply,
        fact: SmsReceived,
        page: PageBrief,
        others: tuple[str, ...] = (),
    ) -> None:
        """Let the page, message or notice hear it."""
        pin, refused = await self._pin(person, reply, fact)
        heard = inputs.Replied(
            reply,
            _cause(fact),
            self._told(person.id, page.run, fact),
            pin=pin,
            pin_refused_until=refused,
            name=self._seals.seal(reply.name) if reply.key is Key.CONFIRM and reply.name else None,
            asked=self._asked(person, reply) if reply.key is Key.GIVE else None,
            phone_ref=self._stored_ref(person, fact),
            others=others,
        )
        subject = f"pages.{person.id}.{page.page}"
        done = await self._pages.decide(subject, heard.cause, lambda s, now: core.decide(s, heard, now))
        await self._reconciling.hang_up(done.state)

    def _asked(self, person: Person, reply: Reply) -> str | None:
        """Return whom of the others they named, if it is one who can be paged."""
        called: dict[str, str] = {}
        for other in self._people().values():
            if other.active and other.id != person.id:
                # Whoever's name can't be read here is still known by their id.
                with contextlib.suppress(SealError):
                    called[other.id] = other.id
                    called[other.id] = self._seals.unseal(other.name)
        return names.resolve(reply.name, called)

    async def heard_before(self, responder: str, cause: str, at: datetime) -> PageBrief | None:
        """Return the page that heard this very answer already: delivered again, it means no other one."""
        since = at - _SKEW
        for brief in self._briefs.of(responder):
            if brief.answered_at is not None and brief.answered_at >= since:
                stored = await self._pages.load(f"pages.{responder}.{brief.page}", cached=True)
                if cause in stored.state.heard:
                    return brief
        return None

    def _signals(self, responder: str, run: str) -> int:
        """Return how many signals of the run this responder was paged or told about."""
        return max(brief.evidence for brief in self._briefs.of(responder) if brief.run == run)

    def person(self, name: str) -> Person:
        """Return the responder of that id. Raises LookupError when they aren't known here (yet)."""
        person = self._people().get(name)
        if person is None:
            raise LookupError("an answer of somebody who is no responder here")
        return person

    def _told(self, responder: str, run: str, fact: SmsReceived) -> int:
        """Return up to which signal of the run the carrier had accepted texts when they wrote this."""
        return max(
            (
                brief.told
                for brief in self._briefs.of(responder)
                if brief.run == run and brief.told_at is not None and brief.told_at <= fact.received_at
            ),
            default=0,
        )

    async def _pin(
        self, person: Person, reply: Reply, fact: SmsReceived
    ) -> tuple[Literal["right", "wrong", "missing"], datetime | None]:
        """Return whether the PIN fits, and until when none is looked at; ops are told of that."""
        if not reply.pin:
            return "missing", None
        now = self._clock.now()
        found = await self._pins.tried(person.id, reply.pin, person.pin_hash, _cause(fact), now)
        if isinstance(found, datetime):
            await self._methods.pins_refused(person.id, found)
            return "wrong", found
        return found, None

    async def _known(self, code: str) -> bool:
        if not code:
            return False
        stored = await self._codes.last(f"$KV.codes.{code}")
        return stored is not None and CodeTaken.model_validate_json(stored.data).subject != ""

    async def say(self, person: Person, sid: str, text: str) -> None:
        """Answer with a text of Vigil's own, once for each `sid`."""
        message = f"a-{sid}"
        asked = inputs.Requested(
            Answer(
                at=self._clock.now(),
                message=message,
                responder=person.id,
                text=text,
                methods=person.methods,
                zone=person.zone,
            )
        )
        subject = f"pages.{person.id}.{message}"
        await self._pages.decide(subject, asked.cause, lambda s, now: core.decide(s, asked, now))

    async def _stopped(self, person: Person, fact: SmsReceived) -> None:
        """Never text that number again: voice from now on, and ops know of the hole in the shift."""
        for ref in self._refs(fact):
            await self._methods.retire(person.id, ref, "opted out by text")
            died = inputs.MethodDied(ref)
            for brief in self._briefs.of(person.id):
                subject = f"pages.{person.id}.{brief.page}"
                await self._pages.decide(subject, died.cause, partial(_dies, died))

    def _refs(self, fact: SmsReceived) -> tuple[str, ...]:
        """Return the hashes of the phone it came from: a rotation has two keys for a while."""
        try:
            refs = self._seals.phone_refs(self._seals.unseal(fact.sender_phone))
        except SealError:
            refs = ()
        return tuple(dict.fromkeys((fact.sender, *refs)))

    def _stored_ref(self, person: Person, fact: SmsReceived) -> str:
        """Return the hash of that phone as it stands in the responder's record."""
        known = {method.phone_ref for method in person.methods}
        return next((ref for ref in self._refs(fact) if ref in known), fact.sender)


def _dies(died: inputs.MethodDied, state: Page, now: datetime) -> tuple[PageEvent, ...]:
    return core.decide(state, died, now)


def _cause(fact: SmsReceived) -> str:
    return f"sms-{fact.sid}"
