"""A made-up history, and the rule that holds the whole replay: unchanged, it is reproduced exactly."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from contracts.policies import PolicySet
from services.escalation.core.inputs import World
from services.escalation.replay import comparing, recorded, sampling
from services.escalation.replay.replaying import Change
from services.programme import load_policies
from tests.services.escalation.replay.conftest import START, known, on_call, policies, world

ZONE = ZoneInfo("America/New_York")
SHIFTS = on_call(primary="ana", backup="ben", supervisor="cal", director="dee", ops="dee")
SHIPPED = load_policies(Path(__file__).parents[4] / "deploy" / "policies")
BEGIN = datetime(2026, 11, 10, tzinfo=UTC)


def history(count: int, seed: int) -> list[recorded.RecordedRun]:
    site: World = world(policies(*SHIPPED), SHIFTS)
    made = sampling.sample(sampling.Sample(count, BEGIN, 10), lambda at: site, ZONE, random.Random(seed))
    return list(recorded.runs(list(made), BEGIN - timedelta(days=1), BEGIN + timedelta(days=12)))


@pytest.mark.parametrize("seed", range(4))
def test_replaying_the_unchanged_policy_reproduces_every_recorded_page(seed: int) -> None:
    runs = history(100, seed)
    prepared = comparing.prepare(runs, known(SHIFTS, *runs))

    pairs = comparing.pairs(runs, prepared, Change(policies(*SHIPPED)), seed=9)

    assert sum(len(pair.before.pages) for pair in pairs) > 80
    for pair in pairs:
        assert pair.same
        assert pair.after.pages == pair.before.pages
        assert pair.after.acknowledged == pair.before.acknowledged
        assert pair.after.reached == pair.before.reached
        assert pair.after.closed == pair.before.closed


def test_a_sample_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    assert [run.events for run in history(20, 1)] == [run.events for run in history(20, 1)]
    assert [run.opened.at for run in history(20, 1)] != [run.opened.at for run in history(20, 2)]


def test_a_sample_has_every_urgency_and_more_signals_by_day_than_by_night() -> None:
    runs = history(400, 3)

    assert len({run.signal.urgency for run in runs}) == 4
    night = Counter(not 7 <= run.opened.at.astimezone(ZONE).hour < 22 for run in runs)
    assert night[False] > 3 * night[True] > 0


def test_a_policy_that_pages_more_people_at_once_is_seen_to_cost_pages() -> None:
    runs = history(150, 5)
    prepared = comparing.prepare(runs, known(SHIFTS, *runs))
    louder = PolicySet(
        version=2,
        policies=tuple(
            one.model_copy(
                update={
                    "steps": (
                        one.steps[0].model_copy(update={"page": (*one.steps[0].page, *one.steps[1].page)}),
                        *one.steps[1:],
                    )
                }
            )
            if one.id in ("urgent", "crisis_line")
            else one
            for one in SHIPPED
        ),
        applied_by="ops",
        applied_at=START,
    )

    compared = comparing.compare(comparing.pairs(runs, prepared, Change(louder), seed=1))

    assert compared.after.pages > compared.before.pages
    assert {pair.before.policies[0] for pair in compared.different} == {"urgent", "crisis_line"}
