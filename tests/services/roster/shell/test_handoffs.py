"""When a coming shift is told, who stays on until it is confirmed, and what a crash in between does."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.schedules import Handoff
from services.roster.core import handoff_look, handoffs
from services.roster.core.handoff_look import Look
from services.roster.core.handoffs import Habits
from services.roster.core.turn import Turn
from tests.services.roster.shell.people import DAY, HOUR, LINE, NOW, PEOPLE, method, person

MINUTE = timedelta(minutes=1)
HABITS = Habits()
BEFORE = Turn("primary", "ana", NOW - 7 * DAY, NOW, ("ben",))
COMING = Turn("primary", "ben", NOW, NOW + 7 * DAY, ("ana",))
TURNS = (BEFORE, COMING)
ANA = Handoff(schedule="primary", person="ana", start=BEFORE.start, confirmed_at=BEFORE.start)


def look(now: datetime, *records: Handoff, turns: tuple[Turn, ...] = TURNS, habits: Habits = HABITS) -> Look:
    known = {handoffs.key(record): record for record in records}
    return handoff_look.look(LINE, turns, known, PEOPLE, now, habits)


def kinds(found: Look) -> list[tuple[str, str]]:
    return [(notice.responder, notice.notice.value) for notice in found.notices]


def record(**known: object) -> Handoff:
    return Handoff(schedule="primary", person="ben", start=NOW).model_copy(update=known)


TOLD = record(evening_told_at=NOW - 14 * HOUR)
ASKED = record(
    evening_told_at=NOW - 14 * HOUR,
    ahead_told_at=NOW - 2 * HOUR,
    outgoing=("ana",),
    outgoing_until=NOW + DAY,
)


def test_the_evening_before_at_six_on_the_wall_clock_of_the_person():
    six = NOW - 14 * HOUR

    assert kinds(look(six - MINUTE)) == []
    found = look(six)
    assert kinds(found) == [("ben", "shift_tomorrow")]
    assert [one.evening_told_at for one in found.after] == [six]
    assert found.before == (), "nobody stays on for a reminder"


def test_the_evening_of_somebody_in_the_west_is_three_hours_later():
    west = PEOPLE | {"ben": person("ben", zone="America/Los_Angeles")}
    early = handoff_look.look(LINE, TURNS, {}, west, NOW - 14 * HOUR, Habits())
    late = handoff_look.look(LINE, TURNS, {}, west, NOW - 11 * HOUR, Habits())

    assert (kinds(early), kinds(late)) == ([], [("ben", "shift_tomorrow")])


def test_a_reminder_that_was_late_by_hours_is_left_to_the_notice_ahead():
    assert kinds(look(NOW - 9 * HOUR)) == []
    assert kinds(look(NOW - 2 * HOUR)) == [("ben", "shift_soon")]


def test_two_hours_ahead_whoever_goes_is_written_down_before_ben_is_asked():
    found = look(NOW - 2 * HOUR, TOLD)

    (before,) = found.before
    assert (before.outgoing, before.outgoing_until, before.ahead_told_at) == (("ana",), NOW + DAY, None)
    assert kinds(found) == [("ben", "shift_soon")]
    (after,) = found.after
    assert after == ASKED


def test_whoever_stays_on_does_not_outlast_a_short_shift():
    night = Turn("primary", "ben", NOW, NOW + 12 * HOUR, ("ana",))
    (before,) = look(NOW - HOUR, turns=(BEFORE, night)).before
    assert before.outgoing_until == NOW + 12 * HOUR


def test_a_shift_confirmed_in_the_evening_is_never_asked_about_again():
    confirmed = TOLD.model_copy(update={"confirmed_at": NOW - 13 * HOUR})
    for hours in range(-12, 40):
        found = look(NOW + hours * HOUR, confirmed)
        assert (found.notices, found.faults, found.before) == ((), (), ())


def test_unconfirmed_at_the_start_the_outgoing_one_and_ops_are_told():
    found = look(NOW, ASKED)

    assert kinds(found) == [("ana", "still_on")]
    assert found.notices[0].args["incoming"] == "ben"
    (fault,) = found.faults
    assert (fault.urgency, fault.area) == ("soon", "roster-soon")
    assert fault.note == (
        "Schedule primary: ben has not confirmed the shift that began 2026-11-24 13:00 UTC; "
        "ana stays on as well until 2026-11-25 13:00 UTC. Call them."
    )


def test_a_quarter_of_an_hour_later_ben_is_reminded_and_may_be_called():
    found = look(NOW + 15 * MINUTE, ASKED)

    assert ("ben", "shift_soon") in kinds(found)
    assert next(n for n in found.notices if n.responder == "ben").by_voice
    assert look(NOW + 14 * MINUTE, ASKED).next_at == NOW + 15 * MINUTE


def test_after_a_day_nobody_stays_on_any_longer_and_ops_hear_it_louder():
    found = look(NOW + DAY, ASKED)

    assert kinds(found) == []
    assert [(fault.urgency, fault.area) for fault in found.faults] == [("urgent", "roster")]
    assert look(NOW + DAY - MINUTE, ASKED).next_at == NOW + DAY


def test_a_shift_put_in_at_short_notice_is_told_at_once_and_the_outgoing_stays():
    found = look(NOW + 5 * MINUTE)

    assert [one.outgoing for one in found.before] == [("ana",)]
    assert kinds(found) == [("ben", "shift_soon"), ("ana", "still_on")]


def test_a_shift_that_began_before_anybody_looked_is_left_alone():
    assert kinds(look(NOW + 16 * MINUTE)) == []
    assert look(NOW + 16 * MINUTE).before == ()


def test_told_in_the_evening_and_down_since_ben_is_asked_and_ana_stays_on():
    found = look(NOW + 3 * HOUR, TOLD)

    assert [one.outgoing for one in found.before] == [("ana",)]
    assert kinds(found) == [("ben", "shift_soon"), ("ana", "still_on")]


def test_short_turns_are_not_asked_about():
    hourly = tuple(
        Turn("primary", name, NOW + n * HOUR, NOW + (n + 1) * HOUR, ("cal",))
        for n, name in enumerate(("ana", "ben", "ana", "ben"))
    )
    assert kinds(look(NOW - HOUR, turns=hourly)) == []
    assert len(look(NOW - HOUR, turns=hourly, habits=Habits(turns_from=HOUR)).notices) == 2


def test_somebody_with_the_same_hours_every_day_hands_over_to_nobody():
    """Ana every night; then ben has Tuesday's."""
    nights = [Turn("primary", "ana", NOW - n * DAY, NOW - n * DAY + 12 * HOUR) for n in (3, 2, 1)]
    last = Turn("primary", "ben", NOW, NOW + 12 * HOUR)

    assert handoff_look.handed_over([*nights, last], 4 * HOUR) == (nights[0], last)


def test_a_shift_that_was_edited_away_keeps_nobody_on():
    """Ben was asked, then cal was put in his place."""
    instead = Turn("primary", "cal", NOW, NOW + 7 * DAY, ("ana",))
    found = look(NOW - HOUR, ASKED, turns=(BEFORE, instead))

    assert found.over == (handoffs.key(ASKED),)
    assert kinds(found) == [("cal", "shift_soon")]


def test_a_record_is_kept_for_a_week():
    assert look(NOW + 6 * DAY, ASKED).over == ()
    assert look(NOW + 8 * DAY, ASKED).over == (handoffs.key(ASKED),)


def test_somebody_without_a_living_phone_cannot_be_told_and_the_outgoing_stays():
    mute = PEOPLE | {"ben": person("ben", method(dead_since=NOW))}
    found = handoff_look.look(LINE, TURNS, {}, mute, NOW - HOUR, Habits())

    assert found.notices == ()
    assert [one.outgoing for one in found.before] == [("ana",)]


def test_whoever_only_has_a_phone_for_calls_is_called():
    spoken = PEOPLE | {"ben": person("ben", method(channel="voice"))}
    (notice,) = handoff_look.look(LINE, TURNS, {}, spoken, NOW - HOUR, Habits()).notices
    assert notice.by_voice


def run(crashes: Mapping[int, str], confirm_at: int | None) -> tuple[list[str], dict[str, Handoff]]:
    """Look every five minutes from 17:30 to noon; a crash loses what came after that part of the look."""
    stored: dict[str, Handoff] = {}
    told: list[str] = []
    for step in range(18 * 12 + 6):
        now = NOW - 14 * HOUR - 30 * MINUTE + 5 * step * MINUTE
        if step == confirm_at and handoffs.key(COMING) in stored:
            stored[handoffs.key(COMING)] = stored[handoffs.key(COMING)].model_copy(
                update={"confirmed_at": now}
            )
        found = handoff_look.look(LINE, TURNS, stored, PEOPLE, now, Habits())
        stored |= {handoffs.key(one): one for one in found.before}
        if crashes.get(step) == "before":
            continue
        for notice in found.notices:
            if notice.notice == "shift_soon":
                assert stored[handoffs.key(COMING)].outgoing == ("ana",), "written before it is told"
        told += [notice.message for notice in found.notices]
        if crashes.get(step) != "told":
            stored |= {handoffs.key(one): one for one in found.after}
    return list(dict.fromkeys(told)), stored


@settings(max_examples=40, deadline=None)
@given(
    crashes=st.dictionaries(st.integers(0, 221), st.sampled_from(["before", "told"]), max_size=30),
    confirm_at=st.none() | st.integers(0, 221),
)
def test_crashes_lose_nothing_and_tell_nothing_twice(crashes, confirm_at):
    """What the streams and paging keep one by its name is what was told without a crash, but later."""
    calm, _ = run({}, confirm_at)
    told, stored = run(crashes, confirm_at)

    record = stored.get(handoffs.key(COMING))
    if record is not None and record.confirmed_at is None:
        assert set(told) >= {name for name in calm if "still" in name or "soon" in name}
    assert len(told) == len(set(told))


def test_a_look_says_when_to_look_again_for_whatever_comes():
    """Looking only when told to finds the same as looking every minute."""
    now, moments, stored = NOW - 20 * HOUR, [], dict[str, Handoff]()
    while now < NOW + 2 * DAY:
        found = look(now, *stored.values())
        if found.notices or found.faults:
            moments.append(now - NOW)
        stored |= {handoffs.key(one): one for one in (*found.before, *found.after)}
        now = max(found.next_at or now + DAY, now + MINUTE)

    assert moments == [-14 * HOUR, -2 * HOUR, 0 * HOUR, 15 * MINUTE, DAY]
