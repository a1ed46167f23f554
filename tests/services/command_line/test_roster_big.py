"""Forty people at three sites, as an ops lead would bring them in and then break them.

Each break is named by a mistake in a file, a gap, an oddity or a refusal, weeks before a page
would meet it.
"""

import json
import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.schedules import Change, Leave, Override, Swap, SwapStatus
from services.administration import Administration
from services.command_line.roster_apply import difference
from services.command_line.roster_swaps import conflict, drawn_in
from services.command_line.roster_words import gap_lines, gap_sentence
from services.command_line.whole_roster import AHEAD, Roster
from services.programme import ProgrammeError
from services.programme import load_roster_folder as load
from services.runtime.sealing import Seals
from tests.support.site import Site

BIG = Path(__file__).parent / "big_roster"
NOW = datetime(2026, 11, 16, 15, tzinfo=UTC)  # a Monday, ten days before Thanksgiving
SEALS = Seals({"k1": b"k" * 32}, {"h1": b"h" * 32})
Break = Callable[[str], str]


def scene(folder: Path = BIG, verified: datetime | None = NOW) -> Roster:
    """Return the roster of a folder, as if everybody's phones were verified."""
    people, calendars, schedules = load(folder)
    office = Administration(None, SEALS, lambda: NOW)  # type: ignore[arg-type]  # writes nothing here
    return Roster(
        people={one.id: office.person(one, None, verified) for one in people},
        schedules={one.id: one for one in schedules},
        calendars={one.id: one for one in calendars},
        leaves={},
        swaps={},
        handoffs={},
    )


def broken(folder: Path, file: str, change: Break) -> Path:
    """Return a copy of the folder with one file changed."""
    shutil.copytree(BIG, folder, dirs_exist_ok=True)
    text = (folder / file).read_text(encoding="utf-8-sig")
    assert change(text) != text, "this breaks nothing"
    (folder / file).write_text(change(text), encoding="utf-8")
    return folder


def said(folder: Path) -> str:
    with pytest.raises(ProgrammeError) as error:
        load(folder)
    return str(error.value)


def told(roster: Roster, now: datetime = NOW) -> str:
    """Return all that `vigil roster gaps` would say, on a machine that stands in the same year."""
    gaps = (gap_sentence(gap, roster.zone(gap.schedule)) for gap in roster.gaps(now, now + AHEAD))
    return "\n".join([*gaps, *map(str, roster.findings(now))]).replace(f" {NOW.year} ", " ")


def with_override(roster: Roster, schedule: str, override: Override) -> Roster:
    held = roster.schedules[schedule]
    return roster.with_schedule(held.model_copy(update={"overrides": (override,)}))


def at(day: int, hour: int = 0) -> datetime:
    """Return a moment of November 2026 on the northern wall clock (EST)."""
    return datetime(2026, 11, day, hour, tzinfo=UTC) + timedelta(hours=5)


def test_the_roster_as_it_is_has_no_gap_and_nothing_odd() -> None:
    roster = scene()

    assert (len(roster.people), len(roster.schedules), len(roster.calendars)) == (40, 8, 2)
    assert {person.site for person in roster.people.values()} == {"north", "south", "telehealth", "main"}
    assert told(roster) == ""


def test_on_a_holiday_the_sites_differ() -> None:
    done, _ = scene().compiled(NOW, NOW + AHEAD)
    noon = {day: at(day, 13) for day in (26, 27)}
    origins = {
        (name, day): {s.origin for s in done[f"{name}_primary"].shifts if s.start <= noon[day] < s.end}
        for name in ("north", "south")
        for day in noon
    }

    assert origins["north", 26] == origins["south", 26] == origins["south", 27] == {"rotation holidays"}
    assert origins["north", 27] == {"rotation weekdays"}


def test_1_a_rotation_that_was_emptied(tmp_path: Path) -> None:
    folder = broken(tmp_path, "schedules.yaml", lambda text: text.replace("[ops_1, ops_2, ops_3]", "[]"))

    assert "rotations[1].people: must not be empty; add at least one entry" in said(folder)


def test_2_a_person_who_does_not_exist(tmp_path: Path) -> None:
    folder = broken(tmp_path, "schedules.yaml", lambda text: text.replace("north_10, ", "north_l0, "))

    assert "there is no person `north_l0`; did you mean `north_10`?" in said(folder)


def test_3_a_handoff_at_the_hour_that_comes_twice(tmp_path: Path) -> None:
    folder = broken(
        tmp_path,
        "schedules.yaml",
        lambda text: text.replace("2024-01-01}", '2024-01-01, handoff_at: "01:30"}'),
    )
    before = datetime(2026, 10, 20, tzinfo=UTC)

    found = told(scene(folder), before)

    assert "handoff_at_odd_hour: schedule north_backup: rotation leads changes at 01:30" in found
    assert "2026-11-01; until 01:30 EST both are on" in found and "Gap" not in found


def test_4_leave_that_nobody_covers() -> None:
    roster = scene()
    nights = [
        s
        for s in roster.compiled(NOW, NOW + AHEAD)[0]["north_primary"].shifts
        if s.origin == "rotation nights"
    ]
    gone = nights[5]
    leave = Leave(id="l1", person=gone.person, start=gone.start, end=gone.end, recorded_at=NOW)

    found = difference(roster, roster.but(leaves={"l1": leave}), NOW)

    assert [(gap.schedule, gap.start, gap.end) for gap in found.new_gaps] == [
        ("north_primary", gone.start, gone.end)
    ]
    assert "NOBODY is on call" in gap_sentence(found.new_gaps[0], "America/New_York")
    assert found.refusing == []


def phones_of(roster: Roster, people: Iterable[str], **change: object) -> Roster:
    changed = {
        name: roster.people[name].model_copy(
            update={"methods": tuple(m.model_copy(update=change) for m in roster.people[name].methods)}
        )
        for name in people
    }
    return roster.but(people={**roster.people, **changed})


def test_5_a_phone_that_opted_out() -> None:
    assert "tele_lead_1 CANNOT BE REACHED" in told(phones_of(scene(), ["tele_lead_1"], dead_since=NOW))


def test_6_a_phone_that_was_never_verified() -> None:
    found = told(phones_of(scene(), ["director_1"], verified_at=None))

    assert "Gap in director" in found and "no phone of director_1 is VERIFIED" in found


def test_7_a_phone_that_fails_by_its_receipts() -> None:
    assert "every verified phone of ops_2 FAILS" in told(phones_of(scene(), ["ops_2"], failing_since=NOW))


def test_8_a_rotation_that_ended(tmp_path: Path) -> None:
    folder = broken(
        tmp_path,
        "schedules.yaml",
        lambda text: text.replace(
            "length: 2, starts_on: 2024-01-01", "length: 2, starts_on: 2024-01-01, ends_on: 2026-11-20"
        ),
    )

    assert "Gap in telehealth_primary" in told(scene(folder))
    first = scene(folder).gaps(NOW, NOW + AHEAD)[0]
    found = difference(scene(), scene(folder), first.start - timedelta(hours=20))
    assert found.refusing[0].start == first.start
    assert difference(scene(), scene(folder), first.start - timedelta(hours=30)).refusing == []


def test_9_a_holiday_on_which_nobody_is_on(tmp_path: Path) -> None:
    def without(text: str) -> str:
        lines = text.splitlines(keepends=True)
        return "".join(line for line in lines if not ("id: holidays" in line and "north" in line))

    found = told(scene(broken(tmp_path, "schedules.yaml", without)))

    assert "Gap in north_primary, Thu 26 Nov 08:00 to 18:00 EST: NOBODY is on call" in found
    assert "south_primary" not in found


def test_10_somebody_on_at_two_sites_at_once(tmp_path: Path) -> None:
    folder = broken(tmp_path, "schedules.yaml", lambda text: text.replace("[tele_05,", "[south_04,"))

    found = told(scene(folder))

    assert "double_booked: schedule south_primary: south_04 is on for telehealth_primary too" in found
    assert "so at south and telehealth at once" in found


def test_11_an_override_to_somebody_who_left() -> None:
    roster = scene()
    left = roster.people["south_lead_1"].model_copy(update={"active": False})
    override = Override(id="cli-1", person="south_lead_1", start=at(23), end=at(24))

    found = told(with_override(roster.but(people={**roster.people, left.id: left}), "north_backup", override))

    assert (
        "override_unreachable: schedule north_backup: override cli-1 puts south_lead_1 on, who is inactive"
        in found
    )
    when = "Mon 23 Nov 00:00 to Tue 24 Nov 00:00 EST"
    assert f"Gap in north_backup, {when}: south_lead_1 CANNOT BE REACHED" in found


def test_12_a_zone_that_is_none_and_a_zone_that_is_another_sites(tmp_path: Path) -> None:
    none = broken(
        tmp_path / "a", "schedules.yaml", lambda text: text.replace("America/Denver", "America/Dever")
    )
    other = broken(
        tmp_path / "b",
        "schedules.yaml",
        lambda text: text.replace("zone: America/Chicago", "zone: America/Denver", 1),
    )

    assert "'America/Dever' is no IANA time zone; did you mean `America/Denver`?" in said(none)
    assert "zones_differ: schedule south_" in told(scene(other))


def test_13_a_swap_with_somebody_who_can_not_take_it() -> None:
    roster = scene()
    swap = Swap(
        id="sw-1", number=1, schedule="ops", giver="ops_1", taker="ops_2", start=at(17, 8), end=at(20, 8),
        offered_at=NOW, offered_by="jo",
    )  # fmt: skip
    gone = roster.people["ops_2"].model_copy(update={"active": False})
    leave = Leave(id="l1", person="ops_2", start=at(17), end=at(22), recorded_at=NOW)

    both = Override(id="cli-1", what=Change.ADD, person="ops_2", start=at(17), end=at(21))
    assert conflict(roster, swap, NOW) == ""
    assert "ops_2 is on ops already" in conflict(with_override(roster, "ops", both), swap, NOW)
    assert "ops_2 is unknown, inactive" in conflict(
        roster.but(people={**roster.people, "ops_2": gone}), swap, NOW
    )
    nobody = swap.model_copy(update={"taker": "zoe"})
    assert "zoe is unknown" in conflict(roster, nobody, NOW)
    accepted = swap.model_copy(update={"status": SwapStatus.ACCEPTED, "answered_at": NOW})
    assert "swap_to_leave: schedule ops" in told(roster.but(swaps={"sw-1": accepted}, leaves={"l1": leave}))


def test_a_swap_is_drawn_in_to_the_shifts_that_are_given() -> None:
    roster = scene()
    mine = [s for s in roster.shifts(NOW, NOW + AHEAD)["ops"].shifts if s.person == "ops_1"]
    swap = Swap(
        id="sw-1", number=1, schedule="ops", giver="ops_1", taker="ops_2",
        start=mine[1].start - timedelta(hours=8), end=mine[1].end + timedelta(hours=9),
        offered_at=NOW, offered_by="jo",
    )  # fmt: skip

    drawn = drawn_in(roster, swap, NOW)

    assert (drawn.start, drawn.end, drawn.return_start) == (mine[1].start, mine[1].end, None)


def test_14_one_phone_for_two_people(tmp_path: Path) -> None:
    folder = broken(tmp_path, "people.csv", lambda text: text.replace("sms +12025550139", "sms +12025550100"))

    assert "people.csv:41: method1: is also a phone of the person in line 2" in said(folder)


def test_15_holidays_that_were_left_out(tmp_path: Path) -> None:
    shutil.copytree(BIG, tmp_path, dirs_exist_ok=True)
    (tmp_path / "holidays.yaml").unlink()

    assert "there is no holiday calendar `north`" in said(tmp_path)


def test_16_holidays_that_ran_out(tmp_path: Path) -> None:
    folder = broken(tmp_path, "holidays.yaml", lambda text: text.replace("2044-12-31", "2025-12-31"))

    assert "calendar_over: schedule north_primary" in told(scene(folder))


def test_17_an_override_of_somebody_who_is_not_on_then() -> None:
    override = Override(id="cli-1", person="ops_1", instead_of="director_1", start=at(23), end=at(24))

    assert "override_without_effect: schedule ops" in told(with_override(scene(), "ops", override))


def test_a_roster_on_which_no_phone_is_verified_is_told_in_few_lines_and_nobody_first() -> None:
    roster = scene(verified=None)
    nights = [s for s in roster.shifts(NOW, NOW + AHEAD)["north_primary"].shifts if "nights" in s.origin]
    leave = Leave(id="l1", person=nights[5].person, start=nights[5].start, end=nights[5].end, recorded_at=NOW)
    gaps = roster.but(leaves={"l1": leave}).gaps(NOW, NOW + AHEAD)

    lines = gap_lines(gaps, roster.zone)

    assert len(gaps) > 150 and len(lines) < 45
    assert "NOBODY is on call" in lines[0] and "NOBODY" not in "".join(lines[1:])
    assert any("more times until" in line and "no phone of ops_1 is VERIFIED" in line for line in lines)
    assert {name for name in roster.people if any(f" {name} " in f"{line} " for line in lines)} >= {
        shift.person for shifts in roster.shifts(NOW, NOW + AHEAD).values() for shift in shifts.shifts
    }


def test_no_night_of_ten_years_has_a_gap_at_any_site() -> None:
    roster = scene()
    for year in range(2026, 2036):
        for month, day in ((3, 1), (10, 20)):
            start = datetime(year, month, day, tzinfo=UTC)
            assert roster.gaps(start, start + AHEAD) == [], start


def test_it_is_brought_in_and_read_back_at_a_terminal(empty_site: Site, tmp_path: Path) -> None:
    first = empty_site.vigil("roster", "apply", str(BIG))
    assert first.exit_code == 0, first.output + first.stderr
    assert first.output.count("+ ") == 40 and "In force: 40 people, 8 schedules." in first.output

    again = json.loads(empty_site.vigil("roster", "apply", str(BIG), "--dry-run", "--json").stdout)
    exported = empty_site.vigil("roster", "export", "people", str(tmp_path / "people.csv"))
    back = json.loads(
        empty_site.vigil("roster", "import", "people", str(tmp_path / "people.csv"), "--json").stdout
    )

    assert exported.exit_code == 0
    for told_again in (again, back):
        assert told_again["shifts"] == told_again["new_gaps"] == []
        assert told_again["people"] == {"added": [], "changed": {}, "removed": [], "left_out": []}
    assert {gap["why"] for gap in again["gaps"]} == {"unverified"}
