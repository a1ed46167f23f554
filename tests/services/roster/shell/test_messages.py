"""Names of notices: stable, short enough for a subject, and never the same for two things."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from contracts.values import Id
from services.roster.core import messages

START = datetime(2026, 1, 1, tzinfo=UTC)
PART = st.text(alphabet="abcXYZ019_-", min_size=1, max_size=80)


@settings(max_examples=100, deadline=None)
@given(st.lists(PART, min_size=1, max_size=5))
def test_every_name_is_an_id(parts):
    assert TypeAdapter(Id).validate_python(messages.name(*parts))


def test_long_names_stay_apart():
    one, other = messages.name("h", "a" * 79, "x"), messages.name("h", "a" * 79, "y")
    assert one != other and len(one) <= 80


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 366 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes)),
    st.sampled_from(["America/New_York", "Pacific/Auckland", "America/Los_Angeles", "Mars/Olympus"]),
)
def test_the_next_day_begins_when_it_is_day_and_within_a_day(now, zone):
    morning = messages.next_day(now, zone)

    assert messages.by_day(morning, zone)
    assert now < morning <= now + timedelta(hours=25)
