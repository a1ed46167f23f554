"""The texts that tell a responder where something stands: one for each `Telling`.

`args` is read leniently: an argument that is missing or unreadable leaves its half-sentence out,
because a text that could not be made is worse than a short one.
"""

from collections.abc import Mapping
from datetime import datetime

from contracts.escalations import ResponderTold, Telling
from contracts.values import Kind, Urgency
from services.paging.core import segments, wording
from services.paging.core.answer_texts import disposition_word

_PEOPLE = ("holder", "next", "responder", "by", "who", "giver", "first", "to", "from")
_NEXT = (Telling.PASSED, Telling.GIVEN_BACK, Telling.WAITS_FOR_SIGNATURE, Telling.HELP_COMES)
_LATER = {
    "late_check_in": "has checked in since, late",
    "excused": "the absence was excused since",
    "cancelled": "the session was cancelled since",
    "amended": "the result was corrected since",
    "entered_in_error": "the result was withdrawn since, as entered in error",
    "dose_given": "the dose was given since",
    "task_done": "the task was done since",
}
_TIMES = ("contact_by", "resolve_by", "sign_by", "confirm_by", "undo_until", "until", "by", "at")


def telling_text(what: ResponderTold, now: datetime, names: Mapping[str, str]) -> str:
    """Return the message. `names` maps responder ids to what colleagues call them."""
    who, time = _who(what, names), _time(what, now)
    return segments.one_segment(f"VIGIL {what.code}: {_say(what, who, time)}")


def _say(what: ResponderTold, who: str, time: str) -> str:
    code, by, at = what.code, f" by {time}" if time else "", f" at {time}" if time else ""
    match what.telling:
        case Telling.YOU_HAVE_IT if what.kind is Kind.SYSTEM_FAULT:
            return f"you have it. 4 {code} closes it when fixed, 2 {code} gives it back."
        case Telling.YOU_HAVE_IT:
            return (
                f"you have it. Contact{by or ' at once'}.{_language(what)} 3 {code} when reached, "
                f"CALL {code} connects you, 2 {code} gives it back."
            )
        case Telling.OTHER_HAS_IT:
            return f"{who or 'A colleague'} has {code}. Nothing to do for you."
        case Telling.PASSED:
            return f"passed. {f'{who} is next' if who else f'The next person is paged{at}'}."
        case Telling.GIVEN_BACK:
            at = at or " now"
            return f"given back. {f'{who} is next' if who else f'The next person is paged{at}'}."
        case Telling.HANDED_OVER:
            return f"{who or 'A colleague'} has {code} now; you no longer hold it."
        case Telling.NEW_SIGNAL if what.kind is Kind.SYSTEM_FAULT:
            return f"something new came in{_news(what)}. vigil escalations {code} says what is wrong."
        case Telling.NEW_SIGNAL:
            return f"something new came in{_news(what)}. ? {code} tells more, CALL {code} connects you."
        case Telling.SIGNAL_NOTED:
            return (
                f"{_LATER.get(what.args.get('what', ''), 'something came later')}. It stays open: ? {code}."
            )
        case Telling.MORE_URGENT:
            word = _urgency(what).word
            return f"more urgent now: {word}. Reply 1 {code} to take it at that."
        case Telling.REACHED_QUESTION if what.args.get("why") == "confirm":
            # They confirmed before they handed it off: the step that is missing is said.
            return f"not confirmed, nothing is handed off yet. 4 {code} 911 first; 3 {code} if you spoke."
        case Telling.REACHED_QUESTION:
            return f"have you reached them? 3 {code} if so. CALL {code} connects you, 2 {code} gives it back."
        case Telling.CONTACT_OVERDUE:
            due = f" (due {time})" if time else ""
            return (
                f"contact is overdue{due}, others are paged too. 3 {code} when reached, "
                f"2 {code} gives it back. CONTACTS {code}: who may be asked."
            )
        case _:
            return _say_ending(what, who, time)


def _say_ending(what: ResponderTold, who: str, time: str) -> str:
    code, by = what.code, f" by {time}" if time else ""
    ended = _disposition(what)
    match what.telling:
        case Telling.REACHED_NOTED:
            return f"contact noted. Close it{by}: 4 {code} lists how. UNDO {code} within 5 min."
        case Telling.DISPOSITION_QUESTION:
            return f"how did it end? 4 {code} lists the answers."
        case Telling.CLOSED:
            return f"closed{f', {ended}' if ended else ''}. UNDO {code} within 5 min takes it back."
        case Telling.NOT_CLOSED_NEW if what.args.get("untold") == "0":
            return f"nothing waits for your signature now. ? {code} tells more."
        case Telling.NOT_CLOSED_NEW:
            return f"not closed, something new came in. ? {code} tells more; then close it again."
        case Telling.NOT_CLOSED_UNREACHED:
            return (
                f"stays open until the patient was reached; others are paged. 3 {code} when reached. "
                f"CONTACTS {code}: who may be asked."
            )
        case Telling.NEEDS_PIN if time:
            return f"not closed, too many wrong PINs: none counts before {time}. 2, 3 and CALL {code} work."
        case Telling.NEEDS_PIN:
            return f"not closed, it needs your PIN: 4 {code}, the number, then the PIN."
        case Telling.SIGN_PLEASE:
            ending = f" as {ended}" if ended else ""
            return f"{who or 'A colleague'} closes it{ending}. SIGN {code}{by} if you agree."
        case Telling.WAITS_FOR_SIGNATURE:
            whose = who or "a second person"
            return f"noted{f', {ended}' if ended else ''}. Open until {whose} signs{by}."
        case Telling.HAND_OFF_OPEN:
            return (
                f"noted{f', {ended}' if ended else ''}. Open until contact is confirmed{by}: "
                f"CONFIRM {code} and who saw them."
            )
        case Telling.HAND_OFF_QUESTION:
            return f"was contact made? CONFIRM {code} and who saw them; CALL {code} connects you."
        case Telling.UNDONE if what.args.get("what") == "reached":
            return f"taken back, the patient is to be reached. 3 {code} when reached."
        case Telling.UNDONE:
            return f"taken back, {code} is open again. 4 {code} closes it."
        case Telling.NOTHING_TO_UNDO:
            return "nothing to take back; that works for 5 minutes only."
        case _:
            return _say_refusal(what, who, time)


def _say_refusal(what: ResponderTold, who: str, time: str) -> str:
    code = what.code
    match what.telling:
        case Telling.NOT_HOLDER if who:
            return f"not done, {who} has {code}. 1 {code} takes it over."
        case Telling.NOT_HOLDER:
            return f"not done, you do not have it. 1 {code} takes it."
        case Telling.ALREADY_CLOSED:
            return "already closed. Your text changed nothing."
        case Telling.CALLING:
            return "your phone rings now and connects you with the patient. Numbers stay hidden."
        case Telling.GIVE_ASKED:
            return f"{who or 'a colleague'} was asked to take {code}. You hold it until they do."
        case Telling.GIVE_REFUSED:
            return (
                f"{who or 'your colleague'} did not take {code}: you still hold it. 2 {code} gives it back."
            )
        case Telling.GIVE_UNKNOWN:
            return f"nobody of that name can be paged; you still hold it. GIVE {code} and a first name."
        case Telling.HELP_COMES:
            verb = "are" if " and " in who else "is"
            return f"{who or 'the next person'} {verb} paged as well. You still hold {code}."
        case Telling.SNOOZED:
            return (
                f"put off{f' until {time}' if time else ''}; nobody is asked before. You still hold {code}."
            )
        case Telling.NOT_SNOOZED:
            return _not_snoozed(what)
        case Telling.HELPER_COMES:
            return f"{who or 'a colleague'} comes to help. You still hold {code}."
        case Telling.HELPING:
            return f"thank you. {who or 'A colleague'} holds {code} and needs you beside them: call them now."
        case Telling.DRILL_ANSWERED:
            return f"drill answered{_seconds(what)}, thank you. Nothing else to do."
        case Telling.TEST_ANSWERED:
            return "test page answered: your phone is reached. Nothing else to do."
        case Telling.NO_PHONE:
            return "no phone number is on file for the patient. Look in the chart."
        case _other:
            return f"see {code}. HELP lists what you can text."


def _language(what: ResponderTold) -> str:
    """That the patient speaks another language than everybody here; two letters are no content."""
    language = what.args.get("language", "")
    known = len(language) == 2 and language.isascii() and language.isalpha()
    return f" Patient speaks {language}." if known else ""


def _not_snoozed(what: ResponderTold) -> str:
    match what.args.get("why"):
        case "not_holder":
            return f"not put off, you do not have it. 1 {what.code} takes it."
        case "overdue":
            return f"not put off, it is overdue and others are paged. 3 {what.code} when reached."
        case "handed_off":
            return f"not put off, contact must be confirmed first: CONFIRM {what.code} and who saw them."
        case _urgency:
            return f"not put off: only TODAY and NEXT SESSION can wait. You still hold {what.code}."


def _seconds(what: ResponderTold) -> str:
    seconds = what.args.get("seconds", "")
    return f" after {seconds} s" if seconds.isdecimal() and len(seconds) < 6 else ""


def _who(what: ResponderTold, names: Mapping[str, str]) -> str:
    """The colleagues an argument names: an id, or several with commas between."""
    for value in _values(what, _PEOPLE):
        found = [segments.short(names[person]) for person in value.split(",") if person in names]
        if found:
            between = " and " if what.telling is Telling.HELP_COMES else " or "
            return between.join(found[:2]) if what.telling in _NEXT else found[0]
    return ""


def _time(what: ResponderTold, now: datetime) -> str:
    for value in _values(what, _TIMES):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            continue
        if moment.tzinfo is not None:
            return wording.clock(moment, now, what.zone)
    return ""


def _values(what: ResponderTold, first: tuple[str, ...]) -> list[str]:
    known = [what.args[key] for key in first if key in what.args]
    return known + [value for key, value in sorted(what.args.items()) if key not in first]


def _urgency(what: ResponderTold) -> Urgency:
    """How urgent the news are; the run's own urgency when no argument says so."""
    named = what.args.get("urgency", "")
    return next((each for each in Urgency if each.value == named), what.urgency)


def _news(what: ResponderTold) -> str:
    kind = next((each for each in Kind if each.value == what.args.get("kind")), None)
    return "" if kind is None else f": {wording.kind_word(kind)}, {_urgency(what).word}"


def _disposition(what: ResponderTold) -> str:
    return disposition_word(what.args["disposition"]) if what.args.get("disposition") else ""
