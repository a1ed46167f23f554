"""Who is who: people on the roster and patients. Everything identifying is sealed."""

from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from contracts.privacy import Hours, NotSafe, SharingConsent, SupportContact, TextConsent, Texting
from contracts.values import Channel, Id, Moment, PhoneRef, Sealed, Value

FIRST_LANGUAGE = "en"
"""What everybody here reads; a patient's other language is told to whoever takes their escalation."""
ASSUMED_ZONE = "America/New_York"
"""Where somebody is taken to be who has not said."""


class ContactMethod(Value):
    """One way to reach a responder; methods are tried in the order they stand."""

    id: Id
    channel: Channel
    phone: Sealed
    phone_ref: PhoneRef
    dead_since: Moment | None = None
    """Set when the number opted out or proved unusable; it is then never tried again."""
    dead_reason: str = ""
    verified_at: Moment | None = None
    """When a code sent to it came back, or a page on it was answered. Pages try it in any case."""
    failing_since: Moment | None = None
    """Since when its carrier receipts have said failed, without one that said delivered since."""
    failing_code: str = ""
    """The carrier's last error code while it fails."""
    failures: int = 0
    """How many attempts in a row the carrier has reported as failed; two make it failing."""


class Person(Value):
    """Somebody who can be paged: a responder."""

    id: Id
    name: Sealed
    """First name or initials, as colleagues see it in 'Kim has it'."""
    methods: tuple[ContactMethod, ...] = ()
    zone: str = "America/New_York"
    """IANA time zone in which page texts tell the time."""
    site: Id = "main"
    pin_hash: str = ""
    """scrypt of the PIN that closing an imminent escalation by SMS asks for; empty = none set."""
    active: bool = True
    role: str = ""
    """What patients are told they are: a word that the language files know (`clinician`, `supervisor`,
    `peer`, `nurse`, `director`), else as written."""
    languages: tuple[str, ...] = ()
    """What they speak with patients, ISO 639-1; empty: not said."""

    @property
    def sound_methods(self) -> tuple[ContactMethod, ...]:
        """The methods that count when coverage is judged: verified, alive, and not failing; in their order.

        Pages try every living method all the same. Nobody who is inactive has a sound one.
        """
        if not self.active:
            return ()
        return tuple(m for m in self.methods if m.verified_at and not m.dead_since and not m.failing_since)


class Patient(Value):
    """Somebody in the programme. The id is minted by Vigil and means nothing elsewhere."""

    id: Id
    name: Sealed | None = None
    phone: Sealed | None = None
    phone_ref: PhoneRef | None = None
    language: str = FIRST_LANGUAGE
    address: Sealed | None = None
    safety_plan: Sealed | None = None
    therapist: Id | None = None
    """The responder who treats the patient; the target `therapist` of a policy."""
    site: Id = "main"
    opted_out_at: Moment | None = None
    programme: Id | None = None
    """The part of the programme they are in: addiction, depression, eating disorders."""
    minor: bool = False
    high_risk: bool = False
    """Flagged by a clinician."""
    discharged_on: date | None = None
    """From residential care or hospital: the weeks after it are a time of raised risk."""
    tags: tuple[str, ...] = ()
    """Further words that policies may ask for."""
    preferred_name: Sealed | None = None
    """How they want to be called."""
    text_consent: TextConsent | None = None
    """None: never asked. Who texts first is answered all the same."""
    quiet_hours: Hours | None = None
    """When texts that are not urgent wait."""
    not_safe: NotSafe | None = None
    """Somebody else may read their phone."""
    contacts: tuple[SupportContact, ...] = ()
    sharing: tuple[SharingConsent, ...] = ()
    """To which other systems something of them may go."""
    plan_text_consent: TextConsent | None = None
    """Of its own: their safety plan may be texted to them, after they texted a word."""
    education_since: Moment | None = None
    """Since when they want resources by text; None: they don't."""
    erased_at: Moment | None = None
    """Since when nothing of them can be read any more; the id stays, for the audit trail."""

    def texting(self, now: datetime) -> Texting:
        """Return what may be texted at that moment; CALL: only a person who calls."""
        if self.opted_out_at is not None:
            return Texting.CALL
        match self.not_safe:
            case None:
                return Texting.FREE
            case NotSafe(when="always"):
                return Texting.CALL
            case NotSafe(when="hours", hours=hours):
                return Texting.CALL if hours is None or hours.cover(now) else Texting.FREE
            case NotSafe(hours=hours):
                return Texting.NEUTRAL if hours is None or hours.cover(now) else Texting.FREE

    def texting_from(self, now: datetime, allowed: Collection[Texting]) -> datetime | None:
        """Return the first moment from `now` on at which they may be texted so, outside quiet hours.

        None: there is none, as far as is known now.
        """
        unsafe = self.not_safe.hours if self.not_safe is not None else None
        hours = [one for one in (self.quiet_hours, unsafe) if one is not None]
        moment = now
        for _ in range(8):
            if self.texting(moment) in allowed and not self.is_quiet(moment):
                return moment
            ends = [one.next_end(moment) for one in hours if one.cover(moment)]
            following = [end for end in ends if end is not None]
            if not following:
                return None
            moment = min(following)
        return None

    def today(self, now: datetime) -> date:
        """Return the day on the patient's clock, by which consents hold or have ended.

        Their zone is known from their quiet hours alone; else it is the one that is assumed everywhere.
        """
        hours = self.quiet_hours
        return now.astimezone(ZoneInfo(hours.zone if hours is not None else ASSUMED_ZONE)).date()

    def is_quiet(self, now: datetime) -> bool:
        """Return whether a text that is not urgent waits at that moment."""
        return self.quiet_hours is not None and self.quiet_hours.cover(now)


class Alias(Value):
    """What an outside id or a phone's hash stands for: a patient of ours."""

    patient: Id
    since: Moment
    moved_to: str = ""
    """The same under the current hash key: what was found under a replaced one is written anew."""


class CodeTaken(Value):
    """A short code in use, or used lately: it is not given out again for 90 days."""

    code: str
    subject: str
    """The escalation subject that has it: `escalations.<patient>` or `faults.<area>`."""
    run: Id
    taken_at: Moment
    freed_at: Moment | None = None
