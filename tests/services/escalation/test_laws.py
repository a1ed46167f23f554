"""The laws, in any order of inputs and with time moving: nothing ends in silence."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.escalations import (
    EscalationStatus,
    FaultRaised,
    Held,
    Opened,
    PageRequested,
    StepStarted,
    UrgencyRaised,
)
from contracts.values import Disposition, Kind, Urgency
from services.escalation.core.decide import decide
from services.escalation.core.due import due
from services.escalation.core.hours import paging_begins
from services.escalation.core.inputs import PatientLinked, SignalHeard, TimeReached
from services.escalation.core.state import Run
from tests.services.escalation.board import (
    PEOPLE,
    Board,
    method,
    person,
    policy,
    replay,
    schedule,
    step,
)

POLICIES = (
    policy(
        step("first"),
        step("second", "therapist", "therapist_on_shift"),
        step("third"),
        id="loud",
        order=1,
        adds=(("@dee",), ("everyone",)),
        applies={"urgencies": ["imminent", "urgent"]},
    ),
    policy(
        step("first", wait=20),
        id="soon",
        order=2,
        applies={"urgencies": ["soon"]},
        hours={"quiet_from": "21:00", "until": "07:00"},
        second_signature=True,
    ),
    policy(id="list", order=3, applies={"urgencies": ["routine"]}),
)
people = st.sampled_from([*PEOPLE, "ghost"])
told = st.fixed_dictionaries({"evidence": st.integers(0, 4)})
moves = st.one_of(
    st.tuples(st.just("wait"), st.integers(0, 1800)),
    st.tuples(st.just("wait"), st.integers(3600, 30_000)),
    st.tuples(st.just("signal"), st.sampled_from(Urgency), st.booleans()),
    st.tuples(
        st.just("takes"),
        people,
        st.fixed_dictionaries({}, optional={"urgency": st.sampled_from(Urgency), "run": st.just("p1-1")}),
    ),
    st.tuples(st.just("passes"), people),
    st.tuples(st.just("fails"), people),
    st.tuples(st.just("loses"), people),
    st.tuples(st.just("reaches"), people, st.one_of(st.just({}), told)),
    st.tuples(
        st.just("closes"),
        people,
        st.sampled_from(Disposition),
        st.one_of(st.just({}), told, st.just({"pin": "missing"})),
    ),
    st.tuples(st.sampled_from(["signs", "confirms", "undoes", "calls", "asks_more"]), people),
    st.tuples(st.just("calls_for_help"), people),
    st.tuples(st.just("gives"), people, st.one_of(st.none(), people)),
    st.tuples(st.just("snoozes"), people, st.integers(0, 3000)),
    st.tuples(st.just("tagged"), st.one_of(st.none(), st.sampled_from([(), ("minor",)]))),
    st.tuples(st.just("roster"), st.sampled_from(["empty", "full", "dead", "quit"]), people),
    st.tuples(st.just("linked")),
    st.tuples(st.just("followed"), st.sampled_from(["s1", "s2", "s3"])),
)


def play(board: Board, move: tuple[Any, ...]) -> None:
    match move:
        case ("wait", seconds):
            board.until(board.now + timedelta(seconds=seconds))
        case ("signal", urgency, by_kim):
            board.signal(urgency, not_to=("kim",) if by_kim else (), room="room" if by_kim else None)
        case ("takes" | "reaches", who, change):
            getattr(board, move[0])(who, **change)
        case ("closes", who, disposition, change):
            board.closes(who, disposition, **change)
        case ("roster", "empty", _):
            board.shifts = {"first": schedule("first")}
        case ("roster", "full", who):
            board.shifts |= {"first": schedule("first", "kim", "lee"), "third": schedule("third", who)}
            board.people = {who: person(who) for who in PEOPLE}
        case ("roster", change, who) if who in board.people:
            dead = {"methods": (method(who, dead=True),)} if change == "dead" else {"active": False}
            board.people |= {who: person(who, **dead)}
        case ("roster", *_):
            board.busy ^= {"kim"}
        case ("gives" | "snoozes", who, what):
            holder = board.run.holder
            getattr(board, move[0])(who, what)
            assert board.run.holder == holder, "asking takes it from nobody"
        case ("calls_for_help", who):
            holder = board.run.holder
            board.calls_for_help(who)
            assert board.run.holder == holder
        case ("tagged", tags):
            board.tags = tags
        case ("followed", signal):
            held = board.run.holder, board.run.urgency
            board.followed(signal=signal)
            ended = "withdrawn" in board.kinds
            assert not ended or (held[0] is None and held[1] in (Urgency.SOON, Urgency.ROUTINE))
        case ("linked",):
            board.hear(PatientLinked("p2"))
        case (name, who):
            getattr(board, name)(who)
        case unknown:
            raise AssertionError(unknown)


def check_log(board: Board) -> None:
    pages = [event.page for event in board.log if isinstance(event, PageRequested)]
    assert len(pages) == len(set(pages)), "a page id was used twice"
    rank = 0
    for event in board.log:
        match event:
            case Opened():
                rank = event.signal.urgency.rank
            case UrgencyRaised():
                assert event.urgency.rank > rank
                rank = event.urgency.rank
            case _:
                pass
    assert board.run.urgency.rank == rank
    assert replay(board.log, board.run.subject) == board.run


@settings(max_examples=90, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(moves, min_size=3, max_size=25), st.sampled_from(["escalations.p1", "faults.carrier"]))
def test_whatever_is_heard_in_whatever_order_every_law_holds(
    script: list[tuple[Any, ...]], subject: str
) -> None:
    board = Board(*POLICIES, subject=subject)
    board.signal(Urgency.URGENT)

    for move in script:
        play(board, move)

    check_log(board)


@settings(max_examples=40, deadline=None)
@given(st.lists(moves, min_size=3, max_size=15))
def test_an_open_run_is_never_silent_for_longer_than_its_steps_wait(script: list[tuple[Any, ...]]) -> None:
    board = Board(*POLICIES)
    board.signal()
    for move in script:
        play(board, move)
    quiet = (EscalationStatus.WAITING, EscalationStatus.WORKLIST, EscalationStatus.CLOSED)
    longest = max((one.wait for one in board.run.rules.steps), default=timedelta())

    if board.run.status not in quiet and not board.run.covered:
        ends_at = board.run.step_ends_at
        assert ends_at is not None
        latest = board.now + max(longest, timedelta(seconds=60))
        assert ends_at <= paging_begins(board.run.rules, board.run.urgency, latest)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 9), st.integers(0, 3))
def test_pages_keep_going_out_round_after_round(steps: int, added: int) -> None:
    board = Board(policy(*[step("first")] * steps, adds=(("second",),) * added))
    board.signal()

    board.until(board.now + timedelta(hours=3))

    moments = [event.at for event in board.log if isinstance(event, PageRequested)]
    assert all(later - earlier <= timedelta(minutes=3) for earlier, later in pairwise(moments))


def test_five_hundred_rounds_leave_the_state_small() -> None:
    board = Board()
    board.signal()
    sizes = []

    while board.run.round < 500:
        board.until(board.now + timedelta(minutes=9))
        for who in ("kim", "lee", "max"):
            board.passes(who)
            board.fails(who, "30003")
        sizes.append(len(board.run.model_dump_json()))

    assert max(sizes[250:]) < 40_000
    assert max(sizes[-50:]) <= max(sizes[200:-50]) * 1.02


@settings(max_examples=30, deadline=None)
@given(st.lists(moves, min_size=1, max_size=10))
def test_the_same_state_input_moment_and_world_give_the_same_events(script: list[tuple[Any, ...]]) -> None:
    board = Board(*POLICIES)
    board.signal()
    for move in script:
        play(board, move)
    moment = due(board.run) or board.now

    first = decide(board.run, TimeReached(), moment, board.world)

    stored = Run.model_validate_json(board.run.model_dump_json())
    assert first == decide(stored, TimeReached(), moment, board.world)


def test_a_holder_is_never_replaced_without_being_told() -> None:
    """Each Held that takes it from somebody else names them."""
    board = Board(*POLICIES)
    board.signal(Urgency.URGENT).takes("kim").signal(Urgency.IMMINENT).takes("lee")

    holds = [event for event in board.log if isinstance(event, Held)]

    assert [(event.responder, event.before) for event in holds] == [("kim", None), ("lee", "kim")]
    assert ("kim", "handed_over") in board.told


def test_time_before_anything_is_due_does_nothing() -> None:
    board = Board()
    board.signal()

    assert decide(board.run, TimeReached(), board.now, board.world) == ()


def test_a_repeated_signal_changes_nothing_even_after_its_run_was_closed() -> None:
    board = Board(*POLICIES)
    board.signal(Urgency.URGENT).takes("kim").closes("kim")
    first = next(heard for heard in board.inputs if isinstance(heard, SignalHeard))

    board.signal(Urgency.URGENT)

    assert board.run.run == "p1-2"
    assert decide(board.run, first, board.now, board.world) == ()


def test_a_run_that_lost_every_clock_counts_as_due_and_pages() -> None:
    """A mistake in a rule must be loud: such a run is due at once and pages the next step."""
    board = Board()
    board.signal()
    board.run = board.run.model_copy(update={"step_ends_at": None})

    events = decide(board.run, TimeReached(), board.now, board.world)

    assert due(board.run) == board.now
    assert any(isinstance(event, StepStarted) for event in events)


def test_no_fault_is_raised_about_a_run_under_faults() -> None:
    board = Board(subject="faults.carrier")
    board.shifts, board.people = {}, {}

    board.signal(Urgency.IMMINENT, Kind.SYSTEM_FAULT, area="carrier", patient=None).at("09:00")

    assert not [event for event in board.log if isinstance(event, FaultRaised)]
    assert board.due == "09:01"
