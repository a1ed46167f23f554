"""`vigil policy simulate`, at a terminal: with folders alone, and against what is in force."""

import json
from pathlib import Path
from typing import Any

import typer
from click.testing import Result
from typer.testing import CliRunner

from services.command_line.simulate import simulate
from services.command_line.troubles import Told
from tests.support.site import DEPLOY, Site

FILES = ("--policies", str(DEPLOY / "policies"), "--roster", str(DEPLOY / "demo"))
SCREEN = ("--kind", "screen_positive")
NIGHT = ("--at", "2026-11-24T03:10")
EXAMPLES = Path(__file__).parent / "simulate_examples.md"
NO_SERVER = {"VIGIL_NATS_URL": "nats://127.0.0.1:1"}

app = typer.Typer(cls=Told)
app.command("simulate")(simulate)


@app.callback()
def _group() -> None:
    """One command more than none makes a group, in which mistakes end as sentences."""


def run(*words: str, files: bool = True, **environment: str) -> Result:
    plain = {"COLUMNS": "160", "TERM": "dumb", "NO_COLOR": "1"} | NO_SERVER | environment
    return CliRunner().invoke(app, ["simulate", *(FILES if files else ()), *words], env=plain)


def as_json(*words: str) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_nobody_answers_an_imminent_risk_at_night() -> None:
    said = run(*NIGHT, "--if", "nobody-answers", "--hours", "0.2")

    assert said.exit_code == 0
    lines = [line.split() for line in said.output.splitlines() if line.startswith("03:1")]
    assert [line[:5] for line in lines] == [
        ["03:10:00", "+0:00", "1", "Ana", "(clinician_2)"],
        ["03:13:00", "+3:00", "2", "Lee", "(clinician_3)"],
        ["03:16:00", "+6:00", "3", "Sam", "(supervisor_1)"],
        ["03:19:00", "+9:00", "4", "Dr.", "Noor"],
    ]
    assert "Tue 24 Nov 2026 03:10 EST (America/New_York)" in said.output
    assert "Policy imminent (Imminent risk, any hour)" in said.output
    assert "must reach the patient within 15 min" in said.output and "second person signs" in said.output


def test_three_scenarios_stand_side_by_side() -> None:
    said = run(*NIGHT).output

    for name in ("nobody answers", "first declines", "sms down"):
        assert f"If {name} (" in said
    table = said[said.index("Within 30:00") :]
    assert table.index("nobody-answers") < table.index("first-declines") < table.index("sms-down")


def test_json_has_every_text_and_call() -> None:
    asked = (*NIGHT, *SCREEN, "--urgency", "urgent", "--if", "sms-down", "--hours", "0.05")
    [played] = as_json(*asked)["scenarios"]

    [page] = played["pages"]
    assert (page["responder"], page["name"], page["after_seconds"]) == ("clinician_2", "Ana", 0)
    assert page["at"] == "2026-11-24T03:10:00-05:00"
    assert [(c["at"][11:19], c["channel"], c["arrives"]) for c in page["contacts"]] == [
        ("03:10:00", "sms", False),
        ("03:10:00", "voice", True),
        ("03:11:55", "voice", True),
    ]
    assert (played["texts"], played["calls"], played["night_pages"]) == (1, 2, 1)


def test_a_patient_brings_tags_and_therapist() -> None:
    told = as_json("--at", "2026-11-24T15:00", "--urgency", "soon", "--patient", "demo_1", "--hours", "2")

    assert told["therapist"] == "clinician_2"
    assert "language:en" in told["tags"]
    assert told["scenarios"][0]["pages"][0]["responder"] == "clinician_2"


def test_what_waits_for_the_morning_says_so() -> None:
    said = run("--at", "2026-10-31T22:00", "--urgency", "soon", "--hours", "11", "--if", "nobody-answers")

    assert "waits until Sun 01 Nov 07:00:00, by the hours of policy soon" in said.output
    assert "Sun 01 Nov 07:00:00  +10:00:00  2" in said.output


def test_a_worklist_entry_pages_nobody() -> None:
    said = run(*NIGHT, "--urgency", "routine", "--if", "nobody-answers").output

    assert "stands on the worklist, pages nobody" in said


def test_the_worst_minute_of_any_time() -> None:
    told = as_json("--any-time", "--at", "2026-10-14T15:00", "--urgency", "soon")

    [soon] = [one for one in told["worst"] if "screen_positive" in one["kinds"]]
    assert soon["first_page"]["at"] == "2026-10-31T22:00:00-04:00"
    assert soon["first_page"]["after_seconds"] == 10 * 3600
    assert soon["second_person"]["after_seconds"] == 11 * 3600


def test_the_worst_minutes_of_all_urgencies_as_a_timetable() -> None:
    said = run("--any-time", "--at", "2026-10-14T15:00", "--kind", "screen_positive").output

    assert said.index("imminent") < said.index("urgent") < said.index("soon") < said.index("routine")
    assert "never, a worklist entry" in said
    assert "soon, screen_positive, Sat 31 Oct 2026 22:00, by policy soon" in said
    assert "urgent, screen_positive, Wed 14 Oct 2026 22:00, by policy urgent" in said


def test_mistakes_are_told_with_what_to_do() -> None:
    for words, told in (
        (("--if", "power-cut"), "there is no 'power-cut'; there are nobody-answers"),
        (("--at", "tomorrow"), "write it as 14:30"),
        (("--zone", "Mars/Base"), "is no IANA zone"),
        (("--therapist", "nobody"), "there is no responder 'nobody'"),
        ((*NIGHT, "--until", "2026-11-23T10:00"), "lies before the signal"),
        ((*NIGHT, "--hours", "2", "--until", "05:00"), "say the same"),
        ((*NIGHT, "--hours", "1000"), "no more than 28 days"),
        (("--any-time", "--hours", "2"), "leave out --if, --hours and --until"),
    ):
        result = run(*words)

        assert result.exit_code == 1, words
        assert told in result.stderr, (words, result.stderr)


def test_what_is_in_force_is_simulated(site: Site) -> None:
    env = site.environment
    result = run("--kind", "screen_positive", files=False, **env)
    mixed = run("--roster", str(DEPLOY / "demo"), *NIGHT, files=False, **env)
    down = run(*NIGHT, files=False, **env | NO_SERVER)
    past = run("--at", "2020-01-01T00:00", files=False, **env)
    nobody = run("--patient", "pt_nobody", files=False, **env)

    assert result.exit_code == 0, result.output
    assert "policies in force (version 1), roster in force" in result.output
    assert "(clinician_" in result.output
    assert "policies in force (version 1), roster of" in mixed.output
    assert "no NATS server answers" in down.stderr
    assert "no longer known" in past.stderr
    assert "there is no patient pt_nobody" in nobody.stderr


def test_examples_of_the_guide_are_what_is_printed() -> None:
    guide = DEPLOY.parent / "services" / "escalation" / "README.md"
    texts = [EXAMPLES.read_text(), guide.read_text() if guide.exists() else ""]
    examples = [example for text in texts for example in _examples(text)]

    assert len(examples) >= 2
    for command, printed in examples:
        words = command.replace("deploy/", f"{DEPLOY}/").split()[3:]
        said = run(*words, files=False, COLUMNS="100").output.replace(f"{DEPLOY}/", "deploy/")

        assert _squeezed(said) == _squeezed(printed), command


def _squeezed(text: str) -> list[str]:
    """The words: where a line is broken depends on how long the path of the checkout is."""
    return text.split()


def _examples(text: str) -> list[tuple[str, str]]:
    """Every block that begins with `$ vigil policy simulate`: the command, and what it prints."""
    found = []
    for block in text.split("```")[1::2]:
        command, _, printed = block.strip().removeprefix("console\n").replace("\\\n", " ").partition("\n")
        if command.startswith("$ vigil policy simulate"):
            found.append((command.removeprefix("$ "), printed))
    return found
