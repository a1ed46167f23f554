"""Groups and enrolments from YAML or CSV: what is written, and every mistake by file, line and field."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from contracts.attendance import Enrolment, Group, SessionMoved, SessionOff, SessionTime
from contracts.facts import Modality
from contracts.policies import Strict
from contracts.schedules import Weekday
from contracts.values import Id
from services.programme import ProgrammeError, csv_text, fields, yaml_text
from services.programme.drafts import Day, Wall, Zone
from services.programme.yaml_text import Document, Problem, Tree

GROUP_COLUMNS = (
    *("id", "title", "days", "start", "minutes", "zone", "site", "modality", "calendar"),
    *("grace_minutes", "reminder_minutes"),
)
ENROLMENT_COLUMNS = ("group", "patient", "from", "until", "reminders")
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}


def _flag(value: object) -> object:
    word = str(value).strip().lower()
    if word not in _YES:
        raise ValueError("must be yes or no")
    return _YES[word]


def _listed(value: object) -> object:
    return re.split(r"[\s,;]+", value.strip().lower()) if isinstance(value, str) else value


Flag = Annotated[bool, BeforeValidator(_flag)]
Days = Annotated[tuple[Weekday, ...], BeforeValidator(_listed), Field(min_length=1)]


class TimeDraft(Strict):
    """A weekly time as written."""

    days: Days
    start: Wall
    minutes: int = Field(default=180, ge=10, le=720)
    first_on: Day | None = Field(default=None, alias="from")
    last_on: Day | None = Field(default=None, alias="until")


class OffDraft(Strict):
    """Sessions that do not take place, as written."""

    on: Day
    start: Wall | None = None
    why: str = ""


class MovedDraft(Strict):
    """A session at another time, as written."""

    on: Day
    start: Wall
    to_on: Day
    to_start: Wall
    minutes: int | None = Field(default=None, ge=10, le=720)


class GroupDraft(Strict):
    """A group as written."""

    id: Annotated[Id, Field(max_length=60)]
    title: str = ""
    zone: Zone = "America/New_York"
    site: Id = "main"
    modality: Modality = Modality.SITE
    calendar: Id | None = None
    times: tuple[TimeDraft, ...] = Field(min_length=1)
    off: tuple[OffDraft, ...] = ()
    moved: tuple[MovedDraft, ...] = ()
    grace_minutes: int | None = Field(default=None, ge=5, le=30)
    reminder_minutes: int | None = Field(default=None, ge=5, le=1440)

    def group(self) -> Group:
        """Return the group it describes."""
        return Group(
            **self.model_dump(exclude={"times", "off", "moved"}),
            times=tuple(SessionTime(**one.model_dump()) for one in self.times),
            off=tuple(SessionOff(**one.model_dump()) for one in self.off),
            moved=tuple(SessionMoved(**one.model_dump()) for one in self.moved),
        )


class EnrolmentDraft(Strict):
    """An enrolment as written; the patient as `pt_...`, or as `<source>:<id there>`."""

    group: Id
    patient: str = Field(min_length=1)
    first_on: Day | None = Field(default=None, alias="from")
    last_on: Day | None = Field(default=None, alias="until")
    reminders: Flag = False


class _Part(Strict):
    groups: tuple[GroupDraft, ...] = ()
    enrolments: tuple[EnrolmentDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What files say: groups, and enrolments with the place each is written at."""

    groups: Mapping[str, Group]
    enrolments: tuple[tuple[EnrolmentDraft, str, int], ...]
    """(enrolment, file, line)."""

    def resolved(
        self, groups: Iterable[str], patient_of: Callable[[str], str | None]
    ) -> dict[str, Enrolment]:
        """Return key -> enrolment, with patients by their ids here. Raises ProgrammeError."""
        known, problems, found = {*groups, *self.groups}, [], {}
        for draft, file, line in self.enrolments:
            patient = patient_of(draft.patient)
            if draft.group not in known:
                near = fields.did_you_mean(draft.group, known) or "; add it or name another"
                problems.append(Problem(file, line, "group", f"there is no group `{draft.group}`{near}"))
            if patient is None:
                text = "is no patient here; write pt_..., or <source>:<id there>, see `vigil patient add`"
                problems.append(Problem(file, line, "patient", text))
            if patient is not None and not problems:
                one = Enrolment(**draft.model_dump(exclude={"patient"}), patient=patient)
                found[f"{one.group}.{patient}"] = one
        if problems:
            raise ProgrammeError(problems)
        return found


def read(files: Iterable[Path]) -> Written:
    """Return what the files say together. Raises ProgrammeError with every mistake."""
    problems: list[Problem] = []
    groups: dict[str, Group] = {}
    enrolments: list[tuple[EnrolmentDraft, str, int]] = []
    for path in files:
        drafts = _table(path) if path.suffix.lower() in (".csv", ".tsv", ".txt") else _document(path)
        part, document = drafts
        problems += document.problems
        for number, draft in enumerate(part.groups):
            if draft.id in groups:
                line = document.line(("groups", number))
                problems.append(Problem(str(path), line, "id", f"group `{draft.id}` stands twice; keep one"))
            groups[draft.id] = draft.group()
        for number, enrolment in enumerate(part.enrolments):
            enrolments.append((enrolment, str(path), document.line(("enrolments", number))))
    if not problems and not groups and not enrolments:
        problems.append(Problem(str(next(iter(files), "")), 1, "", "holds neither groups nor enrolments"))
    if problems:
        raise ProgrammeError(problems)
    return Written(groups, tuple(enrolments))


def _document(path: Path) -> tuple[_Part, Document]:
    document = yaml_text.read(path)
    if document.problems or document.tree is None:
        return _Part(), document
    part = fields.checked(_Part, document.tree, (), document)
    return part or _Part(), document


def _table(path: Path) -> tuple[_Part, Document]:
    """Return a table's rows as if they were written in YAML: rows of one group are its weekly times."""
    document = Document(str(path))
    columns = (*GROUP_COLUMNS, *ENROLMENT_COLUMNS)
    rows, problems = csv_text.read(path, columns, ())
    document.problems += problems
    groups: dict[str, dict[str, Tree]] = {}
    enrolments: list[Tree] = []
    for row in rows if not problems else ():
        cells: dict[str, Tree] = dict(row.cells)
        if "patient" in cells:
            document.lines["enrolments", len(enrolments)] = row.line
            enrolments.append(cells)
            continue
        time: dict[str, Tree] = {n: cells.pop(n) for n in ("days", "start", "minutes") if n in cells}
        if "start" in time:
            # Spreadsheets write 9:00.
            time["start"] = str(time["start"]).zfill(5)
        name = str(cells.get("id", ""))
        if name not in groups:
            document.lines["groups", len(groups)] = row.line
            groups[name] = {**cells, "times": []}
        times = groups[name]["times"]
        assert isinstance(times, list)
        times.append(time)
    tree: Tree = {"groups": list(groups.values()), "enrolments": enrolments}
    part = fields.checked(_Part, tree, (), document) if not document.problems else None
    return part or _Part(), document
