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
        "VIGIL: 1 take, 2 pass, ? more, 3 reached, 4 close, 5 help, CALL, GIVE K7 KIM, SNOOZE 2h, "
        "UNDO, SIGN. Several open: 1 K7. 6 confirms a shift. STOP: calls only"
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
    if brief.drill:
        return segments.one_segment(f"VIGIL {brief.code}: a drill, no patient. 1 {brief.code} answers it.")
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


def not_understood_text(codes: Sequence[str], held: Sequence[str] = ()) -> str:
    """Return the one helpful answer to what was not understood.

    `codes` are the open ones; `held` are those of them that this responder holds about a patient:
    whoever talks with one may have meant the word for them.
    """
    out = [code for code in codes if code not in held]
    if not held:
        listed = _listed(list(codes), 60)
        example = f"1 {codes[0]} takes, 2 {codes[0]} passes. Open: {listed}." if codes else "Nothing is open."
        return segments.one_segment(f"VIGIL: not understood. {example} HELP lists the rest.")
    mine = held[0]
    more = f" Yours: {_listed(list(held), 24)}." if len(held) > 1 else ""
    takes = f" 1 {out[0]} takes {out[0]}." if out else ""
    keys = "" if more or takes else f" Or CALL {mine}, 3 {mine}, 4 {mine}."
    return segments.one_segment(
        f"VIGIL: not understood, not sent. To text them write {mine}: and your words.{keys}{more}{takes} "
        "HELP lists the rest."
    )


def seen_text(code: str, *, held: bool = False) -> str:
    """Return the answer to `ok` and `yes`, which take nothing; `held`: they hold it about a patient."""
    if held:
        return segments.one_segment(
            f"VIGIL {code}: you hold it. That was not sent to them; to send it write {code}: and the word."
        )
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
    also = ", and the name" if key is Key.GIVE else ""
    return segments.one_segment(
        "VIGIL: which? " + _listed([f"{word} {code}{number}" for code in codes], 110, " or ") + also
    )


_KEY_WORDS = {
    Key.TAKE: "1",
    Key.PASS: "2",
    Key.MORE: "?",
    Key.REACHED: "3",
    Key.DISPOSE: "4",
    Key.ASSIST: "5",
}


def confirm_hint_text() -> str:
    """Return the answer to `1`, `2` or `ok` when all that waits for an answer is a shift."""
    return segments.one_segment(
        "VIGIL: no page is open for you. Reply 6 to confirm your shift; if you can't work it, "
        "tell your operations team."
    )


def swap_hint_text(number: str) -> str:
    """Return the answer to `1`, `2` or `yes` when all that waits for an answer is an offer to swap."""
    return segments.one_segment(
        f"VIGIL: no page is open for you. To answer swap {number}: SWAP YES {number} or SWAP NO {number}."
    )


def no_shift_text(open_code: str, *, confirmed: bool) -> str:
    """Return the answer to a `6` that confirms nothing; `open_code` is a page that is out, if any."""
    why = "your shift is confirmed already" if confirmed else "no shift waits for your confirmation"
    return segments.one_segment(f"VIGIL: {why}.{f' Reply 1 {open_code} to take it.' if open_code else ''}")


def ready_code_text(code: str) -> str:
    """Return the answer to a `6` with a code: it changes nothing about an escalation."""
    return segments.one_segment(
        f"VIGIL {code}: nothing changed. 6 alone confirms a shift; 4 {code} and a number closes {code}."
    )


def no_swap_text(number: str) -> str:
    """Return the answer to a yes or no when no such swap was offered to them."""
    which = f"no swap {number}" if number else "no swap"
    return segments.one_segment(f"VIGIL: {which} waits for your answer.")


def swap_answered_text(number: str) -> str:
    """Return the answer to a second yes or no: the first one stands."""
    return segments.one_segment(
        f"VIGIL: you have answered swap {number} already, and that stands. "
        "To change it, ask your operations team."
    )


def swap_over_text(number: str) -> str:
    """Return the answer to a yes or no to an offer that was withdrawn or whose shift is over."""
    return segments.one_segment(f"VIGIL: swap {number} is no longer open. Your text changed nothing.")


def which_swap_text(word: str, numbers: Sequence[str]) -> str:
    """Return the question which of several offers is meant; `word` is YES or NO."""
    listed = _listed([f"SWAP {word} {number}" for number in numbers], 110, " or ")
    return segments.one_segment(f"VIGIL: which? {listed}")


def no_code_text() -> str:
    """Return the answer to six digits when no code was sent to them."""
    return segments.one_segment(
        "VIGIL: no code waits for an answer. Your operations team can send a new one."
    )


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
