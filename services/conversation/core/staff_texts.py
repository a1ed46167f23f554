"""What responders are texted by the crisis line. Short, plain, no name of a patient."""

from collections.abc import Sequence

MOST = 1600
"""Characters of a text that the carrier takes."""
CUT = 1500
"""Characters of one relay."""


def relay_line(code: str, words: str) -> str:
    """Return what the patient wrote, with the code it belongs to."""
    return f"{code}: {words}"


def pieces(code: str, words: str) -> list[str]:
    """Return a relay in pieces that the carrier takes, cut between words; most are one piece."""
    found = []
    while len(relay_line(code, words)) > MOST:
        cut = words.rfind(" ", CUT // 2, CUT)
        cut = cut if cut > 0 else CUT
        found.append(relay_line(code, words[:cut]))
        words = words[cut:].lstrip(" ")
    return [*found, relay_line(code, words)]


def copy_line(code: str, name: str, words: str) -> str:
    """Return what another responder wrote to the patient."""
    return f"{code} {name or 'colleague'}: {words}"


def media_note(count: int) -> str:
    """Return the announcement of pictures."""
    return f"[{count} picture{'s' if count > 1 else ''} or file{'s' if count > 1 else ''}, being kept]"


def unshown(code: str, count: int, notes: Sequence[str] = ()) -> str:
    """Return that texts came, where their words may not be sent by SMS; `notes`: what they ask for."""
    told = f"VIGIL {code}: {count} new text{'s' if count > 1 else ''} from them. CALL {code} connects you."
    return " ".join((told, *notes))


def asks_call(code: str) -> str:
    """Return that the patient asks for a call."""
    return f"[They ask for a call: CALL {code} connects you]"


def asks_quiet(code: str) -> str:
    """Return that the patient asks for no more texts."""
    return f"[They ask for no texts: MUTE {code} honours it]"


def asks_record(code: str) -> str:
    """Return that the patient asks that what is kept about them be deleted."""
    return (
        "[They ask to have what is kept about them deleted. Nothing is deleted by it: tell them whom to ask, "
        f"and pass it on. {code} stays open.]"
    )


def opted_out(code: str) -> str:
    """Return that the patient can't be texted any more."""
    return f"VIGIL {code}: they stopped texts and can't be texted any more. CALL {code} connects you."


def how_to(code: str, canned: str, language: str, *, neutral: bool) -> str:
    """Return what the holder of a conversation can do; `language` is the patient's, if it isn't English."""
    speaks = f" They write {language}. JOIN {language.upper()} asks for a speaker." if language else ""
    careful = " Others may read their phone: neutral words only." if neutral else ""
    return (
        f"VIGIL {code}: your words go to them.{speaks}{careful} /{canned} introduces you. "
        f"SAFE? WHERE 911 CALL NOTE JOIN / help. 4 {code} closes it."
    )


def goes_on(code: str, language: str) -> str:
    """Return what somebody can do who takes a conversation over that is under way."""
    speaks = f" They write {language}. JOIN {language.upper()} asks for a speaker." if language else ""
    return (
        f"VIGIL {code}: you go on with them, they are told.{speaks} LAST {code} shows what both wrote. "
        f"Just write to answer. 4 {code} closes it."
    )


def not_safe(code: str) -> str:
    """Return that the patient must not be texted."""
    return f"VIGIL {code}: it is not safe to text them, others read their phone. CALL {code} connects you."


def which(word: str, codes: Sequence[str]) -> str:
    """Return the question which conversation a key is meant for: `911 K7 or 911 M3`."""
    return f"VIGIL: not done. Which? {' or '.join(f'{word} {code}' for code in codes[:6])}"


def to_whom(codes: Sequence[str]) -> str:
    """Return the question to whom a text without a code goes."""
    return f"VIGIL: not sent. To whom? {' or '.join(codes[:6])}: write the code, then your words."


def not_yours(code: str, mine: Sequence[str], paged: Sequence[str]) -> str:
    """Return that the code is no conversation of theirs."""
    if code in paged:
        return f"VIGIL {code}: not sent, nobody has {code} yet. Reply 1 {code} to take it, then write."
    yours = f" Yours: {' '.join(mine[:6])}." if mine else ""
    return f"VIGIL: not sent, {code} is no conversation of yours.{yours}"


def no_words(codes: Sequence[str]) -> str:
    """Return that a patient who has not written is only texted behind their code."""
    return (
        f"VIGIL: not sent. They have not written to us; to text them, put the code first: "
        f"{' or '.join(codes[:6])}. CALL connects you."
    )


def no_conversation(paged: Sequence[str]) -> str:
    """Return that there is no conversation, and what is open for them."""
    open_ = f" Nobody has {paged[0]}: reply 1 {paged[0]} to take it." if paged else ""
    return f"VIGIL: not sent, you are in no conversation with a patient.{open_} HELP lists what you can text."


def failed(code: str, why: str) -> str:
    """Return that a responder's words did not reach the patient."""
    return f"VIGIL {code}: your last text did not reach them ({why}). CALL {code} connects you."


def not_sent(code: str, why: str) -> str:
    """Return why a responder's words are not sent."""
    return f"VIGIL {code}: not sent, {why}. CALL {code} connects you."


def not_reachable(code: str, name: str) -> str:
    """Return that a second person could not be texted."""
    return f"VIGIL {code}: {name or 'your colleague'} could not be texted."


def nudge(code: str, minutes: int) -> str:
    """Return the reminder that the patient waits."""
    return (
        f"VIGIL {code}: they wrote {minutes} min ago and wait for you. Write to them, CALL {code}, "
        f"or 2 {code} gives it back."
    )


def silent(code: str, minutes: int) -> str:
    """Return the task for the holder: the patient is silent after words of risk."""
    return (
        f"VIGIL {code}: silent for {minutes} min after words of risk; check-ins unanswered. "
        f"CALL {code} now; 911 {code} if you can't reach them."
    )


def canned_list(code: str, names: Sequence[str]) -> str:
    """Return the prepared replies."""
    return f"VIGIL {code}: {' '.join(f'/{name}' for name in names)}"


def no_canned(code: str, name: str, names: Sequence[str]) -> str:
    """Return that there is no such prepared reply."""
    return f"VIGIL {code}: not sent, no /{name[:20]}. {' '.join(f'/{one}' for one in names)}"


def noted(code: str) -> str:
    """Return that a note waits for the next holder."""
    return (
        f"VIGIL {code}: noted for whoever holds it next. GIVE {code} and a name, or 2 {code}, hands it over."
    )


def note(code: str, name: str, words: str) -> str:
    """Return the note of the holder before."""
    return f"VIGIL {code}: note from {name or 'the one before you'}: {words}"[:CUT]


def you_hold(code: str) -> str:
    """Return how a holder leaves."""
    return (
        f"VIGIL {code}: you hold it. 2 {code} gives it back, GIVE {code} and a name hands it over, "
        f"4 {code} closes it."
    )


def only_holder(code: str) -> str:
    """Return that only the holder can do that."""
    return f"VIGIL {code}: not done, only whoever holds {code} can."


def muted(code: str) -> str:
    """Return that the patient gets no more texts."""
    return f"VIGIL {code}: they get no more texts from us. CALL {code} connects you; 4 {code} closes it."
