"""`holidays.yaml`: the holiday calendars of sites, by day or by rule."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.schedules import Calendar, Holiday
from services import programme
from services.programme.calendar_drafts import HolidayDraft

HOLIDAYS = """\
calendars:
  - id: us
    title: Where most sites are
    days:
      - {rule: FREQ=YEARLY;BYMONTH=11;BYDAY=4TH, from: 2026-01-01, to: 2028-12-31, name: Thanksgiving}
      - {day: 2026-12-24, name: Half a day}
      - 2026-12-25 Christmas Day
      - 2027-01-01
"""


def refused(folder: Path, text: str) -> list[str]:
    path = folder / "holidays.yaml"
    path.write_text(text)
    with pytest.raises(programme.ProgrammeError) as caught:
        programme.load_calendars(path)
    return [str(problem).removeprefix(f"{path}:") for problem in caught.value.problems]


def test_days_and_rules_are_read_and_stand_by_day(tmp_path):
    (tmp_path / "holidays.yaml").write_text(HOLIDAYS)

    assert programme.load_calendars(tmp_path / "holidays.yaml") == (
        Calendar(
            id="us",
            title="Where most sites are",
            days=(
                Holiday(day=date(2026, 11, 26), name="Thanksgiving"),
                Holiday(day=date(2026, 12, 24), name="Half a day"),
                Holiday(day=date(2026, 12, 25), name="Christmas Day"),
                Holiday(day=date(2027, 1, 1)),
                Holiday(day=date(2027, 11, 25), name="Thanksgiving"),
                Holiday(day=date(2028, 11, 23), name="Thanksgiving"),
            ),
        ),
    )


def test_good_friday_is_two_days_before_easter(tmp_path):
    rule = "FREQ=YEARLY;BYEASTER=-2"
    (tmp_path / "holidays.yaml").write_text(HOLIDAYS.replace("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", rule))
    (calendar,) = programme.load_calendars(tmp_path / "holidays.yaml")

    assert [str(h.day) for h in calendar.days if h.name == "Thanksgiving"] == [
        "2026-04-03",
        "2027-03-26",
        "2028-04-14",
    ]


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (
            "2027-01-01\n",
            "New Year\n",
            "8: calendars[1].days[4]: is no holiday; write it as `2026-11-26 Thanksgiving`",
        ),
        (
            "day: 2026-12-24",
            "day: 24.12.2026",
            "6: calendars[1].days[2].day: is no day; write it as 2026-11-30",
        ),
        ("day: 2026-12-24", "dya: 2026-12-24", "days[2].dya: is no field here; did you mean `day`?"),
        ("day: 2026-12-24, ", "", "days[2]: must be either `day:`, or `rule:` with `from:` and `to:`"),
        (", to: 2028-12-31", "", "5: calendars[1].days[1]: must be either `day:`, or `rule:`"),
        ("to: 2028-12-31", "to: 2025-12-31", "days[1]: ends before it begins; exchange `from` and `to`"),
        ("BYMONTH=", "BYMNTH=", "did you mean `BYMONTH`?); write such as FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"),
        ("FREQ=YEARLY", "FREQ=DAILY", "can't be read (FREQ is neither YEARLY nor MONTHLY)"),
        ("FREQ=YEARLY", "FREQ=YEARLY;INTERVAL=0", "INTERVAL is no number from 1 to 99"),
        ("BYDAY=4TH", "BYDAY=XX", "days[1]: has a `rule` that can't be read ("),
        ("BYMONTH=11;BYDAY=4TH", "BYMONTH=2;BYMONTHDAY=30", "gives 0 days from `from` to `to`"),
        ("calendars:", "calendar:", "has no `calendars:`; add it with a list below"),
        ("    days:", "    dates:", "calendars[1].dates: is no field here; did you mean `days`?"),
        ("id: us", "id: us\n    days: []\n  - id: us", "is taken by the entry in line 2; give it another id"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_its_remedy(tmp_path, before, after, problem):
    assert before in HOLIDAYS

    assert any(problem in told for told in refused(tmp_path, HOLIDAYS.replace(before, after)))


def test_a_programme_holds_its_calendars_and_schedules_may_name_only_those(tmp_path):
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "last.yaml").write_text(
        "applies: {}\nsteps:\n  - {page: [{schedule: primary}], wait: 3m}\n"
        "reach_within: 15m\nresolve_within: 24h\n"
    )
    (tmp_path / "people.yaml").write_text(
        'people:\n  - {id: kim, name: Kim, methods: [{sms: "+12025550101"}]}\n'
    )
    schedules = tmp_path / "schedules.yaml"
    schedules.write_text(
        "schedules:\n  - id: primary\n    calendar: us\n"
        "    rotations: [{people: [kim], starts_on: 2026-01-05, holidays: only}]\n"
    )
    with pytest.raises(programme.ProgrammeError, match="there is no holiday calendar `us`"):
        programme.load(tmp_path)
    (tmp_path / "holidays.yaml").write_text(HOLIDAYS)

    assert [calendar.id for calendar in programme.load(tmp_path).calendars] == ["us"]


PART = st.tuples(
    st.sampled_from(
        [
            "INTERVAL",
            "BYMONTH",
            "BYMONTHDAY",
            "BYDAY",
            "BYYEARDAY",
            "BYSETPOS",
            "BYEASTER",
            "UNTIL",
            "",
            "FREQ",
        ]
    ),
    st.sampled_from(
        [
            "1",
            "-1",
            "0",
            "13",
            "2,3",
            "400",
            "99999999999",
            "TH",
            "4TH",
            "-1MO",
            "9TH",
            "0TH",
            "XX",
            "",
            "=",
            "1;",
        ]
    ),
).map("=".join)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["YEARLY", "MONTHLY"]), st.lists(PART, max_size=3))
def test_whatever_a_rule_says_it_gives_days_or_is_refused(every, parts):
    rule = ";".join([f"FREQ={every}", *parts])
    try:
        draft = HolidayDraft.model_validate({"rule": rule, "from": "2026-01-01", "to": "2030-12-31"})
    except ValueError as error:
        assert "rule" in str(error)
    else:
        assert draft.holidays()
