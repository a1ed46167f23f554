"""What a responder texts about a conversation: words for the patient, and keys."""

from datetime import timedelta

from contracts.conversations import NoteLeft, OptedOut, Purpose, TalkHeard
from contracts.replies import Key
from contracts.values import PhoneRef
from services.conversation.core import emergency, joining, languages, showing, staff_texts
from services.conversation.core.draft import Draft
from services.conversation.core.talk import Talk as Talk

SAME_WORDS = 3
"""The same words so often in a row come from a machine (a phone that answers by itself)."""
TOLD_AGAIN_AFTER = timedelta(minutes=2)
"""A machine that answers our answer too is told nothing for so long: that ends it. Ours."""
_HOLDER_ONLY = (Key.TALK_NOTE, Key.TALK_MUTE, Key.TALK_CONTACTS, Key.TALK_SKILL)


def heard(draft: Draft, talk: Talk) -> None:
    """Take in a responder's text; a repeated one changes nothing."""
    if talk.sid in draft.state.heard:
        return
    is_words = talk.key in (Key.FREE, Key.TALK_SAY)
    reference = draft.world.words_ref(talk.words) if is_words else None
    said = 0 if reference is None else _said_in_a_row(draft, reference)
    just_told = said >= SAME_WORDS and _just_told(draft, talk.responder)
    draft.add(
        TalkHeard(
            at=draft.now,
            sid=talk.sid,
            evidence=talk.evidence,
            responder=talk.responder,
            key=talk.key.value,
            body=talk.body,
            words=reference,
            phone=talk.phone if draft.state.phone is None else None,
            language=talk.language if draft.state.phone is None else "",
        )
    )
    if not _may(draft, talk):
        _tell(draft, talk.responder, staff_texts.only_holder(_code(draft)))
    elif said >= SAME_WORDS - 1:
        if not just_told:
            why = "the same words came three times"
            _tell(draft, talk.responder, staff_texts.not_sent(_code(draft), why))
    else:
        _key(draft, talk)


def _said_in_a_row(draft: Draft, reference: PhoneRef) -> int:
    """How often the latest words that were heard are these."""
    others = [number for number, one in enumerate(reversed(draft.state.words)) if one != reference]
    return others[0] if others else len(draft.state.words)


def _just_told(draft: Draft, responder: str) -> bool:
    told = [one.asked_at for one in draft.state.outbox if one.to == responder and one.purpose is Purpose.TOLD]
    return bool(told) and draft.now - max(told) < TOLD_AGAIN_AFTER


def _key(draft: Draft, talk: Talk) -> None:
    phrases, code = draft.world.phrases, _code(draft)
    match talk.key:
        case Key.TALK_SAFE:
            _say(draft, talk, phrases.safe)
        case Key.TALK_WHERE:
            _say(draft, talk, phrases.where)
        case Key.TALK_CANNED:
            _canned(draft, talk)
        case Key.TALK_911:
            emergency.heard(draft, talk)
        case Key.TALK_JOIN:
            joining.join(draft, talk)
        case Key.TALK_LEAVE:
            joining.leave(draft, talk)
        case Key.TALK_CONTACTS:
            showing.contacts(draft, talk)
        case Key.TALK_LAST:
            showing.last(draft, talk)
        case Key.TALK_SKILL:
            # Followup has the resources: it was asked, and what it says is told when it comes.
            pass
        case Key.TALK_NOTE:
            draft.add(NoteLeft(at=draft.now, responder=talk.responder, note=draft.world.seal(talk.words)))
            _tell(draft, talk.responder, staff_texts.noted(code))
        case Key.TALK_MUTE:
            draft.add(OptedOut(at=draft.now, why="asked"))
            _tell(draft, talk.responder, staff_texts.muted(code))
        case _words:
            _say(draft, talk, talk.words)


def _say(draft: Draft, talk: Talk, words: str) -> None:
    """Send words to the patient; whoever else is in the conversation sees them."""
    state = draft.state
    others = [one.responder for one in state.beside if one.responder != talk.responder]
    name = draft.world.name_of(talk.responder)
    said = f"{name}: {words}" if others and name else words
    if not draft.to_patient(Purpose.WORDS, said, sealed=True, by=talk.responder, order=_order(draft, talk)):
        unsafe = "texts to them are marked as not safe" if state.phone else "no phone number is known"
        why = "they stopped texts" if state.opted_out else unsafe
        _tell(draft, talk.responder, staff_texts.not_sent(_code(draft), why))
        return
    for other in others:
        draft.to_staff(Purpose.TOLD, other, staff_texts.copy_line(_code(draft), name, words))


def _order(draft: Draft, talk: Talk) -> int:
    """Return its place among what is said: what was written in the console stands in no webhook."""
    state = draft.state
    known = [one.evidence for one in state.said]
    known += [one.order for one in state.wrote] + [one.order for one in state.outbox]
    return talk.evidence or max(known, default=0)


def _canned(draft: Draft, talk: Talk) -> None:
    canned, code = draft.world.phrases.canned, _code(draft)
    phrase = canned.get(talk.name)
    if not talk.name:
        _tell(draft, talk.responder, staff_texts.canned_list(code, tuple(canned)))
    elif phrase is None:
        _tell(draft, talk.responder, staff_texts.no_canned(code, talk.name, tuple(canned)))
    else:
        _say(draft, talk, languages.filled(phrase, *draft.world.told_of(talk.responder)))


def _tell(draft: Draft, responder: str, text: str) -> None:
    draft.to_staff(Purpose.TOLD, responder, text)


def _may(draft: Draft, talk: Talk) -> bool:
    if talk.key is Key.TALK_JOIN:
        return True
    if talk.key in _HOLDER_ONLY:
        return talk.responder == draft.state.held_by
    return any(one.responder == talk.responder for one in draft.state.beside)


def _code(draft: Draft) -> str:
    return draft.state.hold.code if draft.state.hold is not None else ""
