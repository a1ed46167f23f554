"""What happens on the crisis line: the events of one patient's conversation.

A conversation is `conversations.<patient>`. It never closes; it is open, and so due, while a text of
ours is under way, a signal is owed, or a clock runs: the patient waits, the holder has not answered,
the patient is silent. `conversations.desk-<responder>` holds what is texted to a responder about no
conversation in particular ("To whom?").
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from contracts.escalations import EscalationStatus
from contracts.outreach import OutreachAsked, OutreachDropped, OutreachEnded, OutreachKind
from contracts.values import Id, Moment, PhoneRef, Sealed, Urgency, Value


class TextReceived(Value):
    """The patient texted. `evidence` is the sequence of the whole webhook in the stream CARRIER."""

    type: Literal["text_received"] = "text_received"
    at: Moment
    sid: str
    evidence: int
    body: Sealed
    phone: Sealed | None = None
    """Where it came from; None: unknown, or it can't be read."""
    language: str = ""
    long: bool = False
    """It may be a part of a longer one: the next parts are waited for a moment before it is relayed."""
    media: int = 0
    """How many pictures or the like came with it."""
    attachments: Sealed | None = None
    """Where the carrier keeps them: a JSON list of addresses."""
    urgency: Urgency | None = None
    """What triage read in it."""
    risk: bool = False
    """Whether triage found words of risk in it."""
    carried: bool = False
    """It became no signal, because it is relayed to whoever holds the conversation."""
    asks_call: bool = False
    """The patient asks for a phone call."""
    asks_quiet: bool = False
    """The patient asks for no more texts, in a sentence: shown to the holder, who decides."""
    asks_record: bool = False
    """The patient asks that what is kept about them be deleted (DELETE as the whole text)."""


class CodeTexted(Value):
    """The patient texted an attendance code and nothing else: no text to the crisis line, but answered."""

    type: Literal["code_texted"] = "code_texted"
    at: Moment
    sid: str
    evidence: int
    session: Id | None = None
    """Where it checked them in; None: it didn't count, and staff have it on the worklist."""


class CallReceived(Value):
    """The patient called; `room` is where they wait to be connected."""

    type: Literal["call_received"] = "call_received"
    at: Moment
    sid: str
    evidence: int
    room: Id | None = None


class OptedOut(Value):
    """The carrier delivers no more texts of ours to the patient: STOP, or it refused one with 21610."""

    type: Literal["opted_out"] = "opted_out"
    at: Moment
    why: Literal["word", "refused", "asked"]
    """`asked`: the patient asked for it in a sentence, and the holder honoured it."""


class OptedIn(Value):
    """The patient undid the opt-out: texts may be sent again."""

    type: Literal["opted_in"] = "opted_in"
    at: Moment


class Purpose(StrEnum):
    """Why a text of ours is sent."""

    FIRST = "first"
    """To the patient: we have your text."""
    WAITING = "waiting"
    """To the patient: not forgotten, nobody has answered yet."""
    NOBODY = "nobody"
    """To the patient: nobody can be paged at this moment."""
    CHECK_IN = "check_in"
    """To the patient: are you still there?"""
    SURVEY = "survey"
    """To the patient: one question, after the end."""
    CODE = "code"
    """To the patient, who texted an attendance code: whether it counted."""
    RIGHTS = "rights"
    """To the patient, who texted DELETE: whom to ask about their record."""
    OUTREACH = "outreach"
    """To the patient: a text that begins with us. No answer to anything: the loop guard counts it not."""
    NEWS = "news"
    """To the patient: who joins, leaves or takes over."""
    WORDS = "words"
    """To the patient: what a person wrote, or a prepared reply that they chose."""
    RELAY = "relay"
    """To a responder: what the patient wrote."""
    TOLD = "told"
    """To a responder: anything else."""

    @property
    def automatic(self) -> bool:
        """Whether no person decided to send it to the patient; the loop guard counts these."""
        return self in _AUTOMATIC


_AUTOMATIC = frozenset(
    {
        Purpose.FIRST,
        Purpose.WAITING,
        Purpose.NOBODY,
        Purpose.CHECK_IN,
        Purpose.SURVEY,
        Purpose.RIGHTS,
        Purpose.CODE,
    }
)


class AnswerWaiting(Value):
    """A text of ours waits to be sent: to the patient, or to a responder in a conversation."""

    type: Literal["answer_waiting"] = "answer_waiting"
    at: Moment
    answer: Id
    text: str
    """Fixed wording: nothing in it is about the patient. Empty where it is sealed."""
    phone: Sealed
    """Where it goes to."""
    send_by: Moment
    """After this moment it is not sent any more: it would speak of what is long past."""
    purpose: Purpose = Purpose.FIRST
    sealed: Sealed | None = None
    """What is sent, where it holds a person's words or name."""
    responder: Id | None = None
    """Whom it goes to; None: the patient."""
    by: Id | None = None
    """Whose words it is: they are told if it fails."""
    order: int = 0
    """What waits for the same phone goes out by this number: the sequence of what caused it."""
    upto: int = 0
    """Of a relay: the patient's texts up to this evidence are in it."""
    outreach: Id | None = None
    """Of a text that begins with us: the id it was asked for by."""
    reaches: OutreachKind | None = None
    """... and what it is for."""


class AnswerIntended(Value):
    """Committed before the carrier is asked. Without an outcome it is reconciled."""

    type: Literal["answer_intended"] = "answer_intended"
    at: Moment
    answer: Id
    attempt: int
    reconcile_at: Moment
    """When to ask the carrier what became of it, should no outcome be known by then."""


class AnswerAccepted(Value):
    """The carrier took it and gave its sid."""

    type: Literal["answer_accepted"] = "answer_accepted"
    at: Moment
    answer: Id
    attempt: int
    sid: str
    reconciled: bool = False
    """Known from the carrier's list or a receipt, after its own answer was lost."""


class AnswerPostponed(Value):
    """The carrier did not process it because we asked too often: it waits again until `not_before`."""

    type: Literal["answer_postponed"] = "answer_postponed"
    at: Moment
    answer: Id
    attempt: int
    code: str
    not_before: Moment


class AnswerUnknown(Value):
    """The carrier's answer was lost (time-out, reset, 5xx): it may have been sent."""

    type: Literal["answer_unknown"] = "answer_unknown"
    at: Moment
    answer: Id
    attempt: int
    why: str
    reconcile_at: Moment


class AnswerFailed(Value):
    """It will not be sent (again): refused, undelivered, too late, or the patient opted out."""

    type: Literal["answer_failed"] = "answer_failed"
    at: Moment
    answer: Id
    code: str
    """The carrier's code, or our own word: `too_late`, `opted_out`, `undelivered`, `failed`."""


class AnswerDelivered(Value):
    """A receipt says that it reached the phone. Nobody need have read it."""

    type: Literal["answer_delivered"] = "answer_delivered"
    at: Moment
    answer: Id
    sid: str


class HoldSeen(Value):
    """Where the patient's escalation stands, as far as the conversation has seen it."""

    type: Literal["hold_seen"] = "hold_seen"
    at: Moment
    run: Id
    code: str
    status: EscalationStatus
    urgency: Urgency
    sequence: int
    """Of the escalation's commit."""
    holder: Id | None = None
    nobody: bool = False
    """It looks for somebody, and nobody has a page of it out."""
    contact: int = 0
    """Sequence of the last commit that shows contact by other ways: a call, `3`, a confirmation."""


class SignalOwed(Value):
    """A signal must be published: something was not brought to the holder, or not answered."""

    type: Literal["signal_owed"] = "signal_owed"
    at: Moment
    signal: str
    """The id it will have."""
    urgency: Urgency
    why: Literal["not_relayed", "undelivered", "unanswered"]
    evidence: int = 0
    anew: bool = False
    """The holder's time is over: everybody from step 1 on is paged, the holder too."""


class SignalRaised(Value):
    """A signal that was owed is published."""

    type: Literal["signal_raised"] = "signal_raised"
    at: Moment
    signal: str


class TalkHeard(Value):
    """A responder texted something about this conversation."""

    type: Literal["talk_heard"] = "talk_heard"
    at: Moment
    sid: str
    evidence: int
    responder: Id
    key: str
    """The key of the reply grammar, `free` for words."""
    body: Sealed
    words: PhoneRef | None = None
    """A keyed hash of the words: machines repeat themselves."""
    phone: Sealed | None = None
    """The patient's phone as in their record, should they never have texted."""
    language: str = ""


class Nudged(Value):
    """The holder was reminded that the patient waits; `stage` counts what was done about it."""

    type: Literal["nudged"] = "nudged"
    at: Moment
    stage: int


class PatientSilent(Value):
    """The patient did not answer the check-ins after words of risk: a task for the holder."""

    type: Literal["patient_silent"] = "patient_silent"
    at: Moment
    since: Moment
    holder: Id | None = None


class Muted(Value):
    """Automatic texts to the patient pause: a machine seems to answer, or they asked for quiet."""

    type: Literal["muted"] = "muted"
    at: Moment
    until: Moment
    why: Literal["loop", "asked"]


class NoteLeft(Value):
    """A note for whoever holds it next."""

    type: Literal["note_left"] = "note_left"
    at: Moment
    responder: Id
    note: Sealed


class NoteTold(Value):
    """The new holder was sent the note."""

    type: Literal["note_told"] = "note_told"
    at: Moment
    responder: Id


class JoinAsked(Value):
    """The holder asked a second person into the conversation; they hear nothing before they come."""

    type: Literal["join_asked"] = "join_asked"
    at: Moment
    responder: Id
    """The holder."""
    asked: Id
    language: str = ""
    """They were asked with others, because they speak it: the first who comes is in."""


class InvitationOver(Value):
    """Somebody else who speaks the language came first: this one is waited for no more."""

    type: Literal["invitation_over"] = "invitation_over"
    at: Moment
    responder: Id


class PersonJoined(Value):
    """A second person is in the conversation, and the patient is told."""

    type: Literal["person_joined"] = "person_joined"
    at: Moment
    responder: Id


class PersonLeft(Value):
    """A second person went, and the patient is told."""

    type: Literal["person_left"] = "person_left"
    at: Moment
    responder: Id


class TranscriptRead(Value):
    """A responder was sent the last texts of both sides, because they asked for them."""

    type: Literal["transcript_read"] = "transcript_read"
    at: Moment
    responder: Id
    texts: int
    """How many of both sides."""
    since: Moment | None = None
    """When the oldest of them was written; None: there was none."""


class ContactsRead(Value):
    """A responder was sent whom the patient lets us ask for help: number, relation and scope."""

    type: Literal["contacts_read"] = "contacts_read"
    at: Moment
    responder: Id
    contacts: tuple[Id, ...] = ()


class ContactRevoked(Value):
    """The patient took the consent for a support contact back, and told whoever holds the conversation."""

    type: Literal["contact_revoked"] = "contact_revoked"
    at: Moment
    responder: Id
    contact: Id


class EmergencyStarted(Value):
    """The holder began the guided hand-off to 911."""

    type: Literal["emergency_started"] = "emergency_started"
    at: Moment
    responder: Id


class EmergencyCalled(Value):
    """The holder says who was called."""

    type: Literal["emergency_called"] = "emergency_called"
    at: Moment
    responder: Id
    who: Sealed
    named: bool = True
    """Whether they said who; the moment counts even so."""


class EmergencyAsked(Value):
    """The holder was asked how the hand-off stands."""

    type: Literal["emergency_asked"] = "emergency_asked"
    at: Moment


class EmergencyConfirmed(Value):
    """Contact was confirmed (or the escalation was closed by a person): the hand-off is over."""

    type: Literal["emergency_confirmed"] = "emergency_confirmed"
    at: Moment


class ConversationEnded(Value):
    """A person closed the escalation: the conversation is over, until the patient writes again.

    The place for follow-up to begin: `run` and `holder` say after what and with whom.
    """

    type: Literal["conversation_ended"] = "conversation_ended"
    at: Moment
    run: Id
    holder: Id | None = None
    talked: bool = False
    """Whether a person's words were sent to the patient."""
    upto: int = 0
    """The patient's texts up to this evidence are over with it; later ones go to whoever comes next."""


class SurveyAnswered(Value):
    """The patient answered the question after the end with one digit."""

    type: Literal["survey_answered"] = "survey_answered"
    at: Moment
    sid: str
    answer: int


class Alarm(StrEnum):
    """What time does to a conversation."""

    WAIT = "wait"
    """The patient waits for somebody: they are told so."""
    RELAY = "relay"
    UNANSWERED = "unanswered"
    SILENCE = "silence"
    EMERGENCY = "emergency"
    SURVEY = "survey"
    OUTREACH = "outreach"
    """A text that begins with us waits for its hour."""


class AlarmSet(Value):
    """When a clock of the conversation acts; None: it runs no more."""

    type: Literal["alarm_set"] = "alarm_set"
    at: Moment
    alarm: Alarm
    due: Moment | None = None


ConversationEvent = Annotated[
    TextReceived
    | CallReceived
    | CodeTexted
    | OptedOut
    | OptedIn
    | AnswerWaiting
    | AnswerIntended
    | AnswerAccepted
    | AnswerPostponed
    | AnswerUnknown
    | AnswerFailed
    | AnswerDelivered
    | HoldSeen
    | SignalOwed
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
    | ConversationEnded
    | SurveyAnswered
    | OutreachAsked
    | OutreachDropped
    | OutreachEnded
    | AlarmSet,
    Field(discriminator="type"),
]


class AnswerStage(StrEnum):
    """How far an answer came."""

    WAITING = "waiting"
    INTENDED = "intended"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"


class ConversationBrief(Value):
    """What stands in a commit's headers: enough for boards; nothing identifying."""

    heard_at: Moment | None = None
    """When the patient last texted or called."""
    texts: int = 0
    opted_out: bool = False
    answer: AnswerStage | None = None
    """Of the latest text to the patient."""
    desk: bool = False
    """It is no patient's conversation, but what is texted to one responder."""
    run: str = ""
    code: str = ""
    holder: Id | None = None
    """Who holds it, while somebody does."""
    open: bool = False
    """Whether the escalation it belongs to is open."""
    live: bool = False
    """The patient or a person of ours has written since the last end."""
    urgency: Urgency | None = None
    """The highest that triage read since the last end."""
    waiting_since: Moment | None = None
    """Since when the patient has had no answer of a person; None: they have."""
    joined: tuple[Id, ...] = ()
    invited: tuple[Id, ...] = ()
    media: int = 0
    """How many pictures or the like have come."""
    muted_until: Moment | None = None
    heard: tuple[int, ...] = ()
    """Where the latest texts of responders that were acted on stand in CARRIER: they may come again."""
