"""Twenty minutes in which the carrier reaches nobody here: its list tells afterwards what came in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.people import Patient
from contracts.signals import Signal
from contracts.values import Kind, Urgency
from tests.support.world import LINE, World
from tests.support.world import world as open_world

pytestmark = pytest.mark.system


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Vigil that asks the carrier every minute, as it does unless it is told otherwise."""
    asked = {"VIGIL_GATEWAY_RECOVER_EVERY_SECONDS": "60"}
    async with open_world(tmp_path, settings=asked) as opened:
        yield opened


async def gateway_falls(world: World) -> None:
    """Take the gateway away; no fallback URL is set either."""
    await world.vigil.running.pop("gateway").stop()
    await world.vigil.shells.pop("gateway").close()


async def from_elsewhere(world: World, patient: str) -> None:
    """Let a signal arrive by another way than the gateway."""
    now = world.clock.now()
    signal = Signal(
        id=f"lab/{patient}",
        kind=Kind.SCREEN_POSITIVE,
        urgency=Urgency.URGENT,
        patient=world.patients[patient],
        occurred_at=now,
        received_at=now,
        source="lab",
    )
    await world.admin.jetstream().publish("signals.screen_positive", signal.model_dump_json().encode())
    await world.settle()


async def patient(world: World, name: str) -> Patient:
    bucket = await world.admin.jetstream().key_value("patients")
    return Patient.model_validate_json((await bucket.get(world.patients[name])).value or b"")


async def test_what_was_texted_and_called_in_a_twenty_minute_outage_is_acted_upon(world: World) -> None:
    """A recovered `1` takes what had been told when it was written; patients are paged about; ops hear."""
    await world.signal(patient="rivera")
    await world.until("03:11")
    (page,) = world.texts("ana")
    assert f"VIGIL {await world.code('rivera')}" in page

    await gateway_falls(world)
    await world.until("03:12")
    await world.phone("ana").text("1", LINE)
    await world.until("03:13")
    await world.phone("stone").text("I can't do this any more", LINE)
    await world.phone("moss").text("STOP", LINE)
    await world.until("03:14")
    await from_elsewhere(world, "moss")
    moss = await world.open_brief("moss")
    await world.until("03:31")
    await world.phone("stone").call(LINE)
    await world.later(seconds=30)
    assert (await world.open_brief("rivera")).holder is None
    assert await world.brief("stone") is None
    heard = [*world.texts("ana"), *world.texts("ops")]
    assert any(moss.code in text for text in heard), "paged meanwhile, after she wrote her 1"

    await world.vigil.start(("gateway",))
    await world.settle()
    await world.later(seconds=10)

    assert (await world.open_brief("rivera")).holder == "ana"
    assert (await world.open_brief("moss")).holder is None, "her 1 is older than that page"
    stone = await world.open_brief("stone")
    assert stone.kind is Kind.PATIENT_ALERT
    assert any(stone.code in text for text in world.texts("ana"))
    (answer,) = world.texts("stone")
    assert "911" in answer
    assert (await patient(world, "moss")).opted_out_at is not None
    assert any("webhooks" in str(event) for event in await world.events("faults.webhooks"))
    assert any("VIGIL" in text for text in world.texts("ops"))

    await world.until("03:33")
    signals = [event for event in await world.events(f"escalations.{world.patients['stone']}")]
    joined = [one for one in signals if one["type"] in ("opened", "signal_joined")]
    tags = [set(one["signal"]["tags"]) for one in joined]  # type: ignore[index]
    assert len(tags) == 2 and {"call", "missed"} in tags


async def test_a_responder_who_opted_out_meanwhile_is_called_from_then_on(world: World) -> None:
    await gateway_falls(world)
    await world.phone("ana").text("STOP", LINE)
    await world.later(minutes=20)

    await world.vigil.start(("gateway",))
    await world.later(seconds=5)

    sms, voice = (await world.person("ana")).methods
    assert sms.dead_since is not None
    assert voice.dead_since is None
