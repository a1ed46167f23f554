"""The reply grammar: what a responder's text means. Any case, any spacing; a code when several are open."""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from contracts.values import Disposition


class Key(StrEnum):
    """What a reply asks for."""

    TAKE = "take"
    PASS = "pass"
    MORE = "more"
    REACHED = "reached"
    DISPOSE = "dispose"
    CALL = "call"
    SIGN = "sign"
    CONFIRM = "confirm"
    UNDO = "undo"
    GIVE = "give"
    """`give kim`: hand it over to a named person, who must take it."""
    ASSIST = "assist"
    """`5`: call for help; the next step is paged as well."""
    SNOOZE = "snooze"
    """`snooze 2h`: only for soon and routine ones."""
    READY = "ready"
    """`6`: confirms the coming shift."""
    SWAP_YES = "swap_yes"
    SWAP_NO = "swap_no"
    VERIFY = "verify"
    """Six digits and nothing else: the code that verifies a phone."""
    TALK_SAY = "talk_say"
    """`K7: words`: words for the patient, whatever they look like."""
    TALK_SAFE = "talk_safe"
    """`safe?`: an open question to the patient."""
    TALK_WHERE = "talk_where"
    """`where`: asks the patient for the place, in an emergency."""
    TALK_911 = "talk_911"
    """`911`: the guided hand-off; `911 called <who>` says who was called. Anything else behind `911 K7`
    has `number` "unclear": it is asked about, and goes to nobody."""
    TALK_CANNED = "talk_canned"
    """`/intro`, `canned intro`: a prepared reply, in the patient's language; without a name: the list."""
    TALK_JOIN = "talk_join"
    """`join kim` asks a second person into the conversation, `join es` whoever is on call and speaks that;
    `join K7` is how they come."""
    TALK_LEAVE = "talk_leave"
    """`leave K7`: the second person goes."""
    TALK_NOTE = "talk_note"
    """`note <words>`: for whoever holds it next."""
    TALK_MUTE = "talk_mute"
    """`mute K7`: the patient asked for no texts; the holder honours it."""
    TALK_CONTACTS = "talk_contacts"
    """`contacts K7`: whom the patient lets us ask for help, by number, today; `contacts K7 end 2`: the
    patient takes the consent for the second one back."""
    TALK_SKILL = "talk_skill"
    """`/skill grounding`: a resource on that topic, in the patient's language, `plain` or `fuller` if
    said; without a topic: the list."""
    TALK_LAST = "talk_last"
    """`last K7`, `last 5 K7`: the last texts of both sides."""
    HELP = "help"
    STOP = "stop"
    START = "start"
    SEEN = "seen"
    """`ok`, `yes`, `k`: half asleep they mean 'seen'. They take nothing."""
    UNKNOWN = "unknown"
    """Looks like a command, but is none."""
    FREE = "free"
    """Words, not a command."""


@dataclass(frozen=True)
class Reply:
    """A parsed text: the key, the code it names ("" = none), and what else the key needs."""

    key: Key
    code: str = ""
    disposition: Disposition | None = None
    pin: str = ""
    name: str = ""
    minutes: int = 0
    """Of a snooze; 0 = not said."""
    number: str = ""
    """Of a swap, of a support contact to call, or of texts to show; the six digits of a verification."""
    in_letters: bool = field(default=False, compare=False)
    """The key that takes was spelt out (`take`), as a word of a conversation might be."""


_L, _D = "[acdefhjkmnprtuvwxy]", "[34679]"
CODE = re.compile(f"{_L}{_D}(?:{_L}(?:{_D}{_L})?)?")
"""A short code in lower case: `k7`, `k7m` or, when those run out, `k7m4p`.

Only letters and digits that are not mistaken for one another; a key typed right behind a code
(`k71`) can't be mistaken for a part of it.
"""

_STOP = frozenset(["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"])
_START = frozenset(["start", "unstop"])
_WORDS = {
    "1": Key.TAKE, "take": Key.TAKE, "ack": Key.TAKE,
    "2": Key.PASS, "pass": Key.PASS, "decline": Key.PASS,
    "?": Key.MORE, "more": Key.MORE,
    "3": Key.REACHED, "reached": Key.REACHED,
    "4": Key.DISPOSE, "close": Key.DISPOSE,
    "call": Key.CALL,
    "sign": Key.SIGN,
    "confirm": Key.CONFIRM,
    "undo": Key.UNDO,
    "5": Key.ASSIST, "assist": Key.ASSIST, "backup": Key.ASSIST,
    "6": Key.READY, "ready": Key.READY,
    "give": Key.GIVE,
    "snooze": Key.SNOOZE,
    "help": Key.HELP, "info": Key.HELP,
    "ok": Key.SEEN, "okay": Key.SEEN, "yes": Key.SEEN, "y": Key.SEEN, "k": Key.SEEN, "seen": Key.SEEN,
}  # fmt: skip
TALK = frozenset(key for key in Key if key.value.startswith("talk_"))
"""The keys of a conversation with a patient, and what is said in one."""
_TALK_WORDS = {
    "safe": Key.TALK_SAFE,
    "where": Key.TALK_WHERE,
    "911": Key.TALK_911,
    "canned": Key.TALK_CANNED,
    "join": Key.TALK_JOIN,
    "leave": Key.TALK_LEAVE,
    "note": Key.TALK_NOTE,
    "mute": Key.TALK_MUTE,
    "contacts": Key.TALK_CONTACTS,
    "last": Key.TALK_LAST,
}
COMMAND_WORDS = (
    frozenset(_WORDS)
    | _STOP
    | _START
    | frozenset(d.value for d in Disposition)
    | {"swap", "no"}
    | frozenset(_TALK_WORDS)
)
"""No code may spell one of these."""


def parse(text: str) -> Reply:
    """Return what a responder's text means; never raises, whatever it is."""
    line = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    bare = line.strip(".!, ")
    if bare in _STOP:
        return Reply(Key.STOP)
    if bare in _START:
        return Reply(Key.START)
    if digits := re.fullmatch(r"([0-9]{3})[ -]?([0-9]{3})", bare):
        return Reply(Key.VERIFY, number="".join(digits.groups()))
    tokens = _tokens(bare)
    if not tokens:
        return Reply(Key.UNKNOWN)
    if tokens[0] == "swap":
        return _swap(tokens[1:]) or _other(bare, tokens)
    return _said(line) or _command(tokens) or _talk(tokens) or _other(bare, tokens)


_LEADING = re.compile(f"({CODE.pattern})\\s*:\\s*(?=\\S)")
_LEADING_LOOSE = re.compile(f"\\s*({CODE.pattern})(?:\\s*[:,]\\s*|\\s+)(?=\\S)", re.IGNORECASE)


def words_of(text: str) -> tuple[str, str]:
    """Return the code a text for a conversation begins with ("" = none), and the words as written."""
    found = _LEADING_LOOSE.match(text)
    if found is None or not _is_code(found[1].casefold()):
        return "", text.strip()
    return found[1].upper(), text[found.end() :].strip()


def after(text: str, *keys: str) -> str:
    """Return what stands behind the key of a text, as written: `K7 note call her sister`."""
    words = words_of(text)[1].split(None, 1)
    if not words or words[0].casefold() not in keys:
        return ""
    rest = words[1] if len(words) > 1 else ""
    code, words_behind = words_of(rest)
    return words_behind if code else rest.strip()


def _said(line: str) -> Reply | None:
    """Read `K7: words`: the colon says that they are meant for the patient."""
    found = _LEADING.match(line)
    return Reply(Key.TALK_SAY, found[1].upper()) if found and _is_code(found[1]) else None


def _talk(tokens: list[str]) -> Reply | None:
    """Read the keys of a conversation: `[code] key rest`, `key [code] rest`, `/name`."""
    code = ""
    if len(tokens) > 1 and _is_code(tokens[0]):
        code, tokens = tokens[0], tokens[1:]
    if tokens[0] == "called" and len(tokens) > 1 and tokens[1].strip(".,:;!") == "911":
        # Told to us, or to the patient? A step of a hand-off must not end on the wrong phone.
        return Reply(Key.TALK_911, code.upper(), name=" ".join(tokens[2:]), number=UNCLEAR)
    if tokens[0] == _SKILL:
        return _skill(code, tokens[1:])
    key = Key.TALK_CANNED if _CANNED.fullmatch(tokens[0]) else _TALK_WORDS.get(tokens[0])
    if key is None:
        return None
    slash = tokens[0].startswith("/")
    rest = [tokens[0][1:], *tokens[1:]] if slash else tokens[1:]
    if key is Key.TALK_SAFE and rest[:1] == ["?"]:
        rest = rest[1:]
    behind = not code and bool(rest) and _is_code(rest[0])
    if behind:
        code, rest = rest[0], rest[1:]
    elif not code and len(rest) > 1 and _is_code(rest[-1]):
        code, rest = rest[-1], rest[:-1]
    code, name = code.upper(), " ".join(rest)
    match key:
        case Key.TALK_CONTACTS if len(rest) == 2 and rest[0] == "end" and _SMALL.fullmatch(rest[1]):
            return Reply(key, code, number=rest[1])
        case Key.TALK_SAFE | Key.TALK_WHERE | Key.TALK_LEAVE | Key.TALK_MUTE | Key.TALK_CONTACTS:
            return Reply(key, code) if not rest else None
        case Key.TALK_911:
            if not rest or rest[0] == "called":
                return Reply(key, code, name=" ".join(rest[1:]), number=rest[0] if rest else "")
            return Reply(key, code, name=name, number=UNCLEAR) if behind else None
        case Key.TALK_LAST:
            plain = not rest or (len(rest) == 1 and _SMALL.fullmatch(rest[0]) is not None)
            return Reply(key, code, number=rest[0] if rest else "") if plain else None
        case Key.TALK_CANNED:
            # What begins with a slash is meant for us, whatever follows it.
            return Reply(key, code, name=name) if slash or len(rest) <= 1 else None
        case Key.TALK_JOIN:
            return Reply(key, code, name=name) if len(rest) <= MOST_NAME_WORDS else None
        case _note:
            return Reply(key, code, name=name) if rest else Reply(Key.UNKNOWN, code)


def _skill(code: str, rest: list[str]) -> Reply:
    """Read what stands behind `/skill`: with its slash it is meant for us, whatever follows it."""
    if not code and rest and _is_code(rest[0]):
        code, rest = rest[0], rest[1:]
    elif not code and len(rest) > 1 and _is_code(rest[-1]):
        code, rest = rest[-1], rest[:-1]
    return Reply(Key.TALK_SKILL, code.upper(), name=" ".join(rest))


_SKILL = "/skill"
_CANNED = re.compile(r"/\w*")
_SMALL = re.compile("[1-9][0-9]?")
UNCLEAR = "unclear"
"""`Reply.number` of what looks like a step of the hand-off to 911, and is none."""


def _tokens(line: str) -> list[str]:
    tokens: list[str] = []
    for word in line.replace("?", " ? ").split():
        glued = re.fullmatch(f"([1-6])({CODE.pattern})|({CODE.pattern})([1-6])", word)
        tokens += [part for part in glued.groups() if part] if glued else [word]
    return tokens


def _is_code(word: str) -> bool:
    return CODE.fullmatch(word) is not None and word not in COMMAND_WORDS


def _command(tokens: list[str]) -> Reply | None:
    """Read `[code] key rest` or `key [code] rest`."""
    code = ""
    if len(tokens) > 1 and _is_code(tokens[0]) and tokens[1] in _WORDS:
        code, tokens = tokens[0], tokens[1:]
    key = _WORDS.get(tokens[0])
    if key is None:
        return None
    rest = tokens[1:]
    if not code and rest and _is_code(rest[0]) and (key is not Key.DISPOSE or not _disposition(rest[0])):
        code, rest = rest[0], rest[1:]
    if not code and len(rest) > 1 and key in (Key.GIVE, Key.SNOOZE, Key.CALL) and _is_code(rest[-1]):
        code, rest = rest[-1], rest[:-1]
    code = code.upper()
    if key is Key.DISPOSE:
        return _dispose(code, rest)
    if key is Key.GIVE:
        return _give(code, rest)
    if key is Key.SNOOZE:
        return _snooze(code, rest)
    if key is Key.CONFIRM:
        return Reply(key, code, name=" ".join(rest)) if rest else Reply(Key.UNKNOWN, code)
    if key is Key.CALL and len(rest) == 1 and _SMALL.fullmatch(rest[0]):
        return Reply(key, code, number=rest[0])
    in_letters = key is Key.TAKE and tokens[0].isalpha()
    return Reply(key, code, in_letters=in_letters) if not rest else None


def _dispose(code: str, rest: list[str]) -> Reply | None:
    pin = rest[-1] if len(rest) > 1 and rest[-1].isdigit() and len(rest[-1]) >= 4 else ""
    words = "_".join(rest[:-1] if pin else rest)
    if not words:
        return Reply(Key.DISPOSE, code)
    disposition = _disposition(words)
    if disposition is None:
        return Reply(Key.UNKNOWN, code)
    return Reply(Key.DISPOSE, code, disposition=disposition, pin=pin)


MOST_NAME_WORDS = 3
"""A longer `give ...` is a sentence, and is read as one."""
MOST_MINUTES = 24 * 60
"""A snooze is cut to this many minutes: a day."""


def _give(code: str, rest: list[str]) -> Reply | None:
    if not rest:
        return Reply(Key.UNKNOWN, code)
    return Reply(Key.GIVE, code, name=" ".join(rest)) if len(rest) <= MOST_NAME_WORDS else None


_SPAN = re.compile(r"(?:([0-9]{1,4})h(?:(?:ou)?rs?)?)?(?:([0-9]{1,5})(?:m(?:in(?:ute)?s?)?)?)?")


def _snooze(code: str, rest: list[str]) -> Reply:
    """Read `2h`, `90m`, `1h 30m`; a bare number is minutes."""
    span = _SPAN.fullmatch("".join(rest))
    if span is None:
        return Reply(Key.UNKNOWN, code)
    minutes = int(span[1] or 0) * 60 + int(span[2] or 0)
    if rest and not minutes:
        return Reply(Key.UNKNOWN, code)
    return Reply(Key.SNOOZE, code, minutes=min(minutes, MOST_MINUTES))


def _swap(rest: list[str]) -> Reply | None:
    """Read `yes`, `no`, `yes 3` and `3 yes`, which follow `swap`."""
    numbers = [word for word in rest if re.fullmatch("[0-9]{1,4}", word)]
    words = [word for word in rest if word not in numbers]
    if len(numbers) > 1 or words not in (["yes"], ["no"]):
        return None
    key = Key.SWAP_YES if words == ["yes"] else Key.SWAP_NO
    return Reply(key, number=str(int(numbers[0])) if numbers else "")


def _disposition(word: str) -> Disposition | None:
    every = list(Disposition)
    # Only these digits and few of them: int() raises for others, and for thousands of them.
    if re.fullmatch(r"[0-9]{1,2}", word):
        return every[int(word) - 1] if 1 <= int(word) <= len(every) else None
    if word in ("911", "988"):
        return Disposition(f"transferred_{word}")
    return next((d for d in every if word in (d.value, d.value.replace("_", ""))), None)


def _other(line: str, tokens: list[str]) -> Reply:
    lettered = [t for t in tokens if re.search(r"[^\W\d_]", t)]
    named = next((t.upper() for t in tokens if _is_code(t) and re.search(r"\d", t)), "")
    if len(lettered) >= 2 and not (len(tokens) == 2 and named):
        return Reply(Key.FREE, named)
    return Reply(Key.UNKNOWN, named)
