"""How a page goes out says the same as paging does: its figures, and its own rules played through."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.carrier import CallStatus, SmsStatus
from contracts.escalations import PageRequested
from contracts.pages import AttemptIntended, PageEvent, PageExhausted
from contracts.people import ContactMethod
from contracts.values import Channel, Kind, Sealed, Urgency
from services.escalation.rehearsal import lines
from services.escalation.rehearsal.lines import Calls, Lines, Texts
from services.paging.core import inputs, limits, plan
from services.paging.core.decide import decide
from services.paging.core.due import due, waiting
from services.paging.core.evolve import evolve
from services.paging.core.state import Page
from services.paging.settings import PagingSettings

AT = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
BOTH = (Channel.SMS, Channel.VOICE)


def test_the_figures_are_those_of_paging() -> None:
    assert (lines.NO_RECEIPT, lines.NO_ANSWER) == (limits.NO_RECEIPT, limits.NO_ANSWER)
    assert lines.CALL_AGAIN == limits.CALL_AGAIN
    assert timedelta(seconds=PagingSettings.model_fields["ring_seconds"].default) == lines.RINGS
    assert plan.at_once(page(Urgency.IMMINENT, BOTH)) == lines.AT_ONCE_IMMINENT
    assert plan.at_once(page(Urgency.URGENT, BOTH)) == 1
    for urgency in Urgency:
        assert limits.calls_allowed(urgency, failed=False) == lines.CALLS
        again = urgency.rank >= Urgency.URGENT.rank
        assert limits.calls_allowed(urgency, failed=True) == (lines.CALLS if again else 1)


@pytest.mark.parametrize("texts", Texts)
@pytest.mark.parametrize("calls", Calls)
@pytest.mark.parametrize("urgency", [Urgency.IMMINENT, Urgency.URGENT, Urgency.SOON])
@pytest.mark.parametrize(
    "channels",
    [
        BOTH,
        (Channel.SMS,),
        (Channel.VOICE,),
        (Channel.VOICE, Channel.SMS),
        (Channel.SMS, Channel.SMS, Channel.VOICE, Channel.VOICE),
    ],
)
def test_contacts_are_those_paging_makes(
    texts: Texts, calls: Calls, urgency: Urgency, channels: tuple[Channel, ...]
) -> None:
    phones = Lines(texts, calls)
    asked = page(urgency, channels)

    told = lines.plan(asked, phones)

    made, exhausted = paging_does(asked, phones)
    assert [(contact.after, contact.method) for contact in told.contacts] == made
    assert told.exhausted_after == exhausted


def test_dead_methods_are_not_tried() -> None:
    asked = page(Urgency.URGENT, BOTH)
    dead = asked.methods[0].model_copy(update={"dead_since": AT})

    told = lines.plan(asked.model_copy(update={"methods": (dead, asked.methods[1])}))

    assert told.contacts[0].channel is Channel.VOICE


def page(urgency: Urgency, channels: tuple[Channel, ...]) -> PageRequested:
    methods = tuple(
        ContactMethod(
            id=f"m{number}",
            channel=channel,
            phone=Sealed(key="k", box="box"),
            phone_ref=f"k-{number:032}",
        )
        for number, channel in enumerate(channels)
    )
    return PageRequested(
        at=AT,
        page="p1-1-p1",
        responder="ana",
        run="p1-1",
        subject="escalations.p1",
        code="K7",
        urgency=urgency,
        kind=Kind.SCREEN_POSITIVE,
        evidence=1,
        methods=methods,
        zone="UTC",
    )


def paging_does(asked: PageRequested, phones: Lines) -> tuple[list[tuple[timedelta, str]], timedelta | None]:
    """Play paging's own rules with a carrier that behaves like these lines, for half an hour."""
    now, state = AT, Page.empty("pages.ana.p1-1-p1")
    made: list[tuple[timedelta, str]] = []
    coming: list[tuple[datetime, inputs.Heard]] = [(AT, inputs.Requested(asked))]
    log: list[PageEvent] = []
    while True:
        moments = [at for at, _ in coming]
        moments += [max(now, attempt.not_before) for attempt in waiting(state)]
        deadline = due(state)
        moments += [deadline] if deadline is not None else []
        now = max(now, min(moments, default=AT + timedelta(days=1)))
        if now > AT + timedelta(minutes=20):
            break
        ready = [heard for at, heard in coming if at <= now]
        coming = [(at, heard) for at, heard in coming if at > now]
        turns = [attempt.number for attempt in waiting(state) if attempt.not_before <= now]
        if not ready and turns:
            ready = [inputs.TurnCame(turns[0], "text", 1, 1, f"turn-{turns[0]}-{len(made)}")]
        for heard in ready or [inputs.TimeReached()]:
            events = decide(state, heard, now)
            for event in events:
                state = evolve(state, event)
                if isinstance(event, AttemptIntended):
                    attempt = next(one for one in state.attempts if one.number == event.attempt)
                    made.append((now - AT, attempt.method))
                    coming += carrier(phones, attempt.channel, attempt.number, now)
            log += events
    gone = [event.at - AT for event in log if isinstance(event, PageExhausted)]
    return made, gone[0] if gone else None


def carrier(
    phones: Lines, channel: Channel, number: int, now: datetime
) -> list[tuple[datetime, inputs.Heard]]:
    sid = f"sid{number}"
    refused = (now, inputs.CarrierRefused(number, code=12345, status=400))
    accepted = (now, inputs.CarrierAccepted(number, sid))

    def text(status: str) -> tuple[datetime, inputs.Heard]:
        about = {"responder": "ana", "page": "p1-1-p1", "attempt": number, "received_at": now}
        return now, inputs.SmsReceipt(SmsStatus(sid=sid, status=status, **about))

    def call(status: str, after: timedelta) -> tuple[datetime, inputs.Heard]:
        about = {"responder": "ana", "page": "p1-1-p1", "attempt": number, "received_at": now}
        return now + after, inputs.CallProgress(CallStatus(sid=sid, status=status, **about))

    match channel, phones.texts, phones.calls:
        case Channel.SMS, Texts.DELIVERED, _:
            return [accepted, text("delivered")]
        case Channel.SMS, Texts.NO_RECEIPT, _:
            return [accepted]
        case Channel.VOICE, _, Calls.MAILBOX:
            taken = call("in-progress", lines.RINGS)
            return [accepted, taken, call("completed", lines.RINGS + lines.MAILBOX_LASTS)]
        case Channel.VOICE, _, Calls.RING_OUT:
            return [accepted, call("no-answer", lines.RINGS)]
        case _:
            return [refused]
