"""Single words and moments, as the page shows them: pure, and in the reader's zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from contracts.escalations import EscalationStatus, Telling
from contracts.signals import Signal
from contracts.values import Channel, Disposition, Kind


def at(moment: datetime, zone: str) -> str:
    """Return a moment as local wall clock with seconds, `03:10:02`; an unknown zone reads as UTC."""
    try:
        place = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return f"{moment.astimezone(UTC):%H:%M:%S}Z"
    return f"{moment.astimezone(place):%H:%M:%S}"


def on(moment: datetime, zone: str, now: datetime) -> str:
    """Return a moment as `at` does, with its weekday in front when it is not of the same day as `now`."""
    try:
        place = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        place = ZoneInfo("UTC")
    local = moment.astimezone(place)
    day = "" if local.date() == now.astimezone(place).date() else f"{local:%a} "
    return day + at(moment, zone)


def zone_word(zone: str) -> str:
    """Return what people call a zone: the city it is named for."""
    return zone.rpartition("/")[2].replace("_", " ")


def language(tag: str) -> str:
    """Return what people call a language, by its tag; the tag itself when it is neither of the demo's."""
    return {"en": "English", "es": "Spanish"}.get(tag, tag)


def happened(signal: Signal, who: str) -> str:
    """Return what a signal reports, as the start of a sentence."""
    match signal.kind:
        case Kind.PATIENT_ALERT:
            how = "called the crisis line" if "call" in signal.tags else "asked for help"
            return f"{who} {how}"
        case Kind.SCREEN_POSITIVE:
            return f"A screen of {who} was positive"
        case Kind.SESSION_MISSED:
            return f"{who} missed a session"
        case Kind.SUBSTANCE_POSITIVE:
            return f"A specimen of {who} was positive"
        case Kind.WITHDRAWAL:
            return f"{who} shows signs of withdrawal"
        case Kind.DOSE_MISSED:
            return f"{who} missed a dose"
        case Kind.CONCERN_RAISED:
            return f"Somebody is worried about {who}"
        case Kind.OPTED_OUT:
            return f"{who} can no longer be texted"
        case Kind.FOLLOW_UP_DUE:
            return f"A task about {who} is overdue"
        case _system_fault:
            return f"Fault of the system, area {signal.area or 'unknown'}"


def topic(kind: Kind) -> str:
    """Return what an escalation is about, in two or three words."""
    match kind:
        case Kind.PATIENT_ALERT:
            return "asked for help"
        case Kind.SCREEN_POSITIVE:
            return "positive screen"
        case Kind.SYSTEM_FAULT:
            return "fault of the system"
        case _other:
            return str(kind).replace("_", " ")


def status(status: EscalationStatus, holder: str, is_fault: bool = False) -> str:
    """Return where an escalation stands, in a sentence without its full stop."""
    match status:
        case EscalationStatus.WAITING:
            return "Waits for the hours of its policy"
        case EscalationStatus.WORKLIST:
            return "On the worklist; pages nobody"
        case EscalationStatus.PAGING:
            return f"Paging; {holder} has it so far" if holder else "Paging; nobody has it yet"
        case EscalationStatus.HELD if is_fault:
            return f"{holder or 'Somebody'} has it; not fixed yet"
        case EscalationStatus.HELD:
            return f"{holder or 'Somebody'} has it; patient not reached yet"
        case EscalationStatus.REACHED:
            return f"{holder or 'Somebody'} has it; patient reached, still open"
        case EscalationStatus.HANDED_OFF:
            return f"Handed on by {holder or 'somebody'}; open until contact is confirmed"
        case _closed:
            return "Closed"


def channel(channel: Channel) -> str:
    """Return what an attempt on this channel is called."""
    return "Text" if channel is Channel.SMS else "Call"


def receipt(channel: Channel, status: str) -> str:
    """Return what the carrier reported, as a reader would say it."""
    if channel is Channel.SMS:
        return {"undelivered": "not delivered", "read": "read"}.get(status, status)
    match status:
        case "in-progress" | "answered":
            return "answered"
        case "completed":
            return "ended"
        case "no-answer":
            return "nobody answered"
        case "canceled":
            return "hung up by us"
        case "busy":
            return "busy or refused"
        case _other:
            return status


def disposition(disposition: Disposition) -> str:
    """Return how it ended, as a clinician would say it."""
    match disposition:
        case Disposition.SPOKE:
            return "spoke with the patient"
        case Disposition.SAFETY_PLAN:
            return "went through the safety plan"
        case Disposition.NO_CRISIS_AFTER_CONTACT:
            return "no crisis, after contact"
        case Disposition.SENT_IN_ERROR:
            return "sent in error"
        case Disposition.TRANSFERRED_911:
            return "911 took over"
        case Disposition.TRANSFERRED_988:
            return "988 took over"
        case Disposition.MOBILE_CRISIS:
            return "mobile crisis team sent"
        case Disposition.WELFARE_CHECK:
            return "welfare check asked for"
        case Disposition.COULD_NOT_REACH:
            return "could not reach the patient"
        case _fixed:
            return "fixed"


def telling(telling: Telling) -> str:
    """Return what a responder is told, in short."""
    return _TOLD.get(telling, str(telling).replace("_", " "))


_TOLD = {
    Telling.YOU_HAVE_IT: "you have it",
    Telling.OTHER_HAS_IT: "somebody else has it",
    Telling.GIVE_ASKED: "the colleague was asked; it stays theirs until taken",
    Telling.GIVE_REFUSED: "the colleague did not take it",
    Telling.GIVE_UNKNOWN: "nobody of that name can be paged",
    Telling.HELP_COMES: "others are paged as well",
    Telling.HELPER_COMES: "somebody comes to help",
    Telling.HELPING: "the holder wants them beside them",
    Telling.SNOOZED: "put off",
    Telling.NOT_SNOOZED: "it can't be put off",
    Telling.PASSED: "passed on to the next person",
    Telling.GIVEN_BACK: "given back, the next person is paged",
    Telling.HANDED_OVER: "somebody else has it now",
    Telling.NEW_SIGNAL: "something new came in",
    Telling.MORE_URGENT: "it is more urgent now",
    Telling.REACHED_QUESTION: "have you reached them?",
    Telling.CONTACT_OVERDUE: "contact is overdue, others are paged too",
    Telling.REACHED_NOTED: "contact is noted",
    Telling.DISPOSITION_QUESTION: "how did it end?",
    Telling.CLOSED: "it is closed",
    Telling.NOT_CLOSED_NEW: "not closed, something new came in",
    Telling.NOT_CLOSED_UNREACHED: "not closed, the patient was not reached",
    Telling.NEEDS_PIN: "not closed, it needs the PIN",
    Telling.SIGN_PLEASE: "please sign as the second person",
    Telling.WAITS_FOR_SIGNATURE: "noted, a second person has to sign",
    Telling.HAND_OFF_OPEN: "noted, open until contact is confirmed",
    Telling.HAND_OFF_QUESTION: "was contact made?",
    Telling.UNDONE: "taken back",
    Telling.NOTHING_TO_UNDO: "there is nothing to take back",
    Telling.NOT_HOLDER: "not done, somebody else has it",
    Telling.ALREADY_CLOSED: "it was closed already",
    Telling.CALLING: "the phone rings to connect you",
    Telling.NO_PHONE: "no phone number is on file",
}
