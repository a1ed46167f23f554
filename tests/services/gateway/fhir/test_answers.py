"""What senders are told: by place and mend, never by what they sent; and that good entries are heard."""

import json

import pytest

from tests.services.gateway.conftest import Reply, Site
from tests.services.gateway.fhir.resources import (
    Json,
    appointment,
    bundle,
    coded,
    cssrs,
    end,
    facts,
    observation,
    post,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


def issues(reply: Reply) -> list[dict[str, object]]:
    assert reply.json["resourceType"] == "OperationOutcome", reply.body
    found = reply.json["issue"]
    assert isinstance(found, list) and found
    return found


def answered(link: str, value: Json) -> Json:
    return cssrs(item=[{"linkId": link, "answer": [value]}])


@pytest.mark.parametrize(
    ("resource", "status", "place"),
    [
        (cssrs(status="finished"), 422, "QuestionnaireResponse.status"),
        (cssrs(subject=None), 422, "QuestionnaireResponse.subject"),
        (cssrs(subject={"reference": "Group/1"}), 422, "QuestionnaireResponse.subject"),
        (answered("/1", {"valueInteger": "secret"}), 422, "QuestionnaireResponse.item[0].answer[0].value"),
        (answered("secret", {"valueString": "x"}), 422, "QuestionnaireResponse.questionnaire"),
        (cssrs(item="secret"), 422, "QuestionnaireResponse.item"),
        (observation("secret", {"valueInteger": 1}), 422, "Observation.code"),
        (appointment("booked", start=None), 422, "Appointment.start"),
        (appointment("secret"), 422, "Appointment.status"),
        ({"resourceType": "Practitioner", "id": "secret"}, 422, None),
        ({"resourceType": "Bundle", "type": "message", "entry": []}, 422, "Bundle.type"),
        ({"resourceType": "Bundle", "type": "batch", "entry": "secret"}, 422, "Bundle.entry"),
        ([1], 400, None),
        (b"{secret", 400, None),
        (b'{"resourceType": "Flag", "id": "\\ud800"}', 400, None),
        (b'{"a":' * 3000, 400, None),
        (b"[" * 3000, 400, None),
        (b" " * (1024 * 1024 + 1), 413, None),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_named_by_its_place(
    site: Site, resource: object, status: int, place: str | None
) -> None:
    before = await end(site)

    reply = await post(site, resource)

    first = issues(reply)[0]
    assert (reply.status, first.get("expression")) == (status, [place] if place else None)
    assert reply.headers["content-type"].startswith("application/fhir+json")
    assert first["diagnostics"] and "secret" not in reply.body and "Rosa" not in reply.body
    assert await end(site) == before


async def test_an_unknown_form_is_refused_with_the_nearest_known_one(site: Site) -> None:
    form = cssrs(questionnaire="https://forms.example.org/phq9a|2", item=[])

    assert "phq-9" in str(issues(await post(site, form))[0]["diagnostics"])


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/fhir", {"Authorization": ""}, 401),
        ("/fhir", {"Authorization": "Bearer guess"}, 401),
        ("/fhir", {"Content-Type": "application/fhir+xml"}, 415),
        ("/fhir/Practitioner", {}, 404),
        ("/fhir/Observation", {}, 400),
    ],
)
async def test_other_requests_are_answered_with_an_outcome_too(
    site: Site, path: str, headers: dict[str, str], status: int
) -> None:
    reply = await post(site, cssrs(), path, **headers)

    assert reply.status == status and issues(reply)


async def test_a_put_must_name_the_id_of_its_resource(site: Site) -> None:
    async def put(path: str) -> int:
        sent = {"Authorization": "Bearer ehr-token", "Content-Type": "application/json"}
        url = f"{site.gateway.url}/fhir/QuestionnaireResponse/{path}"
        async with site.http.put(url, data=json.dumps(cssrs(name="put-1")), headers=sent) as reply:
            return reply.status

    assert [await put("other"), await put("put-1"), await put("put-1")] == [400, 201, 200]


async def test_one_bad_entry_keeps_no_other_from_being_heard(site: Site) -> None:
    bad: Json = appointment("secret", name="bad")
    before = await end(site)

    batch = await post(site, bundle(bad, cssrs("4", name="good-1"), kind="batch"))
    transaction = await post(site, bundle(cssrs("4", name="good-2"), bad))

    assert len(await facts(site, before)) == 2
    responses = [one["response"] for one in batch.json["entry"]]  # type: ignore[attr-defined]
    assert [one["status"] for one in responses] == ["422 Unprocessable Entity", "201 Created"] or [
        one["status"] for one in responses
    ] == ["422 Unprocessable Content", "201 Created"]
    assert transaction.status == 422
    told = issues(transaction)
    assert told[0]["expression"] == ["Bundle.entry[1].resource.status"]
    assert "other 1 entries are recorded" in str(told[-1]["diagnostics"])


async def test_a_transaction_sent_again_is_recorded_once(site: Site) -> None:
    held = bundle(cssrs("4", name="twice-1"), appointment("booked", name="twice-2"))
    first = await post(site, held)
    before = await end(site)

    again = await post(site, held)

    assert (first.status, again.status) == (200, 200) and await end(site) == before
    statuses = [one["response"]["status"] for one in again.json["entry"]]  # type: ignore[attr-defined]
    assert statuses == ["200 OK", "200 OK"]


async def test_results_of_other_kinds_are_accepted_and_left(site: Site) -> None:
    before = await end(site)
    vital = observation("8480-6", {"valueQuantity": {"value": 120}}, category=[coded("vital-signs")])

    reply = await post(site, vital)

    assert reply.status == 200 and issues(reply)[0]["severity"] == "information"
    assert await end(site) == before


async def test_what_is_taken_up_can_be_asked_for(site: Site) -> None:
    reply = await site.get("/fhir/metadata")

    assert reply.json["fhirVersion"] == "4.0.1" and "Observation" in reply.body
