"""A swap is offered by text, accepted by text, and only then changes who is on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from contracts.schedules import Shifts, Swap
from tests.support.world import World
from tests.support.world import world as open_world

TEN = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
"""10:00 in the programme's zone."""
OFFER = Swap(
    id="sw1", number=1, schedule="primary", giver="ana", taker="cal", start=TEN,
    end=TEN + timedelta(hours=3), offered_at=TEN - timedelta(hours=2), offered_by="ana",
)  # fmt: skip


async def on_at_eleven(world: World) -> tuple[str, ...]:
    bucket = await world.admin.jetstream().key_value("shifts")
    shifts = Shifts.model_validate_json((await bucket.get("primary")).value or b"")
    return shifts.on(TEN + timedelta(hours=1))


async def test_an_offer_is_answered_by_text(tmp_path: Path) -> None:
    """08:00 offered to cal for 10:00 to 13:00; a second answer changes nothing."""
    async with open_world(tmp_path, start="08:00", services=("paging", "roster", "gateway")) as world:
        swaps = await world.admin.jetstream().key_value("swaps")
        await swaps.create(OFFER.id, OFFER.model_dump_json().encode())
        (offered,) = await world.texts_soon("cal")
        assert "Ana asks you to take primary" in offered and "SWAP YES 1" in offered
        assert await on_at_eleven(world) == ("ana",)

        agreed = await world.reply("cal", "swap yes 1")
        assert [text[:38] for text in agreed] == ["VIGIL swap agreed: you take primary Tu"]
        assert any("Cal takes primary" in text for text in world.texts("ana"))
        assert await on_at_eleven(world) == ("cal",)

        await world.reply("cal", "swap no 1")
        assert await on_at_eleven(world) == ("cal",)
