"""What leaves for other systems: one resource of FHIR R4 to one recipient, and what became of it.

`deliveries.<recipient>.<id>` holds one delivery: waiting -> intended -> accepted, or failed and tried
again, or parked. What is to be sent stands in it as plain states and moments; the resource itself is
made when it is sent, so that consent is looked up in that second. Scores are sealed.
"""

from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from contracts.escalations import EscalationStatus
from contracts.facts import Standing
from contracts.privacy import Ground
from contracts.values import Disposition, Id, Kind, Moment, Sealed, Urgency, Value


class Resource(StrEnum):
    """The kinds of resources that leave."""

    TASK = "Task"
    """The escalation itself: who must do something until when, and how it ended."""
    FLAG = "Flag"
    """Active while an imminent or urgent escalation is open."""
    COMMUNICATION = "Communication"
    """One thing that happened in it."""
    RISK_ASSESSMENT = "RiskAssessment"
    """What a screen, a specimen or doses came to, where that was a reason to act."""


def address_fault(url: str) -> str:
    """Return what is wrong with a FHIR base address; empty if nothing is."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is no address"
    host = parts.hostname or ""
    if not host or parts.username or parts.password or parts.query or parts.fragment or port == 0:
        return "must be https://host/path: no user, no password, no ? and no #"
    if parts.scheme != "https" and not (parts.scheme == "http" and host == "127.0.0.1"):
        return "must be https; plain http goes to 127.0.0.1 alone"
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    return "names no host" if address.is_unspecified or address.is_multicast else ""


def _address(url: str) -> str:
    if fault := address_fault(url):
        raise ValueError(fault)
    return url.rstrip("/")


STANDING_GROUNDS = (Ground.CONSENT, Ground.WITHIN_PROGRAMME, Ground.SERVICE_ORGANIZATION, Ground.AUDIT)
"""On what a standing feed may rest; every other exception of 42 CFR Part 2 is for a single case."""


def _stands(ground: Ground) -> Ground:
    if ground not in STANDING_GROUNDS:
        raise ValueError(f"is for a single case; a recipient rests on {', '.join(STANDING_GROUNDS)}")
    return ground


class Recipient(Value):
    """A system that is told: in the bucket `recipients` under its id. Its bearer token is no part of it."""

    id: Id
    name: str
    """As it stands on what is sent to it."""
    base_url: Annotated[str, AfterValidator(_address)]
    """Of its FHIR R4 server, e.g. https://fhir.example.org/r4; https, or http to 127.0.0.1."""
    kinds: tuple[Kind, ...] = ()
    """Which kinds of escalation it is told of; empty: every one."""
    resources: tuple[Resource, ...] = tuple(Resource)
    least: Urgency = Urgency.ROUTINE
    """What is less urgent is not told."""
    ground: Annotated[Ground, AfterValidator(_stands)]
    """`consent`: each patient's own (`Patient.sharing`); else an exception that holds for all."""
    basis: str = ""
    """Of an exception: where the agreement is kept on which it rests. No name."""
    substance: bool = False
    """Whether substance-use content (42 CFR Part 2) may go to it at all."""
    identity: bool = False
    """Whether the patient's name and phone may go to it at all; else only Vigil's own id."""
    active: bool = True
    by: str
    at: Moment

    def wants(self, resource: Resource, kind: Kind, urgency: Urgency) -> bool:
        """Return whether it is told of that."""
        kinds = self.kinds or tuple(Kind)
        return (
            self.active
            and resource in self.resources
            and kind in kinds
            and kind is not Kind.SYSTEM_FAULT
            and urgency.rank >= self.least.rank
        )


class Happening(StrEnum):
    """What a Communication tells of."""

    OPENED = "opened"
    RAISED = "raised"
    JOINED = "joined"
    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    REACHED = "reached"
    HANDED_OFF = "handed_off"
    CONTACT_CONFIRMED = "contact_confirmed"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"


class RunTold(Value):
    """Where a run of an escalation stands, or (`happened`) one thing that happened in it."""

    type: Literal["run"] = "run"
    run: Id
    at: Moment
    opened_at: Moment
    status: EscalationStatus
    urgency: Urgency
    kind: Kind | None
    """None: it is left out, for it would tell of substance use."""
    due: Moment | None = None
    """By when somebody must have acted."""
    role: str = ""
    """Of who holds it; never who. Empty: nobody does."""
    disposition: Disposition | None = None
    withdrawn: bool = False
    """It ended without anybody's disposition: nothing was left of its reason, or another run goes on."""
    happened: Happening | None = None
    substance: bool = False
    """Whether its kind tells of substance use."""


class ScreenTold(Value):
    """What a screen, a specimen or doses came to. `result` is a ScreenResult of contracts/screens as JSON."""

    type: Literal["screen"] = "screen"
    at: Moment
    instrument: Id
    occurred_at: Moment
    standing: Standing
    result: Sealed | None = None
    """None: it was entered in error."""
    urgency: Urgency | None = None
    substance: bool = False


Told = Annotated[RunTold | ScreenTold, Field(discriminator="type")]
"""What is to be told."""

ParkedWhy = Literal[
    "no_consent",
    "revoked",
    "expired",
    "substance",
    "erased",
    "no_patient",
    "no_recipient",
    "no_token",
    "unreadable",
    "refused",
    "redirected",
    "tries",
]
"""Why a delivery waits for a person."""


class Queued(Value):
    """Something is to be told; of the same resource the newest counts."""

    type: Literal["queued"] = "queued"
    at: Moment
    resource: Resource
    patient: Id
    revision: int
    """Where the commit that says so stands in its stream: a later one replaces it."""
    content: Told


class Intended(Value):
    """It is being sent now; without an outcome it is sent again at `until`, which changes nothing there."""

    type: Literal["intended"] = "intended"
    at: Moment
    attempt: int
    revision: int
    until: Moment
    ground: Ground
    basis: str = ""
    consent: Id | None = None
    """The patient's consent on which it leaves, `SharingConsent.id`."""
    labelled: bool = False
    """Whether it goes as a record of 42 CFR Part 2, with labels and the notice of 2.32."""
    identity: bool = False
    """Whether name and phone go along."""
    reduced: bool = False
    """Whether the kind was left out, for substance use may not be told there."""


class Accepted(Value):
    """The recipient's server has it."""

    type: Literal["accepted"] = "accepted"
    at: Moment
    attempt: int
    status: int
    """HTTP status, 200 to 299."""


class Failed(Value):
    """It could not be brought; it is tried again at `again_at`."""

    type: Literal["failed"] = "failed"
    at: Moment
    attempt: int
    why: str
    """A word: `timeout`, `unreachable`, `http_503`."""
    again_at: Moment


class Parked(Value):
    """It waits for a person; what only the recipient can mend is tried again slowly, at `again_at`."""

    type: Literal["parked"] = "parked"
    at: Moment
    attempt: int
    why: ParkedWhy
    status: int = 0
    diagnostics: Sealed | None = None
    """What the recipient's server answered."""
    again_at: Moment | None = None


class OpsTold(Value):
    """Ops were told that it is parked."""

    type: Literal["ops_told"] = "ops_told"
    at: Moment


class Retried(Value):
    """Somebody asked that a parked one be tried again, now."""

    type: Literal["retried"] = "retried"
    at: Moment


DeliveryEvent = Annotated[
    Queued | Intended | Accepted | Failed | Parked | OpsTold | Retried,
    Field(discriminator="type"),
]
"""Any event of a delivery."""


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    NEW = "new"
    WAITING = "waiting"
    INTENDED = "intended"
    FAILED = "failed"
    PARKED = "parked"
    ACCEPTED = "accepted"


class DeliveryBrief(Value):
    """What stands in a commit's headers; nothing identifying."""

    patient: Id
    resource: Resource
    status: DeliveryStatus
    why: str = ""
    attempts: int = 0
    ground: Ground | None = None
    """On what it left last."""
    at: Moment


def subject_of(recipient: str, delivery: str) -> str:
    """Return where a delivery stands."""
    return f"deliveries.{recipient}.{delivery}"
