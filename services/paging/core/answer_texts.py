"""The texts that answer a responder's own text."""

from collections.abc import Sequence
from datetime import datetime

from contracts.pages import PageBrief
from contracts.replies import Key
from contracts.values import Disposition, Kind
from services.paging.core import segments, wording


def help_text() -> str:
    """Return what can be texted, in one line."""
    return segments.one_segment(
        "VIGIL: 1 take, 2 pass, ? more, 3 reached, 4 close, CALL connects, UNDO, SIGN. "
        "Add the code: 1 K7. STOP = calls only, START = texts again."
    )


def more_text(briefs: PageBrief | Sequence[PageBrief], now: datetime, zone: str) -> str:
    """Return what more may be said about it (no name, nothing about health), or about several."""
    several = (briefs,) if isinstance(briefs, PageBrief) else tuple(briefs)
    if not several:
        return nothing_open_text()
    if len(several) > 1:
        return segments.one_segment(
            "VIGIL "
            + _listed([f"{each.code} {each.urgency.word}" for each in several], 110)
            + ". ? and a code tells more."
        )
    (brief,) = several
    asked = wording.clock(brief.asked_at, now, zone)
    count = f", {min(brief.evidence, 99)} signals" if brief.evidence > 1 else ""
    about = f"VIGIL {brief.code} {brief.urgency.word}, {wording.kind_word(brief.kind)}{count}, paged {asked}."
    if brief.kind is Kind.SYSTEM_FAULT:
        return segments.one_segment(f"{about} vigil escalations {brief.code} says what is wrong.")
    by = f" Contact by {wording.clock(brief.contact_by, now, zone)}." if brief.contact_by is not None else ""
    return segments.one_segment(f"{about}{by} CALL {brief.code} connects you once you have it.")


def dispositions_text(code: str, fault: bool) -> str:
    """Return the dispositions with the numbers that the reply grammar takes for them.

    A fault of the system is `fixed`; a patient's escalation never is.
    """
    shown = [
        f"{number} {_DISPOSITION_WORDS[disposition]}"
        for number, disposition in enumerate(Disposition, start=1)
        if (disposition is Disposition.FIXED) == fault
    ]
    return segments.one_segment(f"4 {code} and: {', '.join(shown)}")


_DISPOSITION_WORDS = {
    Disposition.SPOKE: "spoke",
    Disposition.SAFETY_PLAN: "safety plan",
    Disposition.NO_CRISIS_AFTER_CONTACT: "no crisis",
    Disposition.SENT_IN_ERROR: "in error",
    Disposition.TRANSFERRED_911: "911",
    Disposition.TRANSFERRED_988: "988",
    Disposition.MOBILE_CRISIS: "mobile crisis",
    Disposition.WELFARE_CHECK: "welfare check",
    Disposition.COULD_NOT_REACH: "not reached",
    Disposition.FIXED: "fixed",
}


def disposition_word(value: str) -> str:
    """Return a disposition as staff read it; nothing for one this code does not know."""
    known = next((each for each in Disposition if each.value == value), None)
    return _DISPOSITION_WORDS[known] if known is not None else ""


def not_understood_text(codes: Sequence[str]) -> str:
    """Return the one helpful answer to what was not understood; `codes` are the open ones."""
    listed = _listed(list(codes), 60)
    example = f"1 {codes[0]} takes, 2 {codes[0]} passes. Open: {listed}." if codes else "Nothing is open."
    return segments.one_segment(f"VIGIL: not understood. {example} HELP lists the rest.")


def seen_text(code: str) -> str:
    """Return the answer to `ok` and `yes`, which take nothing."""
    return segments.one_segment(f"VIGIL {code}: nobody has it yet. Reply 1 to take {code}.")


def closed_code_text(code: str) -> str:
    """Return the answer to a code that was used before and is closed."""
    return segments.one_segment(f"VIGIL {code}: closed, or not yours. Your text changed nothing.")


def nothing_open_text() -> str:
    """Return the answer when nothing is open for them."""
    return segments.one_segment("VIGIL: nothing is open for you. HELP lists what you can text.")


def which_text(key: Key, codes: Sequence[str], disposition: Disposition | None = None) -> str:
    """Return the question which of several is meant: `Which? 3 K7 or 3 M3`."""
    word = _KEY_WORDS.get(key, key.value.upper())
    number = "" if disposition is None else f" {list(Disposition).index(disposition) + 1}"
    return segments.one_segment(
        "VIGIL: which? " + _listed([f"{word} {code}{number}" for code in codes], 110, " or ")
    )


_KEY_WORDS = {Key.TAKE: "1", Key.PASS: "2", Key.MORE: "?", Key.REACHED: "3", Key.DISPOSE: "4"}


def took_text(code: str, others: Sequence[str]) -> str:
    """Return what a bare `1` was taken for, and what else is open. It does not say 'you have it'."""
    rest = f" Also open: {_listed(list(others), 90)}." if others else ""
    return segments.one_segment(f"VIGIL: your 1 is for {code}.{rest}")


def start_text() -> str:
    """Return the answer to START: how they are reached from now on."""
    return segments.one_segment(
        "VIGIL: texts to this phone work again; pages come by text as before. HELP lists what you can text."
    )


def stop_text() -> str:
    """Return the answer to STOP, where the carrier still lets one through."""
    return segments.one_segment("VIGIL: no more texts to this phone; pages come by call. START undoes it.")


def _listed(items: list[str], most: int, between: str = ", ") -> str:
    """Return as many items as fit, and how many more there are."""
    for count in range(len(items), 0, -1):
        rest = f" +{len(items) - count}" if count < len(items) else ""
        text = between.join(items[:count]) + rest
        if len(text) <= most:
            return text
    return f"{len(items)}"
