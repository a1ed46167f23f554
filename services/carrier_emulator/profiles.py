"""How a simulated person and handset behave, with the presets that tests and demos name."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Voice = Literal["manual", "answer", "busy", "decline", "ignore", "fail"]
Keys = Literal["follow", "wrong", "none"]

REPLY_PATTERN = r"(?i)\breply\s+\"?(\w+(?:\s+\d{2,})?)"


@dataclass(frozen=True, slots=True)
class Profile:
    """Every wait is in domain seconds.

    A text is undelivered when `error_code` is set; `receipt` none means no delivery report ever.
    `reply_pattern` picks the answer out of a text; `replies` are said one per text received.
    """

    name: str = "manual"
    deliver_after: float = 1.0
    receipt: Literal["delivered", "none"] = "delivered"
    error_code: int | None = None
    loss: float = 0.0
    line_type: Literal["mobile", "landline"] = "mobile"
    opted_out: bool = False
    reply_pattern: str | None = None
    replies: tuple[str, ...] = ()
    repeat_replies: bool = False
    reply_after: float = 20.0
    voice: Voice = "manual"
    ring_after: float = 0.0
    answer_after: float = 6.0
    answered_by: Literal["human", "machine_start", "fax", "unknown"] = "human"
    keys: Keys = "none"
    press_after: float = 5.0
    hang_up_after: float | None = None


PRESETS: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(),
        Profile("prompt_human", reply_pattern=REPLY_PATTERN, voice="answer", keys="follow"),
        Profile(
            "slow_human",
            reply_pattern=REPLY_PATTERN,
            reply_after=240.0,
            voice="answer",
            answer_after=18.0,
            keys="follow",
            press_after=12.0,
        ),
        Profile("sleeper", voice="ignore"),
        Profile(
            "voicemail",
            voice="answer",
            answer_after=22.0,
            answered_by="machine_start",
            hang_up_after=60.0,
        ),
        Profile("off", error_code=30003, deliver_after=10.0, voice="ignore"),
        Profile("landline", error_code=30006, line_type="landline"),
        Profile("unknown", error_code=30005, voice="fail"),
        Profile("filtered", error_code=30007),
        Profile("blocked", error_code=30004),
        Profile("opted_out", opted_out=True),
        Profile("no_dlr", receipt="none"),
        Profile("busy", voice="busy"),
        Profile("rejects_call", voice="decline", answer_after=3.0),
        Profile("child_answers", voice="answer", answer_after=4.0, hang_up_after=15.0),
        Profile("wrong_digit", voice="answer", keys="wrong"),
        Profile("texts_STOP", replies=("STOP",), repeat_replies=True),
        Profile(
            "texts_free_text",
            replies=("who is this? is it about my appointment on Tuesday?",),
            repeat_replies=True,
        ),
        Profile(
            "chatty_patient",
            replies=(
                "hi, yes I got this",
                "it has been a hard night",
                "can somebody talk to me please",
                "thank you",
            ),
        ),
        Profile("flaky", loss=0.3, voice="answer", keys="follow"),
    )
}


def preset(name: str, changes: Mapping[str, object] | None = None) -> Profile:
    """Return a preset by name, with some of its fields changed."""
    if name not in PRESETS:
        raise ValueError(f"unknown profile {name!r}; known: {', '.join(sorted(PRESETS))}")
    changes = dict(changes or {})
    known = {field.name for field in dataclasses.fields(Profile)} - {"name"}
    if changes.keys() - known:
        raise ValueError(f"unknown profile fields: {', '.join(sorted(changes.keys() - known))}")
    if isinstance(changes.get("replies"), list):
        changes["replies"] = tuple(changes["replies"])  # type: ignore[arg-type]  # JSON list
    return replace(PRESETS[name], **changes)  # type: ignore[arg-type]  # checked by name above
