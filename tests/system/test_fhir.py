"""From a FHIR bundle to a phone: a positive screen pages, its correction is told or withdraws."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.escalations import EscalationStatus
from tests.services.gateway.fhir.resources import Json, bundle, cssrs, phq9
from tests.support.world import SOURCE_TOKEN, SPINE, World
from tests.support.world import world as open_world


@pytest.fixture
async def scoring(tmp_path: Path) -> AsyncIterator[World]:
    """Vigil with triage, which scores what the gateway publishes."""
    async with open_world(tmp_path, services=(*SPINE, "triage")) as opened:
        yield opened


async def post(world: World, resource: Json) -> Json:
    headers = {"Authorization": f"Bearer {SOURCE_TOKEN}", "Content-Type": "application/fhir+json"}
    async with world.http.post(f"{world.url}/fhir", data=json.dumps(resource), headers=headers) as reply:
        assert reply.status in (200, 201), await reply.text()
        found = await reply.json(content_type=None)
    await world.settle()
    assert isinstance(found, dict)
    return found


async def test_a_positive_screen_pages_at_once_and_its_correction_never_silences_a_person(
    scoring: World,
) -> None:
    """03:10 C-SSRS with intent: ana is paged NOW and takes it; amended to negative: told, still hers.

    Stone's PHQ-9 of ten points is routine and nobody's yet: the correction withdraws it.
    """
    world = scoring
    form = cssrs("124", patient="rivera", name="w1", meta={"lastUpdated": "2026-11-24T08:09:00Z"})
    await post(world, bundle(form))
    code = await world.code()
    assert any("NOW" in text and "screen" in text for text in await world.texts_soon("ana"))
    assert world.phone("ana").ringing is not None
    await world.reply("ana", f"1 {code}")

    amended = cssrs(
        "", patient="rivera", name="w1", status="amended", meta={"lastUpdated": "2026-11-24T08:11:00Z"}
    )
    await post(world, bundle(amended))
    await post(world, bundle(form))

    told = await world.texts_soon("ana")
    brief = await world.open_brief()
    assert len(told) == 1 and code in told[0]
    assert (brief.holder, brief.urgency, brief.status) == ("ana", "imminent", EscalationStatus.HELD)

    await post(world, phq9("222211000", patient="stone", name="w2"))
    assert (await world.open_brief("stone")).urgency == "routine"
    await post(world, phq9("000000000", patient="stone", name="w2", status="amended"))

    assert await world.due("stone") is None
    world.nobody_else_heard("ana")
