"""What the programme, and those who run it, report about patients."""

from typing import Literal

from contracts.values import Id, Moment, Value

Content = Literal[
    "name",
    "phone",
    "address",
    "safety_plan",
    "preferred_name",
    "contacts",
    "not_safe",
    "conversation",
    "disclosures",
    "media",
    "notes",
    "screens",
]
"""What of a patient was shown."""


class PatientLinked(Value):
    """Two ids turned out to be one person: from now on `into` stands for both."""

    patient: Id
    into: Id


class PatientRevealed(Value):
    """Somebody had identifying content of a patient shown in full."""

    patient: Id
    by: str
    """The account on the machine; whoever shares accounts makes this worthless."""
    at: Moment
    shown: tuple[Content, ...]
    why: str = ""
    """What for, in their words; no name, nothing clinical."""


class DeskAnswered(Value):
    """A responder answered at a desk, not on a phone; whoever asks for it checks their PIN first."""

    id: Id
    at: Moment
    responder: Id
    subject: str
    """`escalations.<patient>` or `faults.<area>`."""
    run: Id
    answer: Literal["give", "help", "snooze", "sign"]
    asked: Id | None = None
    """Of `give`: who is to take it over."""
    minutes: int = 60
    """Of `snooze`."""
    account: str = ""
    """The account on the machine at which it was typed."""


class SignalFollowed(Value):
    """Something came later about a signal that was published: it withdraws it, or is shown beside it.

    It ends a run by itself only if nobody holds it, nothing else is in it, and it is routine or soon
    (`clinical.md` 6c); whatever is more urgent, or in a person's hands, a person ends.
    """

    id: str
    """Deduplication id."""
    signal: str
    """The id of the signal it is about."""
    patient: Id
    at: Moment
    received_at: Moment
    what: Literal[
        "late_check_in", "excused", "cancelled", "amended", "entered_in_error", "dose_given", "task_done"
    ]
    source: str
