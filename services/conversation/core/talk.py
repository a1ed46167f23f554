"""A responder's text about one conversation, as the shell hands it to the rules."""

from dataclasses import dataclass

from contracts.replies import Key
from contracts.values import Sealed


@dataclass(frozen=True, slots=True)
class Talk:
    """What they texted; every word of it stands sealed in `body`."""

    sid: str
    evidence: int
    """Where it stands in CARRIER; 0: it was pressed or written in the console."""
    responder: str
    key: Key
    body: Sealed
    words: str = ""
    """Words for the patient, a note, who was called: as written."""
    name: str = ""
    """Of a prepared reply; whether somebody was named, for `join`; the step of a hand-off."""
    asked: str | None = None
    """The responder meant by `join <name>`; None: nobody, or more than one, of that name."""
    language: str = ""
    """In the patient's record."""
    phone: Sealed | None = None
    """The patient's phone as in their record, should they never have texted."""
    wanted: str = ""
    """The language of `join es`, should the name be nobody's."""
    everybody: bool = False
    """`join es all`: also those who are off call."""
    count: int = 0
    """Of `last 5`, or of `contacts end 2`; 0: not said."""
