"""A second person in a conversation. The patient is told before anything is relayed to them.

Nobody listens in secret: who is asked hears nothing, and learns only the code and who asks. Whoever
is asked for a language is asked with others; the first who comes is in, and the rest are let go.
"""

from contracts.conversations import InvitationOver, JoinAsked, PersonJoined, PersonLeft, Purpose
from services.conversation.core import asked_texts, languages, staff_texts
from services.conversation.core.draft import Draft
from services.conversation.core.talk import Talk

MOST_ASKED = 10
"""So many people are asked at once for a language. Ours."""


def join(draft: Draft, talk: Talk) -> None:
    """The holder asks somebody in; or somebody who was asked comes."""
    state, code = draft.state, _code(draft)
    if talk.responder != state.held_by:
        if talk.name:
            _tell(draft, talk.responder, staff_texts.only_holder(code))
        elif talk.responder in state.invited and state.hold is not None and state.hold.open:
            _comes(draft, talk.responder)
        else:
            _tell(draft, talk.responder, asked_texts.join_nothing(code))
    elif talk.asked is None and talk.wanted:
        _ask_speakers(draft, talk)
    else:
        _ask(draft, talk)


def leave(draft: Draft, talk: Talk) -> None:
    """Whoever joined goes. Whoever holds it can't: they give it back, or hand it over."""
    code, holder = _code(draft), draft.state.held_by
    if talk.responder == holder:
        _tell(draft, talk.responder, staff_texts.you_hold(code))
        return
    draft.add(PersonLeft(at=draft.now, responder=talk.responder))
    _news(draft, draft.world.phrases.leaves, talk.responder)
    _tell(draft, talk.responder, asked_texts.left(code, "you"))
    if holder is not None:
        _tell(draft, holder, asked_texts.left(code, draft.world.name_of(talk.responder)))


def _ask(draft: Draft, talk: Talk) -> None:
    code, world = _code(draft), draft.world
    asked = talk.asked if talk.asked != talk.responder else None
    invitation = asked_texts.join_invitation(code, world.name_of(talk.responder))
    if asked is None or not draft.to_staff(Purpose.TOLD, asked, invitation):
        _tell(draft, talk.responder, asked_texts.join_unknown(code))
        return
    draft.add(JoinAsked(at=draft.now, responder=talk.responder, asked=asked))
    _tell(draft, talk.responder, asked_texts.join_asked(code, world.name_of(asked)))


def _ask_speakers(draft: Draft, talk: Talk) -> None:
    """Ask those on call who speak it; those off call too if the holder wants everybody."""
    code, world, language = _code(draft), draft.world, talk.wanted
    found = world.speakers(language)
    here = {one.responder for one in draft.state.beside}
    on_call, off_call = (
        tuple(who for who in people if who not in here and world.phone_of(who) is not None)
        for people in (found.on_call, found.others)
    )
    wanted = (*on_call, *off_call) if talk.everybody else on_call
    invitation = asked_texts.speaker_invitation(code, world.name_of(talk.responder), language)
    asked = [who for who in wanted[:MOST_ASKED] if draft.to_staff(Purpose.TOLD, who, invitation)]
    for who in asked:
        draft.add(JoinAsked(at=draft.now, responder=talk.responder, asked=who, language=language))
    if asked:
        names = [world.name_of(who) for who in asked]
        more = not talk.everybody and bool(off_call)
        text = asked_texts.speakers_asked(code, language, names, more=more)
    else:
        text = asked_texts.nobody_speaks(code, language, 0 if talk.everybody else len(off_call))
    _tell(draft, talk.responder, text)


def _comes(draft: Draft, responder: str) -> None:
    code, name = _code(draft), draft.world.name_of(responder)
    others = [who for who in draft.state.called_in if who != responder]
    _news(draft, draft.world.phrases.joins, responder)
    for_language = responder in draft.state.called_in
    draft.add(PersonJoined(at=draft.now, responder=responder))
    _tell(draft, responder, asked_texts.you_joined(code))
    if draft.state.held_by is not None:
        _tell(draft, draft.state.held_by, asked_texts.joined(code, name))
    for other in others if for_language else ():
        draft.add(InvitationOver(at=draft.now, responder=other))
        _tell(draft, other, asked_texts.came_first(code, name))


def _news(draft: Draft, phrase: str, responder: str) -> None:
    name, role = draft.world.told_of(responder)
    draft.to_patient(Purpose.NEWS, languages.filled(phrase, name, role), sealed=True)


def _tell(draft: Draft, responder: str, text: str) -> None:
    draft.to_staff(Purpose.TOLD, responder, text)


def _code(draft: Draft) -> str:
    return draft.state.hold.code if draft.state.hold is not None else ""
