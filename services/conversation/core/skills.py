"""`/skill grounding`: a short resource, which followup has, and what came of asking for it."""

from datetime import datetime

from contracts.conversations import Purpose
from contracts.followups import AskAnswered, FollowupAsked
from services.conversation.core import asked_texts
from services.conversation.core.draft import Draft

PREFIX = "skill-"
"""What the ids of such asks begin with: answers to any others are somebody else's."""
_LEVELS = ("plain", "fuller")


def asking(talk_sid: str, name: str, patient: str, responder: str, at: datetime) -> FollowupAsked:
    """Return what followup is asked for. `name`: what stood behind the key, a level perhaps at its end."""
    *words, last = name.split() or [""]
    level = last if words and last in _LEVELS else ""
    topic = words if level else [*words, last]
    return FollowupAsked(
        id=f"{PREFIX}{talk_sid}",
        patient=patient,
        at=at,
        by=responder,
        what="send_education",
        topic="_".join(topic),
        level=level,
    )


def answered(draft: Draft, event: AskAnswered) -> None:
    """Tell whoever asked what came of it; heard again, it is told once."""
    name = f"k{event.ask}"
    if draft.state.out(name) is not None or not event.ask.startswith(PREFIX):
        return
    code = draft.state.hold.code if draft.state.hold is not None else ""
    draft.to_staff(Purpose.TOLD, event.by, asked_texts.skill(code, event.outcome), name=name)
