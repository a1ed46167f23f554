"""What is known of one conversation. A cache: the events are the truth.

Bounded whatever happens: texts to come out wait in `outbox` (what is done is forgotten beyond the
latest few), the patient's texts of late stand in `said`, and everything else is a few values.
"""

from datetime import datetime

from pydantic import Field

from contracts.conversations import Alarm, AnswerStage, ConversationBrief, Purpose
from contracts.escalations import EscalationStatus
from contracts.outreach import OutreachAsked, OutreachKind
from contracts.values import Id, Moment, PhoneRef, Sealed, Urgency, Value, highest

VERSION: int = 3
"""Version of the stored state; raise it whenever a field changes its meaning.

3: `outreach`. A copy of the version before would read on and forget it, so it must give back.
"""
DESK = "desk-"
"""What the id begins with when it is no patient, but what is texted to one responder."""
HEARD_KEPT = 100
"""The latest sids that are remembered, so that their repetition changes nothing."""
DONE_KEPT = 20
"""Texts of ours that are over and remembered: their receipts may still come."""
SAID_KEPT = 25
"""The patient's latest texts: what can be relayed to somebody who takes it over."""
AUTOMATIC_KEPT = 20
"""The latest automatic texts, whose moments the loop guard counts."""
SPOKEN_KEPT = 12
"""A conversation's latest texts of responders: one that comes again is known, whoever holds it now."""
OWED_KEPT = 50
WROTE_KEPT = 25
"""What our people wrote to the patient of late: whoever takes it over can ask for it."""
OUTREACH_KEPT = 20
"""Texts that begin with us and wait: more at a time are withheld. Ours."""
OUTREACH_OVER_KEPT = 60
"""Ids of those that are over: asked for again, they are known."""
WORDS_KEPT = 5
"""A responder's latest words, as keyed hashes: the loop guard compares them."""
_UNDER_WAY = frozenset({AnswerStage.WAITING, AnswerStage.INTENDED, AnswerStage.UNKNOWN})
_HELD = frozenset({EscalationStatus.HELD, EscalationStatus.REACHED, EscalationStatus.HANDED_OFF})


class Answer(Value):
    """One text of ours. Sending again after a lost outcome is the same text."""

    id: Id
    text: str
    phone: Sealed
    asked_at: Moment
    send_by: Moment
    purpose: Purpose = Purpose.FIRST
    sealed: Sealed | None = None
    to: Id | None = None
    """The responder it goes to; None: the patient."""
    by: Id | None = None
    order: int = 0
    upto: int = 0
    outreach: Id | None = None
    reaches: OutreachKind | None = None
    stage: AnswerStage = AnswerStage.WAITING
    next_at: Moment
    """When it acts again, while it is under way."""
    attempt: int = 0
    intended_at: Moment | None = None
    """When it was first intended: from then on the carrier may have it."""
    accepted_at: Moment | None = None
    postponed: int = 0
    unknowns: int = 0
    sid: str = ""
    code: str = ""

    @property
    def under_way(self) -> bool:
        """Whether it is neither accepted nor failed."""
        return self.stage in _UNDER_WAY


class Said(Value):
    """A text of the patient."""

    sid: str
    evidence: int
    body: Sealed
    at: Moment
    long: bool = False
    media: int = 0
    carried: bool = False
    """It is owed to somebody: it became no signal when it came."""
    asks_call: bool = False
    asks_quiet: bool = False
    asks_record: bool = False
    urgency: Urgency = Urgency.URGENT


class Wrote(Value):
    """What one of our people wrote to the patient."""

    answer: Id
    by: Id
    at: Moment
    body: Sealed
    order: int
    failed: bool = False
    """It did not reach them."""


class Hold(Value):
    """Where the patient's escalation stands."""

    run: Id
    code: str
    status: EscalationStatus
    urgency: Urgency
    sequence: int
    holder: Id | None = None
    nobody: bool = False
    missed_only: bool = False
    """Whether nothing but one missed session opened it: a code texted meanwhile is no cry for help."""
    contact: int = 0
    since: Moment | None = None
    """When this holder was first seen."""

    @property
    def open(self) -> bool:
        """Whether the run is open."""
        return self.status is not EscalationStatus.CLOSED

    @property
    def held_by(self) -> Id | None:
        """Who holds it now."""
        return self.holder if self.status in _HELD else None


class Beside(Value):
    """Somebody the patient's texts are relayed to, and up to which they were."""

    responder: Id
    upto: int
    late: tuple[int, ...] = ()
    """Texts before that one which came after its relay was made: they are still to be relayed."""
    at: Moment | None = None
    """When the last relay to them was made."""
    since: Moment | None = None
    """When they joined: they may read what was written from then on. None: the holder, who may read all."""


class Owed(Value):
    """A signal that must be published."""

    signal: str
    at: Moment
    urgency: Urgency
    why: str
    evidence: int
    anew: bool = False


class Reaching(Value):
    """A text that begins with us, asked for and not over."""

    asked: OutreachAsked
    dropped: bool = False
    """It is wanted no more, but may be with the carrier already."""


class Emergency(Value):
    """A guided hand-off to 911 that is not over."""

    responder: Id
    started_at: Moment
    asked_at: Moment
    called_at: Moment | None = None
    called_by: Id | None = None
    who: Sealed | None = None
    """Who was called; None: not said."""


class Conversation(Value):
    """One patient's conversation (or one responder's desk)."""

    subject: str
    heard: tuple[str, ...] = ()
    heard_at: Moment | None = None
    texts: int = 0
    media: int = 0
    phone: Sealed | None = None
    language: str = "en"
    opted_out: bool = False
    serial: int = 0
    """Counts our texts: their ids."""
    outbox: tuple[Answer, ...] = ()
    said: tuple[Said, ...] = ()
    hold: Hold | None = None
    beside: tuple[Beside, ...] = ()
    """The holder, and whoever joined; the holder first."""
    invited: tuple[Id, ...] = ()
    called_in: tuple[Id, ...] = ()
    """Those of the invited who were asked for a language: the first who comes is enough."""
    wrote: tuple[Wrote, ...] = ()
    last_holder: Id | None = None
    ended_at: Moment | None = None
    waiting_since: Moment | None = None
    """The patient's first text that no person has answered."""
    waits: int = 0
    """How often they were told that they are not forgotten."""
    nobody_told: bool = False
    nudges: int = 0
    spoke_at: Moment | None = None
    """When a person last wrote to the patient."""
    talked: bool = False
    """Whether a person has written since the last end."""
    risk_at: Moment | None = None
    """When the patient last spoke of a risk, or was asked whether they are safe, since the last end."""
    highest: Urgency | None = None
    check_ins: int = 0
    silent_told: bool = False
    automatic: tuple[Moment, ...] = ()
    muted_until: Moment | None = None
    note: Sealed | None = None
    note_by: Id | None = None
    words: tuple[PhoneRef, ...] = ()
    spoken: tuple[int, ...] = ()
    """Where the latest texts of responders about it stand in CARRIER."""
    owed: tuple[Owed, ...] = ()
    emergency: Emergency | None = None
    survey_wanted: bool = False
    """The last conversation was a talk, and nothing was asked about it yet."""
    survey_at: Moment | None = None
    """When the question after the end was sent, while its answer is waited for."""
    outreach: tuple[Reaching, ...] = ()
    outreach_over: tuple[Id, ...] = ()
    alarms: dict[Alarm, Moment] = Field(default_factory=dict)

    @classmethod
    def empty(cls, subject: str) -> "Conversation":
        """Return the conversation of somebody who never said anything."""
        return cls(subject=subject)

    @property
    def about(self) -> str:
        """The patient, or `desk-<responder>`."""
        return self.subject.partition(".")[2]

    @property
    def is_desk(self) -> bool:
        """Whether it is no patient's conversation."""
        return self.about.startswith(DESK)

    @property
    def held_by(self) -> Id | None:
        """Who holds it now, as far as was seen."""
        return self.hold.held_by if self.hold is not None else None

    @property
    def answer(self) -> Answer | None:
        """The latest text to the patient."""
        return next((one for one in reversed(self.outbox) if one.to is None), None)

    def out(self, name: str) -> Answer | None:
        """Return a text of ours by its id."""
        return next((one for one in self.outbox if one.id == name), None)

    def first(self, to: Id | None, *, outreach: bool = False) -> Answer | None:
        """Return the text to that phone whose turn it is: what is under way, else the first that waits.

        Texts that begin with us have a turn of their own: no answer waits behind one.
        """
        mine = [one for one in self.outbox if (one.purpose is Purpose.OUTREACH) is outreach]
        theirs = [one for one in mine if one.to == to and one.under_way]
        begun = [one for one in theirs if one.stage is not AnswerStage.WAITING]
        return next(iter(begun), None) or min(theirs, key=lambda one: one.order, default=None)

    @property
    def turns(self) -> tuple[Answer, ...]:
        """The text whose turn it is, for each phone."""
        lanes = dict.fromkeys((a.to, a.purpose is Purpose.OUTREACH) for a in self.outbox if a.under_way)
        turns = (self.first(to, outreach=outreach) for to, outreach in lanes)
        return tuple(one for one in turns if one is not None)

    def is_muted(self, now: datetime) -> bool:
        """Whether automatic texts pause."""
        return self.muted_until is not None and now < self.muted_until


def due(state: Conversation) -> datetime | None:
    """Return when to look again; None exactly if nothing is under way, owed, or waited for."""
    moments = [one.next_at for one in state.turns]
    moments += [one.at for one in state.owed[:1]]
    moments += list(state.alarms.values())
    return min(moments, default=None)


def brief(state: Conversation) -> ConversationBrief:
    """Return what stands in the commit's headers."""
    hold, answer = state.hold, state.answer
    urgencies = [one for one in (state.highest, hold.urgency if hold and hold.open else None) if one]
    return ConversationBrief(
        heard_at=state.heard_at,
        texts=state.texts,
        opted_out=state.opted_out,
        answer=answer.stage if answer is not None else None,
        desk=state.is_desk,
        run=hold.run if hold else "",
        code=hold.code if hold else "",
        holder=state.held_by,
        open=hold is not None and hold.open,
        live=bool(state.said) or state.talked,
        urgency=highest(urgencies) if urgencies else None,
        waiting_since=state.waiting_since,
        joined=tuple(one.responder for one in state.beside if one.responder != state.held_by),
        invited=state.invited,
        media=state.media,
        muted_until=state.muted_until,
        heard=tuple(one.order for one in state.outbox) if state.is_desk else state.spoken,
    )
