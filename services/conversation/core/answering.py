"""Sending the one answer that may be under way: intended, then accepted, postponed, unknown or failed."""

from datetime import datetime, timedelta

from contracts.conversations import (
    AnswerAccepted,
    AnswerFailed,
    AnswerIntended,
    AnswerPostponed,
    AnswerStage,
    AnswerUnknown,
    OptedOut,
)
from services.conversation.core.hear import Events
from services.conversation.core.state import Answer, Conversation

NO_OUTCOME = timedelta(seconds=10)
"""An intention without an outcome for that long has lost its sender: the carrier is asked."""
OPTED_OUT_CODE = 21610
"""Twilio: the recipient replied STOP to this sender."""
_OPS_CODES = frozenset({20003, 21212, 21408, 21603, 21606, 21608, 21659, 21661, 30002, 30007, 30032, 30034})
"""Refusals that only ops can mend: account, number, registration, permission (carrier.md 4)."""


def intend(state: Conversation, now: datetime) -> Events:
    """Return the intention to send what waits, or that it is not sent any more; () if it isn't time."""
    answer = state.answer
    if answer is None or answer.stage is not AnswerStage.WAITING or now < answer.next_at:
        return ()
    return _next_attempt(state, now, answer)


def lost(state: Conversation, now: datetime) -> Answer | None:
    """Return the answer of which the carrier must be asked what became of it, if there is one."""
    answer = state.answer
    asked_for = answer is not None and answer.stage in (AnswerStage.INTENDED, AnswerStage.UNKNOWN)
    return answer if asked_for and answer is not None and answer.next_at <= now else None


def not_found(state: Conversation, now: datetime, attempt: int) -> Events:
    """Return the intention to send again: the carrier does not know that attempt."""
    answer = lost(state, now)
    return () if answer is None or answer.attempt != attempt else _next_attempt(state, now, answer)


def accepted(
    state: Conversation, now: datetime, name: str, attempt: int, sid: str, *, reconciled: bool = False
) -> Events:
    """Return that the carrier took it; () when that was known already."""
    answer = state.answer
    if answer is None or answer.id != name or not answer.under_way:
        return ()
    return (AnswerAccepted(at=now, answer=name, attempt=attempt, sid=sid, reconciled=reconciled),)


def refused(
    state: Conversation, now: datetime, name: str, attempt: int, code: int | None, status: int
) -> Events:
    """Return what a refusal does: 429 waits, everything else fails for good (carrier.md 4)."""
    answer = _sent(state, name, attempt)
    if answer is None:
        return ()
    word = str(code or f"http_{status}")
    if status == 429:
        wait = timedelta(seconds=min(2**answer.postponed, 30))
        return (AnswerPostponed(at=now, answer=name, attempt=attempt, code=word, not_before=now + wait),)
    failed = AnswerFailed(at=now, answer=name, code=word)
    return (failed, OptedOut(at=now, why="refused")) if code == OPTED_OUT_CODE else (failed,)


def unknown(state: Conversation, now: datetime, name: str, attempt: int, why: str) -> Events:
    """Return that nobody knows what became of it, and when to ask: after 2, 4, 8, 16, then 30 s."""
    answer = _sent(state, name, attempt)
    if answer is None:
        return ()
    if now >= answer.send_by:
        return (AnswerFailed(at=now, answer=name, code="too_late"),)
    wait = timedelta(seconds=min(2 ** (answer.unknowns + 1), 30))
    return (AnswerUnknown(at=now, answer=name, attempt=attempt, why=why, reconcile_at=now + wait),)


def needs_ops(code: int | None, status: int) -> bool:
    """Tell whether a refusal is one that only ops can mend."""
    return code in _OPS_CODES or status in (401, 403)


def _sent(state: Conversation, name: str, attempt: int) -> Answer | None:
    answer = state.answer
    if answer is None or (answer.id, answer.attempt) != (name, attempt):
        return None
    return answer if answer.stage in (AnswerStage.INTENDED, AnswerStage.UNKNOWN) else None


def _next_attempt(state: Conversation, now: datetime, answer: Answer) -> Events:
    if state.opted_out:
        return (AnswerFailed(at=now, answer=answer.id, code="opted_out"),)
    if now >= answer.send_by:
        return (AnswerFailed(at=now, answer=answer.id, code="too_late"),)
    return (
        AnswerIntended(at=now, answer=answer.id, attempt=answer.attempt + 1, reconcile_at=now + NO_OUTCOME),
    )
