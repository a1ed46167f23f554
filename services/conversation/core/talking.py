"""What a responder texts about a conversation: words for the patient, and keys."""

from dataclasses import dataclass

from contracts.conversations import (
    EmergencyCalled,
    EmergencyStarted,
    JoinAsked,
    NoteLeft,
    OptedOut,
    PersonJoined,
    PersonLeft,
    Purpose,
    TalkHeard,
)
from contracts.replies import Key
from contracts.values import Sealed
from services.conversation.core import languages, staff_texts
from services.conversation.core.draft import Draft

SAME_WORDS = 3
"""The same words so often in a row come from a machine (a phone that answers by itself)."""
_HOLDER_ONLY = (Key.TALK_911, Key.TALK_NOTE, Key.TALK_MUTE)


@dataclass(frozen=True, slots=True)
class Talk:
    """A responder's text about one conversation."""

    sid: str
    evidence: int
    responder: str
    key: Key
    body: Sealed
    words: str = ""
    """Words for the patient, a note, who was called: as written."""
    name: str = ""
    """Of a prepared reply; whether somebody was named, for `join`."""
    asked: str | None = None
    """The responder meant by `join <name>`; None: nobody, or more than one, of that name."""
    phone: Sealed | None = None
    """The patient's phone as in their record, should they never have texted."""
    language: str = ""


def heard(draft: Draft, talk: Talk) -> None:
    """Take in a responder's text; a repeated one changes nothing."""
    if talk.sid in draft.state.heard:
        return
    is_words = talk.key in (Key.FREE, Key.TALK_SAY)
    reference = draft.world.words_ref(talk.words) if is_words else None
    looping = reference is not None and draft.state.words[1 - SAME_WORDS :] == (reference,) * (SAME_WORDS - 1)
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
    elif looping:
        _tell(draft, talk.responder, staff_texts.not_sent(_code(draft), "the same words came three times"))
    else:
        _key(draft, talk)


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
            _emergency(draft, talk)
        case Key.TALK_JOIN:
            _join(draft, talk)
        case Key.TALK_LEAVE:
            _leave(draft, talk)
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
    if not draft.to_patient(Purpose.WORDS, said, sealed=True, by=talk.responder, order=talk.evidence):
        unsafe = "texts to them are marked as not safe" if state.phone else "no phone number is known"
        why = "they stopped texts" if state.opted_out else unsafe
        _tell(draft, talk.responder, staff_texts.not_sent(_code(draft), why))
        return
    for other in others:
        draft.to_staff(Purpose.TOLD, other, staff_texts.copy_line(_code(draft), name, words))


def _canned(draft: Draft, talk: Talk) -> None:
    canned, code = draft.world.phrases.canned, _code(draft)
    phrase = canned.get(talk.name)
    if not talk.name:
        _tell(draft, talk.responder, staff_texts.canned_list(code, tuple(canned)))
    elif phrase is None:
        _tell(draft, talk.responder, staff_texts.no_canned(code, talk.name, tuple(canned)))
    else:
        phrases = draft.world.phrases
        name = draft.world.name_of(talk.responder) or phrases.colleague
        _say(draft, talk, languages.filled(phrase, name, draft.world.role_of(talk.responder) or phrases.team))


def _emergency(draft: Draft, talk: Talk) -> None:
    code = _code(draft)
    if talk.name == "called":
        who = draft.world.seal(talk.words)
        draft.add(EmergencyCalled(at=draft.now, responder=talk.responder, who=who))
        clock = draft.world.clock_of(draft.now, talk.responder)
        _tell(draft, talk.responder, staff_texts.emergency_called(code, clock))
        return
    if draft.state.emergency is None:
        draft.add(EmergencyStarted(at=draft.now, responder=talk.responder))
    _tell(draft, talk.responder, staff_texts.emergency(code))


def _join(draft: Draft, talk: Talk) -> None:
    state, code = draft.state, _code(draft)
    if talk.responder != state.held_by:
        if talk.name:
            _tell(draft, talk.responder, staff_texts.only_holder(code))
        elif talk.responder in state.invited and state.hold is not None and state.hold.open:
            _comes(draft, talk.responder)
        else:
            _tell(draft, talk.responder, staff_texts.join_nothing(code))
        return
    name = draft.world.name_of(talk.responder)
    asked = talk.asked if talk.asked != talk.responder else None
    if asked is None or not draft.to_staff(Purpose.TOLD, asked, staff_texts.join_invitation(code, name)):
        _tell(draft, talk.responder, staff_texts.join_unknown(code))
        return
    draft.add(JoinAsked(at=draft.now, responder=talk.responder, asked=asked))
    _tell(draft, talk.responder, staff_texts.join_asked(code, draft.world.name_of(asked)))


def _comes(draft: Draft, responder: str) -> None:
    """The patient is told before anything is relayed to them: nobody listens in secret."""
    code, name = _code(draft), draft.world.name_of(responder)
    _news(draft, draft.world.phrases.joins, responder)
    draft.add(PersonJoined(at=draft.now, responder=responder))
    _tell(draft, responder, staff_texts.you_joined(code))
    if draft.state.held_by is not None:
        _tell(draft, draft.state.held_by, staff_texts.joined(code, name))


def _leave(draft: Draft, talk: Talk) -> None:
    code, holder = _code(draft), draft.state.held_by
    if talk.responder == holder:
        # Whoever holds it can't just leave: they give it back, or hand it over.
        _tell(draft, talk.responder, staff_texts.you_hold(code))
        return
    draft.add(PersonLeft(at=draft.now, responder=talk.responder))
    _news(draft, draft.world.phrases.leaves, talk.responder)
    name = draft.world.name_of(talk.responder)
    _tell(draft, talk.responder, staff_texts.left(code, "you"))
    if holder is not None:
        _tell(draft, holder, staff_texts.left(code, name))


def _news(draft: Draft, phrase: str, responder: str) -> None:
    world = draft.world
    name = world.name_of(responder) or world.phrases.colleague
    role = world.role_of(responder) or world.phrases.team
    draft.to_patient(Purpose.NEWS, languages.filled(phrase, name, role), sealed=True)


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
