"""What would happen with the shipped policies, as timetables."""

from datetime import timedelta

import pytest

from contracts.values import Channel, Kind, Urgency
from services.escalation.rehearsal.behaviours import SCENARIOS, AnswersAfter, FirstDeclines, scenario
from services.escalation.rehearsal.engine import rehearse
from tests.services.escalation.rehearsal.programme import (
    contacts,
    person,
    play,
    shifts,
    signal,
    timetable,
    wall,
    world,
)

AT = "2026-11-24 03:10"


def test_nobody_answers_an_imminent_risk_at_night() -> None:
    rehearsal = play(AT, minutes=20)

    assert timetable(rehearsal) == [
        "03:10 ana",
        "03:13 ben",
        "03:16 cal",
        "03:19 dee",
        *(f"03:22 {who}" for who in ("ana", "ben", "cal", "dee", "olga")),
        *(f"03:25 {who}" for who in ("ana", "cal", "dee")),
        *(f"03:28 {who}" for who in ("ben", "cal", "dee")),
    ]
    assert rehearsal.first_page_at == wall(AT)
    assert rehearsal.second_person_at == wall("2026-11-24 03:13")
    assert rehearsal.due_at == wall("2026-11-24 03:31")
    assert rehearsal.held_at is rehearsal.holder is rehearsal.closed_at is None


def test_an_imminent_page_texts_and_calls_at_once() -> None:
    (
        ana,
        *_,
    ) = play(AT, minutes=2).pages

    assert contacts(ana) == ["03:10 sms", "03:10 voice", "03:11:55 voice", "03:13:50 voice"]


def test_an_urgent_page_texts_and_calls_two_minutes_later() -> None:
    ana, ben = play(AT, urgency=Urgency.URGENT, minutes=10).pages

    assert contacts(ana) == ["03:10 sms", "03:12 voice", "03:13:55 voice", "03:15:50 voice"]
    assert contacts(ben)[:2] == ["03:20 sms", "03:22 voice"]


def test_without_receipts_an_urgent_page_calls_after_one_minute() -> None:
    ana, *_ = play(AT, "no-receipts", urgency=Urgency.URGENT, minutes=10).pages

    assert contacts(ana)[:2] == ["03:10 sms", "03:11 voice"]


def test_the_first_declines_and_the_next_is_paged_in_the_same_second() -> None:
    rehearsal = play(AT, "first-declines", minutes=10)

    assert timetable(rehearsal)[:4] == ["03:10 ana", "03:11 ben", "03:14 cal", "03:17 dee"]
    assert [page.ended for page in rehearsal.pages[:2]] == ["declined", "withdrawn"]
    assert contacts(rehearsal.pages[0]) == ["03:10 sms", "03:10 voice"]


def test_the_first_declines_and_the_next_takes_it() -> None:
    given = world()

    rehearsal = rehearse(
        [signal(wall(AT))],
        lambda _: given,
        FirstDeclines(takes=timedelta(seconds=40)),
        timedelta(minutes=2),
    )

    assert timetable(rehearsal) == ["03:10 ana", "03:11 ben"]
    assert (rehearsal.holder, rehearsal.held_at) == ("ben", wall("2026-11-24 03:11:40"))
    assert rehearsal.run.contact_by == wall("2026-11-24 03:26:40")
    assert rehearsal.pages[1].ended == "taken"


def test_with_texts_down_who_has_only_texts_is_passed_over_at_once() -> None:
    given = world(people={"ana": person("ana", (Channel.SMS,))})

    rehearsal = play(AT, "sms-down", given, minutes=5)

    assert timetable(rehearsal) == ["03:10 ana", "03:10 ben", "03:13 cal"]
    assert rehearsal.pages[0].ended == "exhausted"
    assert contacts(rehearsal.pages[0]) == ["-03:10 sms"]
    assert contacts(rehearsal.pages[1]) == ["-03:10 sms", "03:10 voice", "03:11:55 voice", "03:13:50 voice"]
    assert [fault.area for fault in rehearsal.faults] == ["reachability"]


def test_with_texts_down_an_urgent_page_calls_at_once() -> None:
    ana, *_ = play(AT, "sms-down", urgency=Urgency.URGENT, minutes=5).pages

    assert contacts(ana)[:2] == ["-03:10 sms", "03:10 voice"]


def test_with_everything_down_everybody_is_tried_in_the_same_second_and_then_again() -> None:
    rehearsal = play(AT, "everything-down", minutes=1)

    assert timetable(rehearsal)[:5] == [f"03:10 {who}" for who in ("ana", "ben", "cal", "dee", "olga")]
    assert "03:10:30 ana" in timetable(rehearsal)


def test_an_empty_schedule_is_passed_over_and_ops_are_told() -> None:
    rehearsal = play(AT, given=world(shifts("primary")), minutes=5)

    assert timetable(rehearsal) == ["03:10 ben", "03:13 cal"]
    assert [fault.note for fault in rehearsal.faults] == [
        "Nobody was there for schedule primary, so the next step was paged. Fill the roster."
    ]


def test_a_shift_that_ends_between_two_steps_pages_whoever_is_on_then() -> None:
    change = wall("2026-11-24 03:12")
    backup = shifts(
        "backup", ("ben", change - timedelta(days=1), change), ("olga", change, change + timedelta(days=1))
    )

    rehearsal = play(AT, given=world(backup), minutes=4)

    assert timetable(rehearsal) == ["03:10 ana", "03:13 olga"]


@pytest.mark.parametrize(("night", "hours"), [("2026-10-31", 10), ("2026-03-07", 8), ("2026-11-20", 9)])
def test_what_comes_at_ten_in_the_evening_waits_till_seven_on_the_wall_clock(night: str, hours: int) -> None:
    """The night in which clocks are turned back is an hour longer, the one in spring shorter."""
    rehearsal = play(f"{night} 22:00", urgency=Urgency.SOON, minutes=12 * 60)

    assert timetable(rehearsal)[0] == "07:00 ana"
    first = rehearsal.first_page_at
    assert first is not None and first - wall(f"{night} 22:00") == timedelta(hours=hours)


def test_an_hour_that_comes_twice_is_still_night_for_the_longer_waits() -> None:
    rehearsal = play("2026-11-01 01:30", urgency=Urgency.URGENT, minutes=50)

    assert timetable(rehearsal) == [
        *("01:30 ana", "01:40 ben", "01:50 cal"),
        *("01:00 ana", "01:00 cal", "01:10 ben", "01:10 cal", "01:20 cal"),
    ]


def test_who_takes_it_after_the_call_and_what_holds_them() -> None:
    given = world()
    behave = AnswersAfter({"ben": timedelta(seconds=90)})

    rehearsal = rehearse([signal(wall(AT))], lambda _: given, behave, timedelta(minutes=5))

    assert (rehearsal.holder, rehearsal.held_at) == ("ben", wall("2026-11-24 03:14:30"))
    assert rehearsal.run.contact_by == wall("2026-11-24 03:29:30")


def test_a_crisis_text_has_its_own_faster_policy() -> None:
    given = world()

    rehearsal = rehearse(
        [signal(wall(AT), Urgency.URGENT, Kind.PATIENT_ALERT)],
        lambda _: given,
        scenario("nobody-answers").behave,
        timedelta(minutes=5),
    )

    assert [policy.id for policy in rehearsal.policies] == ["crisis_line"]
    assert timetable(rehearsal) == ["03:10 ana", "03:13 ben"]


def test_every_scenario_has_a_name_and_an_unknown_one_is_refused() -> None:
    assert [scenario(name).name for name in SCENARIOS] == list(SCENARIOS)
    with pytest.raises(KeyError):
        scenario("power-cut")
