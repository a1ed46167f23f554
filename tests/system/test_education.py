"""A resource by key: the holder names it, followup has it, the crisis line sends it; and its end is told."""

from pathlib import Path

from contracts.privacy import TextConsent
from tests.support.world import LINE, SPINE
from tests.support.world import world as open_world


async def test_whoever_holds_a_conversation_sends_a_resource_in_the_patients_language(tmp_path: Path) -> None:
    """Rivera writes Spanish; ana, who holds it, sends one; nobody else can; what is not there is listed."""
    async with open_world(tmp_path, services=(*SPINE, "followup")) as world:
        await world.speaks("rivera", "es")
        await world.phone("rivera").text("no puedo dormir", LINE)
        await world.texts_soon("rivera")
        code = await world.code()
        await world.reply("ana", "1")
        world.texts("rivera")

        (said,) = await world.reply("ana", "/skill")
        assert "breathing cold_water delay grounding" in said and said.startswith(f"VIGIL {code}: not sent")
        (said,) = await world.reply("ana", f"{code} /skill grounding")
        assert "has not asked for such texts" in said
        assert world.texts("rivera") == []

        at = world.clock.now()
        agreed = TextConsent(risk_notice_version="1", accepted_at=at, by="test")
        await world.administration.change_patient(
            world.patients["rivera"],
            lambda one: one.model_copy(update={"text_consent": agreed, "education_since": at}),
        )
        (said,) = await world.reply("ana", f"/skill {code} grounding")
        assert said.startswith(f"VIGIL {code}: it is on its way to them.")
        (sent,) = await world.texts_soon("rivera")
        assert "5 cosas" in sent
        await world.reply("ben", f"{code} /skill sleep")
        assert world.texts("rivera") == []
