"""What the programme, and those who run it, report about patients."""

from typing import Literal

from contracts.values import Id, Moment, Value


class PatientLinked(Value):
    """Two ids turned out to be one person: from now on `into` stands for both."""

    patient: Id
    into: Id


class PatientRevealed(Value):
    """Somebody at the command line had identifying content of a patient shown in full."""

    patient: Id
    by: str
    """The account on the machine; whoever shares accounts makes this worthless."""
    at: Moment
    shown: tuple[Literal["name", "phone", "address", "safety_plan"], ...]
