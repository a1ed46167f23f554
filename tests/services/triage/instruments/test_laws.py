"""What holds for every instrument and all answers, checked on many made up ones."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contracts.screens import ScreenAnswers, ScreenResult
from services.triage import instruments
from services.triage.instruments.scoring.items import AnyInstrument, Item, Points, YesNo

SHIPPED = instruments.load()
LEVELS = ("c-ssrs", "asq")
FORMS = [one for one in instruments.instruments() if one.highest or one.id in LEVELS]
ASKED = {
    one.id: [item for item in one.items if isinstance(item.holds, Points | YesNo) and item.id != "difficulty"]
    for one in FORMS
}
IMPOSSIBLE = ["-1", "99", "1.5", "perhaps", "nan", "3 mg"]
RISK = {"phq-9": {"9", "9_presence"}, "ciwa-ar": {"tactile", "auditory", "visual", "orientation"}}
"""Items that count beside the sum."""
FEW = settings(max_examples=40, deadline=None)


def scored(instrument: AnyInstrument, answers: dict[str, str], total: str = "") -> ScreenResult:
    given_answers = ScreenAnswers.model_validate({"answers": answers, "total": total})
    return instruments.score(instrument.id, given_answers, SHIPPED)


def rank(result: ScreenResult) -> int:
    return -1 if result.urgency is None else result.urgency.rank


def ordered(item: Item) -> list[str]:
    """The answers of an item, from the least severe to the most."""
    match item.holds:
        case Points():
            return [str(value) for value in item.holds.allowed]
        case YesNo():
            return ["yes", "no"] if item.holds.no > item.holds.yes else ["no", "yes"]
        case _:
            raise AssertionError(item)


@st.composite
def forms(draw: st.DrawFn) -> tuple[AnyInstrument, dict[str, str], Item]:
    """An instrument, some of its answers, and an item to change."""
    instrument = draw(st.sampled_from(FORMS))
    items = ASKED[instrument.id]
    left_out = draw(st.sets(st.sampled_from([item.id for item in items]), max_size=len(items)))
    answers = {item.id: draw(st.sampled_from(ordered(item))) for item in items if item.id not in left_out}
    return instrument, answers, draw(st.sampled_from(items))


def total_of(draw: Any, instrument: AnyInstrument) -> str:
    known: str = draw(st.sampled_from(["", "0", "3", "10", "19", "27", "99"])) if instrument.highest else ""
    return known


@FEW
@given(forms(), st.data())
def test_a_score_never_leaves_the_published_range(
    form: tuple[AnyInstrument, dict[str, str], Item], data: st.DataObject
) -> None:
    instrument, answers, _ = form

    result = scored(instrument, answers, total_of(data.draw, instrument))

    if instrument.highest is None:
        assert result.score is None
        return
    assert result.least is not None and result.most is not None
    assert 0 <= result.least <= result.most <= instrument.highest
    assert result.score is None or result.least <= result.score <= result.most
    if result.score is None:
        assert result.problems


@settings(max_examples=150, deadline=None)
@given(forms(), st.data())
def test_a_more_severe_answer_is_never_quieter(
    form: tuple[AnyInstrument, dict[str, str], Item], data: st.DataObject
) -> None:
    instrument, answers, item = form
    total = total_of(data.draw, instrument)
    low, high = sorted(data.draw(st.tuples(*[st.integers(0, len(ordered(item)) - 1)] * 2)))

    less, more = (scored(instrument, {**answers, item.id: ordered(item)[n]}, total) for n in (low, high))

    assert rank(less) <= rank(more)


@settings(max_examples=150, deadline=None)
@given(forms(), st.data())
def test_an_answer_taken_away_is_never_quieter_than_at_its_lowest(
    form: tuple[AnyInstrument, dict[str, str], Item], data: st.DataObject
) -> None:
    """Also beside a stated total, but for the last answer: a total alone is a form of its own."""
    instrument, answers, item = form
    without = {key: value for key, value in answers.items() if key != item.id}
    total = total_of(data.draw, instrument) if without else ""
    assume(total == "" or any(one.id in without for one in instrument.scored))

    lowest, missing = (
        scored(instrument, {**without, item.id: ordered(item)[0]}, total),
        scored(instrument, without, total),
    )

    assert rank(lowest) <= rank(missing)


@FEW
@given(forms(), st.sampled_from(IMPOSSIBLE))
def test_an_impossible_answer_is_refused_and_never_quieter_than_none(
    form: tuple[AnyInstrument, dict[str, str], Item], written: str
) -> None:
    instrument, answers, item = form
    without = {key: value for key, value in answers.items() if key != item.id}

    result = scored(instrument, {**without, item.id: written})

    assert any(one.what == "impossible" and one.item == item.id for one in result.problems)
    assert rank(scored(instrument, without)) <= rank(result)
    if item.scored:
        assert result.score is None


@pytest.mark.parametrize("instrument", [one for one in FORMS if one.highest], ids=lambda one: one.id)
def test_one_answer_missing_counts_as_its_worst(instrument: AnyInstrument) -> None:
    items = [item for item in ASKED[instrument.id] if item.scored]
    for level in (0, 1, -1):
        answers = {
            item.id: ordered(item)[level if len(ordered(item)) > 2 else min(level, 0)] for item in items
        }
        for item in items:
            if item.id in RISK.get(instrument.id, ()) or item.id in instrument_skips(instrument):
                continue
            missing = {key: value for key, value in answers.items() if key != item.id}
            worst = {**missing, item.id: ordered(item)[-1]}
            assert rank(scored(instrument, missing)) == rank(scored(instrument, worst)), (item.id, level)


def instrument_skips(instrument: AnyInstrument) -> set[str]:
    """Items that an answer can leave out, and the one that does: missing means something else there."""
    return {"1", "2", "3", "4", "5", "6", "7", "8"} if instrument.id in ("audit", "audit-c") else set()


@FEW
@given(st.decimals(0, 2, places=3), st.decimals(0, 2, places=3))
def test_a_higher_breath_test_is_never_quieter_the_impossible_included(one: object, other: object) -> None:
    low, high = sorted((float(str(one)), float(str(other))))
    breath = instruments.find("breath-alcohol")

    for unit, times in (("g/dL", 1), ("mg/L", 1), ("mg/dL", 1000)):
        less, more = (scored(breath, {"level": f"{level * times:.3f} {unit}"}) for level in (low, high))
        assert rank(less) <= rank(more)


@FEW
@given(st.integers(0, 60), st.integers(0, 60))
def test_a_longer_gap_in_doses_is_never_quieter(one: int, other: int) -> None:
    low, high = sorted((one, other))
    for name, item in (
        ("agonist-doses", "days_missed"),
        ("agonist-doses", "hours_late"),
        ("injection-doses", "days_since_last"),
        ("lithium-doses", "doses_missed"),
        ("clozapine-doses", "hours_since_last"),
        ("taper-doses", "doses_missed"),
    ):
        less, more, unknown = (
            scored(instruments.find(name), answers)
            for answers in ({item: str(low)}, {item: str(high)}, {item: "unknown"})
        )
        assert rank(less) <= rank(more) <= rank(unknown)


@FEW
@given(forms())
def test_the_same_answers_always_come_to_the_same(form: tuple[AnyInstrument, dict[str, str], Item]) -> None:
    instrument, answers, _ = form
    turned = dict(reversed(answers.items()))

    assert scored(instrument, answers) == scored(instrument, turned)
    result = scored(instrument, answers)
    assert ScreenResult.model_validate_json(result.model_dump_json()) == result


@FEW
@given(forms())
def test_what_drove_it_stands_among_the_items(form: tuple[AnyInstrument, dict[str, str], Item]) -> None:
    instrument, answers, _ = form
    result = scored(instrument, answers)

    assert set(result.drove) <= {item.id for item in instrument.items} | {"total"}
    assert bool(result.drove) == (result.urgency is not None)
