"""Sending our texts, one at a time to each phone: intended, then accepted, postponed, unknown or failed."""

from datetime import datetime, timedelta

from contracts.conversations import (
    AnswerAccepted,
    AnswerFailed,
    AnswerIntended,
    AnswerPostponed,
    AnswerStage,
    AnswerUnknown,
    OptedOut,
    Purpose,
)
from contracts.privacy import Texting
from services.conversation.core import hear, outcomes, outreaching
from services.conversation.core.draft import Draft
from services.conversation.core.hear import Code, Text
from services.conversation.core.state import Answer, Conversation

NO_OUTCOME = timedelta(seconds=10)
"""An intention without an outcome for that long has lost its sender: the carrier is asked."""
OPTED_OUT_CODE = 21610
"""Twilio: the recipient replied STOP to this sender."""
_OPS_CODES = frozenset({20003, 21212, 21408, 21603, 21606, 21608, 21659, 21661, 30002, 30007, 30032, 30034})
"""Refusals that only ops can mend: account, number, registration, permission (carrier.md 4)."""


def text_heard(draft: Draft, heard: Text) -> None:
    """Take in a patient's text, and intend in the same commit to send what it is answered with."""
    hear.text(draft, heard)
    intend(draft)


def code_heard(draft: Draft, heard: Code) -> None:
    """Take in an attendance code, and intend in the same commit to send what answers it."""
    hear.code(draft, heard)
    intend(draft)


def intend(draft: Draft) -> None:
    """Intend to send what waits and whose turn has come, or say that it is not sent any more."""
    for answer in draft.state.turns:
        if answer.stage is AnswerStage.WAITING and answer.next_at <= draft.now:
            _next_attempt(draft, answer)


def lost(state: Conversation, now: datetime) -> tuple[Answer, ...]:
    """Return the texts of which the carrier must be asked what became of them."""
    asked_for = (AnswerStage.INTENDED, AnswerStage.UNKNOWN)
    return tuple(one for one in state.outbox if one.stage in asked_for and one.next_at <= now)


def not_found(draft: Draft, name: str, attempt: int) -> None:
    """Intend to send again: the carrier does not know that attempt."""
    answer = next((one for one in lost(draft.state, draft.now) if one.id == name), None)
    if answer is not None and answer.attempt == attempt:
        _next_attempt(draft, answer)


def accepted(draft: Draft, name: str, attempt: int, sid: str, *, reconciled: bool = False) -> None:
    """The carrier took it; nothing when that was known already."""
    answer = draft.state.out(name)
    if answer is not None and answer.under_way:
        draft.add(AnswerAccepted(at=draft.now, answer=name, attempt=attempt, sid=sid, reconciled=reconciled))


def refused(draft: Draft, name: str, attempt: int, code: int | None, status: int) -> None:
    """A refusal: 429 waits, everything else fails for good (carrier.md 4)."""
    answer = _sent(draft.state, name, attempt)
    if answer is None:
        return
    word = str(code or f"http_{status}")
    if status == 429:
        wait = timedelta(seconds=min(2**answer.postponed, 30))
        draft.add(
            AnswerPostponed(
                at=draft.now, answer=name, attempt=attempt, code=word, not_before=draft.now + wait
            )
        )
        return
    if code == OPTED_OUT_CODE and answer.to is None:
        draft.add(OptedOut(at=draft.now, why="refused"))
    _fail(draft, answer, word)


def unknown(draft: Draft, name: str, attempt: int, why: str) -> None:
    """Nobody knows what became of it: the carrier is asked after 2, 4, 8, 16, then 30 s."""
    answer = _sent(draft.state, name, attempt)
    if answer is None:
        return
    if draft.now >= answer.send_by:
        _fail(draft, answer, "too_late")
        return
    wait = timedelta(seconds=min(2 ** (answer.unknowns + 1), 30))
    draft.add(
        AnswerUnknown(at=draft.now, answer=name, attempt=attempt, why=why, reconcile_at=draft.now + wait)
    )


def needs_ops(code: int | None, status: int) -> bool:
    """Tell whether a refusal is one that only ops can mend."""
    return code in _OPS_CODES or status in (401, 403)


def _sent(state: Conversation, name: str, attempt: int) -> Answer | None:
    answer = state.out(name)
    if answer is None or answer.attempt != attempt:
        return None
    return answer if answer.stage in (AnswerStage.INTENDED, AnswerStage.UNKNOWN) else None


def _unsafe(draft: Draft, answer: Answer) -> bool:
    """Whether it may not be sent any more; of neutral hours, a person's words are their own to choose."""
    match draft.world.texting:
        case Texting.CALL:
            return True
        case Texting.NEUTRAL:
            chosen = answer.purpose in (Purpose.WORDS, Purpose.OUTREACH)
            return not chosen and answer.text != draft.world.phrases.neutral
        case Texting.FREE:
            return False


def _next_attempt(draft: Draft, answer: Answer) -> None:
    if answer.purpose is Purpose.OUTREACH and (why := outreaching.hindered(draft, answer)):
        _fail(draft, answer, why)
    elif draft.state.opted_out and answer.to is None:
        _fail(draft, answer, "opted_out")
    elif answer.to is None and _unsafe(draft, answer):
        # It waited, and meanwhile the hours began in which somebody else may have the phone.
        _fail(draft, answer, outcomes.NOT_SAFE)
    elif draft.now >= answer.send_by:
        _fail(draft, answer, "too_late")
    else:
        draft.add(
            AnswerIntended(
                at=draft.now,
                answer=answer.id,
                attempt=answer.attempt + 1,
                reconcile_at=draft.now + NO_OUTCOME,
            )
        )


def _fail(draft: Draft, answer: Answer, code: str) -> None:
    draft.add(AnswerFailed(at=draft.now, answer=answer.id, code=code))
    outcomes.failed(draft, answer, code)
