"""Connects a responder with the patient by phone, numbers masked, if they hold the run right now."""

from contracts.pages import PageBrief, Purpose
from contracts.people import Patient
from contracts.privacy import SupportContact
from services.gateway.briefs import Briefs
from services.gateway.core import outcome, speech
from services.gateway.registry import Registry
from services.gateway.voice import Voice
from services.runtime.clock import Clock
from services.runtime.log import Unavailable
from services.runtime.sealing import SealError, Seals


class Bridging:
    """Decides nothing: escalation's brief says who holds the run, the patient's record whom to call."""

    def __init__(self, briefs: Briefs, registry: Registry, seals: Seals, voice: Voice, clock: Clock) -> None:
        self._briefs = briefs
        self._registry = registry
        self._seals = seals
        self._voice = voice
        self._clock = clock

    async def connect(self, responder: str, page: PageBrief | None, done: str) -> str:
        """Return the TwiML that connects them, or says why not."""
        if page is None or not speech.is_about_patient(page):
            return self._voice.then_next(responder, (speech.CANNOT_CONNECT,), done)
        try:
            run = await self._briefs.run(page.subject)
            if run is None or not outcome.holds(run, responder, page.run):
                return self._voice.then_next(responder, (speech.not_holder(page),), done)
            if page.contact:
                return await self._contact(responder, page, done)
            # A patient who called in after the page was taken waits in the run's room.
            room = page.room if page.purpose is Purpose.BRIDGE else run.room
            if room is not None:
                after = speech.after_call(page)
                return self._voice.join_room(responder, room, speech.CONNECTING, after, done)
            record = await self._registry.patient(_patient(page))
            await self._seals.have(record.phone if record else None)
            phone = self._phone(record)
        except Unavailable:
            return self._voice.then_next(responder, (speech.CANNOT_CONNECT,), done)
        if phone is None:
            return self._voice.then_next(responder, (speech.NO_PHONE,), done)
        return self._voice.dial(responder, phone, speech.CONNECTING, speech.after_call(page), done)

    async def _contact(self, responder: str, page: PageBrief, done: str) -> str:
        """Call a support contact, if the patient's consent stands at this very moment.

        Raises Unavailable: then nobody is called.
        """
        record = await self._registry.patient(_patient(page))
        known = record.contacts[page.contact - 1 : page.contact] if record is not None else ()
        if record is None or not known:
            return self._voice.then_next(responder, (speech.NO_CONTACT,), done)
        (contact,) = known
        if not contact.holds(record.today(self._clock.now())):
            return self._voice.then_next(responder, (speech.CONTACT_ENDED,), done)
        await self._seals.have(contact.phone)
        phone = self._phone(contact)
        if phone is None:
            return self._voice.then_next(responder, (speech.NO_CONTACT_PHONE,), done)
        before = f"{speech.may_be_told(contact.scope)} {speech.CONNECTING_CONTACT}"
        return self._voice.dial(responder, phone, before, speech.after_call(page), done)

    def _phone(self, person: Patient | SupportContact | None) -> str | None:
        if person is None or person.phone is None:
            return None
        try:
            return self._seals.unseal(person.phone)
        except SealError:
            return None


def _patient(page: PageBrief) -> str:
    return page.patient or page.subject.removeprefix("escalations.")
