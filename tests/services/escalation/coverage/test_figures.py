"""Jumping from edge to edge gives, for every minute, what looking at every minute gives."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings

from contracts.policies import Policy
from contracts.values import Urgency
from services.escalation.coverage import counting, figures
from services.escalation.coverage.figures import Figure
from services.escalation.coverage.instants import instant, length, moment
from services.escalation.coverage.ladder import Ladder
from services.escalation.coverage.plan import Plan
from tests.services.escalation.coverage import plans
from tests.services.escalation.coverage.plans import START, at, in_force, plan, policy, shifts, step
from tests.services.escalation.coverage.test_ladder import ladder_of, paged_for_real

MINUTE = length(timedelta(minutes=1))


def of_every_minute(ladder: Ladder, start: int, end: int) -> list[tuple[int | None, ...]]:
    """The figures of each minute, by looking at each: waiting for the morning counts."""
    found = []
    for minute in range(start, end, MINUTE):
        begins = ladder.begins(minute)
        one = figures.of(ladder.course(begins), minute, begins)
        found.append(tuple(None if f is None else f.after(minute) for f in (*one.within, one.widest)))
    return found


@given(plans.plans())
@settings(max_examples=15, deadline=None)
def test_pieces_say_for_every_minute_what_a_look_at_that_minute_says(
    drawn: tuple[Plan, Policy, Urgency, str | None],
) -> None:
    of, rules, urgency, therapist = drawn
    ladder = ladder_of(of, rules, urgency, therapist)
    start, end = instant(START), instant(at(28))

    found = figures.pieces(ladder, start, end)

    assert found[0].start == start
    assert found[-1].end == end
    assert all(one.end == other.start for one, other in pairwise(found))
    by_piece = [
        tuple(piece.after(f, minute) for f in (*piece.figures.within, piece.figures.widest))
        for piece in found
        for minute in range(start + -(-(piece.start - start) // MINUTE) * MINUTE, piece.end, MINUTE)
    ]
    assert by_piece == of_every_minute(ladder, start, end)


@given(plans.plans())
@settings(max_examples=15, deadline=None)
def test_figures_are_those_of_the_pages_that_the_engine_sends(
    drawn: tuple[Plan, Policy, Urgency, str | None],
) -> None:
    of, rules, urgency, therapist = drawn
    ladder = ladder_of(of, rules, urgency, therapist)
    counted = counting.answerers(of.people)
    for hour in (0, 11, 13):
        piece = next(
            p for p in figures.pieces(ladder, instant(START), instant(at(14))) if p.end > instant(at(hour))
        )
        course = ladder.course(ladder.begins(instant(at(hour))))
        if not course.turns or any(turn.last_resort for turn in course.turns):
            continue  # whom the net under the policy catches is not counted, though paged

        until = moment(course.turns[-1].at)
        answering: set[str] = set()
        real: list[float] = []
        for after, _, people in paged_for_real(of, urgency, at(hour), therapist, until):
            fresh = {counted[who] for who in people if who in counted} - answering
            real += [round(after - 60 * hour, 6)] * len(fresh)
            answering |= fresh

        within = [piece.after(figure, instant(at(hour))) for figure in piece.figures.within]
        assert [round(f / MINUTE, 6) for f in within if f is not None] == real[:3]


@given(plans.plans(quiet_ones=True))
@settings(max_examples=10, deadline=None)
def test_pieces_say_it_for_every_minute_of_an_evening_before_quiet_hours_too(
    drawn: tuple[Plan, Policy, Urgency, str | None],
) -> None:
    of, rules, urgency, therapist = drawn
    ladder = ladder_of(of, rules, urgency, therapist)
    evening = min(ladder.quiet_edge(instant(START)), instant(at(24)))
    start, end = max(instant(START), evening - 180 * MINUTE), evening + 5 * MINUTE

    found = figures.pieces(ladder, start, end)

    by_piece = [
        tuple(piece.after(f, minute) for f in (*piece.figures.within, piece.figures.widest))
        for piece in found
        for minute in range(start + -(-(piece.start - start) // MINUTE) * MINUTE, piece.end, MINUTE)
    ]
    assert by_piece == of_every_minute(ladder, start, end)


def test_the_worst_choice_of_silent_people_is_whoever_is_paged_first() -> None:
    rules = policy(step("first", wait=3), step("second", wait=4), step("everyone", wait=5))
    of = plan(in_force(rules), plans.always(first="ana", second="ana"))

    piece = figures.pieces(ladder_of(of, rules, Urgency.URGENT), instant(START), instant(at(1)))[0]

    assert [f and f.at / MINUTE for f in piece.figures.within] == [0, 7, 7]
    assert piece.figures.widest == Figure(7 * MINUTE)


def test_two_people_with_one_phone_count_once() -> None:
    rules = policy(step("first", wait=3), step("second", wait=4))
    people = plans.crew(plans.person("ana", phone="shared"), plans.person("ben", phone="shared"))
    of = plan(in_force(rules), plans.always(first="ana", second="ben"), people)

    piece = figures.pieces(ladder_of(of, rules, Urgency.URGENT), instant(START), instant(at(1)))[0]

    assert piece.figures.within == (Figure(0), None, None)


def test_a_signal_that_waits_for_the_morning_is_late_by_the_night_and_an_hour_more_when_clocks_go_back() -> (
    None
):
    """Clocks go back in New York on 2026-11-01: that night from 22:00 to 07:00 has ten hours."""
    rules = policy(
        step("first"),
        applies={"urgencies": ["soon"]},
        hours={"quiet_from": "22:00", "until": "07:00"},
    )
    of = plan(in_force(rules), shifts(first=[("ana", -10, 100)]))

    found = figures.pieces(ladder_of(of, rules, Urgency.SOON), instant(START), instant(at(24)))

    first = next(p for p in found if p.figures.within[0] is not None and p.figures.within[0].fixed)
    page = first.figures.within[0]
    assert first.after(page, first.start) == length(timedelta(hours=10))
    assert first.later_than(page, length(timedelta(hours=9))) == (first.start, first.start + 60 * MINUTE)
