"""What is known of one conversation. A cache: the events are the truth."""

from datetime import datetime

from contracts.conversations import AnswerStage, ConversationBrief
from contracts.values import Id, Moment, Sealed, Value

VERSION: int = 1
"""Version of the stored state; raise it whenever a field changes its meaning."""
HEARD_KEPT = 100
"""The latest sids that are remembered, so that their repetition changes nothing."""
_UNDER_WAY = frozenset({AnswerStage.WAITING, AnswerStage.INTENDED, AnswerStage.UNKNOWN})


class Answer(Value):
    """The latest answer to the patient. Sending again after a lost outcome is the same answer."""

    id: Id
    text: str
    phone: Sealed
    asked_at: Moment
    send_by: Moment
    stage: AnswerStage = AnswerStage.WAITING
    next_at: Moment
    """When it acts again, while it is under way."""
    attempt: int = 0
    intended_at: Moment | None = None
    """When it was first intended: from then on the carrier may have it."""
    postponed: int = 0
    unknowns: int = 0
    sid: str = ""
    code: str = ""

    @property
    def under_way(self) -> bool:
        """Whether it is neither accepted nor failed."""
        return self.stage in _UNDER_WAY


class Conversation(Value):
    """One patient's conversation."""

    subject: str
    heard: tuple[str, ...] = ()
    heard_at: Moment | None = None
    texts: int = 0
    opted_out: bool = False
    answer: Answer | None = None

    @classmethod
    def empty(cls, subject: str) -> "Conversation":
        """Return the conversation of somebody who never said anything."""
        return cls(subject=subject)


def due(state: Conversation) -> datetime | None:
    """Return when to look again; None exactly if no answer is under way."""
    return state.answer.next_at if state.answer is not None and state.answer.under_way else None


def brief(state: Conversation) -> ConversationBrief:
    """Return what stands in the commit's headers."""
    return ConversationBrief(
        heard_at=state.heard_at,
        texts=state.texts,
        opted_out=state.opted_out,
        answer=state.answer.stage if state.answer is not None else None,
    )
