"""What happens after a crisis: tasks for people, and caring contacts, one aggregate per patient.

A follow-up is `followups.<patient>`. It is open, and so due, while a task is to be done, a caring
contact is to come, a text's outcome is awaited or something is owed to others. Notes are sealed
with the patient's own key; ids, kinds and moments are all that stands in clear.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from contracts.outreach import OutreachKind, Withheld
from contracts.values import Id, Moment, Sealed, Urgency, Value


class TaskKind(StrEnum):
    """What a person is to do."""

    CONTACT = "contact"
    """Speak with the patient, in the day after a crisis or a discharge."""
    CALL = "call"
    """Call, where a text could not be sent."""
    APPOINTMENT = "appointment"
    """See that the first appointment after a discharge is made."""
    READ_PLAN = "read_plan"
    """Read the patient their safety plan out."""
    CASE = "case"
    """Case management, as its note says."""


class Priority(StrEnum):
    """How much harm it does when a task is late; what its being overdue comes to follows from it."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class TaskAdded(Value):
    """Somebody is to do something by `due`. Without an owner the therapist's page is the first to tell."""

    type: Literal["task_added"] = "task_added"
    at: Moment
    task: Id
    kind: TaskKind
    due: Moment
    priority: Priority = Priority.NORMAL
    owner: Id | None = None
    run: Id | None = None
    """The escalation after which it came."""
    about: Id | None = None
    """The text that could not be sent, or the request that it answers."""
    why: str = ""
    """In a word: what made it; for `call` the word of contracts/outreach.Withheld."""
    by: str = ""
    """The account that added it by hand; empty: it came by itself."""
    note: Sealed | None = None


class TaskAssigned(Value):
    """It is somebody else's now, or was taken by its new owner."""

    type: Literal["task_assigned"] = "task_assigned"
    at: Moment
    task: Id
    owner: Id
    by: str


class TaskNoted(Value):
    """Somebody wrote something beside it."""

    type: Literal["task_noted"] = "task_noted"
    at: Moment
    task: Id
    by: str
    note: Sealed


class TaskOverdue(Value):
    """It was not done in time: a signal is published, and another at `next_at` while it stays open."""

    type: Literal["task_overdue"] = "task_overdue"
    at: Moment
    task: Id
    times: int
    urgency: Urgency
    next_at: Moment


class TaskDone(Value):
    """It is closed. `contact_made`: an escalation was resolved in which the patient was spoken with."""

    type: Literal["task_done"] = "task_done"
    at: Moment
    task: Id
    by: str
    why: Literal["done", "contact_made", "superseded", "undone", "moved"] = "done"


class CaringContact(Value):
    """One text of a calendar. Its moment was drawn by chance when the calendar was made."""

    contact: Id
    kind: OutreachKind
    step: str
    """Its place in the calendar, as the site's settings write it: `72h`, `14d`, `6mo`."""
    due: Moment
    variant: int = 0
    tries: int = 0
    """How often a text was asked for and came to nothing that another day can't mend."""


class CareStarted(Value):
    """A calendar of caring contacts began, in the place of an earlier one."""

    type: Literal["care_started"] = "care_started"
    at: Moment
    plan: Id
    after: Literal["crisis", "discharge"]
    run: Id | None = None
    replaces: Id | None = None
    """The calendar that ran until now."""
    contacts: tuple[CaringContact, ...]


class CarePutOff(Value):
    """A caring contact waits for another day; it is never lost by that."""

    type: Literal["care_put_off"] = "care_put_off"
    at: Moment
    contact: Id
    until: Moment
    why: Literal["crisis_open", "too_close", "quiet_hours", "too_late", "paused", "too_many"]
    again: CaringContact | None = None
    """A contact whose text came to nothing: it stands in the calendar again."""


class CareEnded(Value):
    """No caring contact comes any more."""

    type: Literal["care_ended"] = "care_ended"
    at: Moment
    plan: Id
    why: Literal[
        "finished", "opted_out", "died", "readmitted", "declined", "erased", "superseded", "undone", "moved"
    ]


class TextAsked(Value):
    """The crisis line is asked to text the patient; what became of it is awaited until `answer_by`."""

    type: Literal["text_asked"] = "text_asked"
    at: Moment
    outreach: Id
    kind: OutreachKind
    send_by: Moment
    answer_by: Moment
    contact: Id | None = None
    """The caring contact that it is."""
    request: Id | None = None
    """The request for the safety plan that it belongs to."""
    variant: int = 0
    resource: str = ""
    """Of a sealed one: `education/<topic>/<language>/<level>`, `plan` or `plan_question/<language>`."""


class TextEnded(Value):
    """It is known what became of a text."""

    type: Literal["text_ended"] = "text_ended"
    at: Moment
    outreach: Id
    withheld: Withheld | None = None
    unanswered: bool = False
    """The crisis line said nothing in time: taken as not sent."""


class PlanRequested(Value):
    """The safety plan is to be texted: the patient is asked for the confirming word first."""

    type: Literal["plan_requested"] = "plan_requested"
    at: Moment
    request: Id
    by: str
    confirm_by: Moment


class PlanConfirmed(Value):
    """The patient texted the word: they hold the phone, and want it there."""

    type: Literal["plan_confirmed"] = "plan_confirmed"
    at: Moment
    request: Id
    text: str
    """The sid of the text."""


class PlanEnded(Value):
    """The request is over. Whatever is not `sent` became a task: a person reads the plan out."""

    type: Literal["plan_ended"] = "plan_ended"
    at: Moment
    request: Id
    why: Literal["sent", "unconfirmed", "withheld", "no_consent"]


class ContactTextIntended(Value):
    """A support contact is about to be texted, because somebody pressed send. It is never sent twice."""

    type: Literal["contact_text_intended"] = "contact_text_intended"
    at: Moment
    message: Id
    contact: Id
    by: str


class ContactTextEnded(Value):
    """What became of it; `unknown` is not tried again: the person who sent it calls instead."""

    type: Literal["contact_text_ended"] = "contact_text_ended"
    at: Moment
    message: Id
    outcome: Literal["sent", "refused", "unknown"]


class ConcernHeard(Value):
    """A support contact texted: they are worried. They are told that it was received, and nothing else."""

    type: Literal["concern_heard"] = "concern_heard"
    at: Moment
    sid: str
    contact: Id
    evidence: int
    """The sequence of the whole webhook in the stream CARRIER."""
    text: Sealed


class AskAnswered(Value):
    """What came of something asked for at a desk, so that whoever asked can be told."""

    type: Literal["ask_answered"] = "ask_answered"
    at: Moment
    ask: Id
    outcome: str
    """`done`, or the reason why not, in a few words."""
    by: str = ""
    """Who asked: an account, or a responder's id where it was asked by a key."""


class FollowupTold(Value):
    """What was owed to others because of it has been published."""

    type: Literal["followup_told"] = "followup_told"
    at: Moment
    what: tuple[str, ...]


class CauseHeard(Value):
    """An input was taken in, so that its repetition changes nothing."""

    type: Literal["cause_heard"] = "cause_heard"
    at: Moment
    cause: str


class FollowupMoved(Value):
    """The patient is another id's person: what was open goes on there."""

    type: Literal["followup_moved"] = "followup_moved"
    at: Moment
    into: Id


FollowupEvent = Annotated[
    TaskAdded
    | TaskAssigned
    | TaskNoted
    | TaskOverdue
    | TaskDone
    | CareStarted
    | CarePutOff
    | CareEnded
    | TextAsked
    | TextEnded
    | PlanRequested
    | PlanConfirmed
    | PlanEnded
    | ContactTextIntended
    | ContactTextEnded
    | ConcernHeard
    | AskAnswered
    | FollowupTold
    | CauseHeard
    | FollowupMoved,
    Field(discriminator="type"),
]
"""Everything that happens in one patient's follow-up, `followups.<patient>`."""


class TaskBrief(Value):
    """An open task at a glance."""

    task: Id
    kind: TaskKind
    due: Moment
    priority: Priority = Priority.NORMAL
    owner: Id | None = None
    overdue: int = 0
    """How often it was told as overdue."""
    why: str = ""


class FollowupBrief(Value):
    """What others may know of it at a glance, in the header of each commit."""

    tasks: tuple[TaskBrief, ...] = ()
    """The open ones."""
    next_contact: Moment | None = None
    """When the next caring contact comes."""
    answers: tuple[tuple[Id, str], ...] = ()
    """The last things asked for at a desk, and what came of each."""


class FollowupAsked(Value):
    """Somebody at a desk wants something of followup, on `programme.followup_asked.<patient>`."""

    id: Id
    patient: Id
    at: Moment
    by: str
    """The account on the machine; whoever shares accounts makes this worthless."""
    what: Literal[
        "add_task",
        "assign_task",
        "note_task",
        "done_task",
        "send_education",
        "send_plan",
        "text_contact",
        "end_care",
    ]
    task: Id | None = None
    kind: TaskKind = TaskKind.CASE
    owner: Id | None = None
    due: Moment | None = None
    priority: Priority = Priority.NORMAL
    note: Sealed | None = None
    topic: str = ""
    """Of `send_education`."""
    level: str = ""
    contact: Id | None = None
    """Of `text_contact`."""
    why: str = ""
    """Of `end_care`: a word of CareEnded."""


def subject_of(patient: str) -> str:
    """Return where a patient's follow-up stands."""
    return f"followups.{patient}"
