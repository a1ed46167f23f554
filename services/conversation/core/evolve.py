"""What is true of a conversation after an event: one case per event, nothing decided here.

Only fields of the event and of the state are read. Every event ever released must stay readable.
"""

from contracts.conversations import (
    AlarmSet,
    AnswerAccepted,
    AnswerDelivered,
    AnswerFailed,
    AnswerIntended,
    AnswerPostponed,
    AnswerUnknown,
    AnswerWaiting,
    CallReceived,
    CodeTexted,
    ContactRevoked,
    ContactsRead,
    ConversationEnded,
    ConversationEvent,
    EmergencyAsked,
    EmergencyCalled,
    EmergencyConfirmed,
    EmergencyStarted,
    HoldSeen,
    InvitationOver,
    JoinAsked,
    Muted,
    NoteLeft,
    NoteTold,
    Nudged,
    OptedIn,
    OptedOut,
    PatientSilent,
    PersonJoined,
    PersonLeft,
    SignalOwed,
    SignalRaised,
    SurveyAnswered,
    TalkHeard,
    TextReceived,
    TranscriptRead,
)
from contracts.outreach import OutreachAsked, OutreachDropped, OutreachEnded
from services.conversation.core import changes, outbox_changes
from services.conversation.core.state import Conversation


def evolve(state: Conversation, event: ConversationEvent) -> Conversation:
    """Return the state after the event. It never refuses: what is in the log has happened."""
    match event:
        case TextReceived():
            return changes.text_received(state, event)
        case CodeTexted():
            return changes.code_texted(state, event)
        case CallReceived():
            return changes.call_received(state, event)
        case OptedOut():
            return state.model_copy(update={"opted_out": True})
        case OptedIn():
            return state.model_copy(update={"opted_out": False})
        case AnswerWaiting():
            return changes.wrote(outbox_changes.waiting(state, event), event)
        case AnswerIntended() | AnswerAccepted() | AnswerPostponed() | AnswerUnknown() | AnswerDelivered():
            return outbox_changes.moved(state, event)
        case AnswerFailed():
            return changes.not_arrived(outbox_changes.moved(state, event), event)
        case HoldSeen():
            return changes.hold_seen(state, event)
        case ConversationEnded():
            return changes.ended(state, event)
        case AlarmSet():
            return changes.alarm_set(state, event)
        case _:
            return _talk(state, event)


_TalkEvent = (
    SignalOwed
    | SignalRaised
    | TalkHeard
    | Nudged
    | PatientSilent
    | Muted
    | NoteLeft
    | NoteTold
    | JoinAsked
    | InvitationOver
    | PersonJoined
    | PersonLeft
    | TranscriptRead
    | ContactsRead
    | ContactRevoked
    | EmergencyStarted
    | EmergencyCalled
    | EmergencyAsked
    | EmergencyConfirmed
    | SurveyAnswered
    | OutreachAsked
    | OutreachDropped
    | OutreachEnded
)


def _talk(state: Conversation, event: _TalkEvent) -> Conversation:
    match event:
        case SignalOwed():
            return changes.owed(state, event)
        case SignalRaised():
            left = tuple(one for one in state.owed if one.signal != event.signal)
            return state.model_copy(update={"owed": left})
        case TalkHeard():
            return changes.talk_heard(state, event)
        case Nudged():
            return state.model_copy(update={"nudges": event.stage})
        case PatientSilent():
            return state.model_copy(update={"silent_told": True})
        case Muted():
            return state.model_copy(update={"muted_until": event.until})
        case NoteLeft():
            return state.model_copy(update={"note": event.note, "note_by": event.responder})
        case NoteTold():
            return state.model_copy(update={"note": None, "note_by": None})
        case JoinAsked():
            return changes.asked(state, event)
        case InvitationOver():
            return changes.uninvited(state, event.responder)
        case PersonJoined() | PersonLeft():
            return changes.joined_or_left(state, event)
        case EmergencyStarted() | EmergencyCalled() | EmergencyAsked() | EmergencyConfirmed():
            return changes.emergency(state, event)
        case TranscriptRead() | ContactsRead() | ContactRevoked():
            return state
        case SurveyAnswered():
            return state.model_copy(update={"survey_at": None})
        case OutreachAsked() | OutreachDropped() | OutreachEnded():
            return changes.outreach(state, event)
