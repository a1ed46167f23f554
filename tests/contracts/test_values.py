"""The words that all other contracts are made of."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.schedules import Shift, Shifts
from contracts.streams import STREAMS, durable, stream
from contracts.values import Disposition, Id, Moment, PhoneRef, Sealed, Urgency, highest

MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
ID: TypeAdapter[str] = TypeAdapter(Id)
REF: TypeAdapter[str] = TypeAdapter(PhoneRef)
AT = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="needs a time zone"):
        MOMENT.validate_python(datetime(2026, 11, 24, 2, 14))  # noqa: DTZ001


def test_a_moment_of_any_zone_is_held_in_utc() -> None:
    local = datetime(2026, 11, 24, 3, 10, tzinfo=timezone(timedelta(hours=-5)))

    assert MOMENT.validate_python(local) == AT
    assert MOMENT.validate_python(local).tzinfo is UTC


@pytest.mark.parametrize("bad", ["", "a.b", "a b", "*", ">", "é", "x" * 81])
def test_an_id_is_safe_in_a_subject(bad: str) -> None:
    with pytest.raises(ValidationError):
        ID.validate_python(bad)


@pytest.mark.parametrize("bad", ["+12025550101", "h1-123", "h1-" + "G" * 32])
def test_a_phone_number_is_no_phone_reference(bad: str) -> None:
    with pytest.raises(ValidationError):
        REF.validate_python(bad)


def test_urgencies_rise_from_routine_to_imminent() -> None:
    ordered = [Urgency.ROUTINE, Urgency.SOON, Urgency.URGENT, Urgency.IMMINENT]

    assert all(lower.rank < higher.rank for lower, higher in pairwise(ordered))
    assert highest(ordered) is Urgency.IMMINENT
    assert highest([]) is Urgency.ROUTINE


def test_a_disposition_that_hands_off_leaves_it_open() -> None:
    assert {one for one in Disposition if one.hands_off} == {
        Disposition.TRANSFERRED_911,
        Disposition.TRANSFERRED_988,
        Disposition.MOBILE_CRISIS,
        Disposition.WELFARE_CHECK,
    }


def test_the_numbers_of_dispositions_never_change() -> None:
    """People learn `4 2` by heart: new ones go to the end."""
    assert [one.value for one in Disposition][:10] == [
        "spoke",
        "safety_plan",
        "no_crisis_after_contact",
        "sent_in_error",
        "transferred_911",
        "transferred_988",
        "mobile_crisis",
        "welfare_check",
        "could_not_reach",
        "fixed",
    ]


def test_a_value_cannot_be_changed() -> None:
    sealed = Sealed(key="k1", box="x")

    with pytest.raises(ValidationError):
        sealed.key = "k2"  # type: ignore[misc]


def test_a_shift_has_begun_at_its_start_and_is_over_at_its_end() -> None:
    hour = timedelta(hours=1)
    shifts = Shifts(
        schedule="primary",
        compiled_at=AT,
        through=AT + 3 * hour,
        shifts=(
            Shift(person="ana", start=AT, end=AT + hour),
            Shift(person="ben", start=AT + hour, end=AT + 2 * hour),
            Shift(person="ben", start=AT + hour, end=AT + 3 * hour),
        ),
    )

    assert shifts.on(AT) == ("ana",)
    assert shifts.on(AT + hour) == ("ben",)
    assert shifts.on(AT + 3 * hour) == ()


def test_a_durable_is_found_with_its_stream_by_its_name() -> None:
    for one in STREAMS:
        assert stream(one.name) is one
        for known in one.durables:
            assert durable(known.name) == (one, known)
