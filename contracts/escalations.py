"""What happens in an escalation: the events of one run, and the brief that stands in headers.

`subject` is where a run lives: `escalations.<patient>`, or `faults.<area>` for a fault of the
system itself. Events marked "to paging" are what paging consumes.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from contracts.people import ContactMethod
from contracts.policies import Policy
from contracts.signals import Signal
from contracts.values import Disposition, Id, Kind, Moment, Urgency, Value


class Opened(Value):
    """A signal opened a run. The policy is stored whole: an edit never changes a running one."""

    type: Literal["opened"] = "opened"
    at: Moment
    run: Id
    number: int
    code: str
    signal: Signal
    policy: Policy
    policy_version: int
    therapist: Id | None = None
    language: str = ""
    """The patient's, ISO 639-1: told to whoever takes it. Empty: not known."""
    starts_at: Moment | None = None
    """When paging begins; None for a worklist entry that pages nobody."""
    review_at: Moment | None = None
    """When a worklist entry must have been looked at."""
    tags: tuple[str, ...] = ()
    """The patient's tags at that moment; the signal's own stand in it. Both took part in the routing."""


class SignalJoined(Value):
    """A further signal about the same patient joined the open run."""

    type: Literal["signal_joined"] = "signal_joined"
    at: Moment
    signal: Signal


class UrgencyRaised(Value):
    """The run became more urgent: it starts again at step 1 of the policy that now applies."""

    type: Literal["urgency_raised"] = "urgency_raised"
    at: Moment
    urgency: Urgency
    policy: Policy
    policy_version: int
    starts_at: Moment | None = None
    """When paging begins, if it waits for the morning of the policy's hours; None: it begins at once."""


class StepStarted(Value):
    """A step began; without an acknowledgement the next begins at `ends_at`."""

    type: Literal["step_started"] = "step_started"
    at: Moment
    round: int
    step: int
    ends_at: Moment


class StepSkipped(Value):
    """A step had nobody who could be paged, so the next began in the same second."""

    type: Literal["step_skipped"] = "step_skipped"
    at: Moment
    round: int
    step: int
    cause: str


class PageRequested(Value):
    """To paging: page this responder."""

    type: Literal["page_requested"] = "page_requested"
    at: Moment
    page: Id
    responder: Id
    run: Id
    subject: str
    code: str
    urgency: Urgency
    kind: Kind
    evidence: int
    """How many signals the run had when this was asked for: what the page tells of."""
    round: int = 0
    step: int = 0
    contact_by: Moment | None = None
    """By when the patient should be reached if it is taken at once."""
    methods: tuple[ContactMethod, ...]
    zone: str
    test: bool = False
    """A test page: nothing is wrong, and the text says so."""
    drill: bool = False
    """A drill: a test page to whoever is on call, marked DRILL."""
    given_by: Id | None = None
    """The holder who asks this responder to take it over; they hold it until it is taken."""


class PageWithdrawn(Value):
    """To paging: stop this page; ringing calls are hung up. `holder` is who has it, if anybody."""

    type: Literal["page_withdrawn"] = "page_withdrawn"
    at: Moment
    page: Id
    responder: Id
    run: Id
    subject: str
    reason: Literal["held", "superseded", "closed"]
    holder: Id | None = None


class Telling(StrEnum):
    """What a responder is told in a message that is not a page."""

    YOU_HAVE_IT = "you_have_it"
    OTHER_HAS_IT = "other_has_it"
    PASSED = "passed"
    GIVEN_BACK = "given_back"
    HANDED_OVER = "handed_over"
    NEW_SIGNAL = "new_signal"
    MORE_URGENT = "more_urgent"
    REACHED_QUESTION = "reached_question"
    CONTACT_OVERDUE = "contact_overdue"
    REACHED_NOTED = "reached_noted"
    DISPOSITION_QUESTION = "disposition_question"
    CLOSED = "closed"
    NOT_CLOSED_NEW = "not_closed_new"
    NOT_CLOSED_UNREACHED = "not_closed_unreached"
    NEEDS_PIN = "needs_pin"
    SIGN_PLEASE = "sign_please"
    WAITS_FOR_SIGNATURE = "waits_for_signature"
    HAND_OFF_OPEN = "hand_off_open"
    HAND_OFF_QUESTION = "hand_off_question"
    UNDONE = "undone"
    NOTHING_TO_UNDO = "nothing_to_undo"
    NOT_HOLDER = "not_holder"
    ALREADY_CLOSED = "already_closed"
    CALLING = "calling"
    NO_PHONE = "no_phone"
    TEST_ANSWERED = "test_answered"
    DRILL_ANSWERED = "drill_answered"
    GIVE_ASKED = "give_asked"
    """To the holder: `next` was asked to take it over; you hold it until they do."""
    GIVE_REFUSED = "give_refused"
    """To the holder: `next` did not take it; you still hold it."""
    GIVE_UNKNOWN = "give_unknown"
    """To the holder: nobody of that name can be paged; `name` is not repeated."""
    HELP_COMES = "help_comes"
    """To the holder: `next` (empty: whoever comes next, shortly) was paged as well; you still hold it."""
    HELPER_COMES = "helper_comes"
    """To the holder: `next` comes to help; you still hold it."""
    HELPING = "helping"
    """To whoever answered a call for help: `holder` has it and wants you beside them."""
    SNOOZED = "snoozed"
    """To the holder: nobody is asked about it before `until`."""
    SIGNAL_NOTED = "signal_noted"
    """To the holder, or whoever has a page of it out: `what` came later about a signal; nothing closes."""
    NOT_SNOOZED = "not_snoozed"
    """To whoever asked: `why` is `urgency` (only soon and routine wait), `not_holder`, `overdue` (others
    are paged already) or `handed_off` (contact must be confirmed first)."""


class ResponderTold(Value):
    """To paging: send this responder a message. `args` holds codes, ids, times and words only."""

    type: Literal["responder_told"] = "responder_told"
    at: Moment
    message: Id
    responder: Id
    run: Id
    subject: str
    code: str
    urgency: Urgency
    kind: Kind
    evidence: int
    telling: Telling
    args: dict[str, str] = Field(default_factory=dict)
    methods: tuple[ContactMethod, ...]
    zone: str


class BridgeRequested(Value):
    """To paging: call this responder and connect them with the patient, numbers masked."""

    type: Literal["bridge_requested"] = "bridge_requested"
    at: Moment
    bridge: Id
    responder: Id
    run: Id
    subject: str
    code: str
    urgency: Urgency
    kind: Kind
    patient: Id
    room: Id | None = None
    """The room in which the patient already waits; None: the patient is called."""
    contact: int = 0
    """The support contact of this number in the patient's record is called instead; 0: the patient. Whether
    the consent stands is looked up when the call is answered."""
    methods: tuple[ContactMethod, ...]
    zone: str


class PageEnded(Value):
    """A page ended without an acknowledgement: passed, or every method failed."""

    type: Literal["page_ended"] = "page_ended"
    at: Moment
    page: Id
    responder: Id
    outcome: Literal["declined", "exhausted"]
    codes: tuple[str, ...] = ()


class Held(Value):
    """A responder acknowledged: they hold it, and the patient must be reached by `contact_by`."""

    type: Literal["held"] = "held"
    at: Moment
    responder: Id
    page: Id
    urgency: Urgency
    evidence: int
    contact_by: Moment
    before: Id | None = None
    """Who held it until now."""


class GivenBack(Value):
    """The holder passed it back; the next step is paged at once."""

    type: Literal["given_back"] = "given_back"
    at: Moment
    responder: Id


class ContactCalled(Value):
    """The holder asked to be connected with a support contact of the patient, who may refuse or not answer.

    It stands beside its `bridge_requested`, and says that this is no contact with the patient.
    """

    type: Literal["contact_called"] = "contact_called"
    at: Moment
    responder: Id
    contact: int


class HolderActive(Value):
    """The holder did something about it: a call, a question, a report."""

    type: Literal["holder_active"] = "holder_active"
    at: Moment
    responder: Id


class HolderAsked(Value):
    """The holder was asked whether the patient was reached."""

    type: Literal["holder_asked"] = "holder_asked"
    at: Moment
    why: Literal["idle", "contact_overdue", "disposition", "hand_off"]


class ContactOverdue(Value):
    """The patient was not reached in time, or the holder stayed idle: others are paged too."""

    type: Literal["contact_overdue"] = "contact_overdue"
    at: Moment
    why: Literal["idle", "contact_overdue", "message_failed", "hand_off", "could_not_reach", "help"]


class Reached(Value):
    """A person reported contact with the patient; a disposition is due by `resolve_by`."""

    type: Literal["reached"] = "reached"
    at: Moment
    responder: Id
    resolve_by: Moment


class DispositionNoted(Value):
    """A disposition was given that does not close: it is kept, and the giver is told why."""

    type: Literal["disposition_noted"] = "disposition_noted"
    at: Moment
    responder: Id
    disposition: Disposition
    why: Literal["untold", "pin", "not_holder", "unreached"]


class SignatureAsked(Value):
    """A disposition of an imminent run waits for a second person."""

    type: Literal["signature_asked"] = "signature_asked"
    at: Moment
    responder: Id
    disposition: Disposition
    sign_by: Moment
    waits: bool = False
    """Whether nobody was asked to sign yet: the policy's hours are quiet, and they are at `sign_by`."""


class GiveStarted(Value):
    """The holder asked a named responder to take it over; the holder keeps it until they do."""

    type: Literal["give_started"] = "give_started"
    at: Moment
    responder: Id
    """The holder."""
    asked: Id
    page: Id
    ends_at: Moment
    """When it counts as not taken."""
    turn: int = -1
    """Of which step they had a page out, in whose place this one stands; -1: of none."""


class GiveEnded(Value):
    """The one who was asked did not take it: passed, could not be reached, or did not answer."""

    type: Literal["give_ended"] = "give_ended"
    at: Moment
    asked: Id
    why: Literal["declined", "exhausted", "unanswered"]


class HelpCalled(Value):
    """The holder called for help: the next step is paged as well; they keep holding it."""

    type: Literal["help_called"] = "help_called"
    at: Moment
    responder: Id


class HelperJoined(Value):
    """Somebody answered the call for help: they are beside the holder, who still holds it."""

    type: Literal["helper_joined"] = "helper_joined"
    at: Moment
    responder: Id
    page: Id


class HelperLeft(Value):
    """A helper passed after all; the call for help goes on."""

    type: Literal["helper_left"] = "helper_left"
    at: Moment
    responder: Id


class DrillEnded(Value):
    """A drill is over: how, and after how many seconds. `responder`: who answered, if anybody."""

    type: Literal["drill_ended"] = "drill_ended"
    at: Moment
    schedule: Id
    why: Literal["answered", "unanswered", "busy", "interrupted", "nobody"]
    """Busy: it was not sent, since whoever is on call had a real one. Interrupted: a real one came."""
    responder: Id | None = None
    paged: tuple[Id, ...] = ()
    seconds: int = 0


class Snoozed(Value):
    """The holder put it off; only soon and routine ones can be."""

    type: Literal["snoozed"] = "snoozed"
    at: Moment
    responder: Id
    until: Moment


class HandOffStarted(Value):
    """Somebody else acts now (911, 988, mobile crisis, welfare check): open until confirmed."""

    type: Literal["hand_off_started"] = "hand_off_started"
    at: Moment
    responder: Id
    disposition: Disposition
    confirm_by: Moment


class HandOffConfirmed(Value):
    """Contact with the patient was confirmed after a hand-off; the name is sealed in the page."""

    type: Literal["hand_off_confirmed"] = "hand_off_confirmed"
    at: Moment
    responder: Id


class Resolved(Value):
    """It is over, for a reason a person gave. `undo` works until `undo_until`."""

    type: Literal["resolved"] = "resolved"
    at: Moment
    responder: Id
    disposition: Disposition
    second: Id | None = None
    undo_until: Moment


class Undone(Value):
    """The last `3` or `4` was taken back; the run is open and due again."""

    type: Literal["undone"] = "undone"
    at: Moment
    responder: Id
    what: Literal["reached", "resolved"]


class Merged(Value):
    """The patient was linked to another id, whose run goes on with what this one knew."""

    type: Literal["merged"] = "merged"
    at: Moment
    into: str


class SignalNoted(Value):
    """Something came later about a signal: a late check-in, an excuse, a correction."""

    type: Literal["signal_noted"] = "signal_noted"
    at: Moment
    follow: str
    """The id of what came."""
    signal: str
    what: str
    """The word of contracts/programme.SignalFollowed."""


class SignalSkipped(Value):
    """A signal opened and joined nothing: what withdraws it had come before it."""

    type: Literal["signal_skipped"] = "signal_skipped"
    at: Moment
    signal: str


class Withdrawn(Value):
    """All signals of the run were withdrawn before anybody had it; only a routine or soon one ends so."""

    type: Literal["withdrawn"] = "withdrawn"
    at: Moment
    what: str


class Reviewed(Value):
    """A worklist entry or a round of waiting was looked at again; the next look is at `next_at`.

    In the quiet hours of a policy: who would be paged now is paged then.
    """

    type: Literal["reviewed"] = "reviewed"
    at: Moment
    next_at: Moment
    from_first: bool = False
    """Whether it then starts over from step 1; else the next step is paged."""
    also: tuple[Id, ...] = ()
    """Who is then paged beside that step."""


class FaultRaised(Value):
    """Something in Vigil or its set-up is wrong: ops must be told."""

    type: Literal["fault_raised"] = "fault_raised"
    at: Moment
    fault: Id
    area: Id
    note: str
    urgency: Urgency = Urgency.URGENT
    """How fast ops must act: the urgency of the signal made from it."""


class FaultTold(Value):
    """The fault reached its own run under `faults.<area>`."""

    type: Literal["fault_told"] = "fault_told"
    at: Moment
    fault: Id


class Heard(Value):
    """An input changed nothing but must be remembered, so that its repetition changes nothing."""

    type: Literal["heard"] = "heard"
    at: Moment
    cause: str


EscalationEvent = Annotated[
    Opened
    | SignalJoined
    | SignalNoted
    | SignalSkipped
    | Withdrawn
    | UrgencyRaised
    | StepStarted
    | StepSkipped
    | PageRequested
    | PageWithdrawn
    | ResponderTold
    | BridgeRequested
    | PageEnded
    | Held
    | GivenBack
    | ContactCalled
    | HolderActive
    | HolderAsked
    | ContactOverdue
    | Reached
    | DispositionNoted
    | SignatureAsked
    | HandOffStarted
    | HandOffConfirmed
    | GiveStarted
    | GiveEnded
    | HelpCalled
    | HelperJoined
    | HelperLeft
    | DrillEnded
    | Snoozed
    | Resolved
    | Undone
    | Merged
    | Reviewed
    | FaultRaised
    | FaultTold
    | Heard,
    Field(discriminator="type"),
]

ToPaging = PageRequested | PageWithdrawn | ResponderTold | BridgeRequested
"""The events paging acts on."""


class EscalationStatus(StrEnum):
    """Where a run stands."""

    WAITING = "waiting"
    """Open, paging begins later: the hours of its policy."""
    WORKLIST = "worklist"
    """Open, pages nobody."""
    PAGING = "paging"
    HELD = "held"
    REACHED = "reached"
    HANDED_OFF = "handed_off"
    CLOSED = "closed"


class EscalationBrief(Value):
    """What stands in a commit's headers: enough for boards, voice and audits; nothing identifying."""

    run: Id
    code: str
    status: EscalationStatus
    urgency: Urgency
    kind: Kind
    holder: Id | None = None
    opened_at: Moment
    round: int = 0
    step: int = 0
    evidence: int = 1
    contact_by: Moment | None = None
    room: Id | None = None
    policy: Id
    paged: tuple[Id, ...] = ()
    """Who has a page of it out."""
