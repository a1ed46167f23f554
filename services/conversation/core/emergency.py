"""The guided hand-off to 911: who was called, when, confirmed or not. It is asked about until it is over.

Vigil calls nobody: 911 wants a person who can answer. Whoever holds the conversation or joined it says
that they called; only who holds it hands it off (`4 K7 911`) and confirms contact, which escalation keeps.
"""

from contracts.conversations import EmergencyCalled, EmergencyStarted, Purpose
from contracts.escalations import EscalationStatus
from contracts.replies import UNCLEAR
from contracts.values import Urgency
from services.conversation.core import emergency_texts
from services.conversation.core.draft import Draft
from services.conversation.core.talk import Talk


def heard(draft: Draft, talk: Talk) -> None:
    """Take the next step that a responder texts."""
    if talk.name == UNCLEAR:
        _tell(draft, talk.responder, emergency_texts.unclear(_code(draft)))
    elif talk.name:
        _called(draft, talk)
    elif draft.state.emergency is None:
        draft.add(EmergencyStarted(at=draft.now, responder=talk.responder))
        _tell(draft, talk.responder, emergency_texts.begin(_code(draft)))
        name = draft.world.name_of(talk.responder)
        _tell_holder(draft, talk.responder, emergency_texts.begun_by(_code(draft), name))
    elif draft.state.emergency.called_at is None:
        _tell(draft, talk.responder, emergency_texts.begin(_code(draft)))
    else:
        stands(draft, talk.responder)


def stands(draft: Draft, responder: str) -> None:
    """Tell somebody who goes on with it how it stands."""
    one = draft.state.emergency
    if one is None:
        return
    world, code = draft.world, _code(draft)
    if one.called_at is None:
        _tell(draft, responder, emergency_texts.begun(code, world.name_of(one.responder)))
        return
    name, clock = world.name_of(one.called_by or one.responder), world.clock_of(one.called_at, responder)
    who = (world.unseal(one.who) or "") if one.who is not None else ""
    text = emergency_texts.called_by(code, name, clock, who, handed_off=_handed_off(draft))
    _tell(draft, responder, text)


def handed_off(draft: Draft, holder: str) -> None:
    """It was handed off in this moment: who was called must still be put on record."""
    one = draft.state.emergency
    if one is None or one.who is not None:
        return
    code = _code(draft)
    if one.called_at is None:
        _tell(draft, holder, emergency_texts.not_on_record(code))
    else:
        clock = draft.world.clock_of(one.called_at, holder)
        _tell(draft, holder, emergency_texts.called_whom(code, clock))


def question(draft: Draft, holder: str) -> str:
    """Return what the holder is asked while it is not over."""
    one, code = draft.state.emergency, _code(draft)
    if one is None or one.called_at is None:
        return emergency_texts.was_called(code)
    return emergency_texts.was_reached(code, draft.world.clock_of(one.called_at, holder))


def _called(draft: Draft, talk: Talk) -> None:
    world, code = draft.world, _code(draft)
    named = bool(talk.words)
    draft.add(
        EmergencyCalled(at=draft.now, responder=talk.responder, who=world.seal(talk.words), named=named)
    )
    clock, hold = world.clock_of(draft.now, talk.responder), draft.state.hold
    if not named:
        text = emergency_texts.called_whom(code, clock)
    elif _handed_off(draft):
        text = emergency_texts.called_after(code, clock)
    else:
        imminent = hold is not None and hold.urgency is Urgency.IMMINENT
        text = emergency_texts.called(code, clock, imminent=imminent)
    _tell(draft, talk.responder, text)
    if draft.state.held_by not in (None, talk.responder):
        stands(draft, draft.state.held_by or "")


def _tell_holder(draft: Draft, responder: str, text: str) -> None:
    holder = draft.state.held_by
    if holder is not None and holder != responder:
        _tell(draft, holder, text)


def _handed_off(draft: Draft) -> bool:
    hold = draft.state.hold
    return hold is not None and hold.status is EscalationStatus.HANDED_OFF


def _tell(draft: Draft, responder: str, text: str) -> None:
    draft.to_staff(Purpose.TOLD, responder, text)


def _code(draft: Draft) -> str:
    return draft.state.hold.code if draft.state.hold is not None else ""
