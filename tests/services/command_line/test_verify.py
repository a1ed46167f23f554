"""`vigil verify`: from files without a Vigil, against what is in force, as a report, and signed."""

import asyncio
import json
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from nats.aio.client import Client
from typer.testing import CliRunner

from contracts.people import Person
from contracts.reports import CoverageReport
from services.command_line import verify as command
from services.command_line import verify_report, verify_shown
from services.command_line.drill_results import Drill
from services.command_line.link import linked
from services.command_line.people_of_files import trusted
from services.command_line.scene import nothing, of_folders
from services.command_line.troubles import Told
from services.escalation.coverage.facts import facts
from services.escalation.coverage.findings import Finding
from services.escalation.coverage.prove import verify as prove
from services.programme import load_policies
from tests.services.command_line import verify_files
from tests.services.command_line.verify_files import FROZEN, change
from tests.support.site import DEPLOY, Site

GUIDE = Path(__file__).parents[3] / "services" / "escalation"
EXAMPLE = "$ vigil verify --policies deploy/policies --roster deploy/demo\n"
CHAPTERS = [text for file in sorted(GUIDE.glob("*.md")) if EXAMPLE in (text := file.read_text())]
APP = typer.Typer(cls=Told)
APP.command("verify")(command.verify)
APP.command("nothing")(lambda: None)


def run(*words: str, **environment: str) -> Result:
    others = {name: None for name in os.environ if name.startswith("VIGIL_")}
    settings = {"COLUMNS": "160", "TERM": "dumb", "NO_COLOR": "1", "TZ": "UTC"}
    return CliRunner().invoke(APP, ["verify", *words], env=others | settings | environment)


def at_site(site: Site, *words: str) -> Result:
    return run(*words, **site.environment)


@pytest.fixture
def three_sites(tmp_path: Path) -> tuple[Path, tuple[str, ...]]:
    """A folder of three sites, and the options that verify it."""
    folder = verify_files.programme(tmp_path / "roster")
    policies = verify_files.policies(tmp_path / "policies")
    return folder, ("--policies", str(policies), "--roster", str(folder))


def findings(result: Result) -> dict[str, list[dict[str, Any]]]:
    told: dict[str, list[dict[str, Any]]] = {}
    for one in json.loads(result.stdout)["findings"]:
        told.setdefault(one["code"], []).append(one)
    return told


def test_the_shipped_policies_and_the_demo_have_no_hole_and_no_vigil_is_needed() -> None:
    result = run(*verify_files.shipped(), **FROZEN, VIGIL_NATS_URL="nats://127.0.0.1:1")

    assert result.exit_code == 0, result.output
    assert "No hole." in result.stdout
    assert "not that they answer" in result.stdout
    assert "People read from files count as verified" in result.stdout
    imminent = next(line for line in result.stdout.splitlines() if line.startswith("imminent  imminent"))
    assert re.split(r"\s{2,}", imminent.strip()) == [
        "imminent", "imminent", "at once", "3 min", "6 min", "12 min",
    ]  # fmt: skip


def test_the_example_of_the_guide_is_what_is_printed() -> None:
    printed = CHAPTERS[0].partition(EXAMPLE)[2].partition("```")[0]

    said = run(*verify_files.shipped(), **FROZEN).stdout.replace(f"{DEPLOY}/", "deploy/")

    def words(text: str) -> list[str]:
        # Before it stand the days, on this machine's clock; where lines break depends on paths.
        return text.partition("policies of")[2].split()

    assert words(said) == words(printed)


def test_three_sites_as_they_should_be_have_no_hole(three_sites: tuple[Path, tuple[str, ...]]) -> None:
    _, options = three_sites

    result = run(*options, "--json", **FROZEN)

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["holes"], told["first_hole"], findings(result)) == ([], None, {})
    south = next(row for row in told["rows"] if row["policy"] == "imminent_south")
    assert [south[name]["seconds"] for name in ("first_paged", "with_1_not_answering", "widest")] == [
        0,
        180,
        1080,
    ]


def test_a_schedule_that_ends_is_named_with_its_date_policy_step_and_reason(
    three_sites: tuple[Path, tuple[str, ...]],
) -> None:
    folder, options = three_sites
    for number in (2, 3, 6):
        change(folder / "schedules.yaml", f"schedules.{number}.rotations.0.ends_on", "2026-11-23")

    result = run(*options, **FROZEN)

    assert result.exit_code == 1
    hole = next(line for line in result.stdout.splitlines() if line.startswith("V01"))
    assert hole.startswith("V01 HOLE Mon 30 Nov 08:00 to Mon 14 Dec 07:00: imminent, policy imminent_south")
    assert "step 1: nobody for schedule primary_south; step 2: nobody for schedule backup_south" in hole
    # As long as the first two steps look before it, one person who does not answer leaves nobody.
    first = result.stdout.splitlines()[0]
    assert " HOLES, the first: Mon 30 Nov 07:" in first and "policy imminent_south, step 3: " in first
    assert "America/New_York" in result.stdout


def test_somebody_on_both_steps_on_a_night_is_a_single_point_with_that_night(
    three_sites: tuple[Path, tuple[str, ...]],
) -> None:
    folder, options = three_sites
    swap = {"person": "north_6", "start": "2026-11-20T18:00", "end": "2026-11-21T08:00"}
    change(folder / "schedules.yaml", "schedules.0.overrides", [swap])

    told = findings(run(*options, "--json", **FROZEN))

    assert told["V05"][0]["sentence"].startswith(
        "north_6 stands at schedule primary_north and schedule backup"
    )
    assert (told["V05"][0]["at"], told["V05"][0]["until"]) == (
        "2026-11-20T23:00:00+00:00",
        "2026-11-21T13:00:00+00:00",
    )


def test_somebody_on_call_for_two_sites_on_a_holiday_is_told(
    three_sites: tuple[Path, tuple[str, ...]],
) -> None:
    folder, options = three_sites
    helps = {"person": "south_3", "start": "2026-11-26T00:00", "end": "2026-11-27T00:00"}
    change(folder / "schedules.yaml", "schedules.0.overrides", [helps])

    told = findings(run(*options, "--json", **FROZEN))

    assert told["V06"][0]["sentence"] == "south_3 stands at site north and site south, and counts once"
    assert told["V06"][0]["at"] == "2026-11-26T05:00:00+00:00"


def test_a_wait_too_long_is_a_hole_at_every_minute(three_sites: tuple[Path, tuple[str, ...]]) -> None:
    folder, options = three_sites
    change(folder.parent / "policies" / "imminent_west.yaml", "steps.0.wait", "20m")

    result = run(*options, **FROZEN)

    assert result.exit_code == 1
    assert "V02 HOLE Mon 16 Nov 07:00 to Mon 14 Dec 07:00: imminent, policy imminent_west" in result.stdout
    assert "if one person does not answer, somebody else is paged only after 20 min" in result.stdout


def test_without_a_last_resort_the_signals_nobody_thought_of_are_holes(
    three_sites: tuple[Path, tuple[str, ...]],
) -> None:
    folder, options = three_sites
    (folder.parent / "policies" / "last_resort.yaml").unlink()

    told = findings(run(*options, "--json", **FROZEN))

    assert any("no policy applies" in one["sentence"] for one in told["V04"])


def test_a_mistake_in_a_file_is_told_with_its_line(three_sites: tuple[Path, tuple[str, ...]]) -> None:
    folder, options = three_sites
    change(folder / "schedules.yaml", "schedules.0.rotations.0.people", ["nobody_known"])

    result = run(*options)

    assert result.exit_code == 1
    assert "there is no person `nobody_known`" in result.stderr


class Page(HTMLParser):
    """What a report is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: dict[str, int] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]


def test_the_report_is_one_page_that_asks_nobody_and_names_holidays_and_gaps(
    three_sites: tuple[Path, tuple[str, ...]], tmp_path: Path
) -> None:
    folder, options = three_sites
    change(folder / "schedules.yaml", "schedules.3.rotations.0.only", "sat-sun 00:00-00:00")
    file = tmp_path / "coverage.html"

    result = run(*options, "--report", str(file), **FROZEN)

    assert "made from files, so it is not recorded" in result.stdout
    text = file.read_text()
    page = Page(text)
    assert all(link.startswith("#") for link in page.links)
    assert not {"script", "img", "link", "iframe"} & page.tags.keys()
    assert "url(" not in text
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
    for words in (
        "Thanksgiving Thu 26 Nov 2026 north primary_north North 3",
        "Christmas Day Fri 25 Dec 2026 south",
        "gap in schedule backup_south: nobody is on call",
        "It shows whom Vigil will page and when, not that they answer",
        "No drill is known",
        "No earlier report is known",
    ):
        assert words in plain, words


def test_drills_changes_and_versions_stand_beside_the_proof(
    three_sites: tuple[Path, tuple[str, ...]],
) -> None:
    folder, _ = three_sites
    now = datetime(2026, 11, 16, 12, tzinfo=UTC)
    scene = of_folders(nothing(now), folder.parent / "policies", folder)
    coverage = prove(scene.plan, now, now + timedelta(days=28))
    earlier = CoverageReport(
        id="r1",
        made_at=now - timedelta(days=7),
        made_by="ops <admin>",
        through=now,
        digest="0" * 64,
        facts=facts(coverage, scene.plan) | {"person north_0": "not active"},
    )
    drill = Drill("primary_north", "drill-1", "K7", now, "answered", ("north_1",), "north_1", 41)

    page = verify_report.page(scene, coverage, (), made_by="ops", earlier=[earlier], drills=[drill])

    assert "1 of 1 answered" in page and "<td>41</td>" in page
    assert "not active  →  2 of 2 contact methods verified and working" in page
    assert page.count("→") == 2  # the heading, and the one change
    assert "ops &lt;admin&gt;" in page


def test_a_roster_whose_phones_were_never_verified_is_a_hole_in_force(site: Site) -> None:
    result = at_site(site, "--json")

    told = findings(result)
    assert result.exit_code == 1
    assert "without a contact method that is verified and works" in told["V01"][0]["sentence"]
    assert len(told["V11"]) == 6


def test_policies_are_judged_by_themselves_as_if_every_phone_were_verified(
    site: Site, tmp_path: Path, monkeypatch_environment: None
) -> None:
    verify_files.write(tmp_path / "all.yaml", {"steps": [{"page": [{"schedule": "nobody"}], "wait": "3m"}]})

    async def holes() -> tuple[list[str], list[str]]:
        async with linked() as link:
            shipped = await command.holes_of(link, load_policies(DEPLOY / "policies"))
            return shipped, await command.holes_of(link, load_policies(tmp_path))

    shipped, foreign = asyncio.run(holes())

    assert shipped == []
    assert any("nobody for schedule nobody" in one for one in foreign), foreign


@pytest.fixture
def monkeypatch_environment(site: Site) -> Any:
    """The site's settings, for a connection made without the command line."""
    before = dict(os.environ)
    os.environ.update(site.environment)
    yield
    os.environ.clear()
    os.environ.update(before)


def verify_phones(site: Site) -> None:
    async def work(nc: Client) -> None:
        bucket = await nc.jetstream().key_value("people")
        for key in await bucket.keys():
            entry = await bucket.get(key)
            person = Person.model_validate_json(entry.value or b"")
            verified = trusted({key: person})[key]
            await bucket.put(key, verified.model_dump_json().encode())

    site.as_admin(work)


@pytest.fixture(scope="module")
def proven(empty_site: Site) -> Site:
    """A site of one's own with the shipped policies and the demo's people, their phones verified."""
    assert empty_site.vigil("roster", "apply", str(DEPLOY / "demo")).exit_code == 0
    applied = empty_site.vigil("policy", "apply", str(DEPLOY / "policies"), "--reason", "first night")
    assert applied.exit_code == 0, applied.output
    verify_phones(empty_site)
    return empty_site


def test_a_report_is_recorded_signed_and_shown_by_the_next(proven: Site, tmp_path: Path) -> None:
    first, second = tmp_path / "first.html", tmp_path / "second.html"

    unsigned = at_site(proven, "--sign-off", "Dr. Noor")
    made = at_site(proven, "--report", str(first))
    signed = at_site(proven, "--sign-off", "Dr. Noor", "--note", "Seen with Sam.", "--report", str(first))
    again = at_site(proven, "--sign-off", "Somebody else")
    after = at_site(proven, "--report", str(second))

    assert "no report was made yet" in unsigned.stderr
    assert (made.exit_code, after.exit_code) == (0, 0), made.output + after.output
    assert "recorded as" in made.stdout
    assert "Signed by Dr. Noor" in signed.stdout
    assert again.exit_code == 1 and "already signed by Dr. Noor" in again.stderr
    assert "Dr. Noor" in second.read_text() and "Seen with Sam." in second.read_text()
    assert "first night" in second.read_text()
    assert "Nothing of what a report compares" in second.read_text()


def test_a_page_that_was_changed_cannot_be_signed(proven: Site, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    at_site(proven, "--report", str(file))
    file.write_text(file.read_text().replace("No hole.", "No hole at all."))

    result = at_site(proven, "--sign-off", "Dr. Noor", "--report", str(file))

    assert result.exit_code == 1
    assert "was changed since" in result.stderr


def test_an_empty_name_signs_nothing_and_proves_nothing(proven: Site) -> None:
    result = at_site(proven, "--sign-off", " ")
    assert result.exit_code == 1 and "--sign-off: say who signs" in result.stderr and not result.stdout


def test_what_is_said_alike_is_one_line_with_its_count() -> None:
    here = datetime(2026, 11, 24, 12, tzinfo=UTC)
    hole = Finding("V01", "imminent, policy a: nobody", True, here, here + timedelta(hours=1))
    later = replace(hole, at=here + timedelta(days=1), until=here + timedelta(days=1, hours=1))
    other = replace(hole, sentence="urgent, policy a: nobody")

    found = verify_shown.together([hole, other, later])

    assert [(one.at, one.times) for one in found] == [(here, 2), (here, 1)]
    assert " and 1 more time: imminent" in verify_shown.finding_line(found[0])


def test_a_note_alone_signs_nothing(proven: Site) -> None:
    assert "--note belongs to --sign-off" in at_site(proven, "--note", "fine").stderr


def test_a_roster_of_files_against_policies_in_force_knows_which_phones_fail(proven: Site) -> None:
    result = at_site(proven, "--roster", str(DEPLOY / "demo"), "--json")

    told: Mapping[str, Any] = json.loads(result.stdout)
    assert result.exit_code == 0
    assert told["origin"].startswith("policies in force (version 1), roster of ")
    assert "what Vigil knows of a phone in the file stands" in told["remark"]
