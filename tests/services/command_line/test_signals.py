"""`vigil signal` posts to the gateway, as a programme system would."""

from pathlib import Path

import pytest

from tests.support.site import FakeServer, Site


def test_a_signal_is_posted_as_the_gateway_wants_it(site: Site) -> None:
    answer = (202, {"signal": "cli/1", "patient": "pt_demo1", "warnings": ["data: odd"]})
    with FakeServer({"/v1/signals": answer}) as gateway:
        result = site.vigil(
            "signal", "screen_positive", "pt_demo1", "--urgency", "imminent", "--tag", "youth",
            VIGIL_GATEWAY_URL=gateway.url, VIGIL_SIGNAL_TOKEN="secret",
        )  # fmt: skip
        (_, headers, event) = gateway.asked[0]

    assert result.exit_code == 0
    assert "Signal cli/1 about pt_demo1 is stored." in result.output and "But: data: odd" in result.output
    assert headers["Authorization"] == "Bearer secret"
    assert headers["Content-Type"] == "application/cloudevents+json"
    assert isinstance(event, dict)
    assert event["type"] == "vigil.signal.screen_positive" and event["source"] == "cli"
    assert event["data"] == {"urgency": "imminent", "tags": ["youth"], "patient": "pt_demo1"}


def test_another_systems_id_goes_as_the_subject(site: Site) -> None:
    answer = (202, {"signal": "ehr/1", "patient": "pt_x", "duplicate": True})
    with FakeServer({"/v1/signals": answer}) as gateway:
        result = site.vigil(
            "signal", "dose_missed", "4711",
            VIGIL_GATEWAY_URL=gateway.url, VIGIL_SIGNAL_SOURCE="ehr", VIGIL_SOURCE_TOKENS='{"ehr": "t"}',
        )  # fmt: skip
        event = gateway.asked[0][2]

    assert "was known already" in result.output
    assert isinstance(event, dict) and event["subject"] == "4711" and "patient" not in event["data"]


def test_a_whole_event_can_be_posted_from_a_file(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text('{"specversion": "1.0"}')
    refusal = {"error": "is missing", "field": "id", "fix": "send one"}
    with FakeServer({"/v1/signals": (422, refusal)}) as gateway:
        result = site.vigil(
            "signal", "--file", str(file), VIGIL_GATEWAY_URL=gateway.url, VIGIL_SIGNAL_TOKEN="t"
        )

    assert result.exit_code == 1
    assert "the gateway refused the signal (422), id: is missing; send one" in result.stderr


@pytest.mark.parametrize(
    ("words", "settings", "said"),
    [
        (["dose_missed", "pt_a"], {}, "VIGIL_SIGNAL_TOKEN: not set"),
        ([], {"VIGIL_SIGNAL_TOKEN": "t"}, "give a kind and a patient"),
        (["system_fault", "pt_a"], {"VIGIL_SIGNAL_TOKEN": "t"}, "vigil page-test"),
        (["--file", "/nowhere"], {"VIGIL_SIGNAL_TOKEN": "t"}, "cannot be read"),
        (
            ["dose_missed", "pt_a"],
            {"VIGIL_SIGNAL_TOKEN": "t", "VIGIL_GATEWAY_URL": "http://127.0.0.1:1"},
            "the signal may not be stored",
        ),
    ],
)
def test_a_signal_that_cannot_be_posted_says_why(
    site: Site, words: list[str], settings: dict[str, str], said: str
) -> None:
    result = site.vigil("signal", *words, **settings)

    assert result.exit_code == 1
    assert said in result.stderr


def test_an_answer_that_is_no_gateways_is_told(site: Site) -> None:
    with FakeServer({"/v1/signals": (200, "hello")}) as other:
        result = site.vigil(
            "signal", "dose_missed", "pt_a", VIGIL_GATEWAY_URL=other.url, VIGIL_SIGNAL_TOKEN="t"
        )

    assert "not as a gateway does" in result.stderr
