"""Changes of state around what is heard and who holds it; only `evolve` calls them."""

from typing import Any

from contracts.conversations import (
    AlarmSet,
    AnswerFailed,
    AnswerWaiting,
    CallReceived,
    CodeTexted,
    ConversationEnded,
    EmergencyAsked,
    EmergencyCalled,
    EmergencyConfirmed,
    EmergencyStarted,
    HoldSeen,
    JoinAsked,
    PersonJoined,
    PersonLeft,
    Purpose,
    SignalOwed,
    TalkHeard,
    TextReceived,
)
from contracts.outreach import OutreachAsked, OutreachDropped, OutreachEnded
from contracts.replies import Key
from contracts.values import Urgency, highest
from services.conversation.core.state import (
    HEARD_KEPT,
    OUTREACH_OVER_KEPT,
    OWED_KEPT,
    SAID_KEPT,
    SPOKEN_KEPT,
    WORDS_KEPT,
    WROTE_KEPT,
    Beside,
    Conversation,
    Emergency,
    Hold,
    Owed,
    Reaching,
    Said,
    Wrote,
)


def text_received(state: Conversation, event: TextReceived) -> Conversation:
    """The patient wrote: it waits for an answer of a person, in the order of the carrier's webhooks."""
    said = Said(
        sid=event.sid,
        evidence=event.evidence,
        body=event.body,
        at=event.at,
        long=event.long,
        media=event.media,
        carried=event.carried,
        asks_call=event.asks_call,
        asks_quiet=event.asks_quiet,
        asks_record=event.asks_record,
        urgency=event.urgency or Urgency.URGENT,
    )
    every = sorted((*state.said, said), key=lambda one: one.evidence)
    risk = event.risk or event.urgency is Urgency.IMMINENT
    return _heard(state, event.sid).model_copy(
        update={
            "heard_at": event.at,
            "texts": state.texts + 1,
            "media": state.media + event.media,
            "phone": event.phone or state.phone,
            "language": event.language or state.language,
            "said": tuple(every[-SAID_KEPT:]),
            "beside": tuple(_overtaken(one, event.evidence) for one in state.beside),
            "waiting_since": state.waiting_since or event.at,
            "risk_at": event.at if risk else state.risk_at,
            "highest": highest((state.highest or event.urgency, event.urgency)) if event.urgency else None,
            "check_ins": 0,
            "silent_told": False,
        }
    )


def _overtaken(one: Beside, evidence: int) -> Beside:
    """A text that comes after a later one was relayed is still to be relayed."""
    return one.model_copy(update={"late": (*one.late, evidence)}) if evidence <= one.upto else one


def call_received(state: Conversation, event: CallReceived) -> Conversation:
    """The patient called."""
    return _heard(state, event.sid).model_copy(update={"heard_at": event.at})


def code_texted(state: Conversation, event: CodeTexted) -> Conversation:
    """An attendance code is heard once; nobody waits for an answer of a person to it."""
    return _heard(state, event.sid)


def talk_heard(state: Conversation, event: TalkHeard) -> Conversation:
    """A responder texted about it."""
    spoken = (*state.spoken, event.evidence)[-SPOKEN_KEPT:] if event.evidence else state.spoken
    changed: dict[str, Any] = {"spoken": spoken}
    if state.phone is None and event.phone is not None:
        changed |= {"phone": event.phone, "language": event.language or state.language}
    if event.words is not None:
        changed["words"] = (*state.words, event.words)[-WORDS_KEPT:]
    if event.key == Key.TALK_SAFE:
        changed["risk_at"] = event.at
    return _heard(state, event.sid).model_copy(update=changed)


def _heard(state: Conversation, sid: str) -> Conversation:
    return state.model_copy(update={"heard": (*state.heard, sid)[-HEARD_KEPT:]})


def hold_seen(state: Conversation, event: HoldSeen) -> Conversation:
    """Who holds it changed, or how it stands."""
    before = state.hold
    hold = Hold(
        run=event.run,
        code=event.code,
        status=event.status,
        urgency=event.urgency,
        sequence=event.sequence,
        holder=event.holder,
        nobody=event.nobody,
        contact=event.contact,
    )
    same = before is not None and before.run == hold.run and before.held_by == hold.held_by
    hold = hold.model_copy(update={"since": before.since if same and before is not None else event.at})
    changed: dict[str, Any] = {"hold": hold}
    spoke_otherwise = before is not None and before.run == hold.run and hold.contact > before.contact
    if spoke_otherwise:
        # They spoke by phone, or say that they reached each other: nothing waits for an answer by text.
        changed |= {"waiting_since": None, "nudges": 0, "spoke_at": None}
    if not same:
        changed |= {"beside": _beside(state, hold), "nudges": 0}
        changed |= {"waits": 0, "nobody_told": False} if hold.held_by is not None else {}
        changed |= {"invited": (), "called_in": ()} if before is None or before.run != hold.run else {}
    if hold.held_by is not None:
        changed["last_holder"] = hold.held_by
    return state.model_copy(update=changed)


def _beside(state: Conversation, hold: Hold) -> tuple[Beside, ...]:
    """The new holder has heard nothing yet of the run; whoever joined stays."""
    holder = hold.held_by
    if not hold.open:
        return ()
    joined = [one for one in state.beside if state.hold is None or one.responder != state.held_by]
    others = tuple(one for one in joined if one.responder != holder)
    return others if holder is None else (Beside(responder=holder, upto=0), *others)


def ended(state: Conversation, event: ConversationEnded) -> Conversation:
    """Closed by a person: nothing of it runs on, but what was not brought to them."""
    left = tuple(one for one in state.said if one.evidence > event.upto)
    return state.model_copy(
        update={
            "ended_at": event.at,
            "beside": (),
            "invited": (),
            "called_in": (),
            "wrote": (),
            "waiting_since": left[0].at if left else None,
            "waits": 0,
            "nobody_told": False,
            "nudges": 0,
            "spoke_at": None,
            "talked": False,
            "survey_wanted": event.talked and not left,
            "risk_at": None,
            "highest": None,
            "check_ins": 0,
            "silent_told": False,
            "said": left,
            "note": None,
            "note_by": None,
            "words": (),
            "emergency": None,
        }
    )


def owed(state: Conversation, event: SignalOwed) -> Conversation:
    """A signal must be published; each once."""
    if any(one.signal == event.signal for one in state.owed):
        return state
    one = Owed(
        signal=event.signal,
        at=event.at,
        urgency=event.urgency,
        why=event.why,
        evidence=event.evidence,
        anew=event.anew,
    )
    said = tuple(
        each.model_copy(update={"carried": False}) if signal_of(each.sid) == event.signal else each
        for each in state.said
    )
    return state.model_copy(update={"owed": (*state.owed, one)[-OWED_KEPT:], "said": said})


def signal_of(sid: str) -> str:
    """Return the id of the signal of a text: the same however late it is raised."""
    return f"sms/{sid}"


def wrote(state: Conversation, event: AnswerWaiting) -> Conversation:
    """One of our people wrote to the patient: kept for whoever takes it over."""
    if event.purpose is not Purpose.WORDS or event.by is None or event.sealed is None:
        return state
    one = Wrote(answer=event.answer, by=event.by, at=event.at, body=event.sealed, order=event.order)
    return state.model_copy(update={"wrote": (*state.wrote, one)[-WROTE_KEPT:]})


def not_arrived(state: Conversation, event: AnswerFailed) -> Conversation:
    """What was written did not reach the patient, and is shown so."""
    if not any(one.answer == event.answer for one in state.wrote):
        return state
    written = tuple(
        one.model_copy(update={"failed": True}) if one.answer == event.answer else one for one in state.wrote
    )
    return state.model_copy(update={"wrote": written})


def asked(state: Conversation, event: JoinAsked) -> Conversation:
    """Somebody was asked to join."""
    changed = {"invited": tuple(dict.fromkeys((*state.invited, event.asked)))}
    if event.language:
        changed["called_in"] = tuple(dict.fromkeys((*state.called_in, event.asked)))
    return state.model_copy(update=changed)


def uninvited(state: Conversation, responder: str) -> Conversation:
    """Somebody is waited for no more: they came, went, or another one came first."""
    return state.model_copy(
        update={
            "invited": tuple(one for one in state.invited if one != responder),
            "called_in": tuple(one for one in state.called_in if one != responder),
        }
    )


def joined_or_left(state: Conversation, event: PersonJoined | PersonLeft) -> Conversation:
    """A second person comes, and hears from now on; or goes."""
    others = tuple(one for one in state.beside if one.responder != event.responder)
    state = uninvited(state, event.responder)
    if isinstance(event, PersonLeft):
        return state.model_copy(update={"beside": others})
    upto = max((one.evidence for one in state.said), default=0)
    came = Beside(responder=event.responder, upto=upto, since=event.at)
    return state.model_copy(update={"beside": (*others, came)})


def emergency(
    state: Conversation, event: EmergencyStarted | EmergencyCalled | EmergencyAsked | EmergencyConfirmed
) -> Conversation:
    """The guided hand-off goes on."""
    known = state.emergency
    match event:
        case EmergencyStarted():
            known = Emergency(responder=event.responder, started_at=event.at, asked_at=event.at)
        case EmergencyCalled():
            known = (
                known or Emergency(responder=event.responder, started_at=event.at, asked_at=event.at)
            ).model_copy(
                update={
                    "called_at": event.at,
                    "asked_at": event.at,
                    "called_by": event.responder,
                    "who": event.who if event.named else None,
                }
            )
        case EmergencyAsked():
            known = known.model_copy(update={"asked_at": event.at}) if known is not None else None
        case EmergencyConfirmed():
            known = None
    return state.model_copy(update={"emergency": known})


def outreach(state: Conversation, event: OutreachAsked | OutreachDropped | OutreachEnded) -> Conversation:
    """A text that begins with us is asked for, wanted no more, or over; each id once."""
    others = tuple(one for one in state.outreach if one.asked.outreach != event.outreach)
    match event:
        case OutreachAsked():
            return state.model_copy(update={"outreach": (*others, Reaching(asked=event))})
        case OutreachDropped():
            marked = tuple(
                one.model_copy(update={"dropped": True}) if one.asked.outreach == event.outreach else one
                for one in state.outreach
            )
            return state.model_copy(update={"outreach": marked})
        case OutreachEnded():
            over = tuple(dict.fromkeys((*state.outreach_over, event.outreach)))[-OUTREACH_OVER_KEPT:]
            return state.model_copy(update={"outreach": others, "outreach_over": over})


def alarm_set(state: Conversation, event: AlarmSet) -> Conversation:
    """A clock acts then, or runs no more."""
    others = {alarm: at for alarm, at in state.alarms.items() if alarm is not event.alarm}
    return state.model_copy(
        update={"alarms": others | {event.alarm: event.due} if event.due is not None else others}
    )
