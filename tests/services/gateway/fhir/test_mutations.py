"""Resources with anything at all in any place: answered, never a 5xx, and nothing comes back."""

import copy
import json
import random

import pytest

from tests.services.gateway.conftest import Site
from tests.services.gateway.fhir.resources import (
    Json,
    appointment,
    bundle,
    coded,
    cssrs,
    dose,
    end,
    facts,
    observation,
    phq9,
    post,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")
MARK = "zz-secret"
COUNT = 120
CONTAINED: Json = {"resourceType": "Patient", "id": "c", "identifier": [{"value": "cc"}]}
SOUND: tuple[Json, ...] = (
    cssrs("4", name="mu1", meta={"versionId": "1", "lastUpdated": "2026-11-24T08:00:00Z"}),
    phq9(name="mu2", subject={"reference": "#c"}, contained=[CONTAINED]),
    observation("44261-6", {"valueQuantity": {"value": 3}}, name="mu3", derivedFrom=[{"reference": "a/b"}]),
    observation(
        "44249-1",
        {"component": [{"code": coded("44260-8"), "valueInteger": 1}]},
        name="mu4",
        interpretation=[coded("A")],
    ),
    appointment("cancelled", name="mu5", cancelationReason=coded("pat")),
    dose("not-done", "Methadone", name="mu6", dosage={"route": coded("po")}),
    {
        "resourceType": "Encounter", "id": "mu7", "status": "in-progress", "class": {"code": "AMB"},
        "subject": {"reference": "Patient/mu"}, "period": {"start": "2026-11-24T08:00:00Z"},
        "appointment": [{"reference": "Appointment/1"}],
    },
    {
        "resourceType": "Patient", "id": "mu8", "name": [{"given": ["A"], "family": "B"}],
        "telecom": [{"system": "phone", "value": "+12025550191"}], "address": [{"line": ["x"]}],
        "communication": [{"language": coded("es")}],
    },
    {
        "resourceType": "CareTeam", "id": "mu9", "status": "active", "subject": {"reference": "Patient/mu"},
        "participant": [{"member": {"reference": "Practitioner/ben"}, "role": [{"text": "therapist"}]}],
    },
    {
        "resourceType": "Flag", "id": "mu10", "status": "active", "category": [coded("safety")],
        "subject": {"reference": "Patient/mu"}, "period": {"end": "2027-01-01"},
    },
    bundle(cssrs("4", name="mu11"), observation("44261-6", {"valueInteger": 1}, name="mu12"), kind="batch"),
    {
        "resourceType": "Bundle", "type": "history",
        "entry": [
            {"resource": {
                "resourceType": "SubscriptionStatus", "type": "event-notification",
                "eventsSinceSubscriptionStart": "1", "subscription": {"reference": "Subscription/mu"},
                "notificationEvent": [{"eventNumber": "1", "focus": {"reference": "Flag/mu13"}}],
            }},
            {"resource": {"resourceType": "Flag", "id": "mu13", "status": "active"}},
        ],
    },
)  # fmt: skip
JUNK: tuple[object, ...] = (
    None, True, -1, 0, 10**25, 1e300, "", " ", MARK, "\x00", "é" * 300, "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00", "2026-02-31", "#c", "urn:uuid:1", "Patient/x/../y", [], {}, [[]], [MARK],
    {MARK: MARK}, [{}], [None], {"value": {}}, {"coding": [{"code": MARK}]}, {"reference": MARK},
)  # fmt: skip


def places(held: object) -> list[tuple[object, object]]:
    """Every place in a resource: the object or list, and the key in it."""
    keys = held.items() if isinstance(held, dict) else enumerate(held) if isinstance(held, list) else ()
    return [place for key, value in keys for place in [(held, key), *places(value)]]


def mutated(chance: random.Random) -> Json:
    whole = copy.deepcopy(chance.choice(SOUND))
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        held, key = chance.choice(places(whole))
        if isinstance(held, dict) and chance.random() < 0.2:
            del held[key]
            if not places(whole):
                return whole
        else:
            held[key] = copy.deepcopy(chance.choice(JUNK))  # type: ignore[index]
    return whole


async def test_whatever_stands_in_a_resource_is_answered_and_never_repeated(site: Site) -> None:
    chance = random.Random(20261124)
    statuses: set[int] = set()
    for _ in range(COUNT):
        resource = mutated(chance)
        before = await end(site)

        reply = await post(site, resource)

        assert reply.status < 500, (reply.status, json.dumps(resource))
        assert MARK not in reply.body and "5550191" not in reply.body, json.dumps(resource)
        if reply.status >= 400 and resource.get("type") not in ("transaction", "history"):
            assert await end(site) == before, json.dumps(resource)
        statuses.add(reply.status)
        for fact in await facts(site, before):
            assert MARK not in fact.model_dump_json()
    assert {200, 201, 422} <= statuses
