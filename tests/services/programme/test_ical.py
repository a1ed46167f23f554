"""Shifts from calendars, and feeds for calendars."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.schedules import Shift
from services.programme import ProgrammeError, ical_feed
from services.programme.ical_people import Names
from services.programme.ical_shifts import read_ical

ZONE = "America/New_York"
SINCE = datetime(2026, 10, 1, tzinfo=UTC)
THROUGH = SINCE + timedelta(days=91)
NAMES = Names(
    {"kim": "Kim", "lee": "Dr. Lee", "kim_b": "Kim Bo", "sam_1": "Sam", "sam_2": "Sam"},
    {"oncall@clinic.example": "lee"},
)


def read(text: str, folder: Path, since: datetime = SINCE, through: datetime = THROUGH) -> tuple[Shift, ...]:
    events = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in text.split("---"))
    file = folder / "s.ics"
    whole = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{events}END:VCALENDAR\n"
    file.write_text(whole.replace("\n", "\r\n"), newline="")
    return read_ical(file, ZONE, NAMES, since, through)


def shown(shifts: tuple[Shift, ...]) -> list[str]:
    zone = ZoneInfo(ZONE)
    return [
        f"{s.person} {s.start.astimezone(zone):%d %H:%M} {s.end.astimezone(zone):%d %H:%M}" for s in shifts
    ]


def told(text: str, folder: Path) -> list[str]:
    with pytest.raises(ProgrammeError) as error:
        read(text, folder)
    return [line.removeprefix(f"{folder}/") for line in str(error.value).splitlines()]


def test_utc_zoned_floating_and_all_day_times_are_read(tmp_path: Path) -> None:
    found = read(
        """UID:1\nSUMMARY:Kim\nDTSTART:20261110T130000Z\nDTEND:20261110T190000Z
---UID:2\nSUMMARY:kim_b\nDTSTART;TZID=Eastern Standard Time:20261111T080000\nDURATION:PT12H
---UID:3\nSUMMARY:Kim Bo\nDTSTART:20261112T080000\nDTEND:20261112T200000
---UID:4\nSUMMARY:kim\nDTSTART;VALUE=DATE:20261113
---UID:5\nSUMMARY:kim\nDTSTART;VALUE=DATE:20261114\nDTEND;VALUE=DATE:20261116
---UID:6\nSUMMARY:kim\nDTSTART;TZID=Europe/Berlin:20261117T140000\nDTEND;TZID=America/New_York:20261117T200000""",
        tmp_path,
    )

    assert shown(found) == [
        "kim 10 08:00 10 14:00",
        "kim_b 11 08:00 11 20:00",
        "kim_b 12 08:00 12 20:00",
        "kim 13 00:00 14 00:00",
        "kim 14 00:00 16 00:00",
        "kim 17 08:00 17 20:00",
    ]


def test_a_rule_follows_the_wall_clock_over_the_change_of_clocks(tmp_path: Path) -> None:
    found = read(
        f"UID:1\nSUMMARY:Kim\nDTSTART;TZID={ZONE}:20261030T200000\nDTEND;TZID={ZONE}:20261031T080000\n"
        "RRULE:FREQ=DAILY;COUNT=3",
        tmp_path,
    )

    assert shown(found) == ["kim 30 20:00 31 08:00", "kim 31 20:00 01 08:00", "kim 01 20:00 02 08:00"]
    assert found[1].end - found[1].start == timedelta(hours=13)


def test_exceptions_additions_moves_and_cancellations_apply(tmp_path: Path) -> None:
    found = read(
        f"""UID:1\nSUMMARY:Kim\nDTSTART;TZID={ZONE}:20261102T080000\nDTEND;TZID={ZONE}:20261102T200000
RRULE:FREQ=WEEKLY;UNTIL=20261207T130000Z\nEXDATE:20261109T130000Z\nRDATE;VALUE=PERIOD:20261104T130000Z/PT2H
---UID:1\nRECURRENCE-ID;TZID={ZONE}:20261116T080000\nSUMMARY:Dr. Lee\nDTSTART;TZID={ZONE}:20261117T080000
DTEND;TZID={ZONE}:20261117T120000
---UID:1\nRECURRENCE-ID;TZID={ZONE}:20261123T080000\nSUMMARY:Kim\nSTATUS:CANCELLED
DTSTART;TZID={ZONE}:20261123T080000\nDURATION:PT12H""",
        tmp_path,
    )

    assert shown(found) == [
        "kim 02 08:00 02 20:00",
        "kim 04 08:00 04 10:00",
        "lee 17 08:00 17 12:00",
        "kim 30 08:00 30 20:00",
        "kim 07 08:00 07 20:00",
    ]


def test_a_rule_without_end_stops_at_the_horizon_and_begins_with_the_shift_that_runs(tmp_path: Path) -> None:
    since = datetime(2026, 11, 3, 15, tzinfo=UTC)
    found = read(
        "UID:1\nSUMMARY:Kim\nDTSTART;VALUE=DATE:20200101\nRRULE:FREQ=DAILY",
        tmp_path,
        since,
        since + timedelta(days=2),
    )

    assert shown(found) == ["kim 03 00:00 04 00:00", "kim 04 00:00 05 00:00", "kim 05 00:00 06 00:00"]


@pytest.mark.parametrize(
    ("about", "people"),
    [
        ("SUMMARY:Crisis line: DR. LEE (week 4)", ["lee"]),
        ("SUMMARY:kim-b", ["kim_b"]),
        ("SUMMARY:whatever\nATTENDEE:mailto:kim.b@clinic.example", ["kim_b"]),
        ('SUMMARY:Kim\nATTENDEE;CN="Dr. Lee":mailto:x@y.example', ["lee"]),
        (
            "SUMMARY:Both\nATTENDEE:mailto:oncall@clinic.example\nATTENDEE:mailto:KIM@a.example",
            ["lee", "kim"],
        ),
        ("SUMMARY:Kim\nATTENDEE;CUTYPE=ROOM:mailto:room1@clinic.example", ["kim"]),
        ("SUMMARY:Sam: Primary\nX-VIGIL-PERSON:sam_2", ["sam_2"]),
        ("SUMMARY:with oncall@clinic.example", ["lee"]),
    ],
)
def test_a_shift_belongs_to_whom_it_names(about: str, people: list[str], tmp_path: Path) -> None:
    found = read(f"UID:1\n{about}\nDTSTART;VALUE=DATE:20261113", tmp_path)

    assert sorted(s.person for s in found) == sorted(people)


def test_every_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    said = told(
        """UID:1\nSUMMARY:Robin\nDTSTART;VALUE=DATE:20261113
---UID:2\nSUMMARY:Sam\nDTSTART;VALUE=DATE:20261113
---UID:3\nSUMMARY:Kim\nDTSTART;TZID=Nowhere/Land:20261113T080000\nDURATION:PT1H
---UID:4\nDTSTART:20261113T080000\nDTEND:20261113T070000
---UID:5\nSUMMARY:Kim\nDTSTART:20261113T080000
---UID:6\nSUMMARY:Kim\nDTSTART:20261113T080000\nDURATION:PT1H\nRRULE:FREQ=MINUTELY
---UID:7\nSUMMARY:Kim\nATTENDEE:mailto:kim@a.example\nATTENDEE:mailto:zoe@a.example
DTSTART;VALUE=DATE:20261113
---UID:8\nSUMMARY:Kim""",
        tmp_path,
    )

    assert said == [
        "s.ics:6: SUMMARY: 'Robin' names nobody on the roster; use --person WORDS=ID",
        "s.ics:11: SUMMARY: 'Sam' may be several people; write one id, or use attendees",
        "s.ics:17: DTSTART: stands in 'Nowhere/Land', no known time zone; name an IANA zone",
        "s.ics:23: DTEND: is not after DTSTART; a shift over midnight ends on the next day",
        "s.ics:25: DTEND: is missing, and so is DURATION; say when the shift ends",
        "s.ics:35: RRULE: repeats MINUTELY; shifts repeat DAILY or more rarely",
        "s.ics:40: ATTENDEE: 2 of 2 is nobody on the roster; use --person ADDRESS=ID",
        "s.ics:44: DTSTART: is missing; add it",
    ]


def test_one_unreadable_line_keeps_everything_out(tmp_path: Path) -> None:
    said = told(
        "UID:1\nSUMMARY:Kim\nDTSTART;VALUE=DATE:20261113\n---UID:2\nSUMMARY:Kim\nDTSTART:2026x113T080000",
        tmp_path,
    )

    assert len(said) == 1 and said[0].startswith("s.ics:12: DTSTART: can't be read")


@pytest.mark.parametrize(
    "raw", [b"", b"hello", b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", b"\xff\xfe\x00"]
)
def test_a_file_that_is_no_calendar_is_told(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "s.ics").write_bytes(raw)

    with pytest.raises(ProgrammeError, match=r"is no iCalendar file|holds no event"):
        read_ical(tmp_path / "s.ics", ZONE, NAMES, SINCE, THROUGH)


shift_lists = st.lists(
    st.builds(
        lambda person, hour, hours: Shift(
            person=person, start=SINCE + timedelta(hours=hour), end=SINCE + timedelta(hours=hour + hours)
        ),
        st.sampled_from(["kim", "lee", "sam_1"]),
        st.integers(0, 2000),
        st.integers(1, 100),
    ),
    max_size=10,
)


@settings(max_examples=50, deadline=None)
@given(shifts=shift_lists)
def test_a_feed_is_read_again_as_the_same_shifts(
    shifts: list[Shift], tmp_path_factory: pytest.TempPathFactory
) -> None:
    pairs = [("primary", shift) for shift in shifts]
    body = ical_feed.feed(
        "On call: x", pairs, {"kim": "Kim"}, {"primary": "Crisis, main"}, SINCE, personal=False
    )
    file = tmp_path_factory.getbasetemp() / "feed.ics"
    file.write_bytes(body)
    events = icalendar.Calendar.from_ical(body).walk("VEVENT")

    assert len({str(event["UID"]) for event in events}) == len(events)
    if shifts:
        assert set(read_ical(file, ZONE, NAMES, SINCE, THROUGH)) == {s for _, s in ical_feed.merged(pairs)}
    assert body == ical_feed.feed(
        "On call: x", reversed(pairs), {"kim": "Kim"}, {"primary": "Crisis, main"}, SINCE, personal=False
    )
