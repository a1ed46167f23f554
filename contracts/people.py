"""Who is who: people on the roster and patients. Everything identifying is sealed."""

from datetime import date, datetime

from contracts.privacy import Hours, NotSafe, SupportContact, TextConsent, Texting
from contracts.values import Channel, Id, Moment, PhoneRef, Sealed, Value


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
    language: str = "en"
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

    def is_quiet(self, now: datetime) -> bool:
        """Return whether a text that is not urgent waits at that moment."""
        return self.quiet_hours is not None and self.quiet_hours.cover(now)


class Alias(Value):
    """What an outside id or a phone's hash stands for: a patient of ours."""

    patient: Id
    since: Moment


class CodeTaken(Value):
    """A short code in use, or used lately: it is not given out again for 90 days."""

    code: str
    subject: str
    """The escalation subject that has it: `escalations.<patient>` or `faults.<area>`."""
    run: Id
    taken_at: Moment
    freed_at: Moment | None = None
