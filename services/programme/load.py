"""From files to checked values: one function for each file, and one for a whole folder."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from contracts.policies import Policy
from contracts.schedules import Calendar, Schedule
from services.programme import entries, policy_files, roster_checks
from services.programme.calendar_drafts import CalendarDraft
from services.programme.drafts import PatientDraft, PersonDraft
from services.programme.entries import Names
from services.programme.roster_drafts import ScheduleDraft
from services.programme.yaml_text import Document, ProgrammeError

HOLIDAYS = "holidays.yaml"


@dataclass(frozen=True, slots=True)
class Programme:
    """A whole folder, checked together."""

    policies: tuple[Policy, ...]
    people: tuple[PersonDraft, ...]
    schedules: tuple[Schedule, ...]
    patients: tuple[PatientDraft, ...] = ()
    calendars: tuple[Calendar, ...] = ()


def load(folder: Path, policies: Path | None = None) -> Programme:
    """Return all of a folder: `people.yaml`, `schedules.yaml` and `policies/`.

    `holidays.yaml` and `patients.yaml` are read if they are there.
    Policies may stand in a folder of their own. Raises ProgrammeError with the problems of all files.
    """
    people = entries.read(folder / "people.yaml", "people", PersonDraft)
    schedules = entries.read(folder / "schedules.yaml", "schedules", ScheduleDraft)
    entries.check_people(people)
    holidays = entries.read(folder / HOLIDAYS, "calendars", CalendarDraft) if _holidays(folder) else None
    roster_checks.check_schedules(schedules, people.ids, holidays.ids if holidays else frozenset())
    found, documents = policy_files.read(policies or folder / "policies", schedules.ids, people.ids)
    documents = [people.document, schedules.document, *documents]
    documents += [holidays.document] if holidays else []
    patients: tuple[PatientDraft, ...] = ()
    if (folder / "patients.yaml").exists():
        written = entries.read(folder / "patients.yaml", "patients", PatientDraft)
        entries.check_patients(written, people.ids)
        documents.append(written.document)
        patients = written.drafts
    _raise(documents)
    return Programme(
        policies=found,
        people=people.drafts,
        schedules=tuple(draft.schedule() for draft in schedules.drafts),
        patients=patients,
        calendars=tuple(draft.calendar() for draft in holidays.drafts) if holidays else (),
    )


def load_policies(folder: Path, *, schedules: Names = None, people: Names = None) -> tuple[Policy, ...]:
    """Return the policies of a folder, one in each `*.yaml`, in the order in which they are tried.

    References to schedules and people are checked against the ids given. Raises ProgrammeError.
    """
    found, documents = policy_files.read(folder, schedules, people)
    _raise(documents)
    return found


def load_people(path: Path) -> tuple[PersonDraft, ...]:
    """Return the responders of `people.yaml`. Raises ProgrammeError."""
    people = entries.read(path, "people", PersonDraft)
    entries.check_people(people)
    _raise([people.document])
    return people.drafts


def load_schedules(path: Path, *, people: Names = None, calendars: Names = None) -> tuple[Schedule, ...]:
    """Return the schedules of `schedules.yaml`, references checked against the ids. Raises ProgrammeError."""
    schedules = entries.read(path, "schedules", ScheduleDraft)
    roster_checks.check_schedules(schedules, people, calendars)
    _raise([schedules.document])
    return tuple(draft.schedule() for draft in schedules.drafts)


def load_calendars(path: Path) -> tuple[Calendar, ...]:
    """Return the holiday calendars of `holidays.yaml`. Raises ProgrammeError."""
    calendars = entries.read(path, "calendars", CalendarDraft)
    _raise([calendars.document])
    return tuple(draft.calendar() for draft in calendars.drafts)


def load_patients(path: Path, *, people: Names = None) -> tuple[PatientDraft, ...]:
    """Return a demo's `patients.yaml`, therapists checked against the ids. Raises ProgrammeError."""
    patients = entries.read(path, "patients", PatientDraft)
    entries.check_patients(patients, people)
    _raise([patients.document])
    return patients.drafts


def _holidays(folder: Path) -> bool:
    return (folder / HOLIDAYS).exists()


def _raise(documents: Iterable[Document]) -> None:
    problems = [problem for document in documents for problem in document.problems]
    if problems:
        raise ProgrammeError(problems)
