"""What the roster tells responders goes out as any text does, and their answers become facts for it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from contracts.notices import NoticeKind, NoticeSent
from tests.support.world import LINE, PEOPLE, World, person
from tests.support.world import world as open_world
from tests.system.test_heard_again import delivered_again

SHIFT = {
    "schedule": "crisis",
    "title": "Crisis clinician",
    "start": "2026-11-27T13:00:00+00:00",
    "end": "2026-11-28T13:00:00+00:00",
}
WITHOUT_ROSTER = ("escalation", "paging", "conversation", "gateway")
"""The roster's part is played by the test: it says what is told, and reads what was answered."""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """It is 18:00; cal has a landline, and no phone that takes texts."""
    landline = {"cal": person("cal", methods=(("voice", PEOPLE["cal"][1]),))}
    async with open_world(tmp_path, "18:00", services=WITHOUT_ROSTER, people=landline) as opened:
        yield opened


async def tell(
    world: World, who: str, message: str, kind: NoticeKind, args: dict[str, str] = SHIFT, **more: object
) -> None:
    responder = await world.person(who)
    notice = NoticeSent(
        at=world.clock.now(),
        message=message,
        responder=who,
        notice=kind,
        args=args,
        methods=responder.methods,
        zone=responder.zone,
        not_after=world.clock.now() + timedelta(hours=12),
        **more,
    )
    await world.admin.jetstream().publish(f"notices.{who}", notice.model_dump_json().encode())
    await world.settle()


async def answers(world: World, who: str, message: str) -> list[dict[str, object]]:
    """Return what the roster would hear of a notice."""
    told = ("notice_answered", "code_texted", "notice_failed", "message_failed")
    events = await world.events(f"pages.{who}.{message}", "PAGES")
    return [event for event in events if event["type"] in told]


class Talk:
    """What was texted to somebody (`<`) and by them (`>`), written down as it went."""

    def __init__(self, world: World, who: str) -> None:
        self.world = world
        self.who = who
        self.lines: list[str] = []

    async def told(self) -> list[str]:
        """Write down what came meanwhile."""
        texts = await self.world.texts_soon(self.who)
        self.lines += [f"{self.who} <  {text}" for text in texts]
        return texts

    async def says(self, text: str) -> list[str]:
        """Text, and write down what came back."""
        self.lines.append(f"{self.who} >  {text}")
        await self.world.phone(self.who).text(text, LINE)
        return await self.told()


DIALOGUE = """
ana <  VIGIL on call: Crisis clinician, Fri 27 Nov 08:00 to Sat 08:00. Reply 6 to confirm.
ana >  1
ana <  VIGIL: no page is open for you. Reply 6 to confirm your shift; if you can't work it, tell your operations team.
ana >  6
ana >  6
ana <  VIGIL: your shift is confirmed already.
ana <  VIGIL Ben asks you to take Crisis clinician Fri 27 Nov 08:00 to Sat 08:00. SWAP YES 3 or SWAP NO 3.
ana >  yes
ana <  VIGIL: no page is open for you. To answer swap 3: SWAP YES 3 or SWAP NO 3.
ana >  swap yes
ana >  swap no 3
ana <  VIGIL: you have answered swap 3 already, and that stands. To change it, ask your operations team.
ana <  VIGIL code 492817. Text it back to verify this phone.
ana >  492817
"""  # noqa: E501
"""Stands in the handbook word for word."""


async def test_shifts_swaps_and_codes_are_told_once_and_answered_as_the_handbook_says(world: World) -> None:
    ana = Talk(world, "ana")
    await tell(world, "ana", "n1", NoticeKind.SHIFT_TOMORROW)
    await tell(world, "ana", "n1", NoticeKind.SHIFT_TOMORROW)
    await ana.told()
    await ana.says("1")
    await ana.says("6")
    await ana.says("6")
    await tell(world, "ana", "n2", NoticeKind.SWAP_OFFERED, SHIFT | {"number": "3", "giver": "ben"})
    await ana.told()
    await ana.says("yes")
    await ana.says("swap yes")
    await ana.says("swap no 3")
    sms = (await world.person("ana")).methods[0].id
    await tell(world, "ana", "n3", NoticeKind.VERIFY, {"code": "492817", "method": sms})
    await ana.told()
    await ana.says("492817")

    assert "\n".join(ana.lines) == DIALOGUE.strip()
    assert [one["answer"] for one in await answers(world, "ana", "n1")] == ["confirm"]
    assert [one["answer"] for one in await answers(world, "ana", "n2")] == ["accept"]
    assert [one["code"] for one in await answers(world, "ana", "n3")] == ["492817"]
    intended = [e for e in await world.events("pages.ana.n2", "PAGES") if e["type"] == "attempt_intended"]
    assert intended[0]["text"] == "" and intended[0]["sealed"], "a colleague's name is never stored in clear"

    await tell(world, "ana", "n4", NoticeKind.SHIFT_TOMORROW, SHIFT | {"schedule": "ops"})
    await tell(world, "ana", "n5", NoticeKind.SHIFT_SOON, SHIFT | {"schedule": "ops"})
    await world.signal("screen_positive", "urgent", "rivera")
    code = await world.code()
    assert any("1 take" in text for text in await ana.told())
    assert await ana.says("6") == []
    assert (await world.open_brief()).holder is None, "a 6 takes no page"
    await delivered_again(world, "paging", "paging_answers", "CARRIER", "carrier.sms_received.staff")
    assert await ana.told() == []
    (confirmed,) = await answers(world, "ana", "n5")
    assert (confirmed["answer"], confirmed["others"]) == ("confirm", ["n4"])
    assert await answers(world, "ana", "n4") == []
    await ana.says("1")
    assert (await world.open_brief()).holder == "ana"
    await ana.says(f"give {code} BEN")
    pages = [e for e in await world.events(f"escalations.{world.patients['rivera']}") if e.get("given_by")]
    assert [one["responder"] for one in pages] == ["ben"]
    assert any("Ana asks you to take it over" in text for text in world.texts("ben"))


async def test_a_landline_hears_the_code_and_the_shift_and_confirms_by_key(world: World) -> None:
    cal = world.phone("cal")
    (line,) = (await world.person("cal")).methods
    await tell(world, "cal", "n1", NoticeKind.VERIFY, {"code": "492817", "method": line.id})
    await world.later(seconds=2)
    await cal.answer()
    await world.later(seconds=40)
    assert sum("4, 9, 2, 8, 1, 7" in said for said in cal.heard) == 2

    await tell(world, "cal", "n2", NoticeKind.SHIFT_SOON, by_voice=True)
    await world.later(seconds=2)
    await cal.answer()
    await world.later(seconds=5)
    await cal.press("6")
    await world.later(seconds=5)
    assert [one["answer"] for one in await answers(world, "cal", "n2")] == ["confirm"]

    await tell(world, "cal", "n3", NoticeKind.SHIFT_TOMORROW)
    assert [(one["type"], one["codes"]) for one in await answers(world, "cal", "n3")] == [
        ("notice_failed", ["no_method"])
    ]
    assert world.texts("cal") == []
