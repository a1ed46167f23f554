"""What goes on after a crisis: the morning's text, the overdue call, and its end, on real parts."""

from pathlib import Path

from contracts.commits import BRIEF
from contracts.followups import FollowupBrief
from contracts.privacy import TextConsent
from tests.support.world import SPINE
from tests.support.world import world as open_world


async def test_the_call_within_a_day_is_told_each_morning_and_paged_when_it_is_late(tmp_path: Path) -> None:
    """03:10 ana takes and closes it. 08:00 ben reads of a task; a day later he is paged, calls, and closes.

    After 72 hours, by day, the patient reads the check-in.
    """
    async with open_world(tmp_path, services=(*SPINE, "followup")) as world:

        async def tasks() -> list[tuple[str, str | None, int]]:
            subject = f"followups.{world.patients['rivera']}"
            stored = await world.admin.jetstream().get_last_msg("FOLLOWUPS", subject)
            found = FollowupBrief.model_validate_json((stored.headers or {})[BRIEF]).tasks
            return [(str(one.kind), one.owner, one.overdue) for one in found]

        agreed = TextConsent(risk_notice_version="1", accepted_at=world.clock.now(), by="test")
        await world.administration.change_patient(
            world.patients["rivera"], lambda one: one.model_copy(update={"text_consent": agreed})
        )
        await world.signal("screen_positive", "urgent", "rivera")
        await world.texts_soon("ana")
        await world.reply("ana", "1")
        await world.reply("ana", "3")
        assert any("closed" in text for text in await world.reply("ana", "4 spoke"))
        assert await tasks() == [("contact", "ben", 0)]

        await world.until("08:01")
        (morning,) = world.texts("ben")
        assert morning.startswith("VIGIL tasks: 1 open, 0 due today, 0 overdue: T")

        await world.until("+1d 03:30")
        assert await tasks() == [("contact", "ben", 1)]
        assert world.texts("ben") == [], "it is soon: the night is waited out"
        await world.until("+1d 07:01")
        (page,) = await world.texts_soon("ben")
        assert " TODAY " in page and ", task." in page

        await world.reply("ben", "1")
        await world.reply("ben", "3")
        await world.reply("ben", "4 spoke")
        assert await tasks() == []
        await world.until("+3d 09:59")
        assert world.texts("rivera") == []
        await world.until("+3d 10:01")
        (check_in,) = world.texts("rivera")
        assert "a person reads it" in check_in
        assert await tasks() == []
        world.nobody_else_heard("ana", "ben", "rivera")
