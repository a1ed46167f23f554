"""Versions, event numbers and names, by themselves."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.core import event_numbers, versions
from services.gateway.core.event_numbers import Heard
from services.gateway.core.versions import Former, Known
from services.gateway.fhir.bundles import Raw
from services.gateway.fhir.naming import Names
from services.gateway.fhir.notifications import Happened, Status, status_of
from services.triage.core.decide import version_key

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
FEW = settings(max_examples=80, deadline=None)
SAID = st.one_of(
    st.just(""),
    st.integers(0, 30).map(str),
    st.integers(0, 30).map(lambda n: versions.stated(NOW + timedelta(seconds=n), "")),
)


def known(stated: str, version: str, content: str) -> Known:
    return Known(stated=stated, version=version, content=content, patient="p", type="t")


@FEW
@given(st.lists(st.tuples(SAID, st.sampled_from("abc")), max_size=12))
def test_what_differs_gets_a_newer_version_and_what_repeats_the_same(heard: list[tuple[str, str]]) -> None:
    """Whatever a source says of its versions; older by its own word is told apart from both."""
    last: Known | None = None
    for said, content in heard:
        name = versions.version(last, said, content)
        if name is None:
            assert last is not None and said and last.stated
            continue
        if last is not None:
            same = (said, content) == (last.stated, last.content)
            assert name == last.version if same else version_key(name) > version_key(last.version)
        last = known(said, name, content)
        assert versions.version(last, said, content) == name


def test_an_older_version_corrects_nothing() -> None:
    assert versions.version(known("7", "7", "a"), "6", "b") is None
    assert versions.version(known("7", "7", "a"), "10", "b") == "10"
    assert versions.version(known("7", "7", "a"), "7", "b") == "7+1"
    early, late = (versions.stated(NOW + timedelta(seconds=n), "9") for n in (0, 1))
    assert versions.version(known(late, late, "a"), early, "b") is None
    assert versions.stated(None, "MTY3Mg") == ""


def test_what_a_version_takes_back_stays_with_it_until_the_next() -> None:
    """So that a crash between writing it and telling of it loses neither."""
    first = Known(version="1", content="a", patient="p", type="checked_in", session="s")
    former = Former(patient="p", type="checked_in", session="s")
    assert versions.replaced(first, "2", "p", "session_planned") == former
    second = Known(version="2", content="b", patient="p", type="session_planned", former=former)
    assert versions.replaced(second, "2", "p", "session_planned") == former
    assert versions.replaced(second, "3", "p", "session_planned") is None
    assert versions.replaced(first, "2", "p", "session_cancelled") is None
    assert versions.replaced(first, "2", "q", "checked_in") == former


@FEW
@given(st.lists(st.lists(st.integers(1, 25), max_size=4), max_size=10), st.integers(0, 25))
def test_every_number_was_heard_or_is_in_a_gap(notifications: list[list[int]], start: int) -> None:
    heard: Heard = event_numbers.begun(start, NOW)
    came: set[int] = set()
    for numbers in notifications:
        heard = event_numbers.after(heard, numbers, (), None, NOW)
        came |= set(numbers)
    missing = {n for first, last in heard.gaps for n in range(first, last + 1)}

    assert missing == set(range(start + 1, heard.upto + 1)) - came
    assert heard.upto == max([start, *came])
    assert event_numbers.closed(heard, heard.gaps).gaps == ()


def test_a_heartbeat_tells_of_what_never_came_and_a_silent_event_is_a_gap() -> None:
    heard = event_numbers.after(event_numbers.begun(3, NOW), (), (), 5, NOW)
    assert (heard.upto, heard.gaps) == (5, ((4, 5),))
    assert event_numbers.after(None, (), (8,), 8, NOW).gaps == ((8, 8),)
    assert event_numbers.after(None, (8,), (), 8, NOW).gaps == ()


R4: Raw = {
    "resourceType": "Parameters",
    "parameter": [
        {"name": "subscription", "valueReference": {"reference": "Subscription/s"}},
        {"name": "status", "valueCode": "active"},
        {"name": "type", "valueCode": "event-notification"},
        {"name": "events-since-subscription-start", "valueString": "2"},
        {
            "name": "notification-event",
            "part": [
                {"name": "event-number", "valueString": "2"},
                {"name": "focus", "valueReference": {"reference": "Observation/1"}},
            ],
        },
    ],
}
R4B: Raw = {
    "resourceType": "SubscriptionStatus",
    "status": "active",
    "type": "event-notification",
    "eventsSinceSubscriptionStart": "2",
    "notificationEvent": [{"eventNumber": "2", "focus": {"reference": "Observation/1"}}],
    "subscription": {"reference": "Subscription/s"},
}


@pytest.mark.parametrize("first", [R4, R4B])
def test_both_releases_of_a_notification_say_the_same(first: Raw) -> None:
    events = (Happened(2, "Observation/1"),)
    assert status_of(first) == Status("Subscription/s", "event-notification", 2, events)


def test_other_resources_are_no_notification() -> None:
    assert status_of({"resourceType": "Parameters", "parameter": [{"name": "a"}]}) is None
    assert status_of({"resourceType": "Observation"}) is None and status_of(None) is None


def test_a_sites_own_code_must_name_something() -> None:
    Names({"local-1": "phq-9/9", "urn:form|7": "c-ssrs"}).check()
    for target in ("phq", "phq-9/11"):
        with pytest.raises(ValueError, match="local-1"):
            Names({"local-1": target}).check()
