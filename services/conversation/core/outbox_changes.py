"""Changes of state around our own texts; only `evolve` calls them."""

from typing import Any, assert_never

from contracts.conversations import (
    AnswerAccepted,
    AnswerDelivered,
    AnswerFailed,
    AnswerIntended,
    AnswerPostponed,
    AnswerStage,
    AnswerUnknown,
    AnswerWaiting,
    Purpose,
)
from services.conversation.core.state import (
    AUTOMATIC_KEPT,
    DONE_KEPT,
    Answer,
    Beside,
    Conversation,
)

_AnswerEvent = (
    AnswerIntended | AnswerAccepted | AnswerPostponed | AnswerUnknown | AnswerFailed | AnswerDelivered
)


def waiting(state: Conversation, event: AnswerWaiting) -> Conversation:
    """A text waits for its turn; what is long over is forgotten."""
    answer = Answer(
        id=event.answer,
        text=event.text,
        phone=event.phone,
        asked_at=event.at,
        send_by=event.send_by,
        next_at=event.at,
        purpose=event.purpose,
        sealed=event.sealed,
        to=event.responder,
        by=event.by,
        order=event.order,
        upto=event.upto,
        outreach=event.outreach,
        reaches=event.reaches,
    )
    over = [one.id for one in state.outbox if not one.under_way]
    forgotten = set(over[: max(0, len(over) - DONE_KEPT)])
    kept = tuple(one for one in state.outbox if one.id not in forgotten and one.id != answer.id)
    changed: dict[str, Any] = {"outbox": (*kept, answer), "serial": state.serial + 1}
    if event.responder is None and event.purpose.automatic:
        changed["automatic"] = (*state.automatic, event.at)[-AUTOMATIC_KEPT:]
    return state.model_copy(update=changed | _by_purpose(state, event))


def _by_purpose(state: Conversation, event: AnswerWaiting) -> dict[str, Any]:
    match event.purpose:
        case Purpose.WORDS:
            return {
                "spoke_at": event.at,
                "talked": True,
                "waiting_since": None,
                "nudges": 0,
                "check_ins": 0,
                "silent_told": False,
            }
        case Purpose.WAITING:
            return {"waits": state.waits + 1}
        case Purpose.NOBODY:
            return {"nobody_told": True, "waits": state.waits + 1}
        case Purpose.CHECK_IN:
            return {"check_ins": state.check_ins + 1}
        case Purpose.SURVEY:
            return {"survey_at": event.at, "survey_wanted": False}
        case Purpose.RELAY:
            return {"beside": tuple(_relayed(one, event) for one in state.beside)}
        case Purpose.FIRST | Purpose.CODE | Purpose.RIGHTS | Purpose.NEWS | Purpose.TOLD | Purpose.OUTREACH:
            return {}


def _relayed(one: Beside, event: AnswerWaiting) -> Beside:
    if one.responder != event.responder:
        return one
    late = tuple(evidence for evidence in one.late if evidence > event.upto)
    return one.model_copy(update={"upto": max(one.upto, event.upto), "late": late, "at": event.at})


def moved(state: Conversation, event: _AnswerEvent) -> Conversation:
    """A text went on; an event about one that is forgotten changes nothing."""
    if state.out(event.answer) is None:
        return state
    outbox = tuple(_moved(one, event) if one.id == event.answer else one for one in state.outbox)
    changed: dict[str, Any] = {"outbox": outbox}
    if isinstance(event, AnswerAccepted | AnswerDelivered):
        changed |= _told(state, event.answer)
    words = [one for one in outbox if one.purpose is Purpose.WORDS]
    if isinstance(event, AnswerFailed) and words and words[-1].id == event.answer:
        # What was answered did not arrive: the patient still waits.
        changed |= {"waiting_since": state.waiting_since or state.heard_at, "spoke_at": None}
    return state.model_copy(update=changed)


def _told(state: Conversation, name: str) -> dict[str, Any]:
    """The carrier took a relay for the holder's phone: what is in it is owed no more."""
    relay = state.out(name)
    if relay is None or relay.purpose is not Purpose.RELAY or relay.to != state.held_by:
        return {}
    late = {evidence for one in state.beside if one.responder == relay.to for evidence in one.late}
    return {
        "said": tuple(
            said.model_copy(update={"carried": False})
            if said.evidence <= relay.upto and said.evidence not in late
            else said
            for said in state.said
        )
    }


def _moved(answer: Answer, event: _AnswerEvent) -> Answer:
    match event:
        case AnswerIntended():
            change: dict[str, Any] = {
                "stage": AnswerStage.INTENDED,
                "attempt": event.attempt,
                "intended_at": answer.intended_at or event.at,
                "next_at": event.reconcile_at,
            }
        case AnswerAccepted():
            change = {"stage": AnswerStage.ACCEPTED, "sid": event.sid, "accepted_at": event.at}
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
            change = {
                "stage": AnswerStage.DELIVERED,
                "sid": event.sid,
                "accepted_at": answer.accepted_at or event.at,
            }
        case _:
            assert_never(event)
    return answer.model_copy(update=change)
