"""What is said: a patient's text, a patient's call, a receipt for a text of ours."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.conversations import (
    AnswerAccepted,
    AnswerDelivered,
    AnswerFailed,
    AnswerStage,
    CallReceived,
    CodeTexted,
    Muted,
    OptedIn,
    OptedOut,
    Purpose,
    SurveyAnswered,
    TextReceived,
)
from contracts.privacy import Texting
from contracts.values import Sealed, Urgency
from services.conversation.core import outcomes, relaying, staff_texts
from services.conversation.core.draft import Draft
from services.conversation.core.opting import Opting
from services.conversation.core.state import SAID_KEPT, Answer, Conversation
from services.conversation.core.waiting import may_automatic

ANSWER_AT_MOST_EVERY = timedelta(minutes=60)
"""A patient gets the automatic answer once in this span; further texts only reach people. Ours."""
SURVEY_ANSWERED_WITHIN = timedelta(hours=2)
"""A digit so soon after the question after the end is its answer."""
QUIET = timedelta(hours=24)
"""How long automatic texts pause when the patient asked for no texts: the holder decides meanwhile."""
PART = 150
"""A text of at least so many characters may be a part of a longer one (a GSM-7 part holds 153)."""


@dataclass(frozen=True, slots=True)
class Text:
    """A patient's text; `phone` is None when it can't be unsealed, and then nothing can be answered."""

    sid: str
    evidence: int
    body: Sealed
    phone: Sealed | None
    opting: Opting = Opting.NONE
    language: str = "en"
    words: str = ""
    """The text itself, for as long as it is decided on; it is stored sealed only."""
    urgency: Urgency = Urgency.URGENT
    risk: bool = False
    carried: bool = False
    """No signal was published: it must reach whoever holds the conversation."""
    media: int = 0
    attachments: Sealed | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """An attendance code that the patient texted, and nothing else."""

    sid: str
    evidence: int
    session: str | None
    """Where it checked them in; None: it did not count."""
    phone: Sealed | None


@dataclass(frozen=True, slots=True)
class Call:
    """A patient's call, and the room they wait in."""

    sid: str
    evidence: int
    room: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the carrier reports of a text of ours."""

    answer: str
    attempt: int
    sid: str
    status: str
    code: str = ""


def text(draft: Draft, heard: Text) -> None:
    """Take in a patient's text; a repeated one changes nothing."""
    state = draft.state
    if heard.sid in state.heard:
        return
    _make_room(draft)
    phrases = draft.world.phrases
    asks_quiet = phrases.asks_quiet(heard.words)
    draft.add(
        TextReceived(
            at=draft.now,
            sid=heard.sid,
            evidence=heard.evidence,
            body=heard.body,
            phone=heard.phone,
            language=heard.language,
            long=len(heard.words) >= PART,
            media=heard.media,
            attachments=heard.attachments,
            urgency=heard.urgency,
            risk=heard.risk,
            carried=heard.carried,
            asks_call=phrases.asks_call(heard.words),
            asks_quiet=asks_quiet,
            asks_record=draft.world.asks_record(heard.words),
        )
    )
    _opting(draft, heard.opting)
    if asks_quiet:
        draft.add(Muted(at=draft.now, until=draft.now + QUIET, why="asked"))
    if answers_survey(state, draft.now, heard.words):
        draft.add(SurveyAnswered(at=draft.now, sid=heard.sid, answer=int(heard.words)))
    elif draft.may_text and _may_answer(draft) and may_automatic(draft):
        draft.to_patient(Purpose.FIRST, phrases.first, name=f"a{heard.evidence}", order=heard.evidence)
    _tell_rights(draft, heard)


def code(draft: Draft, heard: Code) -> None:
    """Take in an attendance code; a repeated one changes nothing. It is answered, and opens nothing."""
    if heard.sid in draft.state.heard:
        return
    draft.add(CodeTexted(at=draft.now, sid=heard.sid, evidence=heard.evidence, session=heard.session))
    phrases = draft.world.phrases
    words = phrases.checked_in if heard.session is not None else phrases.code_late
    # Where only neutral words may stand, the neutral ones promise that somebody writes: not of a check-in.
    neutral = draft.world.texting is Texting.NEUTRAL and heard.session is not None
    if words and not neutral and may_automatic(draft):
        draft.to_patient(
            Purpose.CODE, words, name=f"c{heard.evidence}", order=heard.evidence, phone=heard.phone
        )


def call(draft: Draft, heard: Call) -> None:
    """Take in a patient's call; a repeated one changes nothing. Nothing is texted because of it."""
    if heard.sid not in draft.state.heard:
        draft.add(CallReceived(at=draft.now, sid=heard.sid, evidence=heard.evidence, room=heard.room))


def receipt(draft: Draft, heard: Receipt) -> None:
    """Take in a receipt. It may come twice, late, out of order, or before the sid is known."""
    answer = draft.state.out(heard.answer)
    if answer is None or answer.stage in (AnswerStage.DELIVERED, AnswerStage.FAILED):
        return
    match heard.status:
        case "delivered" | "read":
            draft.add(AnswerDelivered(at=draft.now, answer=answer.id, sid=heard.sid))
        case "failed" | "undelivered" | "canceled":
            # A failure of an earlier sending says nothing about the one that followed it.
            if heard.attempt == answer.attempt:
                code = heard.code or heard.status
                draft.add(AnswerFailed(at=draft.now, answer=answer.id, code=code))
                outcomes.failed(draft, answer, code)
        case _ if answer.under_way:
            draft.add(
                AnswerAccepted(
                    at=draft.now,
                    answer=answer.id,
                    attempt=heard.attempt,
                    sid=heard.sid,
                    reconciled=True,
                )
            )
        case _:
            pass


def is_old(state: Conversation, answer: str, status: str) -> bool:
    """Return whether that receipt is no news, whatever has happened since the state was read.

    A text that the carrier took, or that is over, is never under way again.
    """
    one = state.out(answer)
    final = status in ("delivered", "read", "failed", "undelivered", "canceled")
    return one is not None and not one.under_way and not final


def answers_survey(state: Conversation, now: datetime, words: str) -> bool:
    """Return whether the text is one digit in answer to the question after the end, and nothing is open."""
    asked = state.survey_at
    is_open = state.hold is not None and state.hold.open
    soon = asked is not None and now - asked <= SURVEY_ANSWERED_WITHIN
    return soon and not is_open and words.strip() in ("1", "2", "3", "4", "5")


def _tell_rights(draft: Draft, heard: Text) -> None:
    """Whoever texts DELETE is told whom to ask about their record, once an hour; a person reads it too."""
    rights, latest = draft.world.phrases.rights, _latest(draft.state, Purpose.RIGHTS)
    if not rights or not draft.world.asks_record(heard.words) or draft.world.texting is Texting.NEUTRAL:
        return
    lately = latest is not None and draft.now - latest.asked_at < ANSWER_AT_MOST_EVERY
    if not lately and draft.may_text and may_automatic(draft):
        draft.to_patient(Purpose.RIGHTS, rights, name=f"r{heard.evidence}", order=heard.evidence)


def _latest(state: Conversation, purpose: Purpose) -> Answer | None:
    return next((one for one in reversed(state.outbox) if one.purpose is purpose), None)


def _opting(draft: Draft, opting: Opting) -> None:
    state = draft.state
    match opting:
        case Opting.OUT:
            draft.add(OptedOut(at=draft.now, why="word"))
            for waits in [one for one in state.outbox if one.to is None and one.stage is AnswerStage.WAITING]:
                draft.add(AnswerFailed(at=draft.now, answer=waits.id, code="opted_out"))
                outcomes.failed(draft, waits, "opted_out")
            _tell_holder_opted_out(draft)
        case Opting.IN if state.opted_out:
            draft.add(OptedIn(at=draft.now))
        case _:
            pass


def _tell_holder_opted_out(draft: Draft) -> None:
    hold = draft.state.hold
    if hold is not None and hold.held_by is not None:
        draft.to_staff(Purpose.TOLD, hold.held_by, staff_texts.opted_out(hold.code))


def _make_room(draft: Draft) -> None:
    """The oldest text would be forgotten: if it is owed to somebody, it becomes a signal."""
    state = draft.state
    if len(state.said) < SAID_KEPT:
        return
    if state.said[0].carried:
        relaying.owe(draft, state.said[:1])


def _may_answer(draft: Draft) -> bool:
    """Whether the first answer is due: nobody holds it, and none was sent within the hour."""
    state, now = draft.state, draft.now
    if state.held_by is not None:
        return False
    latest = _latest(state, Purpose.FIRST)
    if latest is None or latest.stage is AnswerStage.FAILED:
        return True
    talked_since = state.ended_at is not None and state.ended_at >= latest.asked_at and state.last_holder
    return not latest.under_way and (now - latest.asked_at >= ANSWER_AT_MOST_EVERY or bool(talked_since))
