"""Import and export at a terminal, the month's load, and what imports do to a schedule."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nats.aio.client import Client

from contracts.pages import PageBrief, PageStatus, Purpose
from contracts.people import Person
from contracts.schedules import Override, Rotation, Schedule, Shift, Temporary
from services.command_line.roster_apply import kept
from services.command_line.roster_files import holes, imported
from tests.services.command_line.test_roster_commands import folder
from tests.support.site import Site

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def site(empty_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    applied = empty_site.vigil("roster", "apply", folder(tmp_path_factory.mktemp("roster")))
    assert applied.exit_code == 0, applied.output
    yield empty_site


def ok(site: Site, *words: str) -> str:
    result = site.vigil("roster", *words)
    assert result.exit_code == 0, result.output + result.stderr
    return result.stdout


def person(site: Site, name: str) -> Person:
    async def read(nc: Client) -> Person:
        bucket = await nc.jetstream().key_value("people")
        return Person.model_validate_json((await bucket.get(name)).value or b"")

    found = site.as_admin(read)
    assert isinstance(found, Person)
    return found


def test_exported_people_come_back_unchanged_and_keep_their_pins(site: Site, tmp_path: Path) -> None:
    before = person(site, "kim")
    said = ok(site, "export", "people", str(tmp_path / "p.csv"))

    again = ok(site, "import", "people", str(tmp_path / "p.csv"))

    assert "in plain; mind who reads it" in said
    assert again == "In force: 3 people.\n"
    assert person(site, "kim").pin_hash == before.pin_hash != ""


def test_a_changed_row_is_shown_first(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text("id;name;method1;site\nbo;Bo;sms +12025550177;north\nlee;Lee;sms +12025550102;north\n")

    said = ok(site, "import", "people", str(file), "--dry-run")

    assert said.splitlines()[:2] == ["+ bo", "~ lee: site main > north"]
    assert "Nothing was changed; it would be 2 people." in said
    assert person(site, "lee").site == "main"


def test_a_phone_of_somebody_else_is_not_imported(site: Site, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,name,method1\nbo,Bo,sms +12025550101\n")

    refused = site.vigil("roster", "import", "people", str(tmp_path / "p.csv"))

    assert refused.exit_code == 1 and "method1 of bo is a phone of kim too" in refused.stderr


def test_a_phone_of_somebody_whom_the_folder_leaves_out_is_not_applied(site: Site, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,name,method1\nbo,Bo,sms +12025550101\n")
    (tmp_path / "schedules.yaml").write_text(
        "schedules:\n  - id: late\n    rotations:\n      - {people: [bo], starts_on: 2024-01-01}\n"
    )

    refused = site.vigil("roster", "apply", str(tmp_path))

    assert refused.exit_code == 1
    assert "method1 of bo is a phone of kim too, who is not in the file" in refused.stderr
    assert "there is no responder 'bo'" in site.vigil("roster", "verify", "bo").stderr


def test_what_is_exported_is_told_as_json(site: Site, tmp_path: Path) -> None:
    people = json.loads(ok(site, "export", "people", str(tmp_path / "p.csv"), "--json"))
    shifts = json.loads(
        ok(site, "export", "shifts", str(tmp_path / "s.csv"), "--schedule", "backup", "--json")
    )

    assert people == {"file": str(tmp_path / "p.csv"), "people": 3}
    assert shifts["schedules"] == ["backup"] and shifts["shifts"] > 1


def test_exported_shifts_imported_twice_change_nothing(site: Site, tmp_path: Path) -> None:
    file = str(tmp_path / "s.csv")
    ok(site, "export", "shifts", file, "--schedule", "primary")

    first = ok(site, "import", "shifts", file)
    second = json.loads(ok(site, "import", "shifts", file, "--json"))

    assert "That changes nothing of who is on." in first
    assert second["shifts"] == second["new_gaps"] == [] and second["applied"] is True
    assert "temporary, " in ok(site, "overrides", "primary")
    assert "import-" in ok(site, "temporary") and "import-" not in ok(site, "temporary", "backup")
    lasting = json.loads(ok(site, "temporary", "primary", "--json"))
    assert lasting and {one["reason"] for one in lasting} == {"imported"}


def test_a_calendar_is_imported_for_a_schedule(site: Site, tmp_path: Path) -> None:
    start = datetime.now(UTC) + timedelta(days=3)
    file = tmp_path / "s.ics"
    file.write_text(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Doctor K\r\n"
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}\r\nDURATION:PT10H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )

    nobody = site.vigil("roster", "import", "shifts", str(file), "--schedule", "backup")
    said = ok(site, "import", "shifts", str(file), "--schedule", "backup", "--person", "doctor k=kim")

    assert "names nobody on the roster" in nobody.stderr
    assert "ana > kim" in said and "In force: 1 shift." in said
    assert "name it" in site.vigil("roster", "import", "shifts", str(file)).stderr


def test_mistakes_in_shifts_keep_all_of_them_out(site: Site, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(
        "schedule,person,start,end\n"
        "backup,lee,2031-01-01 08:00,2031-01-01 20:00\n"
        "backup,leo,x,2031-01-02 20:00\n"
    )

    result = site.vigil("roster", "import", "shifts", str(tmp_path / "s.csv"))

    assert result.exit_code == 1
    assert "s.csv:3: person: there is no person `leo`; did you mean `lee`?" in result.stderr
    assert "s.csv:3: start: is no moment" in result.stderr


def test_the_load_of_a_month_counts_pages_and_no_tests(site: Site) -> None:
    at = datetime.now(UTC).replace(day=15, hour=7, minute=30)  # 02:30 or 03:30 in New York
    for number, more in enumerate(({}, {}, {"test": True}, {"drill": True}, {"purpose": Purpose.MESSAGE})):
        brief = PageBrief(
            **{"purpose": Purpose.PAGE}
            | dict(page=f"p{number}", responder="kim", run="r", status=PageStatus.ACKNOWLEDGED, asked_at=at)
            | more
        )
        site.append(f"pages.kim.p{number}", (), brief)

    said = ok(site, "load")
    told = json.loads(ok(site, "load", "--month", f"{at:%Y-%m}", "--json"))

    kim = next(one for one in told["people"] if one["person"] == "kim")
    assert (kim["pages"], kim["night_pages"]) == (2, 2) and kim["hours"] > 0
    assert "Kim (kim)" in said and "#" in said and "night pages: mean" in said
    assert "is no month" in site.vigil("roster", "load", "--month", "11/2026").stderr


def hours(person: str, start: int, length: int) -> Shift:
    return Shift(person=person, start=NOW + timedelta(hours=start), end=NOW + timedelta(hours=start + length))


BARE = Schedule(id="primary", rotations=(Rotation(people=("kim",), starts_on=NOW.date()),))
some_shifts = st.lists(
    st.builds(hours, st.sampled_from(["kim", "lee"]), st.integers(0, 200), st.integers(1, 40)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(first=some_shifts, second=some_shifts)
def test_the_same_file_twice_is_no_change_and_the_later_file_wins(
    first: list[Shift], second: list[Shift]
) -> None:
    once = imported(imported(BARE, first, NOW), second, NOW)

    assert imported(once, second, NOW) == once
    span = (min(s.start for s in second), max(s.end for s in second))
    at = span[0]
    while at < span[1]:
        now_on = {s.person for t in once.temporary for s in t.shifts if s.start <= at < s.end}
        assert now_on == {s.person for s in second if s.start <= at < s.end}
        at += timedelta(hours=1)
    for one in once.temporary:
        assert holes(one.shifts) == [] and one.id.startswith("import-")
        assert all(one.start <= s.start and s.end <= one.end for s in one.shifts)
    assert len({one.id for one in once.temporary}) == len(once.temporary)


def test_where_a_file_has_a_hole_the_rotations_hold() -> None:
    made = imported(BARE, [hours("lee", 0, 8), hours("lee", 24, 8)], NOW)

    assert [(t.start, t.end) for t in made.temporary] == [
        (NOW, NOW + timedelta(hours=8)),
        (NOW + timedelta(hours=24), NOW + timedelta(hours=32)),
    ]
    assert holes([hours("lee", 0, 8), hours("lee", 24, 8)]) == [
        (NOW + timedelta(hours=8), NOW + timedelta(hours=24))
    ]
    assert imported(BARE, [], NOW) is BARE


def test_applying_a_file_keeps_what_commands_added_for_a_quarter() -> None:
    def override(name: str, days: int) -> Override:
        return Override(
            id=name, person="lee", start=NOW - timedelta(days=200), end=NOW + timedelta(days=days)
        )

    stored = BARE.model_copy(
        update={
            "overrides": (override("cli-1", 1), override("cli-2", -100), override("override", 1)),
            "temporary": (Temporary(id="import-1", start=NOW, end=NOW + timedelta(days=1)),),
        }
    )

    after = kept(BARE, stored, NOW)

    assert [one.id for one in after.overrides] == ["cli-1"]
    assert [one.id for one in after.temporary] == ["import-1"]
    assert kept(BARE, None, NOW) is BARE
