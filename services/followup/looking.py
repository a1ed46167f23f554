"""What a follow-up's deadline does, and the publishing of what it owes.

What is owed is committed first and stays due until it is published; each fact has an id that makes a
repetition harmless. So a kill -9 between any two steps loses nothing.
"""

from collections.abc import Mapping

import structlog
from nats.aio.client import Client

from contracts.people import Patient
from contracts.values import Sealed
from services.followup.aggregate import Followups
from services.followup.contact_sending import ContactSending
from services.followup.core import decide, messages, plans, wordings
from services.followup.core.state import Debt, Followup, Owed, Text
from services.followup.crises import Crises
from services.followup.patients import Patients
from services.followup.resources import Resource
from services.followup.views import Views
from services.runtime.log import Unavailable, publish_fact
from services.runtime.sealing import Seals
from services.runtime.twilio_client import Unknown

_log = structlog.get_logger()


class Looking:
    """Acts on deadlines. Every method raises Unavailable when NATS does not answer."""

    def __init__(
        self,
        nc: Client,
        followups: Followups,
        views: Views,
        patients: Patients,
        crises: Crises,
        sending: ContactSending,
        seals: Seals,
        resources: Mapping[str, Resource],
    ) -> None:
        self._nc = nc
        self._followups = followups
        self._views = views
        self._patients = patients
        self._crises = crises
        self._sending = sending
        self._seals = seals
        self._resources = resources

    async def look(self, subject: str) -> None:
        """Do what is due there."""
        state = (await self._followups.load(subject, cached=True)).state
        if not state.owed:
            here = await self._views.of(state.patient)
            crisis = await self._crises.is_open(state.patient)
            done = await self._followups.decide(
                subject, "time", lambda now_state, now: decide.look(now_state, crisis, here(now))
            )
            state = done.state
        await self.tell(subject, state)

    async def tell(self, subject: str, state: Followup) -> None:
        """Publish what is owed, then commit that it was."""
        if not state.owed:
            return
        for owed in state.owed:
            await self._publish(state, owed)
        keys = tuple(owed.key for owed in state.owed)
        await self._followups.decide(
            subject, f"told:{keys[-1]}", lambda now_state, now: decide.told(now_state, keys, now)
        )

    async def _publish(self, state: Followup, owed: Owed) -> None:
        if owed.what is Debt.RECEIVED:
            record = await self._patients.record(state.patient)
            outcome = await self._sending.received(record, owed.contact or "")
            if isinstance(outcome, Unknown):
                # Once too often harms nobody.
                raise Unavailable(f"carrier: {outcome.why}")
            return
        text = state.text(owed.about) if owed.what is Debt.TEXT else None
        sealed = await self._sealed(state.patient, text) if text is not None else None
        message = messages.message(state, owed, sealed)
        if message is not None:
            await publish_fact(
                self._nc, message.subject, message.value.model_dump_json().encode(), message.id
            )

    async def _sealed(self, patient: str, text: Text) -> Sealed | None:
        """Return what is texted, sealed, where the crisis line has no wording of its own."""
        kind, _, name = text.resource.partition("/")
        match kind:
            case "":
                return None
            case plans.PLAN:
                record = await self._patients.record(patient)
                return _plan_of(record)
            case plans.QUESTION:
                words = wordings.question(name)
            case _:
                resource = self._resources.get(name)
                if resource is None:
                    # Taken out of the files since; the crisis line then has nothing to send.
                    _log.error("resource_gone")
                    return None
                words = resource.text
        return (await self._seals.for_patient(patient)).seal(words)


def _plan_of(record: Patient | None) -> Sealed | None:
    return record.safety_plan if record is not None else None
