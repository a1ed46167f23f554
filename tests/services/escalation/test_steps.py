"""Who is paged, in which order, and what happens when a step has nobody."""

import pytest

from contracts.escalations import PageRequested, StepStarted
from contracts.policies import Hours
from contracts.values import Channel, Kind, Urgency
from tests.services.escalation.board import (
    DAY,
    Board,
    clock,
    method,
    opened,
    person,
    policies,
    policy,
    schedule,
    step,
)


def test_steps_follow_each_other_and_the_next_round_is_wider() -> None:
    board = Board()

    assert board.signal().paged == ["kim"]
    assert board.at("02:16:59").paged == []
    assert board.at("02:17").paged == ["lee"]
    assert board.at("02:20").paged == ["max"]
    assert board.at("02:23").paged == ["kim", "dee"]
    assert board.at("02:26").paged == ["lee", "dee"]
    assert board.due == "02:29"


def test_rounds_add_up_and_stay_on_the_widest_for_ever() -> None:
    board = Board(policy(step("first"), adds=(("second",), ("third",))))

    board.signal()

    assert board.at("02:17").paged == ["kim", "lee"]
    assert board.at("02:20").paged == ["kim", "lee", "max"]
    assert board.at("+1 02:14").run.round == 480
    assert sorted(page.responder for page in board.run.out) == ["kim", "lee", "max"]


def test_without_rounds_the_same_steps_go_round_for_ever() -> None:
    board = Board(policy(step("first"), step("second")))

    board.signal()

    assert board.at("02:20").paged == ["lee", "kim"]
    assert board.at("02:23").paged == ["lee"]


def test_a_page_says_what_the_policy_and_the_signal_say() -> None:
    board = Board()

    board.signal(Urgency.URGENT, Kind.SCREEN_POSITIVE)

    page = next(event for event in board.happened if isinstance(event, PageRequested))
    assert (page.page, page.run, page.code) == ("p1-1-p1", "p1-1", "K7")
    assert (page.urgency, page.kind, page.evidence) == (Urgency.URGENT, Kind.SCREEN_POSITIVE, 1)
    assert page.contact_by == clock("02:29")
    assert opened(board).policy_version == 7


def test_everybody_in_a_step_is_paged_once() -> None:
    board = Board(policy(step("first", "@kim", "therapist", "@lee")))

    assert board.signal().paged == ["kim", "tia", "lee"]


def test_an_empty_schedule_moves_on_in_the_same_second_and_tells_ops() -> None:
    board = Board()
    board.shifts["first"] = schedule("first")

    board.signal()

    assert board.paged == ["lee"]
    assert board.faults == ["roster-nobody-for-schedule-first-2026112402"]


def test_a_schedule_that_was_never_compiled_counts_as_empty() -> None:
    board = Board()
    del board.shifts["first"]

    assert board.signal().paged == ["lee"]


@pytest.mark.parametrize(
    "kim", [None, person("kim", active=False), person("kim", methods=(method("kim", dead=True),))]
)
def test_a_person_who_cannot_be_paged_moves_on_in_the_same_second(kim: object) -> None:
    board = Board()
    board.people = {who: one for who, one in board.people.items() if who != "kim"}
    if kim is not None:
        board.people["kim"] = kim  # type: ignore[assignment]

    board.signal()

    assert board.paged == ["lee"]
    assert board.faults == ["reachability-no-method-for-kim-2026112402"]


def test_only_methods_that_work_are_handed_to_paging() -> None:
    board = Board()
    both = (method("kim", Channel.SMS, dead=True), method("kim", Channel.VOICE))
    board.people["kim"] = person("kim", methods=both)

    board.signal()

    page = next(event for event in board.happened if isinstance(event, PageRequested))
    assert [one.channel for one in page.methods] == [Channel.VOICE]


def test_the_sender_of_a_risky_text_is_not_paged_about_it() -> None:
    board = Board()

    board.signal(not_to=("kim",))

    assert board.paged == ["lee"]
    assert board.faults == []


def test_the_sender_is_paged_after_all_if_there_is_nobody_else() -> None:
    board = Board()
    board.people = {"kim": person("kim")}

    assert board.signal(not_to=("kim",)).paged == ["kim"]


def test_a_policy_that_finds_nobody_pages_everyone_and_tells_ops() -> None:
    board = Board(policy(step("night"), step("day")))

    board.signal()

    assert board.paged == ["dee", "kim", "lee", "max", "tia"]
    assert "roster-whole-round-empty-in-crisis-2026112402" in board.faults
    assert board.at("02:17").paged == ["dee", "kim", "lee", "max", "tia"]


def test_with_nobody_at_all_the_roster_is_read_again_each_minute_and_ops_told_each_hour() -> None:
    board = Board()
    board.people = {}

    board.signal()

    assert board.faults[-1] == "roster-nobody-at-all-can-be-paged-2026112402"
    board.at("02:14")
    assert board.due == "02:15"
    nobody = "roster-nobody-at-all-can-be-paged-2026112402"
    assert nobody not in board.at("02:59:30").faults
    assert "roster-nobody-at-all-can-be-paged-2026112403" in board.at("03:00").faults
    board.people = {"lee": person("lee")}
    assert board.at("03:01").paged == ["lee"]


@pytest.mark.parametrize("urgency", [Urgency.IMMINENT, Urgency.URGENT])
def test_a_whole_round_that_nobody_takes_is_told_to_ops_once_an_hour(urgency: Urgency) -> None:
    """02:14 kim, lee, max; 02:23 kim again, and ops hear that nobody took it; the next round they don't."""
    board = Board().signal(urgency)
    assert board.at("02:22").faults == []

    assert board.at("02:23").faults == ["unanswered-nobody-took-p1-1-2026112402"]
    assert board.at("02:59").faults == []
    assert board.at("03:30").faults == ["unanswered-nobody-took-p1-1-2026112403"]


def test_a_round_while_somebody_holds_it_or_of_what_can_wait_is_no_fault() -> None:
    assert Board().signal(Urgency.SOON).at("03:30").faults == []

    held = Board().signal().takes("kim")
    assert not [one for one in held.at("03:30").faults if one.startswith("unanswered")]


def test_a_busy_holder_is_paged_together_with_the_next_step() -> None:
    board = Board()
    board.busy = {"kim"}

    assert board.signal().paged == ["kim", "lee"]
    assert board.due == "02:17"
    assert board.at("02:17").paged == ["max"]


def test_busy_people_do_not_matter_to_an_urgent_signal() -> None:
    board = Board()
    board.busy = {"kim"}

    assert board.signal(Urgency.URGENT).paged == ["kim"]


def test_a_step_with_one_free_person_waits_for_them() -> None:
    board = Board(policy(step("first", "second"), step("third")))
    board.busy = {"kim"}

    assert board.signal().paged == ["kim", "lee"]


def test_a_person_targeted_again_gets_one_page_that_replaces_the_other() -> None:
    board = Board(policy(step("first"), step("first", "second")))

    board.signal()
    board.at("02:17")

    assert board.paged == ["kim", "lee"]
    assert board.withdrawn == [("kim", "superseded")]
    assert [page.page for page in board.run.out] == ["p1-1-p2", "p1-1-p3"]


@pytest.mark.parametrize(
    ("zone", "start", "waits_until"),
    [
        ("UTC", "21:59", "22:04"),
        ("UTC", "22:00", "22:10"),
        ("UTC", "06:59", "07:09"),
        ("UTC", "07:00", "07:05"),
        ("America/New_York", "07:00", "07:10"),
        ("Nowhere/Nothing", "02:00", "02:05"),
    ],
)
def test_a_step_may_wait_longer_at_night_on_the_policys_clock(
    zone: str, start: str, waits_until: str
) -> None:
    board = Board(policy(step("first", wait=5, at_night=10), zone=zone), start=start)

    board.signal(Urgency.URGENT)

    assert board.due == waits_until


SOON = {"urgencies": ["soon"]}
NIGHT = Hours.model_validate({"quiet_from": "21:00", "until": "07:00"})


@pytest.mark.parametrize(
    ("zone", "start", "begins"),
    [
        ("UTC", "20:59", "20:59"),
        ("UTC", "21:00", "+1 07:00"),
        ("UTC", "02:14", "07:00"),
        ("UTC", "07:00", "07:00"),
        ("America/New_York", "02:14", "12:00"),
        ("Nowhere/Nothing", "02:14", "02:14"),
    ],
)
def test_what_can_wait_till_morning_waits_till_morning(zone: str, start: str, begins: str) -> None:
    board = Board(policy(step("first"), applies=SOON, hours=NIGHT, zone=zone), start=start)

    board.signal(Urgency.SOON)

    assert opened(board).starts_at == clock(begins)
    if begins != start:
        assert (board.paged, board.run.status) == ([], "waiting")
        assert board.due == begins
        assert board.at(begins).paged == ["kim"]


def test_hours_within_one_day_are_quiet_between_them() -> None:
    siesta = Hours.model_validate({"quiet_from": "12:00", "until": "14:00"})
    board = Board(policy(step("first"), applies=SOON, hours=siesta), start="13:00")

    board.signal(Urgency.SOON)

    assert board.due == "14:00"


def test_without_any_policy_everyone_is_paged_every_three_minutes_and_ops_are_told() -> None:
    board = Board()
    board.policies = policies()

    board.signal()

    assert board.paged == ["dee", "kim", "lee", "max", "tia"]
    assert board.faults == ["policies-no-policy-for-patient-alert-imminent-2026112402"]
    assert board.at("02:17").paged == ["dee", "kim", "lee", "max", "tia"]


def test_a_policy_edited_meanwhile_does_not_change_a_running_escalation() -> None:
    board = Board()
    board.signal()
    board.policies = policies(policy(step("third")))

    assert board.at("02:17").paged == ["lee"]


def test_a_wait_of_zero_does_not_page_without_end_in_one_moment() -> None:
    board = Board(policy(step("first", wait=0)))

    board.signal()

    assert board.due == "02:14:01"


def test_a_worklist_entry_pages_nobody_and_is_reported_when_overdue() -> None:
    board = Board(policy(id="list", applies={"urgencies": ["routine"]}))

    board.signal(Urgency.ROUTINE)

    assert (board.paged, board.run.status, board.due) == ([], "worklist", "+1 02:14")
    board.at("+1 02:14")
    assert board.faults == ["worklist-worklist-entry-overdue-p1-1-2026112502"]
    assert board.due == "+2 02:14"


def test_a_new_round_keeps_a_distance_to_the_one_before() -> None:
    """All pass within seconds: the next round waits until 30 seconds after this one began."""
    board = Board()
    board.signal()
    for who in ("kim", "lee", "max"):
        board.passes(who)

    assert board.paged == []
    assert board.due == "02:14:30"
    assert board.at("02:14:30").paged == ["kim", "dee"]


def test_the_last_step_of_a_round_that_went_fast_still_waits_its_time() -> None:
    board = Board()
    board.signal().passes("kim")
    board.passes("lee")

    last = next(event for event in board.happened if isinstance(event, StepStarted))
    assert last.ends_at == clock("02:17")


def test_the_distance_is_never_longer_than_the_policys_own_waits() -> None:
    quick = step("first").model_copy(update={"wait": clock("00:00:05") - DAY})
    board = Board(policy(quick))

    board.signal()

    assert board.due == "02:14:05"
    assert board.at("02:14:05").paged == ["kim"]


def test_when_the_rest_of_a_round_is_empty_the_next_round_begins() -> None:
    board = Board()
    board.shifts = {"first": schedule("first", "kim")}

    board.signal()

    assert board.at("02:17").paged == ["kim", "dee"]


def test_a_policy_without_steps_never_pages_whoever_let_it_lapse() -> None:
    board = Board(policy(id="list", applies={"urgencies": ["routine"]}))
    board.signal(Urgency.ROUTINE).takes("tia")

    assert board.at("02:29").told == [("tia", "contact_overdue")]
    assert (board.at("02:31").paged, board.due) == ([], "+1 02:31")
