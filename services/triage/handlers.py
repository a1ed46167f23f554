"""From a reported screen, specimen or dose to a signal: read, score, commit, publish."""

from datetime import timedelta

from nats.aio.client import Client
from pydantic import TypeAdapter

from contracts.facts import Fact
from contracts.screens import ScreenAnswers, ScreenResult
from services.runtime.clock import Clock
from services.runtime.consume import Message, Unreadable
from services.runtime.log import publish_fact
from services.runtime.sealing import SealError, Seals
from services.triage.aggregate import AllResults, subject_of
from services.triage.core import decide, messages
from services.triage.core.state import Results
from services.triage.core.together import Both
from services.triage.instruments import Thresholds, UnknownInstrument, find, phq9, score

_FACT: TypeAdapter[Fact] = TypeAdapter(Fact)


def both_of(thresholds: Thresholds) -> Both:
    """Return how a PHQ-9 and a plan or intent in another screen count together."""
    limits = thresholds.of(phq9.INSTRUMENT).item_9_with_plan
    return Both(timedelta(hours=float(limits.hours)), limits.urgency, limits.source)


class Handlers:
    """What triage does about each fact. Every method raises Unavailable when NATS does not answer."""

    def __init__(
        self, nc: Client, results: AllResults, seals: Seals, thresholds: Thresholds, clock: Clock
    ) -> None:
        self._nc = nc
        self._results = results
        self._seals = seals
        self._thresholds = thresholds
        self._both = both_of(thresholds)
        self._clock = clock

    async def on_fact(self, message: Message) -> None:
        """Score what was reported, and publish what it is a reason for.

        What can't be read is parked, where ops are told within the minute: it may be a cry for help.
        """
        fact = _FACT.validate_json(message.data)
        if not isinstance(fact, decide.Reported):
            raise Unreadable(f"{fact.type} is nothing to score")
        answers = await self._answers(fact)
        own = await self._seals.for_patient(fact.patient)
        done = await self._results.decide(
            subject_of(fact.patient),
            f"fact:{message.sequence}",
            lambda state, now: decide.assess(
                state, fact, answers, message.sequence, self._score, own.seal, now, self._both
            ),
        )
        # From the state, not the events: of a fact heard again the signal may not have gone out yet.
        await self._publish(fact, done.state)

    def _score(self, instrument: str, answers: ScreenAnswers) -> ScreenResult:
        return score(instrument, answers, self._thresholds)

    async def _answers(self, fact: decide.Reported) -> ScreenAnswers:
        try:
            find(fact.instrument)
            return ScreenAnswers.model_validate_json(await self._seals.opened(fact.content))
        except UnknownInstrument:
            raise Unreadable(f"no instrument {fact.instrument}") from None
        except SealError:
            raise Unreadable("its answers can't be opened") from None

    async def _publish(self, fact: decide.Reported, state: Results) -> None:
        document, now = state.known(fact.source, fact.document), self._clock.now()
        if document is not None and document.version == fact.version:
            signal = messages.signal(fact.patient, document, now)
            if signal is not None:
                data = signal.model_dump_json().encode()
                await publish_fact(self._nc, f"signals.{signal.kind.value}", data, signal.id)
        for left in state.left:
            if (left.document, left.version) == (fact.document, fact.version):
                followed = messages.followed(fact.patient, left, fact.source, fact.at, now)
                subject = f"programme.signal_followed.{fact.patient}"
                await publish_fact(self._nc, subject, followed.model_dump_json().encode(), followed.id)
