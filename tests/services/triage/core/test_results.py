"""Results of one patient: what is heard when, which signal it is a reason for, and what no longer is."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.facts import DoseReported, ScreenAnswered, Standing
from contracts.screens import ScreenAnswers
from contracts.triages import TriageEvent
from contracts.values import Kind, Sealed, Urgency
from services.triage.core.decide import Reported, assess, version_key
from services.triage.core.evolve import evolve
from services.triage.core.state import Results
from services.triage.handlers import both_of
from services.triage.instruments import load, score

DAY = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
THRESHOLDS = load()
NOTHING = Sealed(key="k", box="")
PHQ9 = [f"q{number}" for number in range(1, 10)]


class Patient:
    """One patient's results, and what was heard of them."""

    def __init__(self) -> None:
        self.state = Results.empty("triage.p1")
        self.happened: tuple[TriageEvent, ...] = ()
        self.heard = 0

    def hears(self, fact: Reported, answers: ScreenAnswers) -> "Patient":
        self.heard += 1
        self.happened = self._decide(fact, answers)
        for event in self.happened:
            self.state = evolve(self.state, event)
        assert self._decide(fact, answers) == (), "heard again it changes nothing"
        return self

    def _decide(self, fact: Reported, answers: ScreenAnswers) -> tuple[TriageEvent, ...]:
        return assess(
            self.state,
            fact,
            answers,
            self.heard,
            lambda instrument, given: score(instrument, given, THRESHOLDS),
            lambda text: Sealed(key="k", box=text),
            DAY + timedelta(minutes=self.heard),
            both_of(THRESHOLDS),
        )

    def cssrs(self, *yes: str, document: str = "cs-1", version: str = "1", **change: Any) -> "Patient":
        """Every question answered no, but for these."""
        fact = ScreenAnswered(**(common(document, version) | change), instrument="c-ssrs", content=NOTHING)
        no = dict.fromkeys(("1", "2", "3", "4", "5", "6"), "no")
        return self.hears(fact, ScreenAnswers.model_validate({"answers": no | dict.fromkeys(yes, "yes")}))

    def phq9(self, *answers: int, document: str = "qr-1", version: str = "1", **change: Any) -> "Patient":
        fact = ScreenAnswered(**(common(document, version) | change), instrument="phq-9", content=NOTHING)
        names = ITEMS["phq-9"]
        given_ = ScreenAnswers.model_validate({"answers": dict(zip(names, answers, strict=False))})
        return self.hears(fact, given_)

    def dose(self, day: int, taken: bool, instrument: str = "agonist-doses") -> "Patient":
        change = common(f"dose-{day}", "1") | {"at": DAY + timedelta(days=day)}
        on = date(2026, 11, 24) + timedelta(days=day)
        fact = DoseReported(**change, instrument=instrument, content=NOTHING, day=on, taken=taken)
        return self.hears(fact, ScreenAnswers())

    @property
    def signals(self) -> list[tuple[Kind, Urgency]]:
        return [(one.kind, one.urgency) for one in self.happened if one.type == "assessed" and one.urgency]

    @property
    def left(self) -> list[str]:
        return [one.what for one in self.happened if one.type == "signal_left"]


def common(document: str, version: str) -> dict[str, Any]:
    return {
        "patient": "p1",
        "at": DAY,
        "received_at": DAY,
        "source": "ehr",
        "document": document,
        "version": version,
    }


def _items() -> dict[str, list[str]]:
    from services.triage.instruments import find

    return {"phq-9": [item.id for item in find("phq-9").items][:9]}


ITEMS = _items()
LOW, ITEM_9 = (1,) * 8 + (0,), (2,) * 8 + (3,)


def test_14_00_item_9_is_three_so_somebody_must_call_within_the_hour() -> None:
    assert Patient().phq9(*ITEM_9).signals == [(Kind.SCREEN_POSITIVE, Urgency.URGENT)]


@pytest.mark.parametrize("phq9_first", [True, False])
@pytest.mark.parametrize(
    ("apart", "together"),
    [(timedelta(0), True), (timedelta(hours=24), True), (timedelta(hours=24, seconds=1), False)],
)
def test_item_9_beside_a_plan_within_a_day_is_imminent_whichever_comes_first(
    phq9_first: bool, apart: timedelta, together: bool
) -> None:
    patient = Patient()
    if phq9_first:
        patient.phq9(*ITEM_9, at=DAY).cssrs("2", "4", at=DAY + apart)
    else:
        patient.cssrs("2", "5", at=DAY).phq9(*ITEM_9, at=DAY + apart)

    (last,) = (one for one in patient.happened if one.type == "assessed")
    alone = Urgency.IMMINENT if phq9_first else Urgency.URGENT
    assert last.urgency is (Urgency.IMMINENT if together else alone)
    assert ("item_9_with_plan" in last.tags) is together


def test_thoughts_without_intent_or_a_plan_entered_in_error_raise_no_item_9() -> None:
    assert Patient().cssrs("2", "3").phq9(*ITEM_9).signals == [(Kind.SCREEN_POSITIVE, Urgency.URGENT)]

    mistaken = Patient().cssrs("2", "4").cssrs(version="2", standing=Standing.ENTERED_IN_ERROR)
    assert mistaken.phq9(*ITEM_9).signals == [(Kind.SCREEN_POSITIVE, Urgency.URGENT)]


def test_a_low_phq_9_beside_a_plan_is_judged_by_itself() -> None:
    assert Patient().cssrs("2", "4").phq9(*LOW).signals == []


def test_a_low_screen_makes_no_signal_and_follows_none() -> None:
    patient = Patient().phq9(*ITEM_9, document="qr-1")

    patient.phq9(*LOW, document="qr-2")

    assert patient.signals == [] and patient.left == [], "a low screen takes nothing back"


def test_14_05_corrected_to_low_the_signal_has_lost_its_reason() -> None:
    patient = Patient().phq9(*ITEM_9, version="1")

    patient.phq9(*LOW, version="2", standing=Standing.AMENDED)

    assert patient.signals == [] and patient.left == ["amended"]


def test_14_05_corrected_upwards_is_a_signal_of_its_own_and_the_first_is_followed() -> None:
    patient = Patient().phq9(*(2,) * 8, 0, version="1")
    assert patient.signals == [(Kind.SCREEN_POSITIVE, Urgency.ROUTINE)]

    patient.phq9(*ITEM_9, version="2", standing=Standing.AMENDED)

    assert patient.signals == [(Kind.SCREEN_POSITIVE, Urgency.URGENT)] and patient.left == ["amended"]


def test_entered_in_error_leaves_the_signal_without_a_reason_but_for_another_resource() -> None:
    """The questionnaire and its observation say the same: one signal, and it stands as long as one does."""
    patient = Patient().phq9(*ITEM_9, document="qr-1").phq9(*ITEM_9, document="obs-1")
    assert len({one.signal for one in patient.state.documents}) == 1

    patient.phq9(document="qr-1", version="2", standing=Standing.ENTERED_IN_ERROR)
    assert patient.left == []

    patient.phq9(document="obs-1", version="2", standing=Standing.ENTERED_IN_ERROR)
    assert patient.left == ["entered_in_error"]


def test_an_older_version_that_comes_late_changes_nothing() -> None:
    patient = Patient().phq9(*ITEM_9, version="10")

    patient.phq9(*LOW, version="9")

    assert patient.happened == ()


def test_three_days_without_a_dose_are_counted_from_single_reports() -> None:
    """Row 20: one day, two days within four hours, three within the hour; then it is taken."""
    patient = Patient()
    rising = [patient.dose(day, False).signals for day in range(3)]

    assert [urgency for ((_, urgency),) in rising] == [Urgency.ROUTINE, Urgency.URGENT, Urgency.URGENT]
    assert patient.dose(3, True).left == ["dose_given"]
    assert patient.dose(4, True).left == [], "said once"
    assert [urgency for _, urgency in patient.dose(5, False).signals] == [Urgency.ROUTINE], "counted anew"


def test_doses_that_are_reported_in_another_order_count_the_same() -> None:
    forward, backward = Patient(), Patient()
    for day in (0, 1, 2):
        forward.dose(day, False)
    for day in (2, 1, 0):
        backward.dose(day, False)

    assert forward.state.doses == backward.state.doses


@pytest.mark.parametrize(("older", "newer"), [("", "1"), ("9", "10"), ("v2", "v11"), ("1.9", "1.10")])
def test_versions_are_ordered_by_their_numbers(older: str, newer: str) -> None:
    assert version_key(older) < version_key(newer)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 5), st.integers(0, 3)), max_size=12))
def test_whatever_order_versions_come_in_the_newest_of_each_resource_stands(
    heard: list[tuple[str, int, int]],
) -> None:
    patient = Patient()
    for document, version, item in heard:
        patient.phq9(*(1,) * 8, item, document=document, version=str(version))

    for document in {name for name, _, _ in heard}:
        newest = max(version for name, version, _ in heard if name == document)
        assert [one.version for one in patient.state.documents if one.document == document] == [str(newest)]
