"""What the rules may know and use while they decide: the wording, the times, the hands of the shell."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from contracts.privacy import SupportContact, Texting
from contracts.values import PhoneRef, Sealed
from services.conversation.core.languages import Phrases
from services.conversation.core.state import Hold


@dataclass(frozen=True)
class Times:
    """The clocks of a conversation. Ours, but where a source is named; sites approve."""

    wait: tuple[timedelta, ...] = (timedelta(minutes=3), timedelta(minutes=10), timedelta(minutes=20))
    """After the first unanswered text: when the patient is told that they are not forgotten."""
    wait_again: timedelta = timedelta(minutes=20)
    """After the last of these: how often again."""
    nudge: timedelta = timedelta(minutes=3)
    """From an unanswered text to a nudge of the holder. Readers answer within 5 minutes (clinical.md 2b)."""
    page: timedelta = timedelta(minutes=5)
    """... to a message through paging, which tries every method."""
    again: timedelta = timedelta(minutes=8)
    """... until the escalation starts again; repeated after as long as lies between the two before."""
    check_in: tuple[timedelta, ...] = (timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=40))
    """After a person's last text, when the patient spoke of a risk and is silent since."""
    survey: timedelta | None = None
    """After the end: when one question is asked; None: never."""
    reopen: timedelta = timedelta(minutes=60)
    """A text so soon after the end goes to the last holder as well as to whoever is on call."""
    most_automatic: int = 8
    """More automatic texts than this within an hour pause them for the next."""


@dataclass(frozen=True, slots=True)
class Speakers:
    """Who speaks a language: on call at this moment, and who else is on the roster."""

    on_call: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """How a text that begins with us gets to the patient, by their record."""

    phone: Sealed | None = None
    consents: bool = False
    """They were told that texts can be read by others, and want them all the same."""
    opted_out: bool = False
    texting_from: Callable[[datetime, Collection[Texting]], datetime | None] = lambda now, _allowed: now
    """The first moment from then on at which they may be texted so, outside quiet hours; None: never."""


@dataclass(frozen=True)
class World:
    """The world at the moment of a decision. The functions are the shell's hands; tests pass simple ones."""

    phrases: Phrases
    """In the patient's language."""
    seal: Callable[[str], Sealed]
    unseal: Callable[[Sealed], str | None]
    """None: it can't be opened here."""
    hold: Hold | None = None
    """Where the patient's escalation stands now; None: not known."""
    name_of: Callable[[str], str] = lambda _person: ""
    """A responder's first name; empty: unknown."""
    role_of: Callable[[str], str] = lambda _person: ""
    """As it stands in the roster; the language file has the patient's word for it."""
    speakers: Callable[[str], Speakers] = lambda _language: Speakers()
    asks_record: Callable[[str], bool] = lambda _words: False
    """Whether a whole text asks, in any of the languages, that what is kept be deleted."""
    contacts: tuple[SupportContact, ...] = ()
    """Everybody the patient ever named, valid or not: their place is their number."""
    today: date = date.min
    """The day on the patient's clock, by which a consent holds or has ended."""
    phone_of: Callable[[str], Sealed | None] = lambda _person: None
    """The phone a responder is texted on; None: they can't be texted."""
    clock_of: Callable[[datetime, str], str] = lambda _moment, _person: ""
    """The time as that responder's clock shows it."""
    words_ref: Callable[[str], PhoneRef | None] = lambda _words: None
    times: Times = field(default_factory=Times)
    texting: Texting = Texting.FREE
    """What may be texted to this patient now: somebody else may read their phone."""
    is_quiet: bool = False
    """Whether the patient's quiet hours hold back texts that are not urgent."""
    reach: Reach = field(default_factory=Reach)
    relay_words: bool = True
    """Whether what patients write may stand in texts to staff phones (VIGIL_CONVERSATION_RELAY_BY_SMS)."""

    def told_of(self, responder: str) -> tuple[str, str]:
        """Return by which name and role the patient is told of somebody, in the patient's language."""
        phrases = self.phrases
        return self.name_of(responder) or phrases.colleague, phrases.role(self.role_of(responder))
