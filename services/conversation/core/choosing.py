"""Which conversation a responder's words are for. In doubt they go to nobody, and are asked about."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from contracts.replies import Key
from services.conversation.core import asked_texts, emergency_texts, staff_texts

_ABOUT_IT = (
    *(Key.TALK_911, Key.TALK_NOTE, Key.TALK_JOIN, Key.TALK_LEAVE, Key.TALK_MUTE),
    *(Key.TALK_CONTACTS, Key.TALK_LAST, Key.TALK_SKILL),
)
"""Keys that text nothing to the patient: for these what is held is enough."""


@dataclass(frozen=True, slots=True)
class For:
    """They are for this patient's conversation."""

    patient: str


@dataclass(frozen=True, slots=True)
class Ask:
    """They are for nobody: what their writer is told. `stray`: they belong to no conversation at all."""

    text: str
    stray: bool = False


def choose(
    key: Key,
    named: bool,
    code: str,
    mine: Mapping[str, str],
    live: Collection[str],
    invited: Mapping[str, str],
    paged: Sequence[str],
) -> For | Ask:
    """Return what a text is for. `mine`: code -> patient of what they hold or have joined.

    Without a code, words go to a conversation only (`live`: codes of those in which something was
    written): whoever holds a missed session and writes a sentence may mean a colleague.
    `named`: `join` names somebody; else it answers an invitation (`invited`).
    """
    if key is Key.TALK_JOIN and not named:
        if code in invited or (not code and len(invited) == 1):
            return For(invited[code] if code else next(iter(invited.values())))
        return For(mine[code]) if code in mine else Ask(asked_texts.join_nothing(code))
    if code in mine:
        return For(mine[code])
    if code:
        return Ask(staff_texts.not_yours(code, tuple(mine), paged), stray=not mine)
    match tuple(one for one in mine if one in live or key in _ABOUT_IT):
        case () if mine:
            return Ask(staff_texts.no_words(tuple(mine)), stray=True)
        case () if key is Key.TALK_911:
            return Ask(emergency_texts.nobody_held(tuple(paged)))
        case ():
            return Ask(staff_texts.no_conversation(paged), stray=True)
        case (only,):
            return For(mine[only])
        case several if word := _WORDS.get(key):
            return Ask(staff_texts.which(word, several))
        case several:
            return Ask(staff_texts.to_whom(several))


_WORDS = {
    Key.TALK_SAFE: "SAFE?",
    Key.TALK_WHERE: "WHERE",
    Key.TALK_911: "911",
    Key.TALK_JOIN: "JOIN",
    Key.TALK_LEAVE: "LEAVE",
    Key.TALK_NOTE: "NOTE",
    Key.TALK_MUTE: "MUTE",
    Key.TALK_CONTACTS: "CONTACTS",
    Key.TALK_LAST: "LAST",
    Key.TALK_SKILL: "/SKILL",
}
"""How each key is typed before a code."""
