"""The JSON API under schemathesis: made-up requests by its own OpenAPI document, good ones and bad ones.

No answer is a 5xx, each is of a form that the document names, each 2xx to a fact has the fact stored,
and nothing that a sender wrote comes back.
"""

import asyncio
import json

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from contracts.facts import message_id_of
from tests.services.gateway.conftest import NOW, Reply, Site
from tests.services.gateway.fhir.resources import end, facts, tell

schemathesis = pytest.importorskip("schemathesis", reason="it is in the extra `dev`: make setup")
pytestmark = pytest.mark.asyncio(loop_scope="session")
NAMES = "screens specimens doses sessions check-ins absences discharges screens/score"
MADE = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
BESIDE: dict[str, dict[str, object]] = {
    "screens": {"instrument": "c-ssrs"},
    "specimens": {"instrument": "breath-alcohol"},
    "doses": {"instrument": "agonist-doses", "day": "2026-11-23", "taken": False},
    "sessions": {"starts_at": "2026-11-24T14:00:00Z", "ends_at": "2026-11-24T15:00:00Z"},
    "check-ins": {"patient": "fuzzed"},
    "screens/score": {"instrument": "phq-9"},
}
"""What no strategy guesses: names out of a list, and fields that hang together."""
WORDS = {"new", "repeated", "older", "unknown"}


@pytest.mark.parametrize("name", NAMES.split())
async def test_made_up_requests_are_stored_or_refused_in_words_of_ours(site: Site, name: str) -> None:
    document = (await site.get("/v1/openapi.json")).json
    operation = schemathesis.openapi.from_dict(document)[f"/v1/{name}"]["POST"]
    made: list[object] = []
    for mode in schemathesis.GenerationMode:
        collect(operation.as_strategy(generation_mode=mode), made)
    known = document["paths"][f"/v1/{name}"]["post"]["responses"]  # type: ignore[index]

    made += [{**body, **BESIDE.get(name, {})} for body in made if isinstance(body, dict)]
    answered = {await sent(site, f"/v1/{name}", body, known) for body in made}

    assert len(made) >= 25 and any(status < 300 for status in answered)
    assert any(status >= 400 for status in answered)


def collect(strategy: object, into: list[object]) -> None:
    @MADE
    @given(strategy)  # type: ignore[arg-type]
    def collected(case: object) -> None:
        into.append(case.body)  # type: ignore[attr-defined]

    collected()


async def sent(site: Site, path: str, body: object, known: dict[str, object]) -> int:
    before = await end(site)
    written = body if isinstance(body, bytes) else json.dumps(body, default=str).encode()
    reply: Reply = await asyncio.wait_for(tell(site, path, written), 30)

    assert str(reply.status) in known and reply.status < 500, (reply.status, body)
    if reply.status >= 400:
        assert set(reply.json) == {"error", "field", "fix"} and all(reply.json.values())
        assert await end(site) == before
        return reply.status
    if path.endswith("/score"):
        assert await end(site) == before
        return reply.status
    told = reply.json.get("facts", [reply.json])
    assert isinstance(told, list)
    new = [one for one in told if one["outcome"] == "new"]
    assert {one["outcome"] for one in told} <= WORDS
    stored = {fact.document for fact in await facts(site, before)}
    assert {one["fact"] for one in new} <= stored
    for fact in await facts(site, before):
        assert fact.source == "ehr" and fact.received_at == NOW and message_id_of(fact)
    return reply.status
