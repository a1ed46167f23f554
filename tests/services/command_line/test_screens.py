"""`vigil screen`: answers of a file scored, for people and for programs; instruments listed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.command_line.screens import app

CALM = dict.fromkeys(map(str, range(1, 8)), 0)
PHQ = """instrument: phq-9
at: 2026-11-24T08:10:00Z
by: self
total: 12
answers: {1: 2, 2: 2, 3: 2, 4: 2, 5: 1, 6: 1, 7: 2, 8: 1, 9:}
"""


def vigil(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "220"})


def written(folder: Path, name: str, content: object) -> str:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return str(path)


def test_it_shows_score_signal_and_what_to_mend(tmp_path: Path) -> None:
    shown = vigil("score", written(tmp_path, "phq.yaml", PHQ))

    assert shown.exit_code == 1, shown.output
    assert "PHQ-9 (2026-11-24T08:10+00:00, by self)" in shown.stdout
    assert "none; lies from 13 to 16" in shown.stdout
    assert "screen_positive, urgent (WITHIN THE HOUR)" in shown.stdout
    assert "ask it and send the answer" in shown.stdout
    assert "the stated total is 12, the answers come to 13 to 16" in shown.stdout


def test_a_sound_form_is_scored_and_exits_with_0(tmp_path: Path) -> None:
    shown = vigil(
        "score", written(tmp_path, "gad.json", {"instrument": "GAD-7", "answers": {**CALM, "1": 3}})
    )

    assert shown.exit_code == 0, shown.output
    assert "minimal" in shown.stdout
    assert "no all-clear" in shown.stdout


def test_json_holds_the_result_and_the_signal_it_would_make(tmp_path: Path) -> None:
    entries = [
        {"instrument": "gad-7", "answers": dict.fromkeys(CALM, 2)},
        {"instrument": "gad-7", "answers": CALM},
    ]

    shown = vigil("score", written(tmp_path, "both.json", entries), "--json")

    first, second = json.loads(shown.stdout)
    assert shown.exit_code == 0
    assert (first["score"], first["band"]) == (14, "moderate")
    assert first["signal"] == {"kind": "screen_positive", "urgency": "routine", "tags": ["gad7_from_10"]}
    assert second["signal"] is None
    assert second["place"].endswith("both.json, entry 2")


def test_a_table_holds_many_forms_of_several_instruments(tmp_path: Path) -> None:
    head, breath_row = "instrument;by;level;1;2;3;4;5;6;7", "breath-alcohol;kim;0.09 g/dL;;;;;;;"
    rows = "\n".join((head, breath_row, ";;;;;;;;;", "gad-7;;;3;3;3;3;3;0;0"))

    shown = vigil("score", written(tmp_path, "day.csv", rows), "--json")

    breath, gad = json.loads(shown.stdout)
    assert (breath["score"], breath["urgency"]) == (0.09, "urgent")
    assert (gad["score"], gad["urgency"]) == (15, "soon")
    assert gad["place"].endswith("day.csv:4")


def test_yes_and_no_of_yaml_stay_what_is_written(tmp_path: Path) -> None:
    text = "- instrument: c-ssrs\n  answers: {1: yes, 2: no, 6: no}\n"

    (result,) = json.loads(vigil("score", written(tmp_path, "c.yml", text), "--json").stdout)

    assert (result["band"], result["problems"]) == ("low", [])


def test_the_instrument_may_stand_on_the_command_line(tmp_path: Path) -> None:
    file = written(tmp_path, "a.json", {"answers": CALM})

    assert vigil("score", file, "--instrument", "gad-7").exit_code == 0
    assert "names no instrument" in vigil("score", file).stderr


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", "{", "a.json:1: is no JSON here"),
        ("a.json", '{"instrument": "gad-7", "answers": {"1": 0, "1": 3}}', "'1' stands twice"),
        (
            "a.json",
            '{"instrument": "gad-7", "answer": {}}',
            "'answer' is no field here; did you mean `answers`?",
        ),
        (
            "a.json",
            '{"instrument": "gad-77", "answers": {}}',
            "there is no instrument 'gad-77'; did you mean",
        ),
        (
            "a.json",
            '{"instrument": "gad-7", "at": "2026-11-24T08:10:00", "answers": {}}',
            "needs a time zone",
        ),
        ("a.json", "[]", "holds no entry"),
        ("a.json", "3", "must hold fields"),
        ("a.yaml", "instrument: gad-7\nanswers: {1: 0, 1: 3}\n", "stands twice"),
        ("a.yaml", "instrument: [\n", "is no YAML"),
        ("a.csv", "level\n0.1\n", "has no column 'instrument'"),
        ("a.csv", "instrument,1,1\ngad-7,0,1\n", "the column '1' stands twice"),
        ("a.csv", "instrument,1\ngad-7,0,1\n", "a.csv:2: has more cells than columns"),
        ("a.csv", "instrument,1\n", "holds no row"),
        ("a.csv", "instrument,1\n,2\n", "a.csv:2: names no instrument"),
        ("a.txt", "x", "must end in .json, .yaml or .csv"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_place(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    shown = vigil("score", written(tmp_path, name, content))

    assert shown.exit_code == 1
    assert said in shown.stderr


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "cannot be read" in vigil("score", str(tmp_path / "no.json")).stderr


def test_thresholds_of_the_site_are_used_and_their_mistakes_told(tmp_path: Path) -> None:
    forms = written(tmp_path, "a.json", {"instrument": "gad-7", "answers": dict.fromkeys(CALM, 2)})
    own = written(
        tmp_path, "own.yaml", "gad-7:\n  signals:\n    - {from: 14, urgency: urgent, source: director}\n"
    )
    wrong = written(tmp_path, "wrong.yaml", "gad-7:\n  signal: []\n")

    assert "urgent (WITHIN THE HOUR)" in vigil("score", forms, "--thresholds", own).stdout
    shown = vigil("score", forms, "--thresholds", wrong)
    assert shown.exit_code == 1
    assert "wrong.yaml:2: gad-7.signal: is no field here; did you mean `signals`?" in shown.stderr


def test_list_names_every_instrument_and_one_of_them_whole() -> None:
    assert "phq-9" in vigil("list").stdout
    assert {one["id"] for one in json.loads(vigil("list", "--json").stdout)} > {"phq-9", "urine", "cows"}

    whole = vigil("list", "PHQ-9")
    assert whole.exit_code == 0
    assert "44260-8 54653-1" in whole.stdout
    assert "clinical.md 7 row 8" in whole.stdout
    assert "there is no instrument 'phq-99'; did you mean 'phq-9'?" in vigil("list", "phq-99").stderr


@pytest.mark.parametrize("name", [one["id"] for one in json.loads(vigil("list", "--json").stdout)])
def test_each_is_listed_with_its_items_and_thresholds(name: str) -> None:
    whole = json.loads(vigil("list", name, "--json").stdout)

    assert vigil("list", name).exit_code == 0
    assert whole["items"] and all(item["takes"] for item in whole["items"])
    assert '"source"' in json.dumps(whole["thresholds"])
