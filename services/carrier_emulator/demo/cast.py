"""Who appears in the demo: read from the programme's own files, names and numbers plain."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a phone on the page."""

    id: str
    name: str
    phone: str
    zone: str
    is_staff: bool = True
    language: str = "en"
    pin: str = ""
    """With which this person closes an imminent escalation; empty unless the demo may show it."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody on the page, and what each schedule is called."""

    staff: tuple[Member, ...] = ()
    patients: tuple[Member, ...] = ()
    duties: tuple[tuple[str, str], ...] = ()
    """Schedule id and title, in the order they are paged."""
    zone: str = "America/New_York"
    """IANA zone by which the timeline tells the time."""

    @property
    def everybody(self) -> tuple[Member, ...]:
        """Staff, then patients."""
        return (*self.staff, *self.patients)

    def patient(self, name: str) -> Member:
        """Return the patient of that id; raises LookupError."""
        for member in self.patients:
            if member.id == name:
                return member
        raise LookupError(f"no patient {name!r} in this demo")

    def by_phone(self) -> dict[str, str]:
        """Return phone -> name."""
        return {member.phone: member.name for member in self.everybody}

    def name_of(self, person: str) -> str:
        """Return what somebody is called; the id when they are not of the demo."""
        return next((member.name for member in self.everybody if member.id == person), person)

    def duty_title(self, schedule: str) -> str:
        """Return what a schedule is called."""
        return dict(self.duties).get(schedule, schedule)


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Person(_Loose):
    id: str
    name: str
    methods: list[dict[str, str]] = []
    zone: str = "America/New_York"
    pin: str = ""


class _Patient(_Loose):
    id: str
    name: str = ""
    phone: str = ""
    language: str = "en"


class _Schedule(_Loose):
    id: str
    title: str = ""
    zone: str = "America/New_York"


class _People(_Loose):
    people: list[_Person] = Field(default_factory=list)


class _Patients(_Loose):
    patients: list[_Patient] = Field(default_factory=list)


class _Schedules(_Loose):
    schedules: list[_Schedule] = Field(default_factory=list)


def read(folder: Path, *, with_pins: bool = False) -> Cast:
    """Return the cast of a programme's folder; files that are missing name nobody.

    PINs are left out unless asked for: they are shown for people who are made up, and for nobody else.
    Raises ValueError when a file is no list of what its name says; `vigil apply` says more about it.
    """
    people = _People.model_validate(_yaml(folder / "people.yaml")).people
    patients = _Patients.model_validate(_yaml(folder / "patients.yaml")).patients
    schedules = _Schedules.model_validate(_yaml(folder / "schedules.yaml")).schedules
    zone = schedules[0].zone if schedules else "America/New_York"
    return Cast(
        staff=tuple(
            Member(p.id, p.name, phone, p.zone, pin=p.pin if with_pins else "")
            for p in people
            if (phone := _first_phone(p.methods))
        ),
        patients=tuple(
            Member(p.id, p.name or p.id, p.phone, zone, is_staff=False, language=p.language)
            for p in patients
            if p.phone
        ),
        duties=tuple((s.id, s.title or s.id) for s in schedules),
        zone=zone,
    )


def _first_phone(methods: Iterable[dict[str, str]]) -> str:
    return next((number for method in methods for number in method.values()), "")


def _yaml(path: Path) -> object:
    try:
        # Every value is text, as in the programme's own reader: a phone number is no integer.
        return yaml.load(path.read_text(), Loader=yaml.BaseLoader) or {}
    except FileNotFoundError:
        return {}
