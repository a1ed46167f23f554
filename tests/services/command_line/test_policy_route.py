"""Which policy a signal gets, what is dangerous in policies, and their pages, at a terminal."""

import json
from collections.abc import Iterator

import pytest

from services.programme.linting.finding import NAMES
from tests.services.command_line.policy_site import PATIENT, PolicySite, edit
from tests.support.site import DEPLOY


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicySite]:
    opened = PolicySite(tmp_path_factory.mktemp("route"))
    opened.open()
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture(scope="module")
def ruled(site: PolicySite) -> PolicySite:
    folder = site.shipped("rules")
    (folder / "north_by_day.yaml").write_text(
        (folder / "urgent.yaml").read_text()
        .replace("order: 50", "order: 43")
        .replace("  urgencies: [urgent]", '  urgencies: [urgent]\n  all_tags: ["site:north"]\n'
                 '  during: [{days: [mon, tue, wed, thu, fri], start: "08:00", end: "17:00"}]')
    )  # fmt: skip
    applied = site.vigil("policy", "apply", str(folder))
    assert applied.exit_code == 0, applied.output
    return site


class TestRoute:
    def test_the_policy_is_named_with_the_reason_against_each_before_it(self, ruled):
        result = ruled.vigil(
            "policy", "route", "--kind", "session_missed", "--urgency", "urgent",
            "--at", "2026-11-24T09:00-05:00",
        )  # fmt: skip

        said = " ".join(result.stdout.split())
        assert "10 fault no is for system_fault, not for session_missed" in said
        assert "20 imminent no is for imminent, not for urgent" in said
        assert "43 north_by_day no asks for the tag site:north" in said
        assert "50 urgent YES is for urgent" in said
        assert "urgent pages schedule primary at once." in said

    @pytest.mark.parametrize(
        ("at", "policy", "why_not"),
        [
            ("2026-11-24T12:00-05:00", "north_by_day", None),
            ("2026-11-24T18:00-05:00", "missed_at_risk", "is for other hours"),
            ("2026-11-28T12:00-05:00", "missed_at_risk", "is for other hours"),
        ],
    )
    def test_a_patients_tags_and_the_hour_count(self, ruled, at, policy, why_not):
        found = ruled.told(
            "route", "--kind", "session_missed", "--urgency", "urgent", "--patient", PATIENT.id, "--at", at
        )

        assert found["policy"] == policy
        assert {"site:north", "language:es", "high_risk"} <= set(found["tags"])
        assert {one["policy"]: one["why_not"] for one in found["tried"]}.get("north_by_day") == why_not

    def test_what_waits_for_the_morning_is_told(self, ruled):
        words = (
            "policy",
            "route",
            "--kind",
            "dose_missed",
            "--urgency",
            "soon",
            "--at",
            "2026-11-24T23:00-05:00",
        )
        quiet, flagged = ruled.vigil(*words), ruled.vigil(*words, "--tag", "high_risk")

        assert "for until then it is quiet" in quiet.stdout
        assert "soon_high_risk pages the patient's therapist when on shift at once." in flagged.stdout

    def test_a_worklist_entry_pages_nobody(self, ruled):
        found = ruled.vigil("policy", "route", "--kind", "screen_positive", "--urgency", "routine")

        assert "routine pages nobody: it is a worklist entry." in found.stdout

    def test_a_folder_is_asked_instead_of_what_is_in_force(self, ruled, tmp_path):
        (tmp_path / "a.yaml").write_text(
            "applies: {kinds: [opted_out]}\nsteps:\n  - page: [everyone]\n    wait: 3m\n"
        )
        words = ("policy", "route", "--kind", "dose_missed", "--urgency", "soon", "--policies", str(tmp_path))

        assert "No policy applies" in ruled.vigil(*words).stdout
        assert "there is no patient 'pt_x'" in ruled.vigil(*words, "--patient", "pt_x").stderr


class TestLint:
    def test_those_in_force_are_looked_at_without_a_folder(self, ruled):
        said = ruled.vigil("policy", "lint").stdout

        assert "asks for the tag `site:north`; nobody and no schedule is at a site `north`" in said
        assert said.endswith("1 finding, 0 of them blocking.\n")

    def test_a_finding_names_its_page_and_the_page_can_be_read(self, site, tmp_path):
        folder = site.shipped("late")
        edit(folder, "soon_high_risk.yaml", "tags: [high_risk]", "tags: [high-risk]")
        result = site.vigil("policy", "lint", str(folder))

        assert result.exit_code == 0
        assert "P18 doubtful_tag: policy soon_high_risk: asks for the tag `high-risk`" in result.stdout
        assert "(see services/escalation/POLICY_FINDINGS.md#p18)" in result.stdout
        assert "4 findings, 0 of them blocking." in result.stdout
        page = site.vigil("policy", "explain", "p18").stdout
        assert page.startswith("## P18 doubtful_tag\n") and "P19" not in page
        told = json.loads(site.vigil("policy", "explain", "p4", "--json").stdout)
        assert (told["code"], told["name"]) == ("P04", "wait_too_long")
        assert told["page"].startswith("## P04 ")

    def test_every_code_has_a_page(self, site):
        for code, name in NAMES.items():
            assert site.vigil("policy", "explain", name).stdout.startswith(f"## {code} {name}\n")
        assert "there is no finding 'P99'" in site.vigil("policy", "explain", "P99").stderr

    def test_all_is_told_as_json_and_blocking_ones_by_the_exit_status(self, site, tmp_path):
        folder = site.shipped("dead")
        edit(folder, "urgent.yaml", "schedule: backup", "schedule: nights")
        (tmp_path / "people.yaml").write_text((DEPLOY / "demo" / "people.yaml").read_text())
        roster = (DEPLOY / "demo" / "schedules.yaml").read_text()
        (tmp_path / "schedules.yaml").write_text(
            roster + "  - id: nights\n    rotations:\n      - people: [clinician_1]\n"
            "        starts_on: 2036-01-01\n"
        )
        result = site.vigil("policy", "lint", str(folder), "--roster", str(tmp_path), "--json")
        told = json.loads(result.stdout)

        assert (result.exit_code, told["blocking"]) == (1, 1)
        (found,) = told["findings"]
        assert (found["code"], found["policy"], found["step"]) == ("P03", "urgent", 2)
        assert "nobody is on schedule `nights` as far as its shifts are compiled" in found["sentence"]
