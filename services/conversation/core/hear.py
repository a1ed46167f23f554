"""What is said: a patient's text, a patient's call, a receipt for an answer of ours."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.conversations import (
    AnswerAccepted,
    AnswerDelivered,
    AnswerFailed,
    AnswerStage,
    AnswerWaiting,
    CallReceived,
    ConversationEvent,
    OptedIn,
    OptedOut,
    TextReceived,
)
from contracts.values import Sealed
from services.conversation.core.opting import Opting
from services.conversation.core.state import Conversation
from services.conversation.core.wording import first_answer

ANSWER_AT_MOST_EVERY = timedelta(minutes=60)
"""A patient gets the automatic answer once in this span; further texts only reach people. Ours."""
SEND_WITHIN = timedelta(minutes=15)
"""An answer that could not be sent by then is not sent at all. Ours."""

Events = tuple[ConversationEvent, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A patient's text; `phone` is None when it can't be unsealed, and then nothing can be answered."""

    sid: str
    evidence: int
    body: Sealed
    phone: Sealed | None
    opting: Opting
    language: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the carrier reports of an answer."""

    answer: str
    attempt: int
    sid: str
    status: str
    code: str = ""


def text(state: Conversation, now: datetime, heard: Text) -> Events:
    """Return what a patient's text does; a repeated one nothing."""
    if heard.sid in state.heard:
        return ()
    events: list[ConversationEvent] = [
        TextReceived(at=now, sid=heard.sid, evidence=heard.evidence, body=heard.body)
    ]
    opted_out = state.opted_out
    if heard.opting is Opting.OUT:
        opted_out = True
        events.append(OptedOut(at=now, why="word"))
        if state.answer is not None and state.answer.stage is AnswerStage.WAITING:
            events.append(AnswerFailed(at=now, answer=state.answer.id, code="opted_out"))
    elif heard.opting is Opting.IN and opted_out:
        opted_out = False
        events.append(OptedIn(at=now))
    if not opted_out and heard.phone is not None and _may_answer(state, now):
        events.append(
            AnswerWaiting(
                at=now,
                answer=f"a{heard.evidence}",
                text=first_answer(heard.language),
                phone=heard.phone,
                send_by=now + SEND_WITHIN,
            )
        )
    return tuple(events)


def call(state: Conversation, now: datetime, sid: str, evidence: int, room: str | None) -> Events:
    """Return what a patient's call does; a repeated one nothing. Nothing is texted because of it."""
    if sid in state.heard:
        return ()
    return (CallReceived(at=now, sid=sid, evidence=evidence, room=room),)


def receipt(state: Conversation, now: datetime, heard: Receipt) -> Events:
    """Return what a receipt does. It may come twice, late, out of order, or before the sid is known."""
    answer = state.answer
    if answer is None or answer.id != heard.answer:
        return ()
    if answer.stage in (AnswerStage.DELIVERED, AnswerStage.FAILED):
        return ()
    match heard.status:
        case "delivered" | "read":
            return (AnswerDelivered(at=now, answer=answer.id, sid=heard.sid),)
        case "failed" | "undelivered" | "canceled":
            # A failure of an earlier sending says nothing about the one that followed it.
            if heard.attempt != answer.attempt:
                return ()
            return (AnswerFailed(at=now, answer=answer.id, code=heard.code or heard.status),)
        case _ if answer.under_way:
            return (
                AnswerAccepted(
                    at=now, answer=answer.id, attempt=heard.attempt, sid=heard.sid, reconciled=True
                ),
            )
        case _:
            return ()


def _may_answer(state: Conversation, now: datetime) -> bool:
    answer = state.answer
    if answer is None or answer.stage is AnswerStage.FAILED:
        return True
    return not answer.under_way and now - answer.asked_at >= ANSWER_AT_MOST_EVERY
