"""Policies, people and schedules, at a terminal."""

from pathlib import Path

from tests.support.site import DEPLOY, Site


def test_policies_in_force_are_shown_with_who_and_why(site: Site) -> None:
    said = site.vigil("policy", "show").output

    assert "Version 1, by" in said and "first" in said
    assert said.index("fault") < said.index("imminent") < said.index("last_resort")
    assert "everything else" in said


def test_one_policy_is_shown_in_full(site: Site) -> None:
    assert "reach_within: 15m" in site.vigil("policy", "show", "imminent").output
    assert "there is no policy 'imminnt'" in site.vigil("policy", "show", "imminnt").stderr


def test_shipped_policies_have_no_findings(site: Site) -> None:
    for words in (["--roster", str(DEPLOY / "demo")], []):
        result = site.vigil("policy", "lint", str(DEPLOY / "policies"), *words)

        assert result.exit_code == 0
        assert "No findings." in result.output


def test_a_mistake_in_a_policy_is_told_with_its_line(site: Site, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("steps:\n  - page: [schedule: primry]\n    wait: 3m\n")

    result = site.vigil("policy", "lint", str(tmp_path))

    assert result.exit_code == 1
    assert "a.yaml:2: steps[1].page[1].schedule: there is no schedule `primry`" in result.stderr


def test_a_dangerous_set_of_policies_is_not_put_in_force(site: Site, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "applies: {kinds: [dose_missed]}\nsteps:\n  - page: [schedule: primary]\n    wait: 3m\n"
    )

    linted = site.vigil("policy", "lint", str(tmp_path))
    applied = site.vigil("policy", "apply", str(tmp_path))

    assert linted.exit_code == applied.exit_code == 1
    assert "BLOCKING P01 no_last_resort" in applied.output
    assert "nothing was changed" in applied.stderr
    assert "Version 1" in site.vigil("policy", "show").output


def test_lint_without_any_roster_says_so(site: Site) -> None:
    result = site.vigil("policy", "lint", str(DEPLOY / "policies"), VIGIL_NATS_URL="nats://127.0.0.1:1")

    assert result.exit_code == 1
    assert "name one with --roster FOLDER" in result.stderr


def test_who_shows_who_is_on_and_who_is_next(site: Site) -> None:
    said = site.vigil("who", "--at", "2026-11-24T02:10").output

    assert "(clinician_" in said and "Sam (supervisor_1)" in said
    far = site.vigil("who", "--at", "2036-11-24T02:10").output
    assert "24 Nov 2036 02:10" in far and "NOBODY" not in far, "what is not compiled yet is not a gap"
    assert "'25:00' is no moment" in site.vigil("who", "--at", "25:00").stderr
    assert "write it as 14:30" in site.vigil("who", "--at", "tomorrow").stderr


def test_somebody_left_out_of_the_file_is_named(site: Site, tmp_path: Path) -> None:
    people = (DEPLOY / "demo" / "people.yaml").read_text()
    (tmp_path / "people.yaml").write_text(
        people.replace("ops_1", "ops_2").replace("+12025550106", "+12025550107")
    )
    schedules = (DEPLOY / "demo" / "schedules.yaml").read_text()
    (tmp_path / "schedules.yaml").write_text(schedules.replace("ops_1", "ops_2"))

    said = site.vigil("roster", "apply", str(tmp_path)).output
    site.vigil("roster", "apply", str(DEPLOY / "demo"))

    assert "ops_1 is not in the file and stays as before" in said
