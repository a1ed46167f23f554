"""One patient's follow-up: what is true of it, when it acts again, and what others may know at a glance."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from contracts.followups import (
    CaringContact,
    FollowupBrief,
    Priority,
    TaskBrief,
    TaskKind,
)
from contracts.outreach import OutreachKind
from contracts.values import Id, Moment, Sealed, Urgency, Value

VERSION = 1
HEARD, ANSWERS, RUNS, NOTES, CONCERNS, SENT = 60, 5, 20, 20, 20, 10
"""How many of each are remembered."""
SENT_WITHIN = timedelta(minutes=2)
"""A text to a support contact of which nothing is known by then was cut off: it is not sent again."""


class Note(Value):
    """What somebody wrote beside a task."""

    at: Moment
    by: str
    text: Sealed


class Task(Value):
    """An open task."""

    id: Id
    kind: TaskKind
    due: Moment
    priority: Priority
    since: Moment
    owner: Id | None = None
    run: Id | None = None
    about: Id | None = None
    why: str = ""
    overdue: int = 0
    next_at: Moment | None = None
    """When it is told again, once it was told as overdue."""
    notes: tuple[Note, ...] = ()

    @property
    def acts_at(self) -> datetime:
        """When something happens because nobody did it."""
        return self.next_at or self.due


class Care(Value):
    """The calendar that runs: what of it is still to come, in the order of time."""

    plan: Id
    after: Literal["crisis", "discharge"]
    run: Id | None = None
    replaces: Id | None = None
    contacts: tuple[CaringContact, ...] = ()


class Text(Value):
    """A text that was asked for, and of which nobody has said what became of it."""

    outreach: Id
    kind: OutreachKind
    at: Moment
    send_by: Moment
    answer_by: Moment
    contact: CaringContact | None = None
    request: Id | None = None
    variant: int = 0
    resource: str = ""


class PlanRequest(Value):
    """A safety plan that is to be texted."""

    request: Id
    by: str
    confirm_by: Moment | None = None
    """Until when the word is waited for; None: it came."""


class ContactText(Value):
    """A text to a support contact that is under way."""

    message: Id
    contact: Id
    by: str
    since: Moment


class Concern(Value):
    """What a support contact wrote."""

    at: Moment
    sid: str
    contact: Id
    evidence: int
    text: Sealed


class Debt(StrEnum):
    """What may be owed to others; published in the order in which it came to be owed."""

    SIGNAL = "signal"
    FOLLOWED = "followed"
    TEXT = "text"
    DROPPED = "dropped"
    CONCERN = "concern"
    RECEIVED = "received"
    """The answer to a support contact that their text was received."""


class Owed(Value):
    """Something that must still be published because of what happened."""

    what: Debt
    about: str
    since: Moment
    urgency: Urgency = Urgency.ROUTINE
    kind: TaskKind | None = None
    owner: Id | None = None
    happened_at: Moment | None = None
    number: int = 0
    """Of a signal: how often the task was told. Of a concern: where its webhook stands in CARRIER."""
    contact: Id | None = None

    @property
    def key(self) -> str:
        """What names it in FollowupTold."""
        return f"{self.what}/{self.about}/{self.number}"


class Followup(Value):
    """Where one patient's follow-up stands."""

    patient: Id
    tasks: tuple[Task, ...] = ()
    care: Care | None = None
    texts: tuple[Text, ...] = ()
    sent: tuple[Text, ...] = ()
    """The last ones that the carrier took: it may say later that one did not arrive."""
    plan: PlanRequest | None = None
    contact_texts: tuple[ContactText, ...] = ()
    concerns: tuple[Concern, ...] = ()
    owed: tuple[Owed, ...] = ()
    last_text: Moment | None = None
    """When the last caring contact was sent."""
    runs: tuple[Id, ...] = ()
    """Escalations that were followed up."""
    heard: tuple[str, ...] = ()
    answers: tuple[tuple[Id, str], ...] = ()
    moved_into: Id | None = None

    @classmethod
    def empty(cls, subject: str) -> "Followup":
        """Return the follow-up of whom nothing is known."""
        return cls(patient=subject.partition(".")[2])

    def task(self, name: str | None) -> Task | None:
        """Return the open task of that id."""
        return next((one for one in self.tasks if one.id == name), None)

    def text(self, outreach: str) -> Text | None:
        """Return the text of that id whose outcome is awaited."""
        return next((one for one in self.texts if one.outreach == outreach), None)

    def sent_text(self, outreach: str) -> Text | None:
        """Return the text of that id that the carrier took lately."""
        return next((one for one in self.sent if one.outreach == outreach), None)


def due(state: Followup) -> datetime | None:
    """Return when it acts again: what is owed at once, else the earliest of all that is open."""
    if state.owed:
        return min(owed.since for owed in state.owed)
    moments = [
        *(one.acts_at for one in state.tasks),
        *(one.due for one in (state.care.contacts if state.care is not None else ())),
        *(one.answer_by for one in state.texts),
        *(one.since + SENT_WITHIN for one in state.contact_texts),
    ]
    if state.plan is not None and state.plan.confirm_by is not None:
        moments.append(state.plan.confirm_by)
    return min(moments, default=None)


def brief(state: Followup) -> FollowupBrief:
    """Return what others may know at a glance."""
    contacts = state.care.contacts if state.care is not None else ()
    return FollowupBrief(
        tasks=tuple(
            TaskBrief(
                task=one.id,
                kind=one.kind,
                due=one.due,
                priority=one.priority,
                owner=one.owner,
                overdue=one.overdue,
                why=one.why,
            )
            for one in state.tasks
        ),
        next_contact=min((one.due for one in contacts), default=None),
        answers=state.answers,
    )
