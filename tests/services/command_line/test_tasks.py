"""`vigil tasks` and `vigil education`, against a followup that runs as it does elsewhere."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from contracts.followups import ConcernHeard, FollowupBrief
from services.runtime import sealing
from tests.support.site import Site


@pytest.fixture(scope="module")
def running(site: Site) -> Iterator[Site]:
    """The site, with followup in a process of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VIGIL_")}
    environment = clean | site.environment | {"VIGIL_LOG_FORMAT": "json"}
    with subprocess.Popen(
        [sys.executable, "-m", "services.process", "followup"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            if "ready" in line:
                break
        else:
            raise AssertionError("followup did not start")
        try:
            yield site
        finally:
            process.terminate()
            process.stdout.read()


@pytest.fixture(scope="module")
def patient(running: Site) -> str:
    return running.vigil(
        "patient", "add", "--name", "Robin", "--phone", "+12025550188", "--therapist", "clinician_1",
        "--safety-plan", "call sister",
    ).output.strip()  # fmt: skip


def tasks(site: Site, *words: str) -> list[dict[str, str]]:
    return [one for one in json.loads(site.vigil("tasks", "list", "--json", *words).output)]


def test_a_task_is_added_taken_noted_shown_and_done(running: Site, patient: str) -> None:
    added = running.vigil(
        "tasks", "add", patient, "--due", "2099-01-05 17:00", "--priority", "low", "--ask-note",
        input="ask about the bus pass\n",
    )  # fmt: skip
    assert added.exit_code == 0, added.output
    (task,) = tasks(running, "--owner", "clinician_1")
    name = task["task"]
    assert (task["patient"], task["kind"], task["priority"]) == (patient, "case", "low")

    assert f"{name} is clinician_2's." in running.vigil("tasks", "take", name, "--as", "clinician_2").output
    assert running.vigil("tasks", "note", name.lower(), input="done on Monday\n").exit_code == 0
    assert tasks(running, "--owner", "clinician_1") == []

    sealed = running.vigil("tasks", "show", name).output
    clear = running.vigil("tasks", "show", name, "--reveal", "--why", "test").output
    assert "2 sealed notes" in sealed and "bus pass" not in sealed
    assert "ask about the bus pass" in clear and "done on Monday" in clear
    assert "notes" in running.vigil("patient", "reads", patient).output

    assert f"{name} is done." in running.vigil("tasks", "done", name).output
    assert tasks(running) == []
    assert f"there is no open task {name}" in running.vigil("tasks", "done", name).stderr


def test_wrong_words_are_told(running: Site, patient: str) -> None:
    def told(*words: str) -> str:
        return running.vigil("tasks", *words).stderr

    assert "--due: write it as" in told("add", patient, "--due", "tomorrow")
    assert "--due: that is past" in told("add", patient, "--due", "2020-01-01 12:00")
    assert "nobody 'zoe'" in told("add", patient, "--due", "2099-01-01 12:00", "--owner", "zoe")
    assert "there is no patient pt_none" in told("add", "pt_none", "--due", "2099-01-01 12:00")
    assert "--why: say what for" in told("show", "T1", "--reveal")
    assert "no calendar of caring contacts runs" in told("end-care", patient, "--why", "died")


def test_the_safety_plan_is_texted_only_with_its_own_consent(running: Site, patient: str) -> None:
    refused = running.vigil("tasks", "send-plan", patient)
    assert "a task to read it out was made" in refused.stderr
    (task,) = tasks(running)
    assert task["kind"] == "read_plan"
    running.vigil("tasks", "done", task["task"])

    assert running.vigil("tasks", "plan-consent", patient, "--risk-notice", "2026-1").exit_code == 0
    assert "asked for the word" in running.vigil("tasks", "send-plan", patient).output
    assert running.vigil("tasks", "plan-consent", patient, "--revoke").exit_code == 0


def test_a_support_contact_is_not_texted_without_a_number_of_its_own(running: Site, patient: str) -> None:
    contact = running.vigil(
        "patient", "contact", patient, "--until", "2099-01-01", input="Mo\n+12025550189\nsister\n"
    ).output.split()[-1]
    refused = running.vigil("tasks", "text-contact", patient, contact, "--yes")
    assert "VIGIL_CONTACT_NUMBER" in refused.stderr


def test_what_a_support_contact_wrote_is_read_on_record(running: Site) -> None:
    name = running.vigil("patient", "add").output.strip()
    text = sealing.load_or_create(running.var / "secrets" / "seal.json").seal("she locked herself in")
    heard = ConcernHeard(
        at=datetime(2026, 11, 24, 8, 10, tzinfo=UTC), sid="SM1", contact="sc_1", evidence=1, text=text
    )
    running.append(f"followups.{name}", (heard,), FollowupBrief())

    assert "1 sealed texts" in running.vigil("tasks", "concerns", name).output
    clear = running.vigil("tasks", "concerns", name, "--reveal", "--why", "test").output
    assert "support contact sc_1: she locked herself in" in clear


def test_resources_go_to_patients_who_want_them(running: Site, patient: str) -> None:
    listed = json.loads(running.vigil("education", "list", "--language", "es", "--json").output)
    assert {one["language"] for one in listed} == {"es"} and len(listed) >= 8
    assert "vigil education opt-in" in running.vigil("education", "send", patient, "grounding").stderr
    assert running.vigil("education", "opt-in", patient).exit_code == 0
    assert "asked to text it" in running.vigil("education", "send", patient, "grounding").output
    assert "no resource 'chess'" in running.vigil("education", "send", patient, "chess").stderr


def test_without_followup_a_request_stays_on_record(empty_site: Site) -> None:
    name = empty_site.vigil("patient", "add").output.strip()
    said = empty_site.vigil("tasks", "add", name, "--due", "2099-01-05 17:00").stderr
    assert "followup has not answered yet" in said
