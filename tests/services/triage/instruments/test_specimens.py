"""Breath alcohol and urine panels (clinical.md 1b, 1c; 7 rows 16 to 18)."""

from collections.abc import Callable

import pytest

from contracts.screens import ScreenResult
from contracts.values import Kind, Urgency

Score = Callable[..., ScreenResult]
UNITS = "g/(210.L)"


def codes(result: ScreenResult) -> set[str]:
    return {one.code for one in result.findings}


@pytest.mark.parametrize(
    ("level", "band", "urgency"),
    [
        ("0.019", "negative", None),
        ("0.02", "positive", Urgency.SOON),
        ("0.079", "DOT violation", Urgency.SOON),
        ("0.08", "legal limit", Urgency.URGENT),
        ("0.199", "legal limit", Urgency.URGENT),
        ("0.20", "severe", Urgency.IMMINENT),
    ],
)
def test_breath_alcohol_by_level(score: Score, level: str, band: str, urgency: Urgency | None) -> None:
    result = score("breath-alcohol", {"level": {"value": level, "unit": UNITS}})

    assert (result.band, result.urgency, result.problems) == (band, urgency, ())
    assert (result.kind, result.score) == (Kind.SUBSTANCE_POSITIVE, float(level))


@pytest.mark.parametrize("written", ["0 mg/dL", "1 mg/dL", "0.01 mg/L", "0.001 %"])
def test_what_a_device_shows_when_there_is_nothing_is_nothing(score: Score, written: str) -> None:
    assert (score("breath-alcohol", {"level": written}).urgency) is None


@pytest.mark.parametrize("written", ["0.08 g/210 L", "0.08%", "0.08 g/dL", "80 mg/dL", "80mg/dl", "0.0800 %"])
def test_units_that_mean_the_same_give_the_same(score: Score, written: str) -> None:
    assert score("breath-alcohol", {"level": written}).score == 0.08


def test_units_of_breath_are_taken_times_210_litres(score: Score) -> None:
    assert score("breath-alcohol", {"level": "0.4 mg/L"}).score == 0.084
    assert score("breath-alcohol", {"level": "35 µg/100 mL"}).score == 0.0735
    assert score("breath-alcohol", {"level": "35 ug/dL"}).score == 0.0735
    assert score("breath-alcohol", {"level": "350 ug/L"}).score == 0.0735


@pytest.mark.parametrize(
    ("written", "urgency"),
    [
        ("0.25", Urgency.IMMINENT),
        ("80", Urgency.URGENT),
        ("0.001", Urgency.URGENT),
        ("0.5 promille", Urgency.IMMINENT),
        ("0.09 mg/dL", Urgency.URGENT),
        ("0.5 mg/dL", Urgency.IMMINENT),
        ("0.01 µg/100 mL", Urgency.URGENT),
        ("6 g/dL", Urgency.IMMINENT),
        ("-0.01 g/dL", Urgency.URGENT),
        ("0,08 g/dL", Urgency.URGENT),
        ("high", Urgency.URGENT),
    ],
)
def test_a_figure_that_cannot_be_used_is_refused_and_counts_as_its_worst(
    score: Score, written: str, urgency: Urgency
) -> None:
    result = score("breath-alcohol", {"level": written})

    assert (result.score, result.urgency) == (None, urgency)
    assert [(one.what, one.item) for one in result.problems] == [("impossible", "level")]


def test_an_altered_mind_and_a_suicidal_statement_raise(score: Score) -> None:
    level = {"level": "0.03 g/dL"}

    assert score("breath-alcohol", {**level, "altered": "yes"}).urgency is Urgency.IMMINENT
    assert score("breath-alcohol", {**level, "suicidal_statement": "yes"}).urgency is Urgency.URGENT
    said = {"level": "0.1 g/dL", "suicidal_statement": "yes"}
    assert score("breath-alcohol", said).urgency is Urgency.IMMINENT


def test_presence_without_a_figure_is_told(score: Score) -> None:
    assert score("breath-alcohol", {"104133-4": "positive"}).urgency is Urgency.SOON
    assert score("breath-alcohol", {"104133-4": "260385009"}).urgency is None
    assert score("breath-alcohol", {}).urgency is Urgency.SOON


@pytest.mark.parametrize(
    ("given", "urgency"),
    [
        ({"thc": "49 ng/mL"}, None),
        ({"thc": "50 ng/mL"}, Urgency.SOON),
        ({"thc": "50 ug/L"}, Urgency.SOON),
        ({"fentanyl": "0.9 ng/mL"}, None),
        ({"fentanyl": "1 ng/mL"}, Urgency.URGENT),
        ({"opiates": "1999 ng/mL"}, None),
        ({"opiates": "2 ug/mL"}, Urgency.URGENT),
        ({"cocaine": "10828004"}, Urgency.SOON),
        ({"cocaine": "NEG"}, None),
        ({"benzodiazepines": "positive"}, Urgency.SOON),
        ({"etg": "500 ng/mL", "barbiturates": "positive"}, Urgency.URGENT),
    ],
)
def test_cut_offs_and_what_they_mean(score: Score, given: dict[str, str], urgency: Urgency | None) -> None:
    result = score("urine", {**given, "creatinine": "90 mg/dL", "ph": 6})

    assert (result.urgency, result.problems) == (urgency, ())


SCREENING = {
    "thc": 50,
    "cocaine": 150,
    "opiates": 2000,
    "hydrocodone": 300,
    "oxycodone": 100,
    "heroin": 10,
    "fentanyl": 1,
    "methadone": 300,
    "buprenorphine": 5,
    "pcp": 25,
    "amphetamines": 500,
    "mdma": 500,
    "benzodiazepines": 200,
    "barbiturates": 200,
    "etg": 500,
    "ets": 100,
}
CONFIRMED = {
    "thca": 15,
    "benzoylecgonine": 100,
    "codeine": 2000,
    "morphine": 4000,
    "hydrocodone": 100,
    "hydromorphone": 100,
    "oxycodone": 100,
    "oxymorphone": 100,
    "6am": 10,
    "fentanyl": 1,
    "norfentanyl": 1,
    "pcp": 25,
    "amphetamine": 250,
    "methamphetamine": 250,
    "mdma": 250,
    "mda": 250,
}
"""ng/mL: 90 FR 4662, and what clinics use for methadone, buprenorphine and the last four (clinical.md 1b)."""


@pytest.mark.parametrize(
    ("item", "cut_off"), [*SCREENING.items(), *((f"confirmed_{one}", at) for one, at in CONFIRMED.items())]
)
def test_each_cut_off_is_the_published_one(score: Score, item: str, cut_off: int) -> None:
    below, on = (score("urine", {item: f"{level} ng/mL"}) for level in (cut_off - 0.1, cut_off))

    assert (below.band, below.urgency) == ("negative", None)
    assert on.band == ("confirmed positive" if item.startswith("confirmed_") else "presumptive positive")
    assert on.urgency is not None


def test_what_is_prescribed_is_expected_and_missed_when_it_is_not_there(score: Score) -> None:
    taken = {"prescribed": "buprenorphine"}

    assert score("urine", {**taken, "buprenorphine": "positive"}).urgency is None
    absent = score("urine", {**taken, "buprenorphine": "negative"})
    assert (absent.urgency, codes(absent)) == (Urgency.SOON, {"urine_no_buprenorphine"})
    assert score("urine", {"buprenorphine": "positive"}).urgency is Urgency.URGENT
    mixed = score("urine", {**taken, "buprenorphine": "positive", "benzodiazepines": "positive"})
    assert mixed.urgency is Urgency.URGENT
    assert "urine_opioid_with_sedative" in codes(mixed)


def test_a_positive_is_presumptive_until_confirmed(score: Score) -> None:
    screened = {"opiates": "positive"}

    assert score("urine", screened).band == "presumptive positive"
    assert score("urine", {**screened, "confirmed_morphine": "4000 ng/mL"}).band == "confirmed positive"
    half = score("urine", {**screened, "confirmed_morphine": "negative"})
    assert (half.band, half.urgency) == ("presumptive positive", Urgency.URGENT)
    whole = score("urine", {**screened, "confirmed_morphine": "3999 ng/mL", "confirmed_codeine": "negative"})
    assert (whole.band, whole.urgency) == ("negative", None)
    assert codes(whole) == {"urine_not_confirmed_opiates"}


@pytest.mark.parametrize(
    ("validity", "code"),
    [
        ({"creatinine": "19.9 mg/dL"}, "urine_dilute"),
        ({"creatinine": "0.19 g/L"}, "urine_dilute"),
        ({"creatinine": "190 mg/L"}, "urine_dilute"),
        ({"creatinine": "1.76 mmol/L"}, "urine_dilute"),
        ({"ph": 4.4}, "urine_not_valid"),
        ({"ph": 9.1}, "urine_not_valid"),
        ({"creatinine": "19.9"}, "urine_validity_open"),
    ],
)
def test_a_specimen_that_says_little_is_soon(score: Score, validity: dict[str, object], code: str) -> None:
    result = score("urine", {"thc": "negative", **validity})

    assert (result.urgency, codes(result)) == (Urgency.SOON, {code})
    for enough in ("20 mg/dL", "0.2 g/L", "200 mg/L", "1.77 mmol/L"):
        assert score("urine", {"thc": "negative", "creatinine": enough, "ph": 9}).urgency is None


@pytest.mark.parametrize("written", ["3", "3 mmol/L", "trace?", "-1 ng/mL"])
def test_a_result_that_cannot_be_read_counts_as_positive(score: Score, written: str) -> None:
    result = score("urine", {"fentanyl": written})

    assert result.urgency is Urgency.URGENT
    assert [one.item for one in result.problems] == ["fentanyl"]


def test_no_result_at_all_is_said(score: Score) -> None:
    for answers in ({}, {"fentanyl": "pending"}):
        result = score("urine", answers)
        assert (result.urgency, [one.item for one in result.problems]) == (Urgency.SOON, ["panel"])


def test_a_concentration_without_a_confirmatory_cut_off_is_said(score: Score) -> None:
    result = score("urine", {"confirmed_methadone": "300 ng/mL"})

    assert result.urgency is Urgency.URGENT
    assert [one.item for one in result.problems] == ["confirmed_methadone"]


def test_opioid_and_sedative_are_no_danger_signal_when_both_are_prescribed(score: Score) -> None:
    both = {"buprenorphine": "positive", "benzodiazepines": "positive", "thc": "positive"}

    known = score("urine", {**both, "prescribed": "buprenorphine; benzodiazepines"})
    half = score("urine", {**both, "prescribed": "buprenorphine, aspirin"})

    assert (known.urgency, known.drove) == (Urgency.SOON, ("thc",))
    assert half.urgency is Urgency.URGENT
    assert [(one.what, one.item) for one in half.problems] == [("impossible", "prescribed")]
