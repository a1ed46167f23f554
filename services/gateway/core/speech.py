"""What is said on the phone. Nothing identifying, before the key press or after.

Sentences are short and the digit comes after what it does: half asleep, people remember the last
thing they heard. 988 is the Suicide and Crisis Lifeline of the United States, 911 the emergency
number; a caller hears both before anything else.
"""

from contracts.escalations import Telling
from contracts.pages import PageBrief, Purpose
from contracts.privacy import ContactScope
from contracts.values import Kind

GENERIC = "This is Vigil, with a page for you."
ASK_KEY = "To take it, press 1. To pass, press 2."
ASK_CONFIRM = "To confirm, press 6."
ASK_CONNECT = "To be connected with the patient, press 3."
NOTED = "Noted."
TEXT_FOLLOWS = "You will get a text that says whether you have it."
WRONG_KEY = "That key does nothing here."
NO_KEY = "You do not have it, and the paging goes on. Goodbye."
GOODBYE = "Goodbye."
NOT_RECORDED = "Your key could not be recorded. You do not have it yet."
CANNOT_CONFIRM = "Your key could not be recorded. Please answer by text."
NO_PAGES = "This is Vigil. You have no open pages. Goodbye."
MORE_PAGES = "More pages are open. Please look at your texts. Goodbye."
CONNECTING = "Connecting you with the patient. Your number stays hidden."
ROOM_WAITS = "The patient is on the line. Connecting you now."
ENDED = "The connection has ended."
CONNECTING_CONTACT = "Connecting you. Your number stays hidden."
NO_CONTACT = "No such contact is on file, so you are not connected."
CONTACT_ENDED = "That consent has ended, or was taken back. Nobody is called."
NO_CONTACT_PHONE = "No phone number is on file for that contact."
NO_PHONE = "No phone number is on file for the patient. Please look in the chart."
CANNOT_CONNECT = "You cannot be connected just now. Please answer by text."
EMPTY_ROOM = "The caller is not on the line. Please hang up, and call the patient back."
GREETING = (
    "You are being connected with our staff, please stay on the line. If you may not be safe, "
    "hang up and call 911, or call 988."
)
STILL_CALLING = "We are still calling our staff. If you may not be safe hang up and call 911, or call 988."
PATIENT_FAREWELL = (
    "This call has ended. If you may not be safe call 911, or call 988. You can also call us again."
)


def page(brief: PageBrief) -> str:
    """Return what is said of a page before the key: how urgent, what kind, which code."""
    if brief.drill:
        return (
            f"This is Vigil with a drill. This is a drill, code {spelled(brief.code)}. There is no patient, "
            "answer as if it were real."
        )
    if brief.test:
        return f"This is Vigil with a test page, code {spelled(brief.code)}. Nothing is wrong."
    asks = " A colleague asks you to take it over." if brief.given else ""
    return f"{GENERIC} Code {spelled(brief.code)}. {brief.urgency.word}. {_about(brief.kind)}.{asks}"


def bridge(brief: PageBrief) -> str:
    """Return what is said before a bridged call; a key keeps a voicemail from being connected."""
    whom = "the patient" if not brief.contact else f"contact {brief.contact} of the patient"
    return f"This is Vigil, about {spelled(brief.code)}. To be connected with {whom}, press 1."


def may_be_told(scope: ContactScope) -> str:
    """Return what a support contact may be told, as it is said before they are called."""
    match scope:
        case ContactScope.WELFARE_ONLY:
            return "Say only: please ask them to call us."
        case ContactScope.ENROLLED:
            return "They may know that the patient is with us, and not how they are."
        case ContactScope.CLINICAL:
            return "They may know how the patient is."


def message(brief: PageBrief) -> str:
    """Return a message that is no page: what it tells, as far as its brief says."""
    code = spelled(brief.code) if brief.code else "your texts"
    return f"This is Vigil, about {code}. {_telling(brief.telling)} Please answer by text."


def notice(brief: PageBrief) -> str:
    """Return a notice of the roster, in the words that paging made for a call."""
    return f"This is Vigil. {brief.spoken or 'There is news about your shifts. Please look at your texts.'}"


def asks_to_confirm(brief: PageBrief) -> bool:
    """Return whether a notice still waits for the key that confirms a shift."""
    return brief.purpose is Purpose.NOTICE and brief.shift != "" and brief.answered_at is None


def no_longer(brief: PageBrief) -> str:
    """Return what is said when a page was answered or withdrawn before the call was."""
    return f"This is Vigil. {_it(brief)} no longer needs your answer."


def yours(brief: PageBrief | None) -> str:
    """Return the outcome once escalation committed that they hold it."""
    return f"You have {_it(brief)}."


def anothers(brief: PageBrief | None) -> str:
    """Return the outcome when somebody else holds it; never who."""
    return f"A colleague has {_it(brief)}. Nothing to do for you."


def closed(brief: PageBrief | None) -> str:
    """Return the outcome when it was closed before the key was pressed."""
    return f"{_it(brief).capitalize()} is already closed. Nothing to do for you."


def passed(brief: PageBrief | None) -> str:
    """Return the outcome of passing: it is recorded, and the run goes on."""
    return f"Noted. You pass {_it(brief)}. Others are paged."


def not_holder(brief: PageBrief | None) -> str:
    """Return why somebody isn't connected."""
    return f"You do not hold {_it(brief)}, so you are not connected."


def after_call(brief: PageBrief | None) -> str:
    """Return what is said when a bridged call is over."""
    if brief is not None and brief.contact:
        return ENDED
    code = f" {spelled(brief.code)}" if brief is not None and brief.code else ""
    return f"{ENDED} When you have reached the patient, text 3{code}."


def spelled(code: str) -> str:
    """Return a code letter by letter, as a voice must read it."""
    return " ".join(code)


def _it(brief: PageBrief | None) -> str:
    return spelled(brief.code) if brief is not None and brief.code else "it"


def _about(kind: Kind) -> str:
    """Return what it is about, in words that tell nothing of the patient's health."""
    match kind:
        case Kind.PATIENT_ALERT:
            return "It is about a text"
        case Kind.SCREEN_POSITIVE:
            return "It is about a screen"
        case Kind.SESSION_MISSED | Kind.DOSE_MISSED:
            return "Something was missed"
        case Kind.CONCERN_RAISED:
            return "It is about a concern"
        case Kind.SYSTEM_FAULT:
            return "It is about a fault of the system"
        case _revealing_or_rare:
            return "It is about an alert"


def _telling(telling: Telling | None) -> str:
    match telling:
        case Telling.YOU_HAVE_IT:
            return "You have it."
        case Telling.OTHER_HAS_IT | Telling.HANDED_OVER:
            return "A colleague has it."
        case Telling.NEW_SIGNAL:
            return "Something new came in."
        case Telling.MORE_URGENT:
            return "It is more urgent now."
        case Telling.REACHED_QUESTION:
            return "Have you reached the patient?"
        case Telling.CONTACT_OVERDUE:
            return "Contact with the patient is overdue, others are paged too."
        case Telling.DISPOSITION_QUESTION:
            return "How did it end?"
        case Telling.NOT_CLOSED_NEW | Telling.NOT_CLOSED_UNREACHED | Telling.NEEDS_PIN:
            return "It is not closed."
        case Telling.GIVE_REFUSED:
            return "Your colleague did not take it. You still have it."
        case Telling.SIGN_PLEASE:
            return "A colleague asks for your signature."
        case Telling.HAND_OFF_QUESTION:
            return "Was contact with the patient made?"
        case _told_in_full_by_text:
            return "There is a message for you."


def is_about_patient(brief: PageBrief | None) -> bool:
    """Return whether there is a patient to be connected with: a fault of the system has none."""
    return brief is not None and brief.subject.startswith("escalations.")


def is_open(brief: PageBrief) -> bool:
    """Return whether a page still waits for an answer."""
    return brief.purpose is Purpose.PAGE and brief.status == "out"
