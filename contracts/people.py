"""Who is who: people on the roster and patients. Everything identifying is sealed."""

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
