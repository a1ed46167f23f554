"""Thresholds are data: each with its source, a site's above the shipped ones, mistakes told by line."""

from importlib.resources import files
from pathlib import Path

import pytest

from contracts.screens import ScreenAnswers
from contracts.values import Urgency
from services.triage import instruments
from services.triage.instruments.scoring import thresholds

SHIPPED = files("services.triage.instruments").joinpath("thresholds.yaml").read_text("utf-8")
GAD = "gad-7:\n  signals:\n    - {from: 8, urgency: soon, source: medical director 2026-11-01}\n"


def with_site(text: str) -> thresholds.Thresholds:
    return thresholds.of_texts(SHIPPED, text, "site.yaml")


def problems(text: str) -> str:
    with pytest.raises(instruments.ThresholdsError) as caught:
        with_site(text)
    return str(caught.value)


def test_a_site_replaces_what_it_names_and_keeps_the_rest() -> None:
    answers = ScreenAnswers.model_validate({"answers": {str(n): 1 for n in range(1, 8)} | {"1": 2}})
    own, shipped = with_site(GAD), instruments.load()

    changed, before = (instruments.score("gad-7", answers, one) for one in (own, shipped))

    assert (changed.urgency, before.urgency) == (Urgency.SOON, None)
    assert changed.findings[0].source == "medical director 2026-11-01"
    assert changed.band == before.band == "mild"
    assert changed.thresholds != before.thresholds


def test_a_file_of_the_site_is_read(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(GAD, "utf-8")

    assert instruments.load(file).mark == with_site(GAD).mark
    with pytest.raises(instruments.ThresholdsError, match="cannot be read"):
        instruments.load(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gad7:\n  signals: []\n", "site.yaml:2: gad7: is no instrument; did you mean `gad-7`?"),
        ("gad-7:\n  signal: []\n", "site.yaml:2: gad-7.signal: is no field here; did you mean `signals`?"),
        (
            "phq-9:\n  item_9_some: {urgncy: soon, source: me myself}\n",
            "phq-9.item_9_some.urgncy: is no field here; did you mean `urgency`?",
        ),
        (
            "gad-7:\n  signals:\n    - {form: 8, urgency: soon, source: director}\n",
            "site.yaml:3: gad-7.signals.0.form: is no field here; did you mean `from`?",
        ),
        ("c-ssrs:\n  low: {urgency: soon}\n", "c-ssrs.low.source: is missing; add it"),
        ("c-ssrs:\n  low: {urgency: quick, source: director}\n", "c-ssrs.low.urgency: input should be"),
        (GAD.replace("8", "22"), "the highest total is 21, so it would never be reached"),
        (
            GAD + "    - {from: 7, urgency: urgent, source: director}\n",
            "gad-7.signals: `from: 7` stands after 8; write them in rising order",
        ),
        (
            GAD + "    - {from: 12, urgency: routine, source: director}\n",
            "gad-7.signals: from 12 on it is not louder than from 8 on",
        ),
        (
            "gad-7:\n  bands: {steps: {mild: 5, minimal: 0}, source: director}\n",
            "'minimal' begins at 0, not above 'mild'",
        ),
        ("gad-7: 3\n", "gad-7: needs fields"),
        ("- gad-7\n", "needs instruments"),
        ("gad-7: [\n", "is no YAML here"),
        (
            "urine:\n  cut_offs:\n    thcc: {initial: 20, source: director}\n",
            "urine.cut_offs.thcc: is no field here; did you mean `thc`?",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_the_nearest_name(text: str, said: str) -> None:
    assert said in problems(text)


def test_all_mistakes_are_told_at_once() -> None:
    assert problems("gad7: {}\ncow:\n  a: b\nc-ssrs:\n  high: {}\n").count("\n") == 3


def test_every_shipped_threshold_has_its_source_in_the_file() -> None:
    """And none stands in the code alone: without the file every instrument lacks its figures."""
    with pytest.raises(instruments.ThresholdsError) as caught:
        thresholds.of_texts("{}")

    lacking = {line.split(": ")[1].split(".")[0] for line in caught.value.problems}
    assert lacking == {one.id for one in instruments.instruments()}


def test_an_instrument_whose_section_is_gone_says_so() -> None:
    with pytest.raises(instruments.ThresholdsError, match="no thresholds of cows"):
        thresholds.Thresholds({}, "").of(instruments.find("cows"))


def test_one_answer_missing_counts_as_its_worst_over_several_rungs() -> None:
    close = "gad-7:\n  signals:\n" + "".join(
        f"    - {{from: {start}, urgency: {urgency}, source: director}}\n"
        for start, urgency in ((10, "routine"), (11, "soon"), (12, "urgent"))
    )
    nine = {str(n): 3 for n in range(1, 4)} | {"4": 0, "5": 0, "6": 0}
    eight = {**nine, "1": 2}
    one, two = (
        instruments.score("gad-7", ScreenAnswers.model_validate({"answers": answers}), with_site(close))
        for answers in (nine, {key: value for key, value in eight.items() if key != "6"})
    )

    assert one.urgency is Urgency.URGENT
    assert two.urgency is Urgency.SOON  # 8 and one more answer of 3 are 11; both together would be 14
