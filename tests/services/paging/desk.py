"""One page on a desk: hear something at a moment, look at what happened. For the core's timetables."""

from datetime import UTC, datetime, timedelta

from contracts.carrier import CallStatus, SmsStatus
from contracts.escalations import BridgeRequested, PageRequested, PageWithdrawn, ResponderTold, Telling
from contracts.notices import NoticeKind, NoticeSent
from contracts.pages import Answer, PageEvent
from contracts.people import ContactMethod
from contracts.replies import parse
from contracts.values import Channel, Kind, Sealed, Urgency
from services.paging.core import inputs, state
from services.paging.core.decide import decide
from services.paging.core.due import due, waiting
from services.paging.core.evolve import evolve
from services.paging.core.state import Attempt, Page

START = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
"""03:10 in New York."""
ZONE = "America/New_York"
NOTHING = Sealed(key="k1", box="AAAA")


def method(name: str, *, dead: bool = False) -> ContactMethod:
    """`s1` is a text method, `v1` a voice method; equal digits share a phone."""
    return ContactMethod(
        id=name,
        channel=Channel.SMS if name.startswith("s") else Channel.VOICE,
        phone=NOTHING,
        phone_ref=f"h1-{int(name[1:]):032x}",
        dead_since=START if dead else None,
    )


def methods(names: str) -> tuple[ContactMethod, ...]:
    """`s1 v1! s2`: in that order; `!` marks one that is dead already."""
    return tuple(method(name.rstrip("!"), dead=name.endswith("!")) for name in names.split())


def request(urgency: Urgency = Urgency.IMMINENT, names: str = "s1 v1", **changes: object) -> PageRequested:
    """A page to Kim about K7."""
    return PageRequested(
        at=START,
        page="p1",
        responder="kim",
        run="r1",
        subject="escalations.pat1",
        code="K7",
        urgency=urgency,
        kind=Kind.PATIENT_ALERT,
        evidence=2,
        contact_by=START + timedelta(minutes=15),
        methods=methods(names),
        zone=ZONE,
    ).model_copy(update=changes)


def telling(
    what: Telling = Telling.YOU_HAVE_IT, urgency: Urgency = Urgency.IMMINENT, names: str = "s1 v1"
) -> ResponderTold:
    """A message to Kim about K7."""
    return ResponderTold(
        at=START,
        message="m1",
        responder="kim",
        run="r1",
        subject="escalations.pat1",
        code="K7",
        urgency=urgency,
        kind=Kind.PATIENT_ALERT,
        evidence=2,
        telling=what,
        methods=methods(names),
        zone=ZONE,
    )


def bridge(names: str = "s1 v1") -> BridgeRequested:
    """A call that connects Kim with the patient."""
    return BridgeRequested(
        at=START,
        bridge="b1",
        responder="kim",
        run="r1",
        subject="escalations.pat1",
        code="K7",
        urgency=Urgency.IMMINENT,
        kind=Kind.PATIENT_ALERT,
        patient="pat1",
        methods=methods(names),
        zone=ZONE,
    )


def answer(names: str = "s1 v1") -> Answer:
    """A text of Vigil's own to Kim."""
    return Answer(at=START, message="a1", responder="kim", text="VIGIL", methods=methods(names), zone=ZONE)


def notice(
    kind: NoticeKind = NoticeKind.SHIFT_TOMORROW, names: str = "s1 v1", **changes: object
) -> NoticeSent:
    """A notice to Kim about the shift from Friday 27 November, 08:00 in New York, to Saturday."""
    args = {
        "schedule": "crisis",
        "title": "Crisis clinician",
        "start": "2026-11-27T13:00:00+00:00",
        "end": "2026-11-28T13:00:00+00:00",
    }
    return NoticeSent(
        at=START, message="n1", responder="kim", notice=kind, args=args, methods=methods(names), zone=ZONE
    ).model_copy(update=changes)


def withdrawal(reason: str = "held", holder: str | None = "lee") -> PageWithdrawn:
    """Escalation withdraws the page of `request`."""
    return PageWithdrawn.model_validate(
        {
            "at": START,
            "page": "p1",
            "responder": "kim",
            "run": "r1",
            "subject": "escalations.pat1",
            "reason": reason,
            "holder": holder,
        }
    )


def receipt(attempt: int, status: str, code: int | None = None, sid: str = "") -> inputs.SmsReceipt:
    """A receipt for a text."""
    return inputs.SmsReceipt(
        SmsStatus(
            sid=sid or f"SM{attempt}",
            status=status,
            error_code=code,
            responder="kim",
            page="p1",
            attempt=attempt,
            received_at=START,
        )
    )


def progress(attempt: int, status: str, sid: str = "") -> inputs.CallProgress:
    """An event of a call."""
    return inputs.CallProgress(
        CallStatus(
            sid=sid or f"CA{attempt}",
            status=status,
            responder="kim",
            page="p1",
            attempt=attempt,
            received_at=START,
        )
    )


class Desk:
    """A page, a clock that is set by hand, and what happened last."""

    def __init__(self, what: state.What | None = None) -> None:
        self.page = Page.empty("pages.kim.p1")
        self.now = START
        self.log: list[PageEvent] = []
        self.causes = 0
        if what is not None:
            self.hear(inputs.Requested(what))

    def at(self, seconds: float) -> "Desk":
        """Set the clock to that many seconds after the start; nothing happens by itself."""
        self.now = START + timedelta(seconds=seconds)
        return self

    def hear(self, heard: inputs.Heard) -> list[str]:
        """Decide; return the types of what happened."""
        events = decide(self.page, heard, self.now)
        for event in events:
            self.page = evolve(self.page, event)
        self.log += events
        return [event.type for event in events]

    def look(self) -> list[str]:
        """The moment came, or somebody says that it did."""
        return self.hear(inputs.TimeReached())

    def looks(self) -> float | None:
        """When it is due, in seconds after the start."""
        at = due(self.page)
        return None if at is None else (at - START).total_seconds()

    def send(self, attempt: int, *, accepted: bool = True) -> list[str]:
        """The dispatcher's turn, and what the carrier answers."""
        what = self.page.what
        assert what is not None
        turn = inputs.TurnCame(attempt, "a text", 1, state.evidence(what), f"turn-{attempt}")
        happened = self.hear(turn)
        if accepted and happened:
            happened += self.hear(inputs.CarrierAccepted(attempt, self.sid(attempt)))
        return happened

    def sid(self, attempt: int) -> str:
        """What the carrier calls that attempt."""
        prefix = "SM" if self.attempt(attempt).channel is Channel.SMS else "CA"
        return f"{prefix}{attempt}"

    def reply(self, text: str, evidence: int = 2) -> list[str]:
        """The responder texts."""
        self.causes += 1
        name = NOTHING if "confirm" in text.casefold() else None
        phone = method("s1").phone_ref
        said = inputs.Replied(parse(text), f"sms-{self.causes}", evidence, name=name, phone_ref=phone)
        return self.hear(said)

    def press(self, digits: str, sid: str = "") -> list[str]:
        """The responder presses a key."""
        self.causes += 1
        return self.hear(inputs.Pressed(digits, f"press-{self.causes}", 2, sid=sid))

    def attempt(self, number: int) -> Attempt:
        """One attempt; fails when there is none."""
        found = state.attempt_of(self.page, number)
        assert found is not None, f"there is no attempt {number}"
        return found

    def waits(self) -> list[str]:
        """What waits for the dispatcher: `s1@0` is method s1, not before second 0."""
        return [f"{each.method}@{(each.not_before - START).total_seconds():g}" for each in waiting(self.page)]
