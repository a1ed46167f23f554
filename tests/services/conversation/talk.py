"""One conversation and a clock, without a server: what patients, staff, the carrier and time do to it."""

import dataclasses
from datetime import UTC, datetime, timedelta

from contracts.conversations import AlarmSet, AnswerStage, Purpose
from contracts.escalations import EscalationStatus
from contracts.replies import Key, parse
from contracts.values import Sealed, Urgency
from services.conversation import phrasebook
from services.conversation.core import answering, hear, talking
from services.conversation.core.decide import decide, look, raised, time_reached
from services.conversation.core.evolve import evolve
from services.conversation.core.opting import Opting
from services.conversation.core.state import Conversation, Hold, due
from services.conversation.core.world import Times, World
from services.conversation.staff import words_meant

START = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
PHONE = Sealed(key="k1", box="phone")
LANGUAGES = phrasebook.load()
NAMES = {"ana": "Ana", "ben": "Ben", "kim": "Kim"}


def box(text: str) -> Sealed:
    """Seal nothing: tests read what would be sealed."""
    return Sealed(key="none", box=text)


class Talk:
    """One conversation of the patient pt_a, as its log would have it."""

    def __init__(self, times: Times | None = None, language: str = "en") -> None:
        self.state = Conversation.empty("conversations.pt_a")
        self.now = START
        self.number = 0
        self.hold: Hold | None = None
        self.sent: list[tuple[str, str]] = []
        """(responder or "patient", text) in the order the carrier took them."""
        self.owed: list[str] = []
        self.events: list[object] = []
        self.reachable = set(NAMES)
        self.language = language
        self.times = times or Times()
        self.more: dict[str, object] = {}

    def clock_of(self, moment, _who):
        return f"{moment:%H:%M}"

    @property
    def world(self) -> World:
        return World(
            phrases=LANGUAGES.of(self.language),
            seal=box,
            unseal=lambda sealed: sealed.box,
            hold=self.hold,
            name_of=lambda who: NAMES.get(who, ""),
            phone_of=lambda who: box(who) if who in self.reachable else None,
            clock_of=self.clock_of,
            asks_record=LANGUAGES.asks_record,
            words_ref=lambda words: f"h1-{abs(hash(words)) % 10**32:032d}",
            times=self.times,
            **self.more,
        )

    def hear(self, act):
        """Let a rule act; return the kinds of event, but those of the clocks."""
        events = decide(self.state, self.now, self.world, act)
        for event in events:
            self.state = evolve(self.state, event)
        self.events += events
        return [type(event) for event in events if not isinstance(event, AlarmSet)]

    # -- who does what ------------------------------------------------------------------------

    def text(
        self, words="hello", *, opting=Opting.NONE, phone=PHONE, sid=None, evidence=None, carried=None, **more
    ):
        self.number += 1
        held = self.hold is not None and self.hold.held_by in self.reachable
        heard = hear.Text(
            sid or f"SM{self.number}",
            evidence or self.number,
            box(words),
            phone,
            opting,
            self.language,
            words=words,
            carried=held if carried is None else carried,
            **more,
        )
        return self.hear(lambda draft: hear.text(draft, heard))

    def says(self, who, body, **more):
        """A responder texts about this conversation."""
        self.number += 1
        reply = parse(body)
        talk = talking.Talk(
            sid=f"SM{self.number}",
            evidence=self.number,
            responder=who,
            key=reply.key,
            body=box(body),
            words=more.pop("words", None) or words_meant(reply, body),
            name=reply.number if reply.key is Key.TALK_911 else reply.name,
            asked=reply.name if reply.name in NAMES else None,
            wanted=LANGUAGES.named(reply.name.removesuffix(" all")),
            everybody=reply.name.endswith(" all"),
            count=int(reply.number or 0) if reply.key in (Key.TALK_LAST, Key.TALK_CONTACTS) else 0,
            **more,
        )
        return self.hear(lambda draft: talking.heard(draft, talk))

    def escalation(self, holder=None, status=None, urgency=Urgency.URGENT, **more):
        """Let the escalation stand so."""
        sequence = (self.hold.sequence if self.hold else 0) + 1
        status = status or (EscalationStatus.HELD if holder else EscalationStatus.PAGING)
        self.hold = Hold(
            run=more.pop("run", "pt_a-1"),
            code=more.pop("code", "K7"),
            status=status,
            urgency=urgency,
            sequence=sequence,
            holder=holder,
            **more,
        )
        return self.hear(look)

    def closed(self, **more):
        return self.escalation(self.hold.holder, EscalationStatus.CLOSED, **more)

    # -- time and the carrier -----------------------------------------------------------------

    def at(self, minutes=0.0, seconds=0.0):
        self.now = START + timedelta(minutes=minutes, seconds=seconds)
        return self

    def until(self, minutes=0.0, seconds=0.0, carrier=True):
        """Let time pass, stopping at each moment something is due; the carrier takes what it is given."""
        end = START + timedelta(minutes=minutes, seconds=seconds)
        for _ in range(500):
            moment = due(self.state)
            if moment is None or moment > end:
                break
            self.now = max(self.now, moment)
            self.step(carrier)
        else:
            raise AssertionError("it never comes to rest")
        self.now = max(self.now, end)
        return self

    def step(self, carrier=True):
        if self.state.owed:
            names = tuple(one.signal for one in self.state.owed)
            self.owed += names
            self.hear(lambda draft: raised(draft, names))
        self.hear(time_reached)
        for answer in self.state.outbox if carrier else ():
            if answer.stage is AnswerStage.INTENDED:
                self.take(answer)

    def take(self, answer):
        text = answer.text or answer.sealed.box
        self.sent.append((answer.to or "patient", text))
        self.hear(lambda draft: answering.accepted(draft, answer.id, answer.attempt, f"SM{answer.id}"))

    def got(self, who):
        """Return the texts to that phone since it was last asked."""
        mine = [text for to, text in self.sent if to == who]
        self.sent = [(to, text) for to, text in self.sent if to != who]
        return mine

    def fails(self, purpose: Purpose, code="30003"):
        """The carrier reports that the latest text of that purpose failed."""
        answer = next(one for one in reversed(self.state.outbox) if one.purpose is purpose)
        heard = hear.Receipt(answer.id, answer.attempt, "SMx", "undelivered", code)
        return self.hear(lambda draft: hear.receipt(draft, heard))

    def with_times(self, **changed):
        self.times = dataclasses.replace(self.times, **changed)
        return self
