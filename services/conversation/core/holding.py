"""Who holds the conversation: what a change of the patient's escalation does to it.

Theory: escalation alone decides who holds it. A conversation looks at the escalation's latest commit
whenever it decides, and remembers what it saw; nothing is relayed to anybody before it has seen that
they hold it, nor after it has seen that they do not. What was owed to somebody who let go becomes a
signal, which finds the next person.
"""

from contracts.conversations import (
    AnswerFailed,
    AnswerStage,
    ConversationEnded,
    EmergencyConfirmed,
    HoldSeen,
    NoteTold,
    Purpose,
)
from contracts.escalations import EscalationStatus
from contracts.privacy import Texting
from services.conversation.core import emergency, languages, outcomes, relaying, staff_texts
from services.conversation.core.draft import Draft
from services.conversation.core.state import Hold


def seen(draft: Draft) -> None:
    """Take in where the escalation stands now, if it is news."""
    view, known = draft.world.hold, draft.state.hold
    if view is None or draft.state.is_desk or (known is None and not view.open):
        return
    if known is not None and (view.sequence <= known.sequence or _facts(view) == _facts(known)):
        return
    before = draft.state.held_by
    over = known is not None and known.open and (view.run != known.run or not view.open)
    if before is not None and (over or view.held_by != before):
        _let_go(draft, before)
    if over and known is not None:
        _end(draft, known)
    draft.add(
        HoldSeen(
            at=draft.now,
            run=view.run,
            code=view.code,
            status=view.status,
            urgency=view.urgency,
            sequence=view.sequence,
            holder=view.holder,
            nobody=view.nobody,
            contact=view.contact,
        )
    )
    holder = draft.state.held_by
    if holder is not None and (holder != before or over):
        _welcome(draft, holder, None if over else before)
    elif holder is not None and view.status is EscalationStatus.HANDED_OFF and not _was_handed_off(known):
        emergency.handed_off(draft, holder)


def _was_handed_off(known: Hold | None) -> bool:
    return known is not None and known.status is EscalationStatus.HANDED_OFF


def _facts(hold: Hold) -> tuple[object, ...]:
    return (hold.run, hold.status, hold.urgency, hold.holder, hold.nobody, hold.contact)


def _let_go(draft: Draft, holder: str) -> None:
    """What they had not been brought is owed; what waits to be sent to them is not sent any more."""
    relaying.owe(draft, relaying.unheard(draft.state))
    for waits in draft.state.outbox:
        if waits.to == holder and waits.purpose is Purpose.RELAY and waits.stage is AnswerStage.WAITING:
            draft.add(AnswerFailed(at=draft.now, answer=waits.id, code=outcomes.NOT_HOLDER))


def _end(draft: Draft, known: Hold) -> None:
    state = draft.state
    owed = {one.evidence for one in state.owed if one.why == "not_relayed"}
    kept = [said.evidence for said in state.said if said.evidence in owed]
    latest = max((said.evidence for said in state.said), default=0)
    if state.emergency is not None:
        draft.add(EmergencyConfirmed(at=draft.now))
    draft.add(
        ConversationEnded(
            at=draft.now,
            run=known.run,
            holder=known.holder,
            talked=state.talked,
            upto=min(kept) - 1 if kept else latest,
        )
    )


def _welcome(draft: Draft, holder: str, before: str | None) -> None:
    """Tell the new holder what they need, and the patient who is with them, if it was somebody else."""
    state, world = draft.state, draft.world
    hold = state.hold
    if hold is None or not (state.texts or state.talked):
        return
    if state.note is not None and state.note_by != holder:
        words = world.unseal(state.note) or ""
        name = world.name_of(state.note_by or "")
        if draft.to_staff(Purpose.TOLD, holder, staff_texts.note(hold.code, name, words)):
            draft.add(NoteTold(at=draft.now, responder=holder))
    if state.talked and _somebody_else(draft, holder):
        news = languages.filled(world.phrases.takes_over, *world.told_of(holder))
        draft.to_patient(Purpose.NEWS, news, sealed=True)
        draft.to_staff(Purpose.TOLD, holder, _goes_on(draft, hold.code))
    elif not state.talked:
        draft.to_staff(Purpose.TOLD, holder, _how_to(draft, hold.code))
    emergency.stands(draft, holder)


def _goes_on(draft: Draft, code: str) -> str:
    told = _cannot(draft, code)
    return told or staff_texts.goes_on(code, _language(draft))


def _cannot(draft: Draft, code: str) -> str:
    """Why nothing can be texted to the patient; empty: it can."""
    if draft.state.opted_out:
        return staff_texts.opted_out(code)
    return staff_texts.not_safe(code) if draft.world.texting is Texting.CALL else ""


def _language(draft: Draft) -> str:
    phrases = draft.world.phrases
    return "" if phrases.language == languages.FALLBACK else phrases.language


def _how_to(draft: Draft, code: str) -> str:
    if told := _cannot(draft, code):
        return told
    neutral = draft.world.texting is Texting.NEUTRAL
    return staff_texts.how_to(code, next(iter(draft.world.phrases.canned)), _language(draft), neutral=neutral)


def _somebody_else(draft: Draft, holder: str) -> bool:
    """Whether the last one who wrote to the patient is another than this holder."""
    writers = [one.by for one in draft.state.outbox if one.purpose is Purpose.WORDS and one.by is not None]
    return bool(writers) and writers[-1] != holder
