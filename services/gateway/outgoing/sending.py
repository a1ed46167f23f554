"""Sends what is due: looks up the ground, commits the intention, brings the resource, commits the outcome."""

from collections.abc import Callable, Mapping
from datetime import datetime

from prometheus_client import Counter
from pydantic import ValidationError

from contracts.deliveries import (
    DeliveryEvent,
    Intended,
    ParkedWhy,
    Recipient,
    RunTold,
    ScreenTold,
)
from contracts.people import Patient
from contracts.screens import ScreenResult
from services.gateway.core.outgoing import decide, grounds, resources
from services.gateway.core.outgoing.grounds import Permit
from services.gateway.core.outgoing.resources import Cover, Identity, Node
from services.gateway.core.outgoing.state import Delivery, due
from services.gateway.core.outgoing.terms import Terms
from services.gateway.outgoing.aggregate import Deliveries
from services.gateway.outgoing.posting import Brought, Later, Poster, Refused
from services.gateway.outgoing.telling import Telling
from services.gateway.registry import Registry
from services.runtime.clock import Clock
from services.runtime.sealing import SealError, Seals

SENT = Counter(
    "vigil_outgoing_total", "Tries to tell a recipient, by what came of them.", ["recipient", "outcome"]
)


class Sending:
    """Tries what is due. Raises Unavailable; then it is looked at again."""

    def __init__(
        self,
        deliveries: Deliveries,
        recipients: Callable[[], Mapping[str, Recipient]],
        registry: Registry,
        seals: Seals,
        clock: Clock,
        poster: Poster,
        telling: Telling,
        terms: Terms,
        learn: Callable[[str, int, datetime | None], None],
    ) -> None:
        """`learn` takes subject, sequence and moment of what is due next."""
        self._learn = learn
        self._deliveries = deliveries
        self._recipients = recipients
        self._registry = registry
        self._seals = seals
        self._clock = clock
        self._poster = poster
        self._telling = telling
        self._terms = terms

    async def look(self, subject: str) -> None:
        """Do what is due: tell ops that it is parked, or try to bring it."""
        at = await self._deliveries.load(subject)
        state = at.state
        # Another copy may have been faster: then its moment is the one that counts.
        self._learn(subject, at.sequence, due(state))
        if decide.must_tell(state):
            await self._told(state)
        elif decide.is_due(state, self._clock.now()):
            await self._try(state)

    async def retry(self, subject: str) -> None:
        """Let a parked one be tried now."""
        await self._deliveries.decide(subject, "retry", decide.retry)

    async def _told(self, state: Delivery) -> None:
        await self._telling.parked(state)
        await self._deliveries.decide(state.subject, "told", decide.told)

    async def _try(self, seen: Delivery) -> None:
        subject, now = seen.subject, self._clock.now()
        recipient = self._recipients().get(seen.recipient)
        patient = await self._patient(seen.patient)
        may = self._may(seen, recipient, patient, now)
        cause = f"begin:{seen.attempt + 1}:{seen.revision}"
        done = await self._deliveries.decide(
            subject,
            cause,
            # Of what came between, the ground was not looked up: the next look does.
            lambda state, at: decide.begin(state, may, at) if state.revision == seen.revision else (),
        )
        intended = next((one for one in done.events if isinstance(one, Intended)), None)
        if intended is None or recipient is None or patient is None or not isinstance(may, Permit):
            return
        try:
            resource = await self._resource(done.state, intended, recipient, patient, may)
        except (SealError, ValueError):
            await self._outcome(done.state, Refused(0, ""), "unreadable")
            return
        answer = await self._poster.put(recipient.base_url, self._terms.tokens[recipient.id], resource)
        await self._outcome(done.state, answer, "refused")

    async def _patient(self, name: str) -> Patient | None:
        try:
            return await self._registry.patient(name)
        except ValidationError:
            # Whether a consent stands can't be read: then none does.
            return None

    def _may(
        self, state: Delivery, recipient: Recipient | None, patient: Patient | None, now: datetime
    ) -> Permit | ParkedWhy:
        if state.content is None:
            return "unreadable"
        # Once it told of substance use it is labelled to its end, whatever its last state says.
        content = state.content.model_copy(update={"substance": state.substance})
        may = grounds.permit(recipient, patient, content, self._terms.part2, now)
        if isinstance(may, Permit) and not self._terms.tokens.get(state.recipient):
            return "no_token"
        return may

    async def _resource(
        self, state: Delivery, intended: Intended, recipient: Recipient, patient: Patient, may: Permit
    ) -> Node:
        who = await self._who(patient, may)
        cover = Cover(
            recipient=recipient,
            ground=may.ground.value,
            basis=may.basis,
            covers=await self._seals.opened(may.consent.covers) if may.consent is not None else "",
            labelled=may.labelled,
            notice=self._terms.notice,
        )
        match state.content:
            case RunTold() as told:
                if may.reduced:
                    told = told.model_copy(update={"kind": None})
                return resources.of_run(state.resource, state.id, told, who, cover)
            case ScreenTold() as screen:
                result = None
                if screen.result is not None:
                    result = ScreenResult.model_validate_json(await self._seals.opened(screen.result))
                return resources.of_screen(state.id, screen, result, who, cover)
            case None:
                raise ValueError("nothing is to be told")

    async def _who(self, patient: Patient, may: Permit) -> Identity:
        if not may.identity:
            return Identity(patient.id)
        name = await self._seals.opened(patient.name) if patient.name is not None else ""
        phone = await self._seals.opened(patient.phone) if patient.phone is not None else ""
        return Identity(patient.id, name, phone)

    async def _outcome(self, state: Delivery, answer: Brought | Later | Refused, why: ParkedWhy) -> None:
        attempt = state.attempt
        sealed = None
        if isinstance(answer, Refused):
            sealed = (await self._seals.for_patient(state.patient)).sealed(answer.answer)

        def outcome(at: Delivery, now: datetime) -> tuple[DeliveryEvent, ...]:
            match answer:
                case Brought(status):
                    return decide.accepted(at, attempt, status, now)
                case Later(reason, wait):
                    return decide.failed(at, attempt, reason, wait, now)
                case Refused(status):
                    parked: ParkedWhy = "redirected" if 300 <= status < 400 else why
                    return decide.refused(at, attempt, parked, status, sealed, now)

        await self._deliveries.decide(state.subject, f"outcome:{attempt}", outcome)
        SENT.labels(state.recipient, type(answer).__name__.lower()).inc()
