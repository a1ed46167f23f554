"""People as a table: one row each, contact methods in the order in which they are tried.

Columns: `id`, `name`, `method1` to `method6` (`sms +12025550101` or `voice +12025550101`; written
so, no spreadsheet turns the number into another), `zone`, `site`, `active` (yes or no), `role`,
`languages` (`en es`), and `pin`, which is only ever read: an empty one leaves the PIN that stands.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from services.programme import csv_text, fields
from services.programme.csv_text import Row
from services.programme.drafts import PersonDraft
from services.programme.yaml_text import Document, Problem, ProgrammeError, Tree

METHODS = tuple(f"method{number}" for number in range(1, 7))
EXPORTED = ("id", "name", *METHODS, "zone", "site", "active", "role", "languages")
COLUMNS = (*EXPORTED, "pin")
_METHOD = re.compile(r"(sms|voice)[\s:]+(\+?[\d\s().-]+)", re.IGNORECASE)
_WORDS = {"yes": "true", "true": "true", "1": "true", "no": "false", "false": "false", "0": "false"}


def read_people(path: Path) -> tuple[PersonDraft, ...]:
    """Return the people of a CSV file. Raises ProgrammeError with every mistake, by line and column."""
    rows, found = csv_text.read(path, COLUMNS, ("id", "name"))
    problems = list(found)
    drafts: dict[int, PersonDraft] = {}
    for row in rows if not problems else ():
        draft, wrong = _person(str(path), row)
        problems += wrong
        if draft is not None:
            drafts[row.line] = draft
    problems += _shared(str(path), drafts)
    if not rows and not problems:
        problems.append(Problem(str(path), 1, "", "names nobody; add a row for each person"))
    if problems:
        raise ProgrammeError(problems)
    return tuple(drafts.values())


def people_csv(people: Iterable[PersonDraft]) -> str:
    """Return people as a table that `read_people` reads as they are; PINs stay out of it."""
    return csv_text.written(EXPORTED, map(_cells, people))


def _cells(person: PersonDraft) -> tuple[str, ...]:
    ways = [f"{method.channel.value} {method.phone}" for method in person.methods]
    if len(ways) > len(METHODS):
        raise ValueError(f"{person.id} has more than {len(METHODS)} contact methods; a table holds no more")
    ways += [""] * (len(METHODS) - len(ways))
    return (
        *(person.id, person.name, *ways, person.zone, person.site, "yes" if person.active else "no"),
        *(person.role, " ".join(person.languages)),
    )


def _person(file: str, row: Row) -> tuple[PersonDraft | None, list[Problem]]:
    document = Document(file, lines={(): row.line})
    tree: dict[str, Tree] = {n: v for n, v in row.cells.items() if n not in METHODS and n != "active"}
    methods: list[Tree] = []
    names = []
    for name in METHODS:
        if name not in row.cells:
            continue
        names.append(name)
        held = _METHOD.fullmatch(row.cells[name])
        if held is None:
            document.tell((name,), "is no contact method; write `sms +12025550101` or `voice +12025550101`")
        else:
            methods.append({held[1].lower(): re.sub(r"[\s().-]", "", held[2])})
    if "active" in row.cells:
        word = _WORDS.get(row.cells["active"].lower())
        if word is None:
            document.tell(("active",), "must be yes or no")
        tree["active"] = word or "true"
    tree["methods"] = methods
    draft = None if document.problems else fields.checked(PersonDraft, tree, (), document)
    return draft, [_at_column(problem, names) for problem in document.problems]


def _at_column(problem: Problem, names: list[str]) -> Problem:
    held = re.match(r"methods\[(\d+)\]", problem.field)
    column = names[int(held[1]) - 1] if held else problem.field
    return Problem(problem.file, problem.line, column, problem.text)


def _shared(file: str, drafts: dict[int, PersonDraft]) -> list[Problem]:
    """Tell of ids and phones that two rows have: a reply must say who answers."""
    problems = []
    ids: dict[str, int] = {}
    phones: dict[str, int] = {}
    for line, draft in drafts.items():
        if (first := ids.setdefault(draft.id, line)) != line:
            problems.append(Problem(file, line, "id", f"is taken by line {first}; give it another id"))
        for number, method in enumerate(draft.methods, 1):
            if (first := phones.setdefault(method.phone, line)) != line:
                text = f"is also a phone of the person in line {first}; give each their own"
                problems.append(Problem(file, line, f"method{number}", text))
    return problems
