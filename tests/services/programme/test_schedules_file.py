"""`schedules.yaml`: every form of it, and each mistake with its line and remedy."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from contracts.schedules import (
    Change,
    Every,
    Holidays,
    Override,
    Rotation,
    Schedule,
    Shift,
    Temporary,
    Weekday,
    Window,
)
from services import programme

WHOLE = """\
schedules:
  - id: primary
    title: Crisis clinician on call
    zone: America/New_York
    site: north
    calendar: us
    rotations:
      - id: nights
        people: [kim, ana]
        every: day
        length: 2
        starts_on: 2026-01-05
        ends_on: 2026-12-31
        handoff_at: "18:00"
        zone: America/Denver
        only: [{days: [sat, sun], from: "20:00", to: "08:00"}]
        holidays: never
        cover: true
      - {people: [lee], starts_on: 2026-01-05, only: nights}
    overrides:
      - {person: kim, start: 2026-11-03T18:00, end: 2026-11-04T08:00}
      - {id: more, do: add, person: lee, start: 2026-11-03T18:00, end: 2026-11-04T08:00, reason: storm}
      - {do: replace, person: ana, instead_of: kim, start: 2026-11-03T18:00, end: 2026-11-04T08:00}
      - {do: remove, person: lee, start: 2026-11-03T18:00, end: 2026-11-04T08:00}
    temporary:
      - id: conference
        start: 2026-11-10T08:00
        end: 2026-11-11T08:00
        reason: everybody is away
        shifts:
          - {person: lee}
          - {person: ana, start: 2026-11-10T20:00, end: 2026-11-11T08:00}
"""


def loaded(folder: Path, text: str) -> tuple[Schedule, ...]:
    (folder / "schedules.yaml").write_text(text)
    return programme.load_schedules(folder / "schedules.yaml", people={"kim", "ana", "lee"}, calendars={"us"})


def refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(programme.ProgrammeError) as caught:
        loaded(folder, text)
    return [str(problem).removeprefix(f"{folder}/schedules.yaml:") for problem in caught.value.problems]


def windows(folder: Path, written: str) -> tuple[Window, ...]:
    before = '[{days: [sat, sun], from: "20:00", to: "08:00"}]'
    assert before in WHOLE
    return loaded(folder, WHOLE.replace(before, written))[0].rotations[0].only


def utc(*when: int) -> datetime:
    return datetime(2026, 11, *when, tzinfo=UTC)


def test_every_field_is_read(tmp_path):
    (schedule,) = loaded(tmp_path, WHOLE)
    start, end = utc(3, 23), utc(4, 13)

    assert schedule == Schedule(
        id="primary",
        title="Crisis clinician on call",
        zone="America/New_York",
        site="north",
        calendar="us",
        rotations=(
            Rotation(
                id="nights",
                people=("kim", "ana"),
                every=Every.DAY,
                length=2,
                starts_on=date(2026, 1, 5),
                ends_on=date(2026, 12, 31),
                handoff_at=time(18),
                zone="America/Denver",
                only=(Window(days=(Weekday.SAT, Weekday.SUN), start=time(20), end=time(8)),),
                holidays=Holidays.NEVER,
                cover=True,
            ),
            Rotation(
                id="rotation_2",
                people=("lee",),
                starts_on=date(2026, 1, 5),
                only=(Window(start=time(22), end=time(7)),),
            ),
        ),
        overrides=(
            Override(person="kim", start=start, end=end),
            Override(id="more", what=Change.ADD, person="lee", start=start, end=end, reason="storm"),
            Override(id="override_3", person="ana", instead_of="kim", start=start, end=end),
            Override(id="override_4", what=Change.REMOVE, person="lee", start=start, end=end),
        ),
        temporary=(
            Temporary(
                id="conference",
                start=utc(10, 13),
                end=utc(11, 13),
                reason="everybody is away",
                shifts=(
                    Shift(person="lee", start=utc(10, 13), end=utc(11, 13), origin="temporary conference"),
                    Shift(person="ana", start=utc(11, 1), end=utc(11, 13), origin="temporary conference"),
                ),
            ),
        ),
    )


MON_FRI = tuple(Weekday)[:5]
SAT_SUN = tuple(Weekday)[5:]


@pytest.mark.parametrize(
    ("written", "days", "start", "end"),
    [
        ("weekends", SAT_SUN, time(0), time(0)),
        ("weekdays 08:00-17:00", MON_FRI, time(8), time(17)),
        ("mon-fri 8:00-17:00", MON_FRI, time(8), time(17)),
        ("fri-mon", (Weekday.FRI, Weekday.SAT, Weekday.SUN, Weekday.MON), time(0), time(0)),
        ("Sat Sun 22:00-07:00", SAT_SUN, time(22), time(7)),
        ("nights", (), time(22), time(7)),
        ("daytime", (), time(7), time(22)),
        ("daily 18:00-08:00", (), time(18), time(8)),
        ("weekends nights", SAT_SUN, time(22), time(7)),
        ("{days: weekdays, from: 08:00, to: 17:00}", MON_FRI, time(8), time(17)),
        ("{days: [sat, sun]}", SAT_SUN, time(0), time(0)),
        ("{from: 18:00}", (), time(18), time(0)),
    ],
)
def test_a_restriction_has_short_forms(tmp_path, written, days, start, end):
    assert windows(tmp_path, written) == (Window(days=days, start=start, end=end),)


def test_several_restrictions_hold_together(tmp_path):
    two = (Window(days=MON_FRI, start=time(17), end=time(8)), Window(days=SAT_SUN))

    assert windows(tmp_path, "weekdays 17:00-08:00, weekends") == two
    assert windows(tmp_path, "[weekdays 17:00-08:00, weekends]") == two
    assert windows(tmp_path, "[weekdays 17:00-08:00, {days: [sat, sun]}]") == two


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (
            "length: 2",
            "length: 0",
            "11: schedules[1].rotations[1].length: input should be greater than or equal",
        ),
        (
            "length: 2",
            "lenght: 2",
            "11: schedules[1].rotations[1].lenght: is no field here; did you mean `length`?",
        ),
        (
            "every: day",
            "every: dya",
            "10: schedules[1].rotations[1].every: 'dya' is not one of hour, day, week, month",
        ),
        (
            "ends_on: 2026-12-31",
            "ends_on: 2025-12-31",
            "13: schedules[1].rotations[1].ends_on: is before `starts_on`",
        ),
        ("America/Denver", "America/Dever", "is no IANA time zone; did you mean `America/Denver`?"),
        (
            "[sat, sun]",
            "[sat, son]",
            "16: schedules[1].rotations[1].only[1].days[2]: 'son' is not one of mon, tue",
        ),
        ('to: "08:00"', 'until: "08:00"', "only[1].until: is no field here; use one of days, from, to"),
        ('from: "20:00"', "from: 20", "only[1].from: is no time of day"),
        (
            "only: nights",
            "only: nigths",
            "19: schedules[1].rotations[2].only[1]: 'nigths' is no day and no span; did you mean `nights`?",
        ),
        (
            "only: nights",
            "only: 22:00",
            "'22:00' is no day and no span; write mon-fri, weekdays, weekends, daily",
        ),
        ("only: nights", "only: nights 22:00-23:00", "only[1]: is no window; write one span"),
        ("holidays: never", "holidays: nevr", "'nevr' is not one of any, only, never; did you mean `never`?"),
        ("    calendar: us\n", "", "rotations[1].holidays: needs the schedule to have a `calendar`"),
        ("calendar: us", "calendar: uk", "6: schedules[1].calendar: there is no holiday calendar `uk`"),
        ("cover: true", "cover: perhaps", "18: schedules[1].rotations[1].cover: must be true or false"),
        (
            "do: add",
            "do: ad",
            "22: schedules[1].overrides[2].do: 'ad' is not one of replace, add, remove; did you mean `add`?",
        ),
        (
            "instead_of: kim",
            "instead_of: kin",
            "overrides[3].instead_of: there is no person `kin`; did you mean `kim`?",
        ),
        (
            "instead_of: kim",
            "instead_of: ana",
            "23: schedules[1].overrides[3].instead_of: is the same person",
        ),
        (
            "do: remove,",
            "do: remove, instead_of: ana,",
            "instead_of: means nothing with `do: remove`; remove it",
        ),
        (
            "id: more",
            "id: override_3",
            "23: schedules[1].overrides[3].id: `override_3` is taken by the entry in line 22",
        ),
        (
            "- {person: lee}",
            "- {person: le}",
            "31: schedules[1].temporary[1].shifts[1].person: there is no person `le`",
        ),
        ("end: 2026-11-11T08:00\n", "end: 2026-11-10T08:00\n", "temporary[1].end: is not after `start`"),
        (
            "start: 2026-11-10T20:00",
            "start: 2026-11-09T20:00",
            "temporary[1].shifts[2]: is not within `conference`",
        ),
        (
            "temporary:",
            "temporarily:",
            "25: schedules[1].temporarily: is no field here; did you mean `temporary`?",
        ),
        ("site: north", "site: North Side", "may hold letters, digits, - and _ only"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_its_remedy(tmp_path, before, after, problem):
    assert before in WHOLE
    found = refused(tmp_path, WHOLE.replace(before, after))

    assert len(found) == 1
    assert problem in found[0]
