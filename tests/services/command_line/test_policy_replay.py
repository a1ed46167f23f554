"""`vigil policy replay` from files alone: a made-up history, saved, read again, tried on other policies."""

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli import app

POLICIES, ROSTER = Path("deploy/policies"), Path("deploy/demo")
RANGE = ("--from", "2026-10-01", "--to", "2026-10-15")


def replay(*arguments: str) -> Result:
    done = CliRunner().invoke(
        app, ["policy", "replay", "--roster", str(ROSTER), *RANGE, *arguments], catch_exceptions=False
    )
    return done


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("history") / "history.jsonl"
    made = replay("--policies", str(POLICIES), "--sample", "150", "--save", str(path))
    assert made.exit_code == 0, made.output
    return path


@pytest.fixture
def quicker(tmp_path: Path) -> Path:
    """The shipped policies, with two minutes for each tier where there were five."""
    folder = tmp_path / "policies"
    shutil.copytree(POLICIES, folder)
    urgent = folder / "urgent.yaml"
    urgent.write_text(urgent.read_text().replace("wait: 5m ", "wait: 2m "))
    return folder


def test_a_saved_history_through_the_same_policies_differs_in_nothing(history: Path) -> None:
    told = json.loads(replay("--policies", str(POLICIES), "--history", str(history), "--json").stdout)

    assert told["runs"] == 150
    assert told["different"] == 0
    assert told["estimates"] == 0
    assert told["before"] == told["after"]
    assert told["before"]["pages"] > 50


def test_shorter_waits_are_seen_on_both_sides_and_in_every_escalation_that_differs(
    history: Path, quicker: Path
) -> None:
    told = json.loads(replay("--policies", str(quicker), "--history", str(history), "--json").stdout)

    assert told["different"] > 0
    assert {one["urgency"] for one in told["differences"]} == {"urgent"}
    assert told["after"]["pages"] > told["before"]["pages"]
    assert told["by_urgency"]["imminent"]["before"] == told["by_urgency"]["imminent"]["after"]


def test_the_table_names_what_differs_and_what_is_an_estimate(history: Path, quicker: Path) -> None:
    shown = replay("--policies", str(quicker), "--history", str(history), "--most", "1").stdout

    assert re.search(r"\d+ of 150 escalations differ", shown)
    assert "estimates: answers drawn from the person's own pace" in " ".join(shown.split())
    assert "--json shows them all" in " ".join(shown.split())


def test_the_chart_is_one_page_that_asks_nobody_for_anything(
    history: Path, quicker: Path, tmp_path: Path
) -> None:
    chart = tmp_path / "chart.html"

    replay("--policies", str(quicker), "--history", str(history), "--chart", str(chart))

    page = chart.read_text()
    assert page.count("<svg") == 3
    assert "clinician_1" in page
    assert not re.search(r"https?://|<script|<link|@import|src=", page)


def test_a_line_that_is_no_commit_is_named(history: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text(history.read_text().splitlines()[0] + '\n{"subject": "escalations.x"}\n')

    done = replay("--policies", str(POLICIES), "--history", str(broken))

    assert done.exit_code == 1
    assert "broken.jsonl:2: is no commit of an escalation" in " ".join(done.output.split())


def test_a_range_that_runs_backwards_and_an_empty_one_are_refused(history: Path) -> None:
    both = ("--policies", str(POLICIES), "--history", str(history))

    backwards = replay(*both, "--to", "2026-09-01")
    empty = replay(*both, "--from", "2026-09-01", "--to", "2026-09-05")

    assert "is not before --to" in " ".join(backwards.output.split())
    assert "no escalation opened" in " ".join(empty.output.split())
    assert (backwards.exit_code, empty.exit_code) == (1, 1)
