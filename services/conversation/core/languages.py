"""What patients are texted, in their language: a file each, read and checked by the shell.

Wording follows clinical.md 2b: marked as automatic where no person chose it, true when it is sent,
nothing that another reader of the phone could learn, no promise, no mention of STOP. A clinician and a
native speaker approve each file before use.
"""

import re
import string
import unicodedata
from collections.abc import Mapping

from pydantic import Field, field_validator, model_validator

from contracts.values import Value

FALLBACK = "en"
FIELDS = frozenset({"name", "role"})
"""What a phrase may have filled in: `{name}` and `{role}` of a person of ours."""
_NAME = re.compile(r"[a-z0-9]{1,20}")


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
    colleague: str
    """Somebody of ours whose name is not known."""
    team: str
    """The role of somebody whose role is not known."""
    canned: dict[str, str]
    """Prepared replies by short name: the introduction first, the closing line last."""
    call_words: tuple[str, ...]
    """Whole texts by which a patient asks for a call."""
    quiet_words: tuple[str, ...] = ()
    """Phrases by which a patient asks for no more texts, within a sentence."""

    @field_validator("canned")
    @classmethod
    def _short_names(cls, canned: dict[str, str]) -> dict[str, str]:
        for name in canned:
            if not _NAME.fullmatch(name):
                raise ValueError(f"canned: {name!r} is no short name; use up to 20 small letters and digits")
        if len(canned) < 2:
            raise ValueError("canned: an introduction and a closing line are the least")
        return canned

    @model_validator(mode="after")
    def _fields(self) -> "Phrases":
        texts = {name: value for name, value in dict(self).items() if isinstance(value, str)}
        for name, text in {**texts, **{f"canned {key}": value for key, value in self.canned.items()}}.items():
            unknown = {found for _, found, _, _ in string.Formatter().parse(text) if found} - FIELDS
            if unknown:
                raise ValueError(f"{name}: {{{min(unknown)}}} can't be filled in; use {{name}} or {{role}}")
        return self

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


def filled(phrase: str, name: str, role: str) -> str:
    """Return a phrase with who it is about."""
    return phrase.format(name=name, role=role)


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


def _mapping(raw: object) -> dict[str, object]:
    return {str(key): value for key, value in raw.items()} if isinstance(raw, dict) else {}
