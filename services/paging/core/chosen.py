"""What a responder's text was found to be about."""

from dataclasses import dataclass

from contracts.pages import PageBrief


@dataclass(frozen=True)
class About:
    """The text is about this page (or message, or notice); `others` are further pages that are out."""

    page: PageBrief
    others: tuple[PageBrief, ...] = ()


@dataclass(frozen=True)
class Shift:
    """A shift that the text confirms: its newest notice, and the earlier ones of the same shift."""

    notice: PageBrief
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True)
class Confirms:
    """The text confirms these shifts."""

    shifts: tuple[Shift, ...]


@dataclass(frozen=True)
class Say:
    """The text changes nothing; this is answered."""

    text: str


Chosen = About | Confirms | Say
