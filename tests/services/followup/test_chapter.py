"""The chapter's example is what the rules give, and its commands are there."""

import re
from pathlib import Path

from typer.testing import CliRunner

import services.followup
from services.cli import app
from services.followup.settings import FollowupSettings
from tests.services.followup.case import ZONE, Case

CHAPTER = (Path(services.followup.__file__).parent / "README.md").read_text()


def test_the_year_in_the_chapter_is_the_year_that_comes():
    case = Case("2026-11-24 14:10", chances=(0.5,))
    case.limits = FollowupSettings().limits()
    case.resolved()
    (task,) = case.state.tasks
    words = {"follow_up": "check-in", "caring": "caring contact"}
    lines = [f"{case.local(task.due)}  contact: a person has spoken with the patient by now"]
    lines += [
        f"{one.due.astimezone(ZONE):%Y-%m-%d %H:%M}  {one.step:<5} {words[one.kind]}"
        for one in case.state.care.contacts
    ]
    assert "\n".join(lines) in CHAPTER


def test_every_command_of_the_chapter_is_there():
    for group, name in re.findall(r"^vigil (tasks|education) ([a-z-]+)", CHAPTER, re.MULTILINE):
        result = CliRunner().invoke(app, [group, name, "--help"])
        assert result.exit_code == 0, (group, name)
