"""Laws that hold for any text: it is read, never below urgent, and more words never quiet it."""

from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.values import Urgency
from services.triage.texts import reading, rule_files
from services.triage.texts.carrier_words import asks_to_stop, opt_out
from tests.services.triage.conftest import texts

RULES = rule_files.shipped()
WRITTEN = [each.text for each in texts("seen.csv")]
PIECES = st.sampled_from([word for text in WRITTEN for word in text.split()])
ANYTHING = st.one_of(
    st.text(max_size=80),
    st.sampled_from(WRITTEN),
    st.lists(PIECES, max_size=20).map(" ".join),
    st.lists(st.one_of(PIECES, st.sampled_from("*!1$@.-_'\u200b\u0301💊 ")), max_size=20).map("".join),
)


@given(ANYTHING)
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_and_is_at_least_urgent(text: str) -> None:
    read = reading.read(text, RULES)

    assert read.urgency in (Urgency.URGENT, Urgency.IMMINENT)
    assert (read.urgency is Urgency.IMMINENT) == any(hit.raises for hit in read.hits)
    assert set(read.classes) == {hit.risk for hit in read.hits}
    assert all(0 <= hit.start <= hit.end <= len(text) for hit in read.hits)
    assert isinstance(opt_out(text), bool)
    assert isinstance(asks_to_stop(text), bool)


@given(ANYTHING, ANYTHING)
@settings(max_examples=200, deadline=None)
def test_what_follows_on_a_new_line_never_makes_a_text_quieter(text: str, more: str) -> None:
    alone = reading.read(text, RULES)
    together = reading.read(f"{text}\n{more}", RULES)

    assert together.urgency.rank >= alone.urgency.rank


@given(ANYTHING, ANYTHING)
@settings(max_examples=200, deadline=None)
def test_words_added_anywhere_never_bring_a_text_below_urgent(text: str, more: str) -> None:
    assert reading.read(text + more, RULES).urgency.rank >= Urgency.URGENT.rank
    assert reading.read(f"{more} {text}", RULES).urgency.rank >= Urgency.URGENT.rank


@pytest.mark.parametrize(
    "piece",
    [
        "took 30 pills ",
        "i want to die. ",
        "a ",
        "k i l l ",
        "i i i not ",
        "e",
        "!?",
        "💊",
        "quiero morir ",
        "1234 ",
        "*",
    ],
)
def test_a_text_of_ten_thousand_characters_takes_ten_times_one_of_a_thousand(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        began = perf_counter()
        reading.read(text, RULES)
        return perf_counter() - began

    short = min(seconds(1000) for _ in range(3))
    long = min(seconds(10_000) for _ in range(3))

    # Ten times if linear, a hundred if quadratic; the rest is room for a busy machine.
    assert long < 40 * short + 0.02
