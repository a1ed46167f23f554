"""What responders are texted in the guided hand-off to 911: each text says the next key."""


def begin(code: str) -> str:
    """Return the first step."""
    return (
        f"VIGIL {code}: call 911 from your own phone now. WHERE {code} asks them for the place. "
        f"Then text 911 {code} called and who answered."
    )


def called(code: str, clock: str, *, imminent: bool) -> str:
    """Return the step after the call: it stays open until contact is confirmed."""
    pin = " and your PIN" if imminent else ""
    return (
        f"VIGIL {code}: noted {clock}. Text 4 {code} 911{pin}: it stays open until CONFIRM {code} and who "
        "saw them."
    )


def called_after(code: str, clock: str) -> str:
    """Return the step after the call, where it is handed off already."""
    return f"VIGIL {code}: noted {clock}. It stays open until CONFIRM {code} and who saw them."


def called_whom(code: str, clock: str) -> str:
    """Return the question who answered; the call itself is noted."""
    return f"VIGIL {code}: call noted {clock}. Who answered? Text 911 {code} called and a name or number."


def not_on_record(code: str) -> str:
    """Return that it is handed off, and nobody said that 911 was called."""
    return f"VIGIL {code}: no call to 911 is on record yet. Text 911 {code} called and who answered."


def begun_by(code: str, name: str) -> str:
    """Return to the holder that somebody beside them began it."""
    return f"VIGIL {code}: {name or 'a colleague'} calls 911. You still hold {code}."


def called_by(code: str, name: str, clock: str, who: str, *, handed_off: bool) -> str:
    """Return how the hand-off stands, to somebody who goes on with it."""
    answered = f" ({who[:40]})" if who else ""
    step = "" if handed_off else f"4 {code} 911, then "
    return (
        f"VIGIL {code}: {name or 'a colleague'} called 911 at {clock}{answered}. Open until contact is made: "
        f"{step}CONFIRM {code} and who saw them."
    )


def begun(code: str, name: str) -> str:
    """Return to the next holder that a hand-off was begun, and no call is on record."""
    return (
        f"VIGIL {code}: {name or 'a colleague'} began a 911 hand-off, no call is on record. Call 911 if "
        f"nobody has; then text 911 {code} called and who answered."
    )


def was_called(code: str) -> str:
    """Return the question whether 911 was called."""
    return (
        f"VIGIL {code}: was 911 called? Text 911 {code} called and who answered. WHERE {code} asks the place."
    )


def was_reached(code: str, clock: str) -> str:
    """Return the question whether somebody has reached them."""
    return (
        f"VIGIL {code}: 911 called {clock}. Has somebody reached them? 4 {code} 911, then CONFIRM {code} and "
        "who saw them."
    )


def unclear(code: str) -> str:
    """Return that a text is no step of the hand-off, and went to nobody."""
    return (
        f"VIGIL {code}: not sent, nothing noted. 911 {code} called and who answered notes your call. "
        f"For the patient: {code}: and your words."
    )


def nobody_held(paged: tuple[str, ...]) -> str:
    """Return what whoever holds nothing can do."""
    take = f" Then 1 {paged[0]} takes {paged[0]}." if paged else ""
    return f"VIGIL: you hold nothing. Is somebody in danger? Call 911 from your own phone now.{take}"
