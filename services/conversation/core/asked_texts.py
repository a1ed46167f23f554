"""What responders are texted who ask for something: a second person, the last texts, whom to call."""

from collections.abc import Sequence


def join_asked(code: str, name: str) -> str:
    """Return that a second person was asked to come."""
    return f"VIGIL {code}: {name or 'your colleague'} was asked to join. They hear nothing before they come."


def join_invitation(code: str, name: str) -> str:
    """Return the question to a second person."""
    return (
        f"VIGIL {code}: {name or 'a colleague'} asks you into a conversation. JOIN {code} joins it; "
        "the patient is told."
    )


def speakers_asked(code: str, language: str, names: Sequence[str], *, more: bool) -> str:
    """Return who was asked because they speak a language; `more`: others do who are off call."""
    others = f" JOIN {language.upper()} ALL {code} asks those off call too." if more else ""
    shown = ", ".join([name or "a colleague" for name in names[:4]] + (["..."] if len(names) > 4 else []))
    return f"VIGIL {code}: asked {shown} ({language}). The first who comes joins.{others}"


def speaker_invitation(code: str, name: str, language: str) -> str:
    """Return the question to somebody who speaks a language."""
    return (
        f"VIGIL {code}: {name or 'a colleague'} needs somebody who speaks {language}. JOIN {code} joins; "
        "the first who comes is in, the patient is told."
    )


def nobody_speaks(code: str, language: str, others: int) -> str:
    """Return that nobody on call speaks a language, and what can be done."""
    if others:
        do = "do" if others > 1 else "does"
        return (
            f"VIGIL {code}: nobody on call speaks {language}. {others} off call {do}: "
            f"JOIN {language.upper()} ALL {code} asks them."
        )
    return (
        f"VIGIL {code}: nobody else on the roster is known to speak {language}. CALL {code} connects you by "
        "phone; have an interpreter on a second one."
    )


def came_first(code: str, name: str) -> str:
    """Return that somebody else who speaks the language came first."""
    return f"VIGIL {code}: {name or 'a colleague'} came; nobody else is needed. Thank you."


def join_unknown(code: str) -> str:
    """Return that nobody of that name can be asked."""
    return (
        f"VIGIL {code}: nobody of that name can be texted. JOIN {code} and a first name; JOIN ES {code} asks "
        "for a language."
    )


def join_nothing(code: str) -> str:
    """Return that nobody waits for them to join."""
    if not code:
        return (
            "VIGIL: nobody waits for you to join. Whoever holds a conversation asks: JOIN and a first name. "
            "JOIN and the code is how they come."
        )
    return (
        f"VIGIL {code}: nobody waits for you to join it. Whoever holds it can ask: JOIN {code} and your name."
    )


def joined(code: str, name: str) -> str:
    """Return that somebody has joined."""
    return f"VIGIL {code}: {name or 'a colleague'} joined and reads what they write from now on."


def you_joined(code: str) -> str:
    """Return the welcome of whoever joined."""
    return f"VIGIL {code}: you joined, they are told. {code} and your words go to them. LEAVE {code} ends it."


def left(code: str, name: str) -> str:
    """Return that somebody has left."""
    return f"VIGIL {code}: {name or 'a colleague'} left."


def last_elsewhere(code: str) -> str:
    """Return that this site sends no words of patients by text."""
    return (
        f"VIGIL {code}: this site sends no patient's words by text. CALL {code} connects you; "
        "who keeps the records can show you what was written."
    )


def skill(code: str, outcome: str) -> str:
    """Return what came of asking for a resource."""
    if outcome == "done":
        return f"VIGIL {code}: it is on its way to them. If it can't be sent, that becomes a task."
    return f"VIGIL {code}: not sent: {outcome}. /SKILL {code} and a name sends one."


def last_nothing(code: str) -> str:
    """Return that nothing was written that they may read."""
    return f"VIGIL {code}: nothing was written so far that is yours to read."


def contacts(code: str, lines: Sequence[str], number: int) -> str:
    """Return whom the patient lets us ask for help; `number` is an example of one."""
    return f"VIGIL {code}: {'; '.join(lines)}. CALL {code} {number} connects you by phone, numbers hidden."


def contact_ended(code: str, number: int) -> str:
    """Return that a support contact is asked no more."""
    return f"VIGIL {code}: noted. {number} may not be asked from now on, by anybody."


def no_contact(code: str, number: int) -> str:
    """Return that there is no contact of that number."""
    return f"VIGIL {code}: not done, there is no contact {number}. CONTACTS {code} lists them."


def no_contacts(code: str) -> str:
    """Return that nobody may be asked today."""
    return (
        f"VIGIL {code}: nobody may be asked today: the patient named nobody, or took it back, or it has "
        f"ended. CALL {code} connects you with them."
    )
