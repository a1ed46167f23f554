"""What is true of a conversation after an event."""

from typing import assert_never

from contracts.conversations import (
    AnswerAccepted,
    AnswerDelivered,
    AnswerFailed,
    AnswerIntended,
    AnswerPostponed,
    AnswerStage,
    AnswerUnknown,
    AnswerWaiting,
    CallReceived,
    ConversationEvent,
    OptedIn,
    OptedOut,
    TextReceived,
)
from services.conversation.core.state import HEARD_KEPT, Answer, Conversation

_AnswerEvent = (
    AnswerIntended | AnswerAccepted | AnswerPostponed | AnswerUnknown | AnswerFailed | AnswerDelivered
)


def evolve(state: Conversation, event: ConversationEvent) -> Conversation:
    """Return the state after the event; an event about another answer than the latest changes nothing."""
    match event:
        case TextReceived() | CallReceived():
            return state.model_copy(
                update={
                    "heard": (*state.heard, event.sid)[-HEARD_KEPT:],
                    "heard_at": event.at,
                    "texts": state.texts + isinstance(event, TextReceived),
                }
            )
        case OptedOut():
            return state.model_copy(update={"opted_out": True})
        case OptedIn():
            return state.model_copy(update={"opted_out": False})
        case AnswerWaiting():
            answer = Answer(
                id=event.answer,
                text=event.text,
                phone=event.phone,
                asked_at=event.at,
                send_by=event.send_by,
                next_at=event.at,
            )
            return state.model_copy(update={"answer": answer})
        case _:
            if state.answer is None or state.answer.id != event.answer:
                return state
            return state.model_copy(update={"answer": _moved(state.answer, event)})


def _moved(answer: Answer, event: _AnswerEvent) -> Answer:
    match event:
        case AnswerIntended():
            change = {
                "stage": AnswerStage.INTENDED,
                "attempt": event.attempt,
                "intended_at": answer.intended_at or event.at,
                "next_at": event.reconcile_at,
            }
        case AnswerAccepted():
            change = {"stage": AnswerStage.ACCEPTED, "sid": event.sid}
        case AnswerPostponed():
            change = {
                "stage": AnswerStage.WAITING,
                "postponed": answer.postponed + 1,
                "code": event.code,
                "next_at": event.not_before,
            }
        case AnswerUnknown():
            change = {
                "stage": AnswerStage.UNKNOWN,
                "unknowns": answer.unknowns + 1,
                "code": event.why,
                "next_at": event.reconcile_at,
            }
        case AnswerFailed():
            change = {"stage": AnswerStage.FAILED, "code": event.code}
        case AnswerDelivered():
            change = {"stage": AnswerStage.DELIVERED, "sid": event.sid}
        case _:
            assert_never(event)
    return answer.model_copy(update=change)
