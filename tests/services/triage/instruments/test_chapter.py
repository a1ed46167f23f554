"""The chapter says what is so: its examples run, every instrument is named."""

import re
from pathlib import Path

from typer.testing import CliRunner

from services import triage
from services.command_line.screens import app
from services.triage import instruments

CHAPTER = (
    (Path(triage.__file__).parent / "README.md").read_text("utf-8").split("# Screens, specimens, doses\n")[1]
)


def test_the_example_in_python_holds() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", CHAPTER, re.DOTALL)

    exec(code, {})


def test_the_form_of_the_example_comes_to_what_is_shown(tmp_path: Path) -> None:
    shown = re.findall(r"\$ cat forms.yaml\n(.*?)\$ vigil.*?\n(.*?)\.\.\.\n(.*?)```", CHAPTER, re.DOTALL)
    form, top, bottom = shown[0]
    (tmp_path / "forms.yaml").write_text(form, "utf-8")

    said = CliRunner().invoke(app, ["score", str(tmp_path / "forms.yaml")], env={"COLUMNS": "160"})

    lines = {line.strip() for line in said.stdout.splitlines()}
    assert {line.strip() for line in (top + bottom).splitlines()[1:]} <= lines


def test_every_instrument_is_named() -> None:
    assert [one.id for one in instruments.instruments() if f"`{one.id}`" not in CHAPTER] == []
