"""Which values travel on which subjects and stand in which buckets: the table beside `streams`.

Catalogue, AsyncAPI documents and golden examples are made from it; tests hold it to `streams`.
A `{name}` in a subject stands for one token, an opaque id.
"""

from dataclasses import dataclass
from typing import Any, get_args

from contracts import (
    attendance,
    carrier,
    console,
    conversations,
    deliveries,
    escalations,
    facts,
    followups,
    media,
    notices,
    open_work,
    outreach,
    overdue,
    pages,
    people,
    policies,
    privacy,
    programme,
    triages,
)
from contracts.parked import Parked
from contracts.reports import CoverageReport
from contracts.rosters import RosterChange
from contracts.schedules import Calendar, Feed, Handoff, Leave, Schedule, Shifts, Swap, Verification
from contracts.signals import Signal
from contracts.values import Value


@dataclass(frozen=True)
class Facts:
    """A subject whose messages each hold one value."""

    name: str
    stream: str
    subject: str
    values: tuple[type[Value], ...]
    says: str


@dataclass(frozen=True)
class Commits:
    """A subject whose messages are commits (contracts/commits.py) of an aggregate."""

    name: str
    stream: str
    subject: str
    events: tuple[type[Value], ...]
    brief: type[Value]
    says: str


def members(union: Any) -> tuple[type[Value], ...]:
    """Return the types of a discriminated union such as EscalationEvent, in their order."""
    inner = get_args(union)[0]
    return get_args(inner) or (inner,)


ESCALATION_EVENTS = members(escalations.EscalationEvent)
PAGE_EVENTS = members(pages.PageEvent)
CONVERSATION_EVENTS = members(conversations.ConversationEvent)
TRIAGE_EVENTS = members(triages.TriageEvent)
ATTENDANCE_EVENTS = members(attendance.AttendanceEvent)
DELIVERY_EVENTS = members(deliveries.DeliveryEvent)
FOLLOWUP_EVENTS = members(followups.FollowupEvent)

SUBJECTS: tuple[Facts | Commits, ...] = (
    Facts(
        "patient_linked",
        "PROGRAMME",
        "programme.patient_linked.{patient}",
        (programme.PatientLinked,),
        "Two ids are one person.",
    ),
    Facts(
        "signal_followed",
        "PROGRAMME",
        "programme.signal_followed.{patient}",
        (programme.SignalFollowed,),
        "Something came later about a signal: a late check-in, an excuse, a correction.",
    ),
    Facts(
        "followup_asked",
        "PROGRAMME",
        "programme.followup_asked.{patient}",
        (followups.FollowupAsked,),
        "Somebody at a desk wants something of a patient's follow-up.",
    ),
    Facts(
        "desk_answered",
        "PROGRAMME",
        "programme.desk_answered.{about}",
        (programme.DeskAnswered,),
        "A responder answered at a desk, about a patient or a fault's area.",
    ),
    Facts(
        "patient_revealed",
        "PROGRAMME",
        "programme.patient_revealed.{patient}",
        (programme.PatientRevealed,),
        "Who had sealed content of a patient shown.",
    ),
    Facts(
        "patient_exported",
        "PROGRAMME",
        "programme.patient_exported.{patient}",
        (privacy.PatientExported,),
        "The record of a patient was written out, and for whom.",
    ),
    Facts(
        "patient_disclosed",
        "PROGRAMME",
        "programme.patient_disclosed.{patient}",
        (privacy.PatientDisclosed,),
        "Medical personnel were told in an emergency, 42 CFR 2.51.",
    ),
    Facts(
        "patient_changed",
        "PROGRAMME",
        "programme.patient_changed.{patient}",
        (privacy.PatientChanged,),
        "Consent, contacts or safe texting of a patient were changed.",
    ),
    Facts(
        "patient_held",
        "PROGRAMME",
        "programme.patient_held.{patient}",
        (privacy.PatientHeld,),
        "A legal hold was set, or lifted.",
    ),
    Facts(
        "erasure_asked",
        "PROGRAMME",
        "programme.erasure_asked.{patient}",
        (privacy.ErasureAsked,),
        "Somebody asked that a patient's key be erased.",
    ),
    Facts(
        "patient_erased",
        "PROGRAMME",
        "programme.patient_erased.{patient}",
        (privacy.PatientErased,),
        "A patient's key was erased: who asked, who confirmed, why.",
    ),
    Facts(
        "keys_changed",
        "PROGRAMME",
        "programme.keys_changed.site",
        (privacy.KeysChanged,),
        "Who rotated or retired a key of the site.",
    ),
    Facts(
        "sms_received_staff",
        "CARRIER",
        "carrier.sms_received.staff",
        (carrier.SmsReceived,),
        "A text from a staff phone: a command, or what looks like one.",
    ),
    Facts(
        "sms_received_talk",
        "CARRIER",
        "carrier.sms_received.talk",
        (carrier.SmsReceived,),
        "Words, and keys of a conversation, from a staff phone.",
    ),
    Facts(
        "sms_received_patient",
        "CARRIER",
        "carrier.sms_received.patient",
        (carrier.SmsReceived,),
        "A text from a patient, or from nobody known.",
    ),
    Facts(
        "sms_received_contact",
        "CARRIER",
        "carrier.sms_received.contact",
        (carrier.SmsReceived,),
        "A text on the number for support contacts.",
    ),
    Facts(
        "sms_status_page",
        "CARRIER",
        "carrier.sms_status.page",
        (carrier.SmsStatus,),
        "A receipt for a text to staff.",
    ),
    Facts(
        "sms_status_conversation",
        "CARRIER",
        "carrier.sms_status.conversation",
        (carrier.SmsStatus,),
        "A receipt for a text to a patient, or to a responder in a conversation.",
    ),
    Facts(
        "call_status",
        "CARRIER",
        "carrier.call_status",
        (carrier.CallStatus,),
        "Progress of a call about a page.",
    ),
    Facts(
        "digits_pressed",
        "CARRIER",
        "carrier.digits_pressed",
        (carrier.DigitsPressed,),
        "A key press in a call about a page.",
    ),
    Facts(
        "call_received_staff",
        "CARRIER",
        "carrier.call_received.staff",
        (carrier.CallReceived,),
        "A staff phone called our number.",
    ),
    Facts(
        "call_received_patient",
        "CARRIER",
        "carrier.call_received.patient",
        (carrier.CallReceived,),
        "A patient, or somebody unknown, called our number.",
    ),
    *(
        Facts(one, "PROGRAMME", f"programme.{one}.{{patient}}", (value,), says)
        for one, value, says in (
            ("session_planned", facts.SessionPlanned, "A session of this patient alone is planned or moved."),
            ("session_cancelled", facts.SessionCancelled, "It does not take place."),
            ("checked_in", facts.CheckedIn, "The patient is there."),
            ("check_in_undone", facts.CheckInUndone, "A check-in was a mistake."),
            ("absence_excused", facts.AbsenceExcused, "They don't come, and said so."),
            ("screen_answered", facts.ScreenAnswered, "A screening instrument was answered."),
            ("specimen_tested", facts.SpecimenTested, "Breath or urine was tested."),
            ("dose_reported", facts.DoseReported, "A dose was given, missed or is overdue."),
            ("patient_discharged", facts.PatientDischarged, "They left programme, hospital or residence."),
        )
    ),
    Facts("signals", "SIGNALS", "signals.{kind}", (Signal,), "The reasons to act."),
    Commits(
        "escalations",
        "ESCALATIONS",
        "escalations.{patient}",
        ESCALATION_EVENTS,
        escalations.EscalationBrief,
        "Runs of a policy about one patient, one after the other.",
    ),
    Commits(
        "faults",
        "ESCALATIONS",
        "faults.{area}",
        ESCALATION_EVENTS,
        escalations.EscalationBrief,
        "Runs about one part of the system.",
    ),
    Commits(
        "pages",
        "PAGES",
        "pages.{responder}.{page}",
        PAGE_EVENTS,
        pages.PageBrief,
        "One page, message or bridged call to one responder.",
    ),
    Commits(
        "triage",
        "TRIAGE",
        "triage.{patient}",
        TRIAGE_EVENTS,
        triages.TriageBrief,
        "Results of one patient's screens, specimens and doses.",
    ),
    Commits(
        "attendances",
        "ATTENDANCES",
        "attendances.{session}.{patient}",
        ATTENDANCE_EVENTS,
        attendance.AttendanceBrief,
        "One patient's attendance at one session.",
    ),
    Commits(
        "followups",
        "FOLLOWUPS",
        "followups.{patient}",
        FOLLOWUP_EVENTS,
        followups.FollowupBrief,
        "What goes on after one patient's crisis or discharge.",
    ),
    Commits(
        "deliveries",
        "DELIVERIES",
        "deliveries.{recipient}.{delivery}",
        DELIVERY_EVENTS,
        deliveries.DeliveryBrief,
        "One FHIR resource to one other system.",
    ),
    Facts(
        "outreach",
        "OUTREACH",
        "outreach.{patient}",
        (outreach.OutreachAsked, outreach.OutreachDropped),
        "Texts to a patient that the crisis line is asked to send, or not to send any more.",
    ),
    Facts(
        "pressed_page",
        "CONSOLE",
        "console.pressed.page.{responder}",
        (console.Pressed,),
        "A responder answered in the console about a page, or what they hold.",
    ),
    Facts(
        "pressed_talk",
        "CONSOLE",
        "console.pressed.talk.{responder}",
        (console.Pressed,),
        "A responder wrote to a patient in the console, or pressed a key of a conversation.",
    ),
    Facts(
        "notices",
        "NOTICES",
        "notices.{responder}",
        (notices.NoticeSent,),
        "What the roster tells one responder.",
    ),
    Commits(
        "conversations",
        "CONVERSATIONS",
        "conversations.{patient}",
        CONVERSATION_EVENTS,
        conversations.ConversationBrief,
        "The crisis line with one patient.",
    ),
    *(
        Facts(
            f"overdue_{stream.lower()}",
            "OVERDUE",
            f"overdue.{stream}",
            (overdue.LookAgain,),
            f"A deadline in {stream} has passed.",
        )
        for stream in open_work.WITH_DEADLINES
    ),
    Facts(
        "parked",
        "PARKED",
        "parked.{durable}.{sequence}",
        (Parked,),
        "A message that could not be understood or handled; the last one on the subject counts.",
    ),
)

BUCKET_VALUES: dict[str, type[Value] | None] = {
    "policies": policies.PolicySet,
    "people": people.Person,
    "schedules": Schedule,
    "calendars": Calendar,
    "groups": attendance.Group,
    "enrolments": attendance.Enrolment,
    "attendance_codes": attendance.AttendanceCode,
    "swaps": Swap,
    "leaves": Leave,
    "handoffs": Handoff,
    "verifications": Verification,
    "feeds": Feed,
    "reports": CoverageReport,
    "roster_changes": RosterChange,
    "shifts": Shifts,
    "patients": people.Patient,
    "aliases": people.Alias,
    "keys": privacy.WrappedKey,
    "site_keys": privacy.SiteKey,
    "media": media.TextMedia,
    "media_files": media.FilePart,
    "recipients": deliveries.Recipient,
    "intake": None,
    "accounts": console.Account,
    "sessions": console.Session,
    "sign_ins": console.SignIns,
    "holds": privacy.Hold,
    "erasures": privacy.ErasureRequest,
    "pin_tries": privacy.PinTries,
    "codes": people.CodeTaken,
    "senders": None,
    "carrier_marks": None,
    "marks": None,
}
"""What each bucket holds; None is the runtime's own bookkeeping, which nobody else reads."""


def overlap(one: str, other: str) -> bool:
    """Return whether two subject patterns (`*`, `>`, `{name}`) can mean the same subject."""
    left, right = one.split("."), other.split(".")
    for mine, theirs in zip(left, right, strict=False):
        if ">" in (mine, theirs):
            return True
        if mine != theirs and not _open(mine) and not _open(theirs):
            return False
    return len(left) == len(right)


def _open(token: str) -> bool:
    return token == "*" or token.startswith("{")
