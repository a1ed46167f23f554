"""What a staff member's text means, when it is words and no command.

It is triaged like a patient's: a risk in it pages somebody other than its sender; other words are
put on the worklist, where a person reads them; a courtesy is left alone.
"""

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum

from contracts.replies import Key, parse

LEAST_WORDS = 3
"""Fewer words than this, without a risk in them, are taken for a slip of the thumb. Ours."""
_COURTESIES = """
ok, okay, k, kk, yes, yep, sure, fine, great, good, perfect, cool, done, noted, understood, copy, roger
thanks, thx, ty, thank you, thank you so much, thanks so much, thanks a lot, many thanks
got it, got that, will do, sounds good, all good, no problem, no worries, you too
on my way, omw, on it, i'm on it, im on it, i am on it, i'm on my way, im on my way, i am on my way
be right there, i'll be there, ill be there, i will be there, calling now, calling them now
will call, i will call, i'll call, ill call, will call now, i will call now, i'll call now, ill call now
good morning, good night, good evening, have a good night, have a good day, have a good one
hi, hello, hey, everyone, all, team, guys, now, soon, please
gracias, muchas gracias, de nada, vale, claro, entendido, ya voy, voy en camino, en camino, buenas noches
"""
_PHRASES = sorted(_COURTESIES.strip().replace("\n", ", ").split(", "), key=len, reverse=True)
_COURTESY = re.compile(rf"[\W_]*(?:(?:{'|'.join(map(re.escape, _PHRASES))})(?:[\W_]+|$))+")


_MAY_HOLD_A_RISK = frozenset(
    {Key.FREE, Key.UNKNOWN, Key.GIVE, Key.TALK_SAY, Key.TALK_NOTE, Key.TALK_JOIN, Key.TALK_911}
)


class Meaning(StrEnum):
    """What comes of a staff member's text here; commands are paging's."""

    NOTHING = "nothing"
    CONCERN = "concern"
    RISK = "risk"


def meaning(text: str, holds_risk: Callable[[str], bool]) -> Meaning:
    """Return what the text means, if triage reads it so; never raises, whatever it is."""
    key = parse(text).key
    if key not in _MAY_HOLD_A_RISK:
        return Meaning.NOTHING
    # A single word, or a word behind a code, parses as a mistyped command: it may still be a risk.
    # So may what stands behind `give`, where a name is meant.
    if holds_risk(text):
        return Meaning.RISK
    line = _plain(text)
    words = [word for word in line.split() if any(c.isalpha() for c in word)]
    if key is not Key.FREE or len(words) < LEAST_WORDS or _COURTESY.fullmatch(line):
        return Meaning.NOTHING
    return Meaning.CONCERN


def _plain(text: str) -> str:
    """Return the text in lower case, without accents and invisible characters, single-spaced."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Cf"))
    return " ".join(kept.replace("\u2019", "'").split())
