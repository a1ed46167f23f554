"""How fast people answer: pages that were taken back say only that it would have taken longer."""

from datetime import timedelta

import pytest

from services.escalation.rehearsal.reactions import Exhausted, Pass, Reaction, Take
from services.escalation.replay.pace import Pace, measure
from services.escalation.replay.script import PageScript, Script
from tests.services.escalation.replay.conftest import START


def page(answered: float | None = None, *, out_for: float | None = None, passed: bool = False) -> PageScript:
    what = Pass() if passed else Take()
    reaction = Reaction(timedelta(seconds=answered), what) if answered is not None else None
    return PageScript(
        "ana", START, answered=reaction, out_for=timedelta(seconds=out_for) if out_for is not None else None
    )


def pace(*pages: PageScript) -> Pace:
    return measure([Script((), {"ana": list(pages)}, {}, None, None, None, None)]).everybody


def test_answers_after_one_two_and_three_minutes_leave_a_third_each() -> None:
    assert pace(page(60), page(120), page(180)).silent == pytest.approx((2 / 3, 1 / 3, 0))


def test_a_page_taken_back_counts_as_waiting_until_then_and_not_after() -> None:
    """Four pages: 60 s, taken back at 90 s, 120 s, never: 3/4 silent after 60 s, then half of it."""
    assert pace(page(60), page(out_for=90), page(120), page()).silent == pytest.approx((3 / 4, 3 / 8))


def test_the_chance_picks_the_moment() -> None:
    steady = pace(page(60), page(120), page(180), page())

    assert [steady.delay(chance) for chance in (0.0, 0.3, 0.6, 0.8)] == [60, 120, 180, None]


def test_somebody_silent_for_two_minutes_answers_after_that_or_never() -> None:
    steady = pace(page(60), page(120), page(180), page())

    assert [steady.delay(chance, 120.0) for chance in (0.0, 0.4, 0.6)] == [180, 180, None]


def test_a_phone_that_failed_says_nothing_about_its_owner() -> None:
    failed = page(0.1)
    failed.answered = Reaction(timedelta(seconds=0), Exhausted())

    assert pace(failed, page(60)).times == (60,)


def test_who_has_few_answers_is_taken_as_everybody_together() -> None:
    pages = {"ana": [page(30)] * 5, "ben": [page(300)] * 4}
    paces = measure([Script((), pages, {}, None, None, None, None)])

    assert paces.of("ana").times == (30,)
    assert paces.of("ben").times == (30, 300)
    assert paces.of("stranger") == paces.everybody


def test_passes_are_a_share_of_the_answers() -> None:
    assert pace(page(10), page(20, passed=True), page(30), page(40)).passes == 0.25
