"""From what arrives to who is paged: hands that only carry values from one pure core to the next.

The programme: Ana is on call, Ben is backup, Cal supervisor, Dee medical director, Olga ops. Tia treats
the patient, and is on shift by day. The policies are those that are shipped. Walls are New York's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from contracts.facts import DoseReported, ScreenAnswered, SpecimenTested
from contracts.people import Person
from contracts.schedules import Shifts
from contracts.screens import ScreenAnswers
from contracts.signals import Signal
from contracts.values import Kind, Sealed
from services.conversation import triage as texts
from services.conversation.core import signals
from services.conversation.core.opting import opting
from services.escalation.core.inputs import Heard, World
from services.escalation.rehearsal import lines
from services.escalation.rehearsal.behaviours import AnswersAfter
from services.escalation.rehearsal.engine import rehearse
from services.escalation.rehearsal.outcome import Paged, Rehearsal
from services.triage.core import decide, messages
from services.triage.core.evolve import evolve
from services.triage.core.state import Results
from services.triage.handlers import both_of
from services.triage.instruments import find, load, score
from tests.services.escalation.rehearsal.programme import ZONE, person, shifts, wall, world

NIGHT, DAY = "2026-11-24 02:14", "2026-11-24 10:00"
"""At 02:14 Tia sleeps; at 10:00 she is on shift. It is a Tuesday."""
TIA_WORKS = shifts("therapists", ("tia", wall("2026-11-24 08:00"), wall("2026-11-24 18:00")))
THRESHOLDS = load()
_NOTHING = Sealed(key="k", box="")


# -- what arrives


def texted(words: str, at: str = NIGHT, number: int = 1) -> Signal:
    """The patient texts this to the crisis line."""
    found = texts.assess(words)
    return signals.of_text(
        f"SM{number}", "p1", number, wall(at), opting("", words), found.tags, found.urgency
    )


class Reports:
    """What is reported of the patient's screens, specimens and doses, one after the other."""

    def __init__(self) -> None:
        self.state = Results.empty("triage.p1")
        self.number = 0

    def hear(
        self, instrument: str, answers: Mapping[str, object], at: str = DAY, total: object = None, **more: Any
    ) -> Signal | None:
        """Return the signal that it makes; None: no reason to act, which is no all-clear."""
        self.number += 1
        kind: Any = {
            Kind.SUBSTANCE_POSITIVE: SpecimenTested,
            Kind.DOSE_MISSED: DoseReported,
        }.get(find(instrument).kind, ScreenAnswered)
        fact = kind(
            patient="p1",
            at=wall(at),
            received_at=wall(at),
            source="ehr",
            document=f"d{self.number}",
            version="1",
            instrument=find(instrument).id,
            content=_NOTHING,
            **more,
        )
        given = ScreenAnswers.model_validate({"answers": dict(answers), "total": total})
        for event in decide.assess(
            self.state,
            fact,
            given,
            self.number,
            lambda name, form: score(name, form, THRESHOLDS),
            lambda text: Sealed(key="k", box=text),
            wall(at),
            both_of(THRESHOLDS),
        ):
            self.state = evolve(self.state, event)
        document = self.state.known(fact.source, fact.document)
        return messages.signal("p1", document, wall(at)) if document is not None else None


def reported(
    instrument: str, answers: Mapping[str, object], at: str = DAY, total: object = None, **more: Any
) -> Signal | None:
    """One form, specimen or dose of a patient of whom nothing else is known."""
    return Reports().hear(instrument, answers, at, total, **more)


def loud(signal: Signal | None) -> tuple[str, str] | None:
    """The kind and the urgency of a signal."""
    return None if signal is None else (signal.kind.value, signal.urgency.value)


# -- who is paged


def programme(
    *changed: Shifts, therapist: str | None = "tia", people: Mapping[str, Person] | None = None
) -> World:
    """The programme as it stands at that moment, with these schedules instead of its own."""
    known = {"tia": person("tia")} | dict(people or {})
    return world(TIA_WORKS, *changed, therapist=therapist, people=known)


def escalated(
    signal: Signal | Iterable[Signal] | None,
    minutes: float = 10,
    takes: Mapping[str, float] | None = None,
    given: World | None = None,
    tags: Sequence[str] = (),
    phones: lines.Lines = lines.WORKING,
    heard: Iterable[tuple[datetime, Heard]] = (),
) -> Rehearsal:
    """Play the policy for so long. `takes`: who answers 1, so many minutes after a page arrives."""
    assert signal is not None, "there is no signal"
    stands = replace(given or programme(), patient_tags=tuple(tags))
    delays = {who: timedelta(minutes=after) for who, after in (takes or {}).items()}
    return rehearse(
        [signal] if isinstance(signal, Signal) else list(signal),
        lambda _: stands,
        AnswersAfter(delays, phones),
        timedelta(minutes=minutes),
        phones=phones,
        heard=heard,
    )


def paged(rehearsal: Rehearsal) -> list[str]:
    """`02:14 ana sms+voice`: everybody who is paged, when, and how; nobody else is."""
    return [f"{clock(page.at)} {page.responder} {_channels(page)}" for page in rehearsal.pages]


def policy(rehearsal: Rehearsal) -> str:
    """The policy that it goes by."""
    return rehearsal.policies[-1].id


def contact_by(rehearsal: Rehearsal) -> str:
    """Until when the patient must be reached, or `none` while nobody holds it."""
    return clock(rehearsal.run.contact_by) if rehearsal.run.contact_by is not None else "none"


def clock(at: datetime) -> str:
    """`02:14`, on the wall."""
    return f"{at.astimezone(ZONE):%H:%M:%S}".removesuffix(":00")


def _channels(page: Paged) -> str:
    first = [one for one in page.contacts if one.at == page.at]
    later = [
        one for one in page.contacts if one.at > page.at and one.channel not in {c.channel for c in first}
    ]
    told = "+".join(("" if one.arrives else "-") + one.channel for one in first)
    return f"{told}, {later[0].channel} {clock(later[0].at)}" if later else told
