"""What patients are texted, in their language: a file each, read and checked by the shell.

Wording follows clinical.md 2b: marked as automatic where no person chose it, true when it is sent,
nothing that another reader of the phone could learn, no promise, no mention of STOP. A clinician and a
native speaker approve each file before use.
"""

import re
import string
import unicodedata
from collections.abc import Mapping, Set
from datetime import datetime

from pydantic import Field, field_validator, model_validator

from contracts.outreach import OutreachKind
from contracts.values import Value

FALLBACK = "en"
FIELDS = frozenset({"name", "role"})
"""What a phrase may have filled in: `{name}` and `{role}` of a person of ours."""
_TWO = re.compile(r"[a-z]{2}")
_NAME = re.compile(r"[a-z0-9]{1,20}")


class Outreach(Value):
    """The wordings of texts that begin with us; of several one is asked for by its number."""

    reminder: tuple[str, ...] = Field(min_length=1)
    """Has `{day}` (of the week) and `{time}` filled in, on the programme's wall clock."""
    missed: tuple[str, ...] = Field(min_length=1)
    follow_up: tuple[str, ...] = Field(min_length=1)
    caring: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fields(self) -> "Outreach":
        for name, wordings in dict(self).items():
            may = {"day", "time"} if name == "reminder" else frozenset[str]()
            for text in wordings:
                _only(f"outreach {name}", text, may)
        return self


class Phrases(Value):
    """The wording of one language."""

    language: str
    """ISO 639-1, as it stands in the patient's record."""
    first: str
    """The first answer to a text."""
    waiting: str
    """Nobody has answered yet; a person is still being sought."""
    nobody: str
    """Nobody can be sought at this moment."""
    neutral: str
    """Instead of any automatic text, where only neutral words may stand on the phone."""
    check_in: str
    safe: str
    """What `safe?` sends: an open question."""
    where: str
    """What `where` sends: asks for the place, in an emergency."""
    takes_over: str
    joins: str
    leaves: str
    survey: str
    """One question, to be answered with a digit."""
    rights: str = ""
    """To a patient who texts DELETE: whom to ask about their record. Empty: only a person tells them."""
    checked_in: str = ""
    """To a patient whose attendance code counted, in words that name no programme. Empty: no answer."""
    code_late: str = ""
    """To one whose code doesn't count here or now: staff have it on their worklist. Empty: no answer."""
    colleague: str
    """Somebody of ours whose name is not known."""
    team: str
    """The role of somebody whose role is not known."""
    roles: dict[str, str] = Field(default_factory=dict)
    """What the roles of the roster are called to patients; any other is told as it is written there."""
    canned: dict[str, str]
    """Prepared replies by short name: the introduction first, the closing line last."""
    outreach: Outreach
    """Texts that begin with us."""
    call_words: tuple[str, ...]
    """Whole texts by which a patient asks for a call."""
    quiet_words: tuple[str, ...] = ()
    """Phrases by which a patient asks for no more texts, within a sentence."""
    delete_words: tuple[str, ...] = ()
    """Whole texts by which a patient asks that what is kept about them be deleted."""
    days: tuple[str, ...] = ()
    """The days of the week from Monday on, for reminders."""
    halves: tuple[str, str] = ("AM", "PM")
    """What stands behind the hours before noon, and behind those from noon on."""
    called: tuple[str, ...] = ()
    """What staff call the language (`spanish`), beside its two letters."""

    @field_validator("canned")
    @classmethod
    def _short_names(cls, canned: dict[str, str]) -> dict[str, str]:
        for name in canned:
            if not _NAME.fullmatch(name):
                raise ValueError(f"canned: {name!r} is no short name; use up to 20 small letters and digits")
        if "skill" in canned:
            raise ValueError("canned: `skill` is the key for resources; choose another name")
        if len(canned) < 2:
            raise ValueError("canned: an introduction and a closing line are the least")
        return canned

    @model_validator(mode="after")
    def _fields(self) -> "Phrases":
        texts = {name: value for name, value in dict(self).items() if isinstance(value, str)}
        if self.days and len(self.days) != 7:
            raise ValueError("days: write seven, from Monday on")
        if not self.days and any("{day}" in text for text in self.outreach.reminder):
            raise ValueError("days: write the seven days of the week, from Monday on; the reminder names one")
        for name, text in {**texts, **{f"canned {key}": value for key, value in self.canned.items()}}.items():
            _only(name, text, FIELDS)
        return self

    def role(self, written: str) -> str:
        """Return what a role is called to patients."""
        return self.roles.get(written.casefold().strip()) or written.strip() or self.team

    def asks_call(self, text: str) -> bool:
        """Return whether the whole text asks for a call."""
        return folded(text) in {folded(word) for word in self.call_words}

    def asks_quiet(self, text: str) -> bool:
        """Return whether the text asks for no more texts."""
        line = f" {folded(text)} "
        return any(f" {folded(words)} " in line for words in self.quiet_words)


class Languages(Value):
    """The wording of every language there is."""

    known: dict[str, Phrases] = Field(min_length=1)

    def of(self, language: str) -> Phrases:
        """Return the wording of that language (`es`, `es-MX`), or English."""
        short = language.casefold().replace("_", "-").partition("-")[0]
        return self.known.get(short) or self.known[FALLBACK]

    def named(self, word: str) -> str:
        """Return the two letters of the language that staff mean by a word; empty: none."""
        plain = folded(word)
        for short, phrases in self.known.items():
            if plain == short or plain in {folded(one) for one in phrases.called}:
                return short
        return plain if _TWO.fullmatch(plain) else ""

    def asks_record(self, text: str) -> bool:
        """Return whether the whole text asks, in any language, that what is kept be deleted."""
        plain = folded(text)
        return any(plain == folded(words) for one in self.known.values() for words in one.delete_words)


def filled(phrase: str, name: str, role: str) -> str:
    """Return a phrase with who it is about."""
    return phrase.format(name=name, role=role)


def reaching(phrases: Phrases, kind: OutreachKind, variant: int, args: Mapping[str, str]) -> str | None:
    """Return a text that begins with us; None: there is none of that kind, or it lacks the time."""
    day, time = _when(phrases, args)
    match kind:
        case OutreachKind.REMINDER:
            wordings = phrases.outreach.reminder if time else ()
        case OutreachKind.MISSED:
            wordings = phrases.outreach.missed
        case OutreachKind.FOLLOW_UP:
            wordings = phrases.outreach.follow_up
        case OutreachKind.CARING:
            wordings = phrases.outreach.caring
        case OutreachKind.EDUCATION | OutreachKind.SAFETY_PLAN:
            wordings = ()
    if not wordings:
        return None
    return " ".join(wordings[variant % len(wordings)].format(day=day, time=time).split())


def folded(text: str) -> str:
    """Return the text's words in lower case, without accents and punctuation."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    letters = "".join(c if c.isalnum() else "" if unicodedata.category(c) == "Mn" else " " for c in plain)
    return " ".join(letters.split())


def languages(files: Mapping[str, object]) -> Languages:
    """Return the languages of the files' contents, by the file's name; raises pydantic.ValidationError."""
    return Languages(
        known={
            name: Phrases.model_validate({"language": name, **_mapping(raw)}) for name, raw in files.items()
        }
    )


def _when(phrases: Phrases, args: Mapping[str, str]) -> tuple[str, str]:
    """Return the day of the week and the time of a reminder, in that language."""
    try:
        at = datetime.fromisoformat(args["at"])
    except (KeyError, ValueError):
        # Asked for by a version that named no day.
        return "", args.get("time", "")
    day = phrases.days[at.weekday()] if phrases.days else ""
    return day, f"{at.hour % 12 or 12}:{at:%M} {phrases.halves[at.hour >= 12]}"


def _only(name: str, text: str, may: Set[str]) -> None:
    unknown = {found for _, found, _, _ in string.Formatter().parse(text) if found} - may
    if unknown:
        use = " or ".join(f"{{{one}}}" for one in sorted(may)) or "nothing of the kind"
        raise ValueError(f"{name}: {{{min(unknown)}}} can't be filled in; use {use}")


def _mapping(raw: object) -> dict[str, object]:
    return {str(key): value for key, value in raw.items()} if isinstance(raw, dict) else {}
