"""The quiet hours of a policy hold for the whole run: nobody is paged or asked in them."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.escalations import (
    BridgeRequested,
    EscalationEvent,
    PageRequested,
    ResponderTold,
    Reviewed,
    StepStarted,
    Telling,
    UrgencyRaised,
)
from contracts.pages import MessageFailed, PageDeclined, PageExhausted, UndoAsked
from contracts.policies import Policy
from contracts.values import Disposition, Kind, Urgency
from services.escalation.core.decide import decide
from services.escalation.core.due import due
from services.escalation.core.hours import cannot_wait, paging_begins
from services.escalation.core.inputs import Heard, PageHeard, TimeReached
from tests.services.escalation.board import Board, clock, person, policy, schedule, step
from tests.services.escalation.test_laws import check_log, moves, play

SOON = {"urgencies": ["soon"]}
NIGHT = {"quiet_from": "22:00", "until": "07:00"}


def soon(*steps: str, wait: int = 60, **change: object) -> Policy:
    names = steps or ("first", "second", "third")
    given = {"applies": SOON, "hours": NIGHT, "reach_within": timedelta(hours=4), "order": 1}
    return policy(
        *(step(name, wait=wait) for name in names), id="soon", adds=(("@dee",),), **(given | change)
    )


def evening(at: str = "21:30", *of: Policy, subject: str = "escalations.p1") -> Board:
    return Board(*(of or (soon(),)), start=at, subject=subject)


def test_a_soon_run_of_the_evening_goes_on_in_the_morning() -> None:
    board = evening("21:30", soon("therapist", "first", "second"))

    assert board.signal(Urgency.SOON).paged == ["tia"]
    assert board.due == "+1 07:00"
    assert board.at("+1 06:59").paged == []
    assert board.at("+1 07:00").paged == ["kim"]
    assert board.at("+1 08:00").paged == ["lee"]
    assert board.at("+1 09:00").paged == ["tia", "dee"]


def test_a_step_that_ends_as_the_hours_begin_waits_and_one_that_ends_before_does_not() -> None:
    assert evening("21:00").signal(Urgency.SOON).due == "+1 07:00"
    assert evening("20:59").signal(Urgency.SOON).due == "21:59"
    assert evening("20:59").signal(Urgency.SOON).at("21:59").due == "+1 07:00"


def test_urgent_and_imminent_runs_and_policies_without_hours_know_no_night() -> None:
    without = soon(hours=None)
    loud = soon(applies={"urgencies": ["urgent", "imminent"]}, hours=None)

    assert evening("21:30", without).signal(Urgency.SOON).at("22:30").paged == ["lee"]
    for urgency in (Urgency.URGENT, Urgency.IMMINENT):
        assert evening("21:30", loud).signal(urgency).at("22:30").paged == ["lee"]


def test_a_fault_that_can_wait_waits_too() -> None:
    board = evening("21:30", subject="faults.roster")
    board.signal(Urgency.SOON, Kind.SYSTEM_FAULT, area="roster", patient=None)

    assert board.at("+1 06:59").passes("kim").paged == []
    assert board.at("+1 07:00").paged == ["lee"]


def test_a_pass_at_night_pages_the_next_in_the_morning_and_says_when() -> None:
    board = evening()
    board.signal(Urgency.SOON).at("23:00").passes("kim")

    assert (board.paged, board.told) == ([], [("kim", "passed")])
    assert board.args("kim", "passed") == {"next": "", "at": "2026-11-25T07:00:00+00:00"}
    assert board.due == "+1 07:00"
    assert board.at("+1 07:00").paged == ["lee"]


def test_a_pass_by_day_pages_the_next_at_once_up_to_the_last_minute() -> None:
    board = evening()

    assert board.signal(Urgency.SOON).at("21:59").passes("kim").paged == ["lee"]
    assert board.due == "+1 07:00"


def test_a_page_that_fails_at_night_pages_the_next_in_the_morning_and_tells_ops_at_once() -> None:
    board = evening()
    board.signal(Urgency.SOON).at("22:10").fails("kim", "30003")

    assert (board.paged, board.faults) == ([], ["reachability-kim-30003-2026112422"])
    assert board.at("+1 07:00").paged == ["lee"]


def test_when_everybody_passed_in_the_evening_the_next_round_begins_in_the_morning() -> None:
    board = evening("21:59:30", soon("first"))

    board.signal(Urgency.SOON).passes("kim")

    assert board.due == "+1 07:00"
    assert board.at("+1 07:00").paged == ["kim", "dee"]


def test_nobody_at_all_in_the_evening_is_looked_at_again_in_the_morning() -> None:
    board = evening("21:59:30")
    board.people = {}

    board.signal(Urgency.SOON)
    assert board.at("21:59:40").due == "+1 07:00"

    board.people = {"kim": person("kim")}
    assert board.at("+1 07:00").paged == ["kim"]


def test_what_is_given_back_at_night_goes_to_the_next_in_the_morning() -> None:
    board = evening()
    board.signal(Urgency.SOON).takes("kim").at("+1 00:30").passes("kim")

    assert (board.paged, board.told) == ([], [("kim", "given_back")])
    assert board.args("kim", "given_back")["at"] == "2026-11-25T07:00:00+00:00"
    assert board.run.status == "paging"
    assert board.at("+1 07:00").paged == ["lee"]


def test_whoever_helped_is_asked_in_the_morning_when_the_holder_gave_it_back_at_night() -> None:
    board = evening("20:00")
    board.signal(Urgency.SOON).takes("kim").calls_for_help("kim").takes("lee")
    assert board.run.helpers == ("lee",)

    assert board.at("23:00").passes("kim").paged == []
    assert board.at("+1 07:00").paged == ["max", "lee"]


def test_a_message_that_fails_at_night_pages_others_in_the_morning() -> None:
    board = evening()
    board.signal(Urgency.SOON).takes("kim").at("22:15").loses("kim", "30005")

    assert (board.paged, board.run.contested) == ([], "message_failed")
    assert board.at("+1 07:00").paged == ["lee"]


def test_contact_is_due_by_day_and_the_page_says_so() -> None:
    board = evening("19:00")
    board.signal(Urgency.SOON)
    page = next(event for event in board.happened if isinstance(event, PageRequested))

    assert page.contact_by == clock("+1 07:00")
    assert board.takes("kim").run.contact_by == clock("+1 07:00")
    assert board.args("kim", "you_have_it")["contact_by"] == "2026-11-25T07:00:00+00:00"


def test_contact_that_is_overdue_at_night_is_asked_about_in_the_morning_then_starts_over() -> None:
    """Taken at 23:00 with four hours to reach the patient: until 03:00, and so until 07:00."""
    board = evening()
    board.signal(Urgency.SOON).at("23:00").takes("kim")

    assert board.at("+1 06:59").told == []
    assert board.at("+1 07:00").told == [("kim", "contact_overdue")]
    assert board.at("+1 07:02").paged == ["kim", "lee"]
    assert board.at("+1 08:02").paged == ["max"]


def test_a_holder_asked_just_before_the_hours_has_the_night() -> None:
    board = evening("17:59", soon(reach_within=timedelta(hours=4)))
    board.signal(Urgency.SOON).takes("kim")

    assert board.at("21:59").told == [("kim", "contact_overdue")]
    assert board.due == "+1 07:00"
    assert board.at("+1 07:00").paged == ["kim", "lee"]


def test_an_overdue_contact_noticed_late_starts_over_in_the_morning() -> None:
    """As after a stop: what was due at 20:02 is met at 22:30."""
    board = evening("16:00")
    board.signal(Urgency.SOON).takes("kim").at("20:00")
    board.now = clock("22:30")
    board.happened = []
    board.look()

    put_off = next(event for event in board.happened if isinstance(event, Reviewed))
    assert (put_off.next_at, put_off.from_first, put_off.also) == (clock("+1 07:00"), True, ("kim",))
    assert board.paged == []
    assert board.at("+1 07:00").paged == ["kim", "lee"]


def test_a_start_and_a_step_noticed_late_wait_for_the_next_morning() -> None:
    board = evening("23:00")
    board.signal(Urgency.SOON)
    board.now = clock("+1 22:30")
    board.look()
    assert (board.due, board.run.status) == ("+2 07:00", "paging")
    assert board.at("+2 07:00").paged == ["kim"]

    board.now = clock("+2 23:30")
    board.look()
    assert board.at("+3 07:00").paged == ["lee"]


def test_who_is_paged_with_the_first_step_is_paged_with_it_in_the_morning() -> None:
    board = evening("23:00")

    board.signal(Urgency.SOON, also_to=("dee",))

    assert board.at("+1 07:00").paged == ["kim", "dee"]
    assert board.at("+1 08:00").paged == ["lee"]


def test_how_it_ended_and_a_snooze_are_asked_about_by_day() -> None:
    board = evening("20:00", soon(resolve_within=timedelta(hours=3)))
    board.signal(Urgency.SOON).takes("kim").reaches("kim")
    assert (board.run.resolve_by, board.due) == (clock("+1 07:00"), "+1 07:00")

    board.snoozes("kim", 150)
    assert board.args("kim", "snoozed") == {"until": "2026-11-25T07:00:00+00:00"}
    assert board.at("+1 07:00").told == [("kim", "disposition_question")]


def test_a_second_signature_is_asked_for_by_day() -> None:
    board = evening("21:30", soon(second_signature=True))
    board.signal(Urgency.SOON).takes("kim").reaches("kim").at("23:00").closes("kim")

    assert board.told == [("kim", "waits_for_signature")]
    assert board.args("kim", "waits_for_signature")["sign_by"] == "2026-11-25T07:00:00+00:00"
    assert board.due == "+1 07:00"
    assert board.at("+1 07:00").told == [("kim", "waits_for_signature"), ("lee", "sign_please")]
    assert board.at("+1 07:10").told == [("lee", "sign_please"), ("max", "sign_please")]
    assert board.signs("max").run.status == "closed"


def test_a_signature_given_unasked_at_night_counts() -> None:
    board = evening("21:30", soon(second_signature=True))
    board.signal(Urgency.SOON).takes("kim").reaches("kim").at("23:00").closes("kim")

    assert board.signs("lee").run.status == "closed"


def test_an_undo_at_night_pages_in_the_morning() -> None:
    board = evening("21:30", subject="faults.roster")
    board.signal(Urgency.SOON, Kind.SYSTEM_FAULT, area="roster", patient=None)
    board.at("22:30").closes("lee", Disposition.FIXED).at("22:33").undoes("lee")

    assert (board.run.status, board.paged, board.due) == ("paging", [], "+1 07:00")
    assert board.at("+1 07:00").paged == ["lee"]


# ---- a rise


ROUTINE = policy(step("third", wait=60), id="routine", order=2, applies={"urgencies": ["routine"]})


def test_what_becomes_soon_at_night_waits_as_if_it_had_opened_then() -> None:
    board = evening("21:30", soon(), ROUTINE)
    assert board.signal(Urgency.ROUTINE).paged == ["max"]

    board.at("23:00").signal(Urgency.SOON)

    raised = next(event for event in board.happened if isinstance(event, UrgencyRaised))
    assert raised.starts_at == clock("+1 07:00")
    assert (board.paged, board.withdrawn) == ([], [("max", "superseded")])
    assert (board.run.status, board.due) == ("waiting", "+1 07:00")
    assert board.at("+1 07:00").paged == ["kim"]
    assert board.at("+1 08:00").paged == ["lee"]


def test_what_becomes_soon_on_the_worklist_at_night_waits() -> None:
    board = evening("23:00", soon(), policy(id="list", order=2, applies={"urgencies": ["routine"]}))

    board.signal(Urgency.ROUTINE).signal(Urgency.SOON)

    assert (board.paged, board.due) == ([], "+1 07:00")
    assert board.at("+1 07:00").paged == ["kim"]


def test_what_becomes_soon_at_night_pages_at_once_while_somebody_holds_it() -> None:
    board = evening("21:30", soon(), ROUTINE)
    board.signal(Urgency.ROUTINE).takes("max").at("23:00").signal(Urgency.SOON)

    assert (board.paged, board.told) == (["kim"], [("max", "more_urgent")])
    assert board.due == "+1 07:00"
    assert board.at("+1 07:00").paged == ["lee"]


@pytest.mark.parametrize("urgency", [Urgency.URGENT, Urgency.IMMINENT])
def test_what_becomes_urgent_at_night_pages_at_once(urgency: Urgency) -> None:
    loud = policy(step("third"), id="loud", order=2)
    board = evening("21:30", soon(), loud)

    board.signal(Urgency.SOON).at("23:00").signal(urgency)

    assert (board.paged, board.due) == (["max"], "23:03")


# ---- what cannot wait


def test_a_call_for_help_at_night_goes_on_at_any_hour() -> None:
    board = evening()
    board.signal(Urgency.SOON).takes("kim").at("23:00").calls_for_help("kim")
    assert board.paged == ["lee"]

    assert board.at("+1 00:00").paged == ["max"]
    assert board.takes("max").run.helpers == ("max",)
    assert board.at("+1 06:59").paged == []


def test_who_gives_it_back_after_a_call_for_help_leaves_it_to_the_next_at_once() -> None:
    board = evening()
    board.signal(Urgency.SOON).takes("kim").at("23:00").calls_for_help("kim")

    assert board.passes("kim").paged == ["max"]
    assert board.at("+1 06:59").paged == []
    assert board.at("+1 07:00").paged == ["kim", "dee"]


def test_whom_the_holder_asks_by_name_at_night_is_paged_at_once() -> None:
    board = evening()
    board.signal(Urgency.SOON).takes("kim").at("23:00").gives("kim", "dee")

    assert board.paged == ["dee"]
    assert board.at("23:05").told == [("dee", "other_has_it"), ("kim", "give_refused")]


def test_a_hand_off_is_followed_at_any_hour() -> None:
    board = evening()
    board.signal(Urgency.SOON).takes("kim").at("22:30").closes("kim", Disposition.TRANSFERRED_911)

    assert board.at("23:00").told == [("kim", "hand_off_question")]
    assert board.at("23:05").paged == ["kim", "lee"]
    assert board.at("+1 00:05").paged == ["max"]


def test_a_holder_who_hands_off_and_gives_it_back_at_night_leaves_it_to_the_next_at_once() -> None:
    board = evening()
    board.signal(Urgency.SOON).takes("kim").at("22:30").closes("kim", Disposition.WELFARE_CHECK)

    assert board.passes("kim").paged == ["lee"]


# ---- odd clocks


@pytest.mark.parametrize(
    ("hours", "at", "begins"),
    [
        # Clocks go back on 1 November 2026, 06:00 UTC: 01:00 to 02:00 comes twice.
        (("22:00", "07:00"), "2026-11-01T02:00", "2026-11-01T12:00"),
        (("22:00", "01:30"), "2026-11-01T05:10", "2026-11-01T05:30"),
        (("22:00", "01:30"), "2026-11-01T05:40", "2026-11-01T05:40"),
        (("22:00", "01:30"), "2026-11-01T06:10", "2026-11-01T06:30"),
        # They go forward on 14 March 2027, 07:00 UTC: 02:00 to 03:00 never comes.
        (("22:00", "07:00"), "2027-03-14T03:00", "2027-03-14T11:00"),
        (("22:00", "02:30"), "2027-03-14T06:30", "2027-03-14T07:30"),
        (("22:00", "02:30"), "2027-03-14T07:00", "2027-03-14T07:00"),
    ],
)
def test_the_morning_comes_once_however_clocks_are_turned(
    hours: tuple[str, str], at: str, begins: str
) -> None:
    rules = soon(hours={"quiet_from": hours[0], "until": hours[1]}, zone="America/New_York")
    asked, expected = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (at, begins))

    assert paging_begins(rules, Urgency.SOON, asked) == expected
    assert paging_begins(rules, Urgency.SOON, expected) == expected


# ---- the law


POLICIES = (
    policy(step("first"), step("second"), id="loud", order=1, applies={"urgencies": ["imminent", "urgent"]}),
    policy(
        step("first", wait=20),
        step("second", "therapist", wait=45),
        id="soon",
        order=2,
        adds=(("@dee",),),
        applies=SOON,
        hours={"quiet_from": "21:00", "until": "07:00"},
        reach_within=timedelta(hours=5),
        resolve_within=timedelta(hours=7),
        second_signature=True,
    ),
    policy(id="list", order=3, applies={"urgencies": ["routine"]}),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(moves, min_size=3, max_size=25),
    st.sampled_from(["escalations.p1", "faults.carrier"]),
    st.integers(0, 23),
)
def test_time_pages_and_asks_nobody_in_the_quiet_hours_and_loses_nothing(
    script: list[tuple[object, ...]], subject: str, hour: int
) -> None:
    board = Sleeping(*POLICIES, subject=subject, start=f"{hour:02}:14")
    board.signal(Urgency.SOON)

    for move in script:
        play(board, move)
    check_log(board)

    begins = [(one.at, one.step) for one in board.log if isinstance(one, StepStarted)]
    assert all(earlier <= later for (earlier, _), (later, _) in pairwise(begins))
    if board.run.open:
        moment = due(board.run)
        assert moment is not None and moment <= board.now + timedelta(days=2)


class Sleeping(Board):
    """A board that watches what comes about in the quiet hours by time, passes and failures."""

    @property
    def quiet(self) -> bool:
        run = self.run
        rests = run.policy is not None and run.open and not cannot_wait(run)
        return rests and paging_begins(run.rules, run.urgency, self.now) > self.now

    def look(self) -> None:
        quiet, logged = self.quiet and self.run.giving is None, len(self.log)
        super().look()
        assert not quiet or not [event for event in self.log[logged:] if _disturbs(event)]

    def hear(self, heard: Heard) -> Board:
        quiet, helpers = self.quiet, self.run.helpers
        super().hear(heard)
        goes_on = PageDeclined | PageExhausted | MessageFailed | UndoAsked
        if quiet and isinstance(heard, PageHeard) and isinstance(heard.event, goes_on):
            assert not self.paged or heard.event.responder in helpers
        return self


def _disturbs(event: EscalationEvent) -> bool:
    return isinstance(event, PageRequested | BridgeRequested | ResponderTold | StepStarted)


def test_what_an_older_version_left_due_at_night_waits_as_well() -> None:
    """A run from before the hours held throughout: its moments stand at night."""
    board = evening()
    board.signal(Urgency.SOON)
    board.run = board.run.model_copy(update={"step_ends_at": clock("22:30")})
    assert board.at("22:30").paged == []
    assert board.at("+1 07:00").paged == ["lee"]

    board.takes("lee")
    board.run = board.run.model_copy(update={"contact_by": clock("+1 23:00")})
    assert board.due == "+2 07:00"


def test_a_night_repeated_changes_nothing() -> None:
    board = evening()
    board.signal(Urgency.SOON).at("23:00").passes("kim")

    assert decide(board.run, TimeReached(), board.now, board.world) == ()
    board.shifts["second"] = schedule("second", "tia")
    assert board.at("+1 07:00").paged == ["tia"]
    assert [e.telling for e in board.log if isinstance(e, ResponderTold)] == [Telling.PASSED]
