"""The texts of notices: coming shifts, swaps, codes that verify a phone, gaps. One segment each.

`args` is read leniently, as in telling_texts: what is missing or unreadable leaves its words out.
Times are local to the person. A title that does not fit is cut; nothing else is.
"""

from collections.abc import Mapping

from contracts.notices import NoticeKind, NoticeSent
from services.paging.core import notices, segments, wording

NAMES = ("incoming", "giver", "taker")
"""The arguments that are ids of responders."""
_TITLE = "\x00"
_LONGEST_OTHER = 45
"""How long what is listed may be beside a title, in characters."""


def notice_text(what: NoticeSent, names: Mapping[str, str]) -> str:
    """Return the notice. `names` maps responder ids to what colleagues call them."""
    return _fitted(f"VIGIL {_say(what, names)}", what)


def spoken_text(what: NoticeSent) -> str:
    """Return what a call says of it, without the greeting. It names no colleague."""
    if what.notice is NoticeKind.VERIFY:
        digits = ", ".join(what.args.get("code", ""))
        return f"Your code to verify this phone is {digits}. Text it back, or tell your operations team."
    if what.notice in notices.CONFIRMED_BY_KEY:
        return _fitted(f"You are on call: {_TITLE}{_span(what, ', ')}.", what)
    said = _fitted(_say(what, {}), what)
    return said[:1].upper() + said[1:]


def _say(what: NoticeSent, names: Mapping[str, str]) -> str:
    args = what.args
    match what.notice:
        case NoticeKind.SHIFT_TOMORROW:
            return f"on call: {_TITLE}{_span(what, ', ')}. Reply 6 to confirm."
        case NoticeKind.SHIFT_SOON:
            return (
                f"on call soon: {_TITLE}{_span(what, ', ')}. Reply 6 to confirm; "
                "until then whoever is on now stays on."
            )
        case NoticeKind.SHIFT_CONFIRMED:
            return f"thank you: {_TITLE}{_span(what, ', ')} is confirmed."
        case NoticeKind.STILL_ON:
            return f"{_who(what, 'incoming', names)} has not confirmed {_TITLE}: you stay on call as well."
        case NoticeKind.RELIEVED:
            return f"{_who(what, 'incoming', names)} has confirmed {_TITLE}: your shift is over."
        case NoticeKind.OPEN_NOW:
            return f"open in {_TITLE}: {_open(args, 80)}. ? and a code tells more."
        case NoticeKind.STILL_HOLDING:
            listed = _open(args, 70)
            code = listed.split(" ", 1)[0]
            named = args.get("incoming", "") in names
            whom = _who(what, "incoming", names).upper() if named else "and a name"
            return f"your shift is over, you still hold {listed}. GIVE {code} {whom} hands it over."
        case _:
            return _say_swap(what, names)


def _say_swap(what: NoticeSent, names: Mapping[str, str]) -> str:
    args = what.args
    number = args.get("number", "")[:4]
    giver, taker = _who(what, "giver", names), _who(what, "taker", names)
    match what.notice:
        case NoticeKind.SWAP_OFFERED:
            answer = f"SWAP YES {number} or SWAP NO {number}."
            return f"{giver} asks you to take {_TITLE}{_span(what, ' ')}{_in_return(what)}. {answer}"
        case NoticeKind.SWAP_ACCEPTED if args.get("taker") == what.responder:
            return f"swap agreed: you take {_TITLE}{_span(what, ' ')} from {_mid(giver)}."
        case NoticeKind.SWAP_ACCEPTED:
            return f"swap agreed: {_mid(taker)} takes {_TITLE}{_span(what, ' ')}."
        case NoticeKind.SWAP_REFUSED:
            stays = "yours" if args.get("giver") == what.responder else f"with {_mid(giver)}"
            return f"{taker} does not take {_TITLE}{_span(what, ' ')}: it stays {stays}."
        case NoticeKind.SWAP_OVER if args.get("undone") and args.get("giver") == what.responder:
            return f"swap undone: {_TITLE}{_span(what, ' ')} is yours again."
        case NoticeKind.SWAP_OVER if args.get("undone"):
            return f"swap undone: you no longer take {_TITLE}{_span(what, ' ')} from {_mid(giver)}."
        case NoticeKind.SWAP_OVER:
            return f"swap {number} is no longer open; nothing changed."
        case _:
            return _say_phone(what)


def _say_phone(what: NoticeSent) -> str:
    args = what.args
    method = args.get("method", "")[:30]
    match what.notice:
        case NoticeKind.VERIFY:
            return f"code {args.get('code', '')}. Text it back to verify this phone."
        case NoticeKind.VERIFIED:
            return f"verified: {method or 'your phone'}. Pages can reach you there."
        case NoticeKind.CODE_WRONG if args.get("left") == "0":
            return "that is not the code, and it works no more. Ask your operations team for a new one."
        case NoticeKind.CODE_WRONG:
            left = f" Tries left: {args['left'][:4]}." if args.get("left") else ""
            return f"that is not the code.{left} Text the six digits alone."
        case NoticeKind.MEDIA_MISSING:
            code, many = args.get("code", "")[:4], args.get("count", "1") not in ("", "1")
            what_came = "pictures or files" if many else "a picture or file"
            call = f"; CALL {code} connects you" if code else ""
            return f"{code}: {what_came} they sent can't be had so far. Ask them what it shows{call}.".lstrip(
                ": "
            )
        case NoticeKind.DIGEST:
            return _tasks(args)
        case NoticeKind.GAP:
            why = args.get("why", "").replace("_", " ")[:_LONGEST_OTHER].strip(" .")
            because = f": {why}" if why else ""
            return f"{_TITLE}{_span(what, ' ')} counts as a gap{because}. {_mended(args)}"
        case _unknown_here:
            return "has news about your shifts. Ask your operations team."


def _tasks(args: Mapping[str, str]) -> str:
    """Say how many tasks there are, and name the first; whose they are is not for a text."""
    counts = [args.get(name, "0")[:4] for name in ("open", "today", "overdue")]
    listed = args.get("tasks", "").split()
    more = int(counts[0]) - len(listed) if counts[0].isdigit() else 0
    rest = f" and {more} more" if more > 0 else ""
    named = f": {' '.join(listed)[:30]}{rest}" if listed else ""
    return f"tasks: {counts[0]} open, {counts[1]} due today, {counts[2]} overdue{named}. See vigil tasks."


def _mended(args: Mapping[str, str]) -> str:
    """Say what the person can do about a gap: a phone is verified by the code sent to it."""
    if "verified" in args.get("why", ""):
        return "Text back the 6-digit code we send you."
    return "Tell your operations team."


def _fitted(text: str, what: NoticeSent) -> str:
    """Put the title in, cut to what the rest leaves of one segment, and make it plain."""
    title = " ".join((what.args.get("title") or what.args.get("schedule") or "your schedule").split())
    room = segments.SINGLE - (len(text) - text.count(_TITLE))
    return segments.one_segment(text.replace(_TITLE, segments.short(title, max(room, 8)), 1))


def _who(what: NoticeSent, name: str, names: Mapping[str, str]) -> str:
    person = what.args.get(name, "")
    return segments.short(names[person], 15) if person in names else "A colleague"


def _mid(who: str) -> str:
    """A name as it stands within a sentence."""
    return "a colleague" if who == "A colleague" else who


def _span(what: NoticeSent, before: str, start: str = "start", end: str = "end") -> str:
    first, last = notices.moment(what, start), notices.moment(what, end)
    if first is None or last is None:
        return ""
    return before + wording.span(first, last, what.zone)


def _in_return(what: NoticeSent) -> str:
    span = _span(what, "", "return_start", "return_end")
    return f" for your {span}" if span else ""


def _open(args: Mapping[str, str], most: int) -> str:
    """Return as many of what is open as fit, and how many more there are."""
    items = [item.strip() for item in args.get("open", "").split(";") if item.strip()]
    for count in range(len(items), 0, -1):
        rest = f" and {len(items) - count} more" if count < len(items) else ""
        text = "; ".join(items[:count]) + rest
        if len(text) <= most:
            return text
    return f"{len(items)} more" if items else "nothing"
