"""`vigil triage` measures a file of labelled texts, and explains one text."""

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from services.command_line.triage import app

TEXTS = "text,label,classes\ntook 30 tylenol,imminent,ingestion\nblue skies,imminent,\ni have a gun,urgent,\n"


def vigil(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, list(words), input=typed, env={"COLUMNS": "200"})


def labelled(folder: Path, content: str = TEXTS) -> str:
    path = folder / "texts.csv"
    path.write_text(content, "utf-8")
    return str(path)


def test_evaluate_shows_figures_keywords_and_each_miss(tmp_path: Path) -> None:
    shown = vigil("evaluate", labelled(tmp_path))

    assert shown.exit_code == 0, shown.output
    assert "the rules" in shown.stdout
    assert "keywords, 17 + 6 words" in shown.stdout
    assert "missed: 1\n  'blue skies'" in shown.stdout
    assert "false alarms: 1\n  'i have a gun': en.means.gun-at-hand 'i have a gun'" in shown.stdout


def test_evaluate_gives_json_for_programs(tmp_path: Path) -> None:
    shown = json.loads(vigil("evaluate", labelled(tmp_path), "--json").stdout)

    assert shown["texts"] == 3
    assert shown["imminent"]["recall"] == 0.5
    assert shown["classes"]["ingestion"]["found"] == 1
    assert shown["missed"] == [{"text": "blue skies", "rules": []}]


def test_evaluate_can_leave_the_texts_out(tmp_path: Path) -> None:
    assert "blue skies" not in vigil("evaluate", labelled(tmp_path), "--quiet").stdout
    assert "blue skies" not in vigil("evaluate", labelled(tmp_path), "--quiet", "--json").stdout


def test_a_file_that_is_not_there_or_no_list_of_texts_is_told(tmp_path: Path) -> None:
    missing = vigil("evaluate", str(tmp_path / "no.csv"))
    wrong = vigil("evaluate", labelled(tmp_path, "a,b\n1,2\n"))

    assert missing.exit_code == wrong.exit_code == 1
    assert "cannot be read" in missing.stderr
    assert "has no column 'text'" in wrong.stderr


def test_explain_shows_urgency_words_and_rules() -> None:
    shown = vigil("explain", "i wnna die tonite")

    assert shown.exit_code == 0, shown.output
    assert "urgency: imminent" in shown.stdout
    assert "ideation: 'wnna die'" in shown.stdout
    assert "en.ideation.want-to-die, raises to imminent" in shown.stdout
    assert "read as: i want to die tonight" in shown.stdout


def test_explain_reads_a_text_from_standard_input() -> None:
    assert "urgency: imminent" in vigil("explain", "-", typed="took 30 pills").stdout


def test_explain_says_whether_a_text_opts_out_or_asks_to_stop() -> None:
    assert "opts out: yes" in vigil("explain", "STOP").stdout
    assert "asks to stop: yes" in vigil("explain", "stop texting me").stdout
