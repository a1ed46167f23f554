"""What is generated from the contracts is as it would be generated now, and hangs together."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts import asyncapi, catalogue, generate, payloads, streams
from contracts.commits import Commit


def test_what_is_checked_in_is_what_the_tables_say(tmp_path: Path) -> None:
    generate.main(tmp_path)

    made = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*.*")}
    generated = [name for name in made if name.parts[0] != "examples"]
    stale = [str(name) for name in generated if (generate.HERE / name).read_text() != made[name]]
    assert len(generated) == len(streams.SERVICES) + 1
    assert stale == [], "run `make contracts`"


def test_no_document_is_left_of_a_service_that_is_gone() -> None:
    found = {path.stem for path in (generate.HERE / "asyncapi").glob("*.yaml")}

    assert found == set(streams.SERVICES)


def test_a_readme_without_its_markers_is_refused_and_not_overwritten() -> None:
    with pytest.raises(ValueError, match="put both back"):
        generate.filled("# Contracts\n")


@pytest.mark.parametrize("service", streams.SERVICES)
def test_every_reference_of_a_document_leads_somewhere(service: str) -> None:
    document = asyncapi.document(service)

    for ref in set(_refs(document)):
        node: object = document
        for part in ref.removeprefix("#/").split("/"):
            assert isinstance(node, dict) and part in node, ref
            node = node[part]


@pytest.mark.parametrize("service", streams.SERVICES)
def test_every_parameter_of_an_address_is_described(service: str) -> None:
    for channel in asyncapi.document(service)["channels"].values():
        assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel.get("parameters", {}))


def test_the_documents_say_who_appends_and_who_hears() -> None:
    paging = asyncapi.document("paging")["operations"]
    escalation = asyncapi.document("escalation")["operations"]

    assert paging["append_pages"]["action"] == "send"
    assert paging["paging_escalations_escalations"]["action"] == "receive"
    assert "append_escalations" not in paging
    assert escalation["escalation_pages_pages"]["action"] == "receive"
    assert "paging_answers_sms_received_patient" not in paging


def test_the_admin_has_no_document() -> None:
    with pytest.raises(KeyError):
        asyncapi.document(streams.ADMIN)


def test_every_subject_a_service_may_append_to_has_a_described_message() -> None:
    for stream in streams.STREAMS:
        for service, granted in stream.appended_by:
            for subject in granted:
                described = [one for one in payloads.SUBJECTS if payloads.overlap(subject, one.subject)]
                assert described, f"{service} may append to {subject}: add it to payloads.SUBJECTS"


def test_every_described_subject_belongs_to_its_stream() -> None:
    for one in payloads.SUBJECTS:
        assert any(payloads.overlap(subject, one.subject) for subject in streams.stream(one.stream).subjects)


def test_everything_a_durable_hears_has_a_described_message() -> None:
    for stream in streams.STREAMS:
        for durable in stream.durables:
            for subject in durable.filters:
                assert any(payloads.overlap(subject, one.subject) for one in payloads.SUBJECTS), subject


def test_every_bucket_says_what_it_holds() -> None:
    assert set(payloads.BUCKET_VALUES) == {bucket.name for bucket in streams.BUCKETS}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("signals.*", "signals.{kind}", True),
        ("carrier.>", "carrier.sms_received.staff", True),
        ("carrier.sms_received.staff", "carrier.sms_received.patient", False),
        ("pages.*", "pages.{responder}.{page}", False),
        ("faults.*", "escalations.{patient}", False),
    ],
)
def test_subject_patterns_are_compared_token_by_token(one: str, other: str, same: bool) -> None:
    assert payloads.overlap(one, other) is same
    assert payloads.overlap(other, one) is same


def test_the_catalogue_marks_fields_that_a_reader_may_miss() -> None:
    assert "`cause`" in catalogue.fields(Commit)
    assert "`start?`" in catalogue.fields(Commit)


def test_the_catalogue_names_every_event() -> None:
    text = catalogue.markdown()

    for event in (*payloads.ESCALATION_EVENTS, *payloads.PAGE_EVENTS, *payloads.CONVERSATION_EVENTS):
        assert f"| `{catalogue.type_name(event)}` |" in text
        assert catalogue.summary(event), f"{event.__name__} needs a docstring"


def _refs(node: object) -> Iterator[str]:
    match node:
        case {"$ref": str(ref)}:
            yield ref
        case dict():
            for key, inner in node.items():
                # A discriminator names schemas by plain strings.
                yield from inner.values() if key == "mapping" else _refs(inner)
        case list():
            for inner in node:
                yield from _refs(inner)
        case _:
            return
