"""What the rules may hear, and what they may know of the world while they decide."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.pages import ToEscalation
from contracts.people import Person
from contracts.policies import PolicySet
from contracts.programme import SignalFollowed
from contracts.schedules import Shifts
from contracts.signals import Signal


@dataclass(frozen=True)
class World:
    """The world at the moment of a decision; a repetition with the same world decides the same."""

    policies: PolicySet
    shifts: Mapping[str, Shifts]
    """Schedule id -> its compiled shifts; a schedule that is missing has nobody on call."""
    people: Mapping[str, Person]
    busy: frozenset[str] = frozenset()
    """Responders who hold an imminent run of another patient."""
    engaged: frozenset[str] = frozenset()
    """Responders who hold any real run or have a page of one out; only drills ask."""
    code: str = ""
    """A fresh code, used only if a run opens."""
    therapist: str | None = None
    """The responder who treats the patient, stored when a run opens."""
    language: str = ""
    """The patient's, stored when a run opens; empty: not known."""
    patient_tags: tuple[str, ...] | None = None
    """The patient's tags at this moment (see routing); None: the record could not be read."""


@dataclass(frozen=True)
class SignalHeard:
    """A signal about the subject of the run."""

    signal: Signal

    @property
    def cause(self) -> str:
        """A stable id of this input."""
        return f"signal:{self.signal.id}"


@dataclass(frozen=True)
class PageHeard:
    """Paging says what a responder answered, or that a page or message failed."""

    event: ToEscalation

    @property
    def cause(self) -> str:
        """A stable id of this input."""
        return f"{self.event.page}:{self.event.type}:{self.event.at.isoformat()}"


@dataclass(frozen=True)
class TimeReached:
    """The run may be due; which moment it is stands in `now`."""

    @property
    def cause(self) -> str:
        """A stable id of this input; the append's expected sequence tells one from the next."""
        return "time"


@dataclass(frozen=True)
class PatientLinked:
    """The patient is the same as another: the open run joins that one's. `into`: their id."""

    into: str

    @property
    def cause(self) -> str:
        """A stable id of this input."""
        return f"linked:{self.into}"


@dataclass(frozen=True)
class RealPageSent:
    """This responder was paged about something real: a drill they were sent is over."""

    responder: str

    @property
    def cause(self) -> str:
        """A stable id of this input."""
        return f"real:{self.responder}"


@dataclass(frozen=True)
class FaultsTold:
    """These faults reached their own subject; they are untold no more."""

    faults: tuple[str, ...]

    @property
    def cause(self) -> str:
        """A stable id of this input."""
        return "told:" + ",".join(self.faults)


@dataclass(frozen=True)
class FollowHeard:
    """Something came later about a signal that was published."""

    followed: SignalFollowed

    @property
    def cause(self) -> str:
        """A stable id of this input."""
        return f"followed:{self.followed.id}"


Heard = SignalHeard | PageHeard | TimeReached | PatientLinked | FaultsTold | RealPageSent | FollowHeard
"""Every input of `decide`."""
