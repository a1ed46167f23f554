"""Privacy: keys and their erasure, consent and safe texting, holds, and what left the programme."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from contracts.values import Id, Moment, PhoneRef, Sealed, Value

PATIENT_KEY = "p:"
"""`Sealed.key` of what a patient's own key seals: this, and the patient's id."""
PART2_NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
"""The notice of 42 CFR 2.32 that goes with every record that leaves, in its short form."""


class KeyErased(Value):
    """What stands where a patient's key stood: who ended it, when, and why. Nothing brings it back."""

    request: Id
    by: str
    confirmed_by: str
    at: Moment
    reason: str


class WrappedKey(Value):
    """A patient's own key, in the bucket `keys` under the patient's id.

    `boxes`: name of a site key -> the patient's key under it. During a rotation there are two, so
    that a copy of a service which knows only one of them reads on. Without any it was erased.
    """

    patient: Id
    made_at: Moment
    boxes: dict[str, str]
    erased: KeyErased | None = None


class SiteKey(Value):
    """What is known of a key in the site's key file, never the key: in the bucket `site_keys`.

    `check` is a fixed sentence under that key (or its keyed hash): a file with another key of the
    same name does not give it, and no service starts with it.
    """

    name: str
    use: Literal["seal", "hash"]
    check: str
    made_at: Moment
    current_since: Moment | None = None
    """Since when new content is sealed with it; None: a rotation has not come that far."""
    replaced_at: Moment | None = None
    """Since when another one is current; it still opens what it sealed."""
    retired_at: Moment | None = None
    """Since when nothing needs it any more."""


class Hours(Value):
    """A span of each day on a wall clock; it may pass midnight. `start` equal to `end` is the whole day."""

    start: time
    end: time
    zone: str = "America/New_York"
    """IANA time zone."""

    def cover(self, now: datetime) -> bool:
        """Return whether the moment lies in them."""
        clock = now.astimezone(ZoneInfo(self.zone)).time()
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def next_end(self, now: datetime) -> datetime | None:
        """Return the first end of theirs after that moment, in UTC; None: they are the whole day.

        When the clock goes back over an end, the hour comes twice: the end that holds is the one meant.
        """
        today = now.astimezone(ZoneInfo(self.zone)).date()
        for days in range(3):
            local = datetime.combine(today + timedelta(days=days), self.end, ZoneInfo(self.zone))
            ends = [local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
            if after := [end for end in ends if end > now and not self.cover(end)]:
                return max(after)
        return None


class TextConsent(Value):
    """The patient was told that texts can be read by others, and wants them all the same.

    45 CFR 164.522(b) and the preamble of the Omnibus Rule (78 FR 5634): unencrypted messages may
    be sent to somebody who was warned of the risk and still prefers them.
    """

    risk_notice_version: str
    accepted_at: Moment
    by: str
    """Who recorded it."""
    revoked_at: Moment | None = None


class NotSafe(Value):
    """Somebody else may read the patient's phone: always, at some hours, or any words but neutral ones."""

    when: Literal["always", "hours", "neutral"]
    hours: Hours | None = None
    """For `hours`: when nothing may be sent. For `neutral`: when words must be neutral; None: always."""
    note: Sealed | None = None
    since: Moment
    by: str


class Texting(StrEnum):
    """What may be texted to a patient at a moment."""

    FREE = "free"
    NEUTRAL = "neutral"
    """Only words that tell a stranger nothing."""
    CALL = "call"
    """Nothing: a person calls."""


class ContactScope(StrEnum):
    """What a support contact may be told, the least first. 42 CFR 2.31: as far as the consent goes."""

    WELFARE_ONLY = "welfare_only"
    """Only: could you ask them to call us."""
    ENROLLED = "enrolled"
    """Also that the patient is in the programme."""
    CLINICAL = "clinical"
    """Also how they are."""


class SupportContact(Value):
    """Somebody whom the patient lets us ask for help, as far and as long as they said.

    Family of a patient under 42 CFR Part 2 may be told nothing without it; a minor's parent is
    none by itself.
    """

    id: Id
    name: Sealed
    relation: Sealed | None = None
    phone: Sealed | None = None
    phone_ref: PhoneRef | None = None
    scope: ContactScope = ContactScope.WELFARE_ONLY
    given_at: Moment
    expires_on: date
    """The last day on which it holds."""
    by: str
    """Who recorded it."""
    document: str = ""
    """Where the signed consent is kept."""
    verified_at: Moment | None = None
    revoked_at: Moment | None = None

    def holds(self, today: date) -> bool:
        """Return whether the consent stands on that day of the patient's zone."""
        return self.revoked_at is None and today <= self.expires_on


class SharingConsent(Value):
    """The patient's written consent that a recipient of ours be told; 42 CFR 2.31, 45 CFR 164.508."""

    id: Id
    recipient: Id
    """The recipient's id in the bucket `recipients`."""
    substance: bool = False
    """Whether it covers substance-use records (42 CFR Part 2); never assumed."""
    identity: bool = False
    """Whether name and phone may go along; else only Vigil's own id."""
    covers: Sealed
    """What it covers, in words that go along: 42 CFR 2.32 wants them, or a copy."""
    document: str
    """Where the signed consent is kept."""
    given_at: Moment
    expires_on: date
    """The last day on which it holds."""
    by: str
    """Who recorded it."""
    revoked_at: Moment | None = None

    def holds(self, today: date) -> bool:
        """Return whether the consent stands on that day of the patient's zone."""
        return self.revoked_at is None and today <= self.expires_on


class Hold(Value):
    """A legal hold, in the bucket `holds` under the patient's id: nothing of theirs is erased or purged."""

    patient: Id
    reason: str
    """Which matter; no name, nothing clinical."""
    since: Moment
    by: str
    lifted_at: Moment | None = None
    lifted_by: str = ""


class ErasureRequest(Value):
    """One person asks that a patient's key be erased, a second one confirms: in the bucket `erasures`."""

    id: Id
    patient: Id
    ids: tuple[Id, ...]
    """The patient's id, and those that were linked into it."""
    reason: str
    """Why; no name, nothing clinical: it outlives the key."""
    by: Id
    """The responder who asked, by PIN."""
    account: str
    """The account on the machine at which they did."""
    at: Moment
    until: Moment
    """It must be confirmed by then."""
    confirmed_by: Id | None = None
    confirmed_account: str = ""
    confirmed_at: Moment | None = None
    done_at: Moment | None = None


class Ground(StrEnum):
    """On what a record leaves: the patient's consent, or one of the exceptions of 42 CFR Part 2."""

    CONSENT = "consent"
    """Written consent, 2.31 and 2.33: a copy, or what it covers, goes with it (2.32)."""
    PATIENT = "patient"
    """The patient's own access, 2.23."""
    EMERGENCY = "emergency"
    """To medical personnel, 2.51; recorded by `vigil patient disclosed`, too."""
    COURT_ORDER = "court_order"
    """2.61 to 2.67; a subpoena alone is none."""
    AUDIT = "audit"
    """Audit and evaluation, 2.53."""
    RESEARCH = "research"
    """2.52."""
    WITHIN_PROGRAMME = "within_programme"
    """Within the programme, and who directs it, 2.12(c)(3)."""
    SERVICE_ORGANIZATION = "service_organization"
    """A qualified service organization, 2.12(c)(4)."""
    CRIME = "crime"
    """A crime on the premises or against staff, 2.12(c)(5)."""
    CHILD_ABUSE = "child_abuse"
    """A report that state law asks for, 2.12(c)(6)."""


class PatientExported(Value):
    """The record of a patient was written out for somebody; 45 CFR 164.528 asks that it be accounted for."""

    patient: Id
    by: str
    """The account on the machine; whoever shares accounts makes this worthless."""
    at: Moment
    to: Sealed
    """For whom."""
    purpose: str
    form: Literal["json", "html"]
    notice: bool = True
    """Whether the notice of 42 CFR 2.32 went with it."""
    ground: Ground | None = None
    """None: an earlier version did not ask."""
    basis: str = ""
    """The document behind it: where the consent or the order is kept. No name."""
    scope: Sealed | None = None
    """What the consent covers, where its text does not go along."""


class PatientDisclosed(Value):
    """In an emergency medical personnel were told without consent, 42 CFR 2.51(c) with its four fields."""

    id: Id
    patient: Id
    to: Sealed
    """(1) Name of the medical personnel ..."""
    affiliation: Sealed
    """... and the health-care facility they belong to."""
    by: str
    """(2) Who made the disclosure."""
    at: Moment
    """(3) When."""
    nature: Sealed
    """(4) The nature of the emergency."""
    told: Sealed | None = None
    """What was told, for the accounting of disclosures (45 CFR 164.528)."""
    recorded_by: str
    """The account on the machine at which it was written down."""
    recorded_at: Moment


class PatientHeld(Value):
    """A legal hold was set, or lifted."""

    patient: Id
    at: Moment
    by: str
    held: bool
    reason: str


class PatientErased(Value):
    """A patient's key was erased: what it sealed is unreadable everywhere from then on."""

    patient: Id
    request: Id
    by: str
    confirmed_by: str
    at: Moment
    reason: str


class PinTry(Value):
    """A PIN that was given and was not the right one (or is just being looked at)."""

    at: Moment
    cause: str
    """The text or command that gave it; never the PIN."""


class PinTries(Value):
    """The last wrong PINs of a responder, in the bucket `pin_tries` under their id."""

    responder: Id
    tries: tuple[PinTry, ...] = ()


class KeysChanged(Value):
    """Somebody worked with the site's keys: whoever does can open everything."""

    by: str
    """The account on the machine."""
    at: Moment
    what: str
    """Which command, and what came of it; never a key."""


class ErasureAsked(Value):
    """Somebody asked that a patient's key be erased; whether it was, another fact says."""

    patient: Id
    request: Id
    by: str
    at: Moment
    reason: str


class PatientChanged(Value):
    """Consent, contacts or safe texting of a patient were changed; what, but not to which words."""

    patient: Id
    by: str
    at: Moment
    what: str
