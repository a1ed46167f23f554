"""What followup hears: one method per durable. Each may hear the same message again. Decides nothing."""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from nats.aio.client import Client
from pydantic import Field, TypeAdapter

from contracts.carrier import SmsReceived
from contracts.commits import BRIEF, KINDS
from contracts.conversations import OptedOut, TextReceived
from contracts.escalations import EscalationBrief, HandOffConfirmed, Resolved, Undone
from contracts.facts import PatientDischarged
from contracts.followups import ContactTextEnded, ContactTextIntended, FollowupAsked, subject_of
from contracts.outreach import OutreachEnded
from contracts.programme import PatientLinked
from services.followup.aggregate import Followups
from services.followup.contact_sending import ContactSending
from services.followup.core import asking, contacts, decide, wordings
from services.followup.core.decide import Over
from services.followup.core.draft import Events, Here, opaque
from services.followup.core.state import Followup
from services.followup.looking import Looking
from services.followup.patients import Patients
from services.followup.resources import Resource, choose
from services.followup.views import Views
from services.runtime.aggregates import read_events
from services.runtime.clock import Clock
from services.runtime.consume import Message, Unreadable
from services.runtime.log import publish_fact
from services.runtime.sealing import SealError, Seals
from services.runtime.twilio_client import Accepted, Refused

End = Annotated[Resolved | HandOffConfirmed | Undone, Field(discriminator="type")]
Said = Annotated[OutreachEnded | OptedOut | TextReceived, Field(discriminator="type")]
_OVER: TypeAdapter[End] = TypeAdapter(End)
_SAID: TypeAdapter[Said] = TypeAdapter(Said)
_OVER_KINDS = frozenset({"resolved", "hand_off_confirmed", "undone"})
_SAID_KINDS = frozenset({"outreach_ended", "opted_out", "text_received"})
_CARRIERS_OWN = ("STOP", "START")
_ANY = "coping"
"""What a patient is sent who names no topic."""
_PATIENT = "patient"
_LINKS = 10
"""A chain of linked ids is no longer than this."""


class Handlers:
    """Brings what is heard to the follow-up it is about."""

    def __init__(
        self,
        nc: Client,
        clock: Clock,
        followups: Followups,
        views: Views,
        patients: Patients,
        looking: Looking,
        sending: ContactSending,
        seals: Seals,
        resources: Mapping[str, Resource],
    ) -> None:
        self._nc = nc
        self._clock = clock
        self._followups = followups
        self._views = views
        self._patients = patients
        self._looking = looking
        self._sending = sending
        self._seals = seals
        self._resources = resources

    async def on_escalation(self, message: Message) -> None:
        """An escalation about a patient was resolved, its contact confirmed, or its end taken back."""
        if not _OVER_KINDS & _kinds(message) or not message.subject.startswith("escalations."):
            return
        patient = message.subject.partition(".")[2]
        brief = EscalationBrief.model_validate_json(message.headers.get(BRIEF, ""))
        for event in read_events(message.data, _OVER):
            match event:
                case Resolved() | HandOffConfirmed():
                    over = Over(
                        run=brief.run,
                        at=event.at,
                        responder=event.responder,
                        urgency=brief.urgency,
                        kind=brief.kind,
                        disposition=event.disposition if isinstance(event, Resolved) else None,
                    )
                    await self._resolved(patient, over)
                case Undone(what="resolved") as undone:
                    await self._undone(patient, brief.run, undone)
                case _:
                    continue

    async def on_conversation(self, message: Message) -> None:
        """What became of a text; an opt-out; words of the patient while one is waited for."""
        if not _SAID_KINDS & _kinds(message):
            return
        patient = message.subject.partition(".")[2]
        if patient.startswith("desk-"):
            return
        for event in read_events(message.data, _SAID):
            match event:
                case OutreachEnded():
                    await self._outreach_ended(patient, event)
                case OptedOut():
                    await self._opted_out(patient)
                case TextReceived():
                    await self._texted(patient, event)

    async def on_fact(self, message: Message) -> None:
        """A discharge, a link of two patients, or something asked at a desk."""
        match message.subject.split(".")[1]:
            case "patient_discharged":
                await self._discharged(PatientDischarged.model_validate_json(message.data))
            case "patient_linked":
                await self._linked(PatientLinked.model_validate_json(message.data))
            case "followup_asked":
                await self._asked(FollowupAsked.model_validate_json(message.data))
            case other:
                raise Unreadable(f"{other} is nothing for followup")

    async def on_contact_text(self, message: Message) -> None:
        """A text on the number for support contacts: a concern, or, in doubt, a patient's text."""
        fact = SmsReceived.model_validate_json(message.data)
        if fact.opt_out in _CARRIERS_OWN:
            return
        phone = self._opened(fact)
        refs = frozenset(self._seals.phone_refs(phone)) if phone is not None else frozenset()
        refs |= {fact.sender}
        everybody = tuple(self._patients.all())
        about = contacts.whose(everybody, refs)
        if not about or contacts.is_patients(everybody, refs):
            # Nobody who is known, or a patient: the crisis line reads it, and a person answers.
            subject = "carrier.sms_received.patient"
            await publish_fact(self._nc, subject, message.data, f"{fact.sid}/patient")
        for patient, contact in about:
            await self._concern(patient, contact, fact, message.sequence)

    async def look_again(self, message: Message) -> None:
        """The watchdog found it overdue: do what is due."""
        await self._looking.look(json.loads(message.data)["subject"])

    async def _resolved(self, patient: str, over: Over) -> None:
        await self._do(patient, f"over:{over.run}", lambda state, here: decide.resolved(state, over, here))

    async def _undone(self, patient: str, run: str, event: Undone) -> None:
        await self._do(
            patient, f"undone:{run}", lambda state, here: decide.undone(state, run, event.at, here)
        )

    async def _outreach_ended(self, patient: str, event: OutreachEnded) -> None:
        def ended(state: Followup, here: Here) -> Events:
            return decide.outreach_ended(state, event.outreach, event.withheld, here)

        await self._do(patient, f"outreach:{event.outreach}", ended)

    async def _opted_out(self, patient: str) -> None:
        await self._do(patient, "opted_out", decide.opted_out)

    async def _texted(self, patient: str, event: TextReceived) -> None:
        known_as = await self._now_known_as(patient)
        waits = (await self._followups.load(subject_of(known_as))).state.plan is not None
        wants = self._patients.wants_education(known_as)
        if not waits and not wants:
            return
        try:
            body = await self._seals.opened(event.body)
        except SealError:
            return
        if wants and (topic := wordings.skill_wanted(body)) is not None:
            await self._wanted(known_as, event, topic)
        await self._do(
            patient, f"word:{event.sid}", lambda state, here: decide.word(state, event.sid, body, here)
        )

    async def _wanted(self, patient: str, event: TextReceived, topic: str) -> None:
        """They texted the word for a resource: it is sent, and a person reads it all the same."""
        known = await self._patients.known(patient)
        found = choose(self._resources, topic or _ANY, known.language)
        if found is None:
            # A person reads what they wrote, and answers.
            return
        ask = FollowupAsked(
            id=f"word-{event.sid}",
            patient=patient,
            at=event.at,
            by=_PATIENT,
            what="send_education",
            topic=found.name,
        )
        key = found.key
        await self._do(patient, f"ask:{ask.id}", lambda state, here: asking.asked(state, ask, key, here))

    async def _discharged(self, fact: PatientDischarged) -> None:
        await self._patients.discharged(await self._now_known_as(fact.patient), fact.on)
        await self._do(
            fact.patient,
            f"discharged:{fact.document}:{fact.version}",
            lambda state, here: decide.discharged(state, fact.left, fact.on, here),
        )

    async def _linked(self, fact: PatientLinked) -> None:
        """What was open, and was agreed to, goes on under the other id: first there, then it ends here."""
        if fact.patient == fact.into:
            return
        old = (await self._followups.load(subject_of(fact.patient))).state
        if old.moved_into is not None:
            return
        await self._patients.linked(fact.patient, await self._now_known_as(fact.into), self._seals)
        await self._do(
            fact.into, f"adopted:{fact.patient}", lambda state, here: decide.adopted(state, old, here)
        )
        await self._do(
            fact.patient, f"moved:{fact.into}", lambda state, here: decide.moved(state, fact.into, here)
        )

    async def _asked(self, ask: FollowupAsked) -> None:
        if ask.what == "text_contact":
            await self._text_contact(ask)
            return
        known = await self._patients.known(ask.patient)
        found = choose(self._resources, ask.topic, known.language, ask.level) if ask.topic else None
        key = found.key if found is not None else None
        names = sorted({one.name for one in self._resources.values()})
        await self._do(
            ask.patient, f"ask:{ask.id}", lambda state, here: asking.asked(state, ask, key, here, names)
        )

    async def _text_contact(self, ask: FollowupAsked) -> None:
        """Somebody pressed send: look at the consent in this second, commit the intention, send, commit."""
        # The record in which the patient takes a consent back is that of the id they go by now.
        record = await self._patients.record(await self._now_known_as(ask.patient))
        if record is None:
            await self._answer(ask, "the patient's record can't be read")
            return
        contact = next((one for one in record.contacts if one.id == ask.contact), None)
        today = record.today(self._clock.now())
        if (why := contacts.why_not(record, contact, today, self._sending.number)) or contact is None:
            await self._answer(ask, why)
            return
        message = opaque("ct", f"{ask.patient} {ask.id}")

        def intend(state: Followup, here: Here) -> Events:
            known = any(name == ask.id for name, _ in state.answers)
            if known or any(one.message == message for one in state.contact_texts):
                return ()
            return (ContactTextIntended(at=here.now, message=message, contact=contact.id, by=ask.by),)

        if not await self._do(ask.patient, f"intend:{ask.id}", intend):
            # Begun before, and cut off perhaps: never sent twice; its deadline says so to a person.
            return
        match await self._sending.ask_to_call(contact):
            case Accepted():
                await self._ended(ask, message, "sent", asking.DONE)
            case Refused():
                await self._ended(ask, message, "refused", "the carrier refused it; call instead")
            case _unknown:
                await self._ended(ask, message, "unknown", "nobody knows whether it was sent; call")

    async def _concern(self, patient: str, contact: str, fact: SmsReceived, sequence: int) -> None:
        own = await self._seals.for_patient(patient)
        text = own.resealed(fact.body)
        await self._do(
            patient,
            f"concern:{fact.sid}",
            lambda state, here: decide.concern(state, fact.sid, contact, sequence, text, here),
        )

    async def _do(self, patient: str, cause: str, decided: Callable[[Followup, Here], Events]) -> bool:
        """Decide, commit, and publish what is owed; return whether anything came of it."""
        subject = subject_of(await self._now_known_as(patient))
        here = await self._views.of(subject.partition(".")[2])
        done = await self._followups.decide(subject, cause, lambda state, now: decided(state, here(now)))
        await self._looking.tell(subject, done.state)
        return bool(done.events)

    async def _now_known_as(self, patient: str) -> str:
        """Return the id under which the person's follow-up goes on."""
        for _ in range(_LINKS):
            into = (await self._followups.load(subject_of(patient), cached=True)).state.moved_into
            if into is None:
                return patient
            patient = into
        return patient

    async def _answer(self, ask: FollowupAsked, outcome: str) -> None:
        await self._do(
            ask.patient, f"ask:{ask.id}", lambda state, here: asking.answered(state, ask, outcome, here)
        )

    async def _ended(
        self, ask: FollowupAsked, message: str, outcome: Literal["sent", "refused", "unknown"], said: str
    ) -> None:
        def end(state: Followup, here: Here) -> Events:
            over = ContactTextEnded(at=here.now, message=message, outcome=outcome)
            return (over, *asking.answered(state, ask, said, here))

        await self._do(ask.patient, f"ended:{ask.id}", end)

    def _opened(self, fact: SmsReceived) -> str | None:
        try:
            return self._seals.unseal(fact.sender_phone)
        except SealError:
            return None


def _kinds(message: Message) -> set[str]:
    return set(message.headers.get(KINDS, "").split(","))
