"""Each of the 24 rows has its positive, its negative and its borderline case, and the chapter says where."""

import importlib
import inspect
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.clinical.table import CASES, FILES, NAMED, ROWS

CHAPTER = Path(__file__).parents[2] / "services" / "triage" / "README.md"


def cases(name: str) -> Counter[tuple[int, str]]:
    """How many cases a file has of each row and kind, parametrised ones counted singly."""
    found: Counter[tuple[int, str]] = Counter()
    module = importlib.import_module(f"tests.clinical.{name}")
    for function, test in inspect.getmembers(module, inspect.isfunction):
        if (named := NAMED.fullmatch(function)) is not None:
            many = 1
            for mark in getattr(test, "pytestmark", []):
                many *= len(mark.args[1]) if mark.name == "parametrize" else 1
            found[int(named[1]), named[2]] += many
    return found


def test_every_row_has_a_positive_a_negative_and_a_borderline_case() -> None:
    found = sum((cases(name) for name in FILES), Counter())

    assert sorted(ROWS) == list(range(1, 25))
    assert [(row, case) for row in ROWS for case in CASES if not found[row, case]] == []


@pytest.mark.parametrize("name", FILES)
def test_each_file_holds_its_own_rows_and_every_test_in_it_names_one(name: str) -> None:
    module = importlib.import_module(f"tests.clinical.{name}")
    tests = [one for one, _ in inspect.getmembers(module, inspect.isfunction) if one.startswith("test_")]

    assert [one for one in tests if NAMED.fullmatch(one) is None] == []
    assert {row for row, _ in cases(name)} == set(FILES[name])


def test_the_chapter_names_every_row_and_the_file_in_which_it_is_held() -> None:
    told = re.findall(r"^\| (\d+) \| ([^|]+) \| `([^`]+)` \|$", CHAPTER.read_text("utf-8"), re.MULTILINE)
    files = {row: name for name, rows in FILES.items() for row in rows}

    assert [(int(row), says, name) for row, says, name in told] == [
        (row, says, f"{files[row]}.py") for row, says in ROWS.items()
    ]
