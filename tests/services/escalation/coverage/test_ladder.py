"""The ladder follows a policy exactly as the rules that page for real do, with nobody answering."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.escalations import EscalationEvent, PageRequested, StepStarted
from contracts.policies import Policy, Round
from contracts.signals import Signal
from contracts.values import Kind, Urgency
from services.escalation.core.decide import decide
from services.escalation.core.due import clocks
from services.escalation.core.evolve import evolve
from services.escalation.core.inputs import Heard, SignalHeard, TimeReached, World
from services.escalation.core.state import Run
from services.escalation.coverage import counting
from services.escalation.coverage.board import Board
from services.escalation.coverage.instants import instant, moment
from services.escalation.coverage.ladder import Course, Ladder, reach_of
from services.escalation.coverage.plan import Plan
from tests.services.escalation.coverage import plans
from tests.services.escalation.coverage.plans import START, always, at, in_force, person, plan, policy, step

Begun = tuple[float, int, frozenset[str]]
"""Minutes after the start, the step, and who was paged."""


def ladder_of(of: Plan, rules: Policy, urgency: Urgency, therapist: str | None = None) -> Ladder:
    end = START + timedelta(days=2) + reach_of(rules)
    board = Board(of, instant(START), instant(end))
    return Ladder(board, rules, urgency, therapist, counting.answerers(of.people))


def course_at(of: Plan, rules: Policy, urgency: Urgency, when: datetime, therapist: str | None) -> Course:
    ladder = ladder_of(of, rules, urgency, therapist)
    return ladder.course(ladder.begins(instant(when)))


def written(course: Course) -> list[Begun]:
    begun = [(turn.at - instant(START), turn.step, turn.meant.people) for turn in course.turns]
    return [(after / 60e6, number, people) for after, number, people in begun]


def paged_for_real(
    of: Plan, urgency: Urgency, when: datetime, therapist: str | None, until: datetime
) -> list[Begun]:
    """What decide and evolve do, from the signal until then."""
    world = World(of.policies, of.shifts, of.people, code="K7", therapist=therapist)
    signal = Signal(
        id="s1",
        kind=Kind.CONCERN_RAISED,
        urgency=urgency,
        patient="somebody",
        occurred_at=when,
        received_at=when,
        source="test",
    )
    run, now = Run.empty("escalations.somebody"), when
    heard: Heard = SignalHeard(signal)
    log: list[EscalationEvent] = []
    while now <= until:
        events = decide(run, heard, now, world)
        log += events
        for event in events:
            run = evolve(run, event)
        heard, now = TimeReached(), min(due for due, _ in clocks(run))
    found: list[tuple[float, int, set[str]]] = []
    for event in log:
        if isinstance(event, StepStarted):
            found.append(((event.at - START) / timedelta(minutes=1), event.step, set()))
        elif isinstance(event, PageRequested):
            found[-1][2].add(event.responder)
    return [(after, number, frozenset(people)) for after, number, people in found]


@given(plans.plans(), st.integers(0, 24 * 60))
@settings(max_examples=60, deadline=None)
def test_it_pages_whom_the_engine_pages_and_when(
    drawn: tuple[Plan, Policy, Urgency, str | None], minute: int
) -> None:
    of, rules, urgency, therapist = drawn
    when = START + timedelta(minutes=minute)

    course = course_at(of, rules, urgency, when, therapist)
    until = moment(course.turns[-1].at) if course.turns else when + timedelta(hours=2)

    assert written(course) == paged_for_real(of, urgency, when, therapist, until)


@given(plans.plans(quiet_ones=True), st.integers(0, 24 * 60), st.integers(-90, 5))
@settings(max_examples=60, deadline=None)
def test_it_waits_where_the_engine_waits_for_the_morning(
    drawn: tuple[Plan, Policy, Urgency, str | None], minute: int, before: int
) -> None:
    """Signals at any minute, and around the first beginning of the quiet hours."""
    of, rules, urgency, therapist = drawn
    ladder = ladder_of(of, rules, urgency, therapist)
    evening = moment(min(ladder.quiet_edge(instant(START)), instant(at(24)))) + timedelta(minutes=before)
    for when in (START + timedelta(minutes=minute), max(START, evening)):
        course = ladder.course(ladder.begins(instant(when)))
        until = moment(course.turns[-1].at) if course.turns else when + timedelta(hours=2)

        assert written(course) == paged_for_real(of, urgency, when, therapist, until)


def test_a_course_that_begins_in_the_evening_goes_on_in_the_morning() -> None:
    rules = policy(
        step("first", wait=60),
        step("second", wait=60),
        step("cleo", wait=60),
        applies={"urgencies": ["soon"]},
        hours={"quiet_from": "22:00", "until": "07:00"},
        zone="UTC",
    )
    of = plan(in_force(rules), always(first="ana", second="ben"))

    course = course_at(of, rules, Urgency.SOON, at(2.5), None)

    assert [(turn.at, turn.fixed) for turn in course.turns] == [
        (instant(at(2.5)), False),
        (instant(at(3.5)), False),
        (instant(at(13)), True),
    ]
    assert course.room == 30 * 60_000_000


@given(plans.plans(), st.integers(0, 24 * 60), st.integers(0, 24 * 60))
@settings(max_examples=60, deadline=None)
def test_within_its_room_everything_happens_alike_and_as_much_later(
    drawn: tuple[Plan, Policy, Urgency, str | None], minute: int, later: int
) -> None:
    of, rules, urgency, therapist = drawn
    ladder = ladder_of(of, rules, urgency, therapist)
    began = instant(START + timedelta(minutes=minute))
    course = ladder.course(began)
    moved_by = min(later * 60_000_000, course.room - 1)

    moved = ladder.course(began + moved_by)

    assert [(t.at, t.round, t.step, t.meant, t.last_resort, t.fixed) for t in course.turns] == [
        (t.at if t.fixed else t.at - moved_by, t.round, t.step, t.meant, t.last_resort, t.fixed)
        for t in moved.turns
    ]


def test_an_empty_step_is_passed_over_in_the_same_moment() -> None:
    rules = policy(step("nobody_here"), step("first", wait=5), step("second"))
    of = plan(in_force(rules), always(first="ana", second="ben"))

    course = course_at(of, rules, Urgency.URGENT, START, None)

    assert written(course)[:2] == [(0.0, 1, frozenset({"ana"})), (5.0, 2, frozenset({"ben"}))]
    assert course.turns[0].empty[0][1].causes == ("nobody for schedule nobody_here",)


def test_a_round_without_anybody_pages_everyone_and_says_that_this_was_the_last_resort() -> None:
    rules = policy(step("nobody_here"), step("nor_here"))
    of = plan(in_force(rules), {})

    course = course_at(of, rules, Urgency.URGENT, START, None)

    assert written(course) == [(0.0, 1, frozenset(plans.PEOPLE))]
    assert course.turns[0].last_resort


def test_rounds_stand_apart_by_half_a_minute_when_it_is_imminent_and_by_one_otherwise() -> None:
    rules = policy(
        step("first", wait=0), step("second", wait=0.75), repeat=[Round(add=(plans.target("cleo"),))]
    )
    of = plan(in_force(rules), always(first="ana", second="ana"))

    urgent = written(course_at(of, rules, Urgency.URGENT, START, None))
    imminent = written(course_at(of, rules, Urgency.IMMINENT, START, None))

    assert [round(after * 60) for after, _, _ in urgent] == [0, 1, 46, 47]
    assert [round(after * 60) for after, _, _ in imminent] == [0, 1, 46, 47]

    quick = policy(step("first", wait=0), step("second", wait=10), repeat=rules.repeat)
    alone = plan(in_force(quick), always(first="ana"))
    urgent = written(course_at(alone, quick, Urgency.URGENT, START, None))
    imminent = written(course_at(alone, quick, Urgency.IMMINENT, START, None))
    assert [round(after * 60) for after, _, _ in urgent] == [0, 60, 61]
    assert [round(after * 60) for after, _, _ in imminent] == [0, 30, 31]


def test_somebody_without_a_verified_phone_is_paged_and_does_not_count() -> None:
    rules = policy(step("first"), step("second"))
    people = plans.crew(person("ana", verified=False), person("ben"))
    of = plan(in_force(rules), always(first="ana", second="ben"), people)

    first, second = course_at(of, rules, Urgency.URGENT, at(1), None).turns[:2]

    assert (first.meant.people, first.meant.answerers) == (frozenset({"ana"}), frozenset())
    assert second.meant.answerers == frozenset({"ben"})
