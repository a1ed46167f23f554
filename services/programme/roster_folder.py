"""A folder that describes a roster: who there is, the holidays, and the schedules."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from contracts.schedules import Calendar, Schedule
from services.programme.drafts import PersonDraft
from services.programme.load import HOLIDAYS, load_calendars, load_people, load_schedules
from services.programme.people_csv import read_people
from services.programme.yaml_text import Problem, ProgrammeError

T = TypeVar("T")


def load_roster_folder(
    folder: Path,
) -> tuple[tuple[PersonDraft, ...], tuple[Calendar, ...], tuple[Schedule, ...]]:
    """Return what stands in the folder; raises ProgrammeError with the mistakes of all its files.

    People stand in people.yaml, or where there is none in people.csv; holidays.yaml is read if it is there.
    """
    if not folder.is_dir():
        missing = "is no folder; name one with people and schedules"
        raise ProgrammeError([Problem(str(folder), 1, "", missing)])
    errors: list[ProgrammeError] = []

    def loaded(work: Callable[[], tuple[T, ...]]) -> tuple[T, ...] | None:
        try:
            return work()
        except ProgrammeError as error:
            errors.append(error)
            return None

    table = folder / "people.csv"
    written = folder / "people.yaml"
    by_table = table.exists() and not written.exists()
    people = loaded(lambda: read_people(table) if by_table else load_people(written))
    holidays = folder / HOLIDAYS
    calendars = loaded(lambda: load_calendars(holidays)) if holidays.exists() else ()
    schedules = loaded(
        lambda: load_schedules(
            folder / "schedules.yaml",
            people=None if people is None else [one.id for one in people],
            calendars=None if calendars is None else [one.id for one in calendars],
        )
    )
    if errors or people is None or calendars is None or schedules is None:
        raise ProgrammeError(problem for error in errors for problem in error.problems)
    return people, calendars, schedules
