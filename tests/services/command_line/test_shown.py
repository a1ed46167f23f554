"""Moments and words as people read them at a terminal."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import typer

from contracts.people import ContactMethod, Person
from contracts.schedules import Rotation, Schedule, Shift, Shifts, Verification
from contracts.values import Kind, Sealed, Urgency
from services.command_line import roster_findings, words
from services.command_line.link import this_moment
from services.command_line.programme_zone import on_clock, programme_zone
from services.command_line.roster_changes import PeopleChange
from services.command_line.roster_verify_all import lines, wanted
from services.command_line.roster_words import origin_words, span_told
from services.command_line.shown import local
from services.command_line.whole_roster import Roster

NEW_YORK = ZoneInfo("America/New_York")
REF = f"k-{0:032x}"
NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)


def test_a_moment_of_another_year_shows_its_year() -> None:
    now = this_moment()
    other = now.replace(year=now.year + 5, month=3, day=1, hour=13, minute=0)

    assert f" {other.year} 08:00" in local(other, zone=NEW_YORK)
    assert f" {other.year} 08:00:" in local(other, zone=NEW_YORK, seconds=True)
    assert str(now.year) not in local(now, zone=NEW_YORK)


def test_the_programme_has_the_clock_of_most_of_its_schedules() -> None:
    zones = ("America/Chicago", "America/New_York", "America/New_York", "Mars/Base")
    schedules = [Schedule(id=f"s{n}", site="main", zone=zone) for n, zone in enumerate(zones)]

    assert programme_zone(schedules) == NEW_YORK
    assert programme_zone(()) is None
    assert on_clock("Drills", NEW_YORK) == "Drills, America/New_York"
    assert on_clock("Drills", None) == "Drills, this machine's clock"


def test_a_span_without_a_heading_says_what_its_time_is_called() -> None:
    assert span_told(NOON, NOON + timedelta(hours=2), "America/New_York").endswith("12:00 to 14:00 EST")


def test_a_rotation_that_nobody_named_is_a_rotation() -> None:
    assert origin_words("rotation rotation", None, {}) == "rotation"
    assert origin_words("rotation weekly", None, {}) == "rotation weekly"


def test_a_handoff_at_an_odd_hour_is_told_on_the_schedules_clock() -> None:
    layer = Rotation(people=("kim", "lee"), length=1, starts_on="2026-01-01", handoff_at="01:30")
    schedule = Schedule(id="primary", site="main", zone="America/New_York", rotations=(layer,))
    start = datetime(2026, 10, 31, 12, tzinfo=UTC)

    [found] = roster_findings.odd_hours({"primary": schedule}, start, start + timedelta(days=2))

    assert found.sentence.startswith(
        "the rotation changes at 01:30, which comes twice or never on 2026-11-01"
    )
    assert "until 01:30 EST both are on" in found.sentence


def test_a_mistyped_word_is_told_with_the_nearest() -> None:
    assert words.kind("screen_positive") is Kind.SCREEN_POSITIVE and words.urgency("soon") is Urgency.SOON
    for read, text, said in (
        (words.kind, "screen_postive", "there is no 'screen_postive'; did you mean `screen_positive`?"),
        (words.urgency, "IMINENT", "did you mean `imminent`?"),
        (words.urgency, "x", "there are routine, soon, urgent, imminent"),
    ):
        with pytest.raises(typer.BadParameter, match="there is no") as raised:
            read(text)
        assert said in raised.value.message


def test_the_record_of_a_change_holds_no_names_and_no_digits_of_phones() -> None:
    fields = ("name Lee > Leo", "zone UTC > Europe/Berlin", "sms ... ends in 02 removed")

    kept = PeopleChange(("bo",), {"lee": fields}, ("kim",), ("ana",)).record()

    assert kept == [
        "+ bo",
        "~ lee: name; zone UTC > Europe/Berlin; sms removed",
        "- kim: inactive from now on",
    ]


def person(name: str, **method: object) -> Person:
    """Somebody in New York with one phone for texts."""
    sealed = Sealed(key="k", box="")
    phone = {"id": "m1", "channel": "sms", "phone": sealed, "phone_ref": REF, **method}
    return Person(
        id=name, name=sealed, zone="America/New_York", methods=(ContactMethod.model_validate(phone),)
    )


def test_codes_go_to_all_who_are_on_soon_whose_phone_is_not_verified() -> None:
    people = {
        "ana": person("ana"),
        "kim": person("kim", verified_at=NOON),
        "lee": person("lee"),
        "max": person("max"),
        "sam": person("sam", dead_since=NOON),
    }
    turns = [(0, "ana"), (1, "kim"), (2, "lee"), (3, "sam"), (40, "max")]
    shifts = Shifts(
        schedule="primary",
        compiled_at=NOON,
        through=NOON + timedelta(days=91),
        shifts=tuple(
            Shift(
                person=name,
                start=NOON + timedelta(days=day),
                end=NOON + timedelta(days=day + 1),
                origin="rotation weekly",
            )
            for day, name in turns
        ),
    )
    fresh = Verification(
        person="lee",
        method="m1",
        code="123456",
        sent_at=NOON,
        expires_at=NOON + timedelta(hours=1),
        asked_by="jo",
        phone_ref=REF,
    )
    roster, compiled, night = Roster(people=people), {"primary": shifts}, NOON + timedelta(hours=12)

    by_day = wanted(roster, compiled, {"lee.m1": fresh}, NOON, at_night=False)
    asleep = wanted(roster, compiled, {}, night, at_night=False)
    woken = wanted(roster, compiled, {}, night, at_night=True)

    assert [one.id for one, _ in by_day.now] == ["ana"] and [one.id for one, _ in by_day.waiting] == ["lee"]
    assert by_day.unreachable == ("sam",)
    assert asleep.now == () and [one.id for one, _ in asleep.by_day] == ["ana", "lee"]
    assert [one.id for one, _ in woken.now] == ["ana", "lee"]
    said = lines(woken, night, NEW_YORK)
    assert said[0] == "2 phones of 2 people were sent a code: ana, lee." and "01:00 EST" in said[1]
    none, peace, _ = lines(asleep, night, NEW_YORK)
    assert none == "No code was sent." and "ask again from Wed 25 Nov" in peace
    assert "1 phone of 1 person has a code already" in lines(by_day, NOON, NEW_YORK)[2]
