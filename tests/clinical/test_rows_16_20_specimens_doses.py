"""Rows 16 to 20 of the clinical table: specimens, withdrawal scales and doses.

Nurses and prescribers have no schedule in the shipped policies: whoever is on call stands for them.
"""

from datetime import date

import pytest

from tests.clinical.hands import DAY, NIGHT, Reports, contact_by, escalated, loud, paged, policy, reported

ON_CALL = ["10:00 ana sms, voice 10:02", "10:05 ben sms, voice 10:07", "10:10 cal sms, voice 10:12"]
AT_ONCE = ["02:14 ana sms+voice", "02:17 ben sms+voice", "02:20 cal sms+voice", "02:23 dee sms+voice"]
VALID = {"creatinine": "90 mg/dL", "ph": 6}
CALM = dict.fromkeys(
    "nausea tremor sweats anxiety agitation tactile auditory visual headache orientation".split(), 0
)
EASY = dict.fromkeys(
    "pulse sweating restlessness pupils aches nose stomach tremor yawning anxiety gooseflesh".split(), 0
)


def breath(level: str, **more: str) -> dict[str, object]:
    """A breath test in grams in 210 litres of breath."""
    return {"level": {"value": level, "unit": "g/(210.L)"}, **more}


# -- row 16


@pytest.mark.parametrize(
    "found",
    [
        {"fentanyl": "1 ng/mL"},
        {"opiates": "positive"},
        {"buprenorphine": "positive", "benzodiazepines": "positive", "prescribed": "buprenorphine"},
    ],
)
def test_row_16_positive_is_paged_the_same_hour_with_two_more_behind(found: dict[str, object]) -> None:
    signal = reported("urine", VALID | found)

    assert loud(signal) == ("substance_positive", "urgent")
    assert paged(escalated(signal, minutes=14.9)) == ON_CALL
    assert contact_by(escalated(signal, minutes=2, takes={"ana": 0})) == "11:00"


@pytest.mark.parametrize(
    "found", [{"fentanyl": "negative"}, {"buprenorphine": "positive", "prescribed": "buprenorphine"}]
)
def test_row_16_negative_nothing_found_or_only_what_is_prescribed(found: dict[str, object]) -> None:
    assert reported("urine", VALID | found) is None


@pytest.mark.parametrize(("level", "is_signal"), [("0.9 ng/mL", False), ("1 ng/mL", True), ("3", True)])
def test_row_16_borderline_at_the_cut_off_it_counts_and_without_a_unit_too(
    level: str, is_signal: bool
) -> None:
    assert (reported("urine", VALID | {"fentanyl": level}) is not None) is is_signal


# -- row 17


@pytest.mark.parametrize(
    "found",
    [
        {"cocaine": "positive"},
        {"thc": "negative", "creatinine": "19.9 mg/dL"},
        {"buprenorphine": "negative", "prescribed": "buprenorphine"},
    ],
)
def test_row_17_positive_the_therapist_hears_the_same_day(found: dict[str, object]) -> None:
    signal = reported("urine", VALID | found)

    assert loud(signal) == ("substance_positive", "soon")
    assert paged(escalated(signal, minutes=65)) == [
        "10:00 tia sms, voice 10:02",
        "11:00 ana sms, voice 11:02",
    ]


def test_row_17_negative_a_clean_and_valid_specimen() -> None:
    assert reported("urine", VALID | {"thc": "negative", "cocaine": "NEG"}) is None


@pytest.mark.parametrize(
    ("found", "is_signal"),
    [
        ({"thc": "49 ng/mL"}, False),
        ({"thc": "50 ng/mL"}, True),
        ({"thc": "negative", "creatinine": "20 mg/dL", "ph": 9}, False),
        ({"thc": "negative", "ph": 9.1}, True),
    ],
)
def test_row_17_borderline_each_side_of_the_cut_offs(found: dict[str, object], is_signal: bool) -> None:
    assert (reported("urine", VALID | found) is not None) is is_signal


# -- row 18


def test_row_18_positive_from_the_legal_limit_on_staff_are_paged_now() -> None:
    signal = reported("breath-alcohol", breath("0.10"))

    assert loud(signal) == ("substance_positive", "urgent")
    assert paged(escalated(signal, minutes=14.9)) == ON_CALL


@pytest.mark.parametrize("given", [breath("0.20"), breath("0.05", altered="yes")])
def test_row_18_positive_severe_or_with_an_altered_mind_it_is_imminent(given: dict[str, object]) -> None:
    signal = reported("breath-alcohol", given, at=NIGHT)

    assert loud(signal) == ("substance_positive", "imminent")
    assert paged(escalated(signal, minutes=11.9)) == AT_ONCE


def test_row_18_negative_below_two_hundredths_is_no_signal() -> None:
    assert reported("breath-alcohol", breath("0.01")) is None


@pytest.mark.parametrize(
    ("level", "urgency"),
    [
        ("0.019", None),
        ("0.02", "soon"),
        ("0.079", "soon"),
        ("0.08", "urgent"),
        ("0.199", "urgent"),
        ("0.20", "imminent"),
    ],
)
def test_row_18_borderline_each_side_of_the_limits(level: str, urgency: str | None) -> None:
    signal = reported("breath-alcohol", breath(level))

    assert (signal.urgency.value if signal else None) == urgency


def test_row_18_borderline_a_suicidal_statement_beside_alcohol_raises_by_one() -> None:
    assert loud(reported("breath-alcohol", breath("0.10", suicidal_statement="yes"))) == (
        "substance_positive",
        "imminent",
    )


# -- row 19


@pytest.mark.parametrize(
    ("scale", "answers"),
    [
        ("ciwa-ar", CALM | {"tremor": 7, "sweats": 5}),
        ("cows", EASY | {"pupils": 5, "pulse": 4, "sweating": 4}),
    ],
)
def test_row_19_positive_moderate_withdrawal_is_called_within_the_hour(
    scale: str, answers: dict[str, object]
) -> None:
    signal = reported(scale, answers)

    assert loud(signal) == ("withdrawal", "urgent")
    assert paged(escalated(signal, minutes=14.9)) == ON_CALL
    assert contact_by(escalated(signal, minutes=2, takes={"ana": 0})) == "11:00"


@pytest.mark.parametrize("sign", ["seizure", "hallucinations", "delirium"])
def test_row_19_positive_with_a_seizure_or_the_like_it_is_imminent_at_any_total(sign: str) -> None:
    signal = reported("ciwa-ar", CALM | {sign: "yes"}, at=NIGHT)

    assert loud(signal) == ("withdrawal", "imminent")
    assert paged(escalated(signal, minutes=11.9)) == AT_ONCE


def test_row_19_negative_no_sign_at_all_is_no_signal_and_mild_is_for_the_worklist() -> None:
    assert reported("ciwa-ar", CALM) is None
    assert reported("cows", EASY) is None
    mild = reported("ciwa-ar", CALM | {"tremor": 2})
    assert loud(mild) == ("withdrawal", "routine")
    assert paged(escalated(mild)) == []


@pytest.mark.parametrize(
    ("scale", "answers", "urgency"),
    [
        ("ciwa-ar", CALM | {"tremor": 7, "sweats": 2}, "routine"),
        ("ciwa-ar", CALM | {"tremor": 7, "sweats": 3}, "urgent"),
        ("ciwa-ar", CALM | {"tremor": 7, "sweats": 7, "anxiety": 4}, "urgent"),
        ("ciwa-ar", CALM | {"tremor": 7, "sweats": 7, "anxiety": 5}, "imminent"),
        ("cows", EASY | {"pupils": 5, "pulse": 4, "sweating": 3}, "routine"),
        ("cows", EASY | {"pupils": 5, "pulse": 4, "sweating": 4}, "urgent"),
    ],
)
def test_row_19_borderline_each_side_of_the_bands(
    scale: str, answers: dict[str, object], urgency: str
) -> None:
    assert loud(reported(scale, answers)) == ("withdrawal", urgency)


# -- row 20


def test_row_20_positive_three_days_without_a_dose_counted_from_single_reports() -> None:
    """Sunday a text for the worklist, Monday a call, Tuesday the prescriber, within the hour."""
    patient, said = Reports(), []
    for day in (22, 23, 24):
        at = f"2026-11-{day} 10:00"
        signal = patient.hear("agonist-doses", {}, at=at, day=date(2026, 11, day), taken=False)
        said.append(loud(signal))

    assert said == [("dose_missed", "routine"), ("dose_missed", "urgent"), ("dose_missed", "urgent")]
    assert signal is not None and "agonist_tolerance" in signal.tags
    assert paged(escalated(signal, minutes=14.9)) == ON_CALL
    assert contact_by(escalated(signal, minutes=2, takes={"ana": 0})) == "11:00"


def test_row_20_negative_a_dose_that_was_taken_is_no_signal() -> None:
    assert reported("agonist-doses", {"days_missed": 0}) is None


@pytest.mark.parametrize(
    ("days", "urgency", "goes_by"),
    [(1, "routine", "routine"), (2, "urgent", "urgent"), (3, "urgent", "urgent")],
)
def test_row_20_borderline_one_two_and_three_days(days: int, urgency: str, goes_by: str) -> None:
    signal = reported("agonist-doses", {"days_missed": days}, at=DAY)

    assert loud(signal) == ("dose_missed", urgency)
    assert policy(escalated(signal)) == goes_by


def test_row_20_borderline_how_long_is_not_known_counts_as_the_longest() -> None:
    signal = reported("agonist-doses", {})

    assert signal is not None and "agonist_tolerance" in signal.tags
