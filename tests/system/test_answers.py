"""What people text and press, half asleep and otherwise."""

import re

import pytest

from contracts.escalations import EscalationStatus
from services.programme import PatientDraft
from tests.support.world import LINE, PEOPLE, World


async def test_two_take_in_the_same_moment_one_holds_and_the_other_is_told_who(world: World) -> None:
    """Both phones ring and both text `1` before either is answered; ringing stops."""
    await world.signal("screen_positive", "imminent", "rivera")
    await world.until("03:13:05")
    assert world.phone("ana").ringing or world.phone("ben").ringing

    await world.phone("ana").text("1", LINE)
    await world.phone("ben").text("1", LINE)
    await world.later(seconds=2)

    holder = (await world.open_brief()).holder
    other = {"ana": "ben", "ben": "ana"}[str(holder)]
    assert any("you have it" in text for text in world.texts(str(holder)))
    assert any(f"{PEOPLE[str(holder)][0]} has" in text for text in world.texts(other))
    assert world.phone("ana").ringing is None and world.phone("ben").ringing is None


async def test_a_decline_pages_the_next_at_once_and_says_who(world: World) -> None:
    """`2` at 03:11: ben is paged at 03:11, ana learns that he is."""
    await world.signal()
    await world.until("03:11")
    assert "Ben is next" in (await world.reply("ana", "2"))[-1]
    assert len(world.texts("ben")) == 1
    world.nobody_else_heard("ana", "ben")


@pytest.mark.parametrize("word", ["ok", "Ok ", "yes", "k", "YES!"])
async def test_ok_and_yes_take_nothing_and_the_chain_keeps_running(world: World, word: str) -> None:
    """Half asleep they mean 'seen': she is asked for a 1, and at the end of her wait ben is paged."""
    await world.signal("patient_alert", "urgent", "rivera")
    code = await world.code()
    assert f"Reply 1 to take {code}" in (await world.reply("ana", word))[-1]
    assert (await world.open_brief()).status is EscalationStatus.PAGING
    await world.until("03:13:05")
    assert len(world.texts("ben")) == 1


@pytest.mark.parametrize(
    "text", ["1", "1 {code}", "1{low}", "{low} 1", "ack {code}", "TAKE", "  take   {low} "]
)
async def test_every_spelling_of_take_takes(world: World, text: str) -> None:
    """Any case, any spacing, with or without the code."""
    await world.signal()
    code = await world.code()
    answer = await world.reply("ana", text.format(code=code, low=code.lower()))
    assert "you have it" in answer[-1]


async def test_an_idle_holder_of_an_imminent_one_is_asked_at_three_and_joined_at_five(world: World) -> None:
    """Taken 03:11, silence; 03:14 asked; 03:16 ben is paged too; he takes it, ana is told."""
    await world.signal("screen_positive", "imminent", "rivera")
    await world.until("03:11")
    await world.reply("ana", "1")

    await world.until("03:14:03")
    assert any("have you reached them?" in text for text in world.texts("ana"))
    world.nobody_else_heard("ana")

    await world.until("03:16:03")
    assert len(world.texts("ben")) == 1
    await world.reply("ben", "1")
    assert (await world.open_brief()).holder == "ben"
    assert any("Ben has" in text for text in world.texts("ana"))


async def test_a_key_press_takes_and_the_call_goes_on_to_the_patient(world: World) -> None:
    """Imminent: the phone rings, 1 takes; 'you have' is said only after the commit."""
    await world.signal("screen_positive", "imminent", "rivera")
    await world.later(seconds=2)
    ana = world.phone("ana")
    await ana.answer()
    await world.later(seconds=5)
    assert "Rivera" not in " ".join(ana.heard)
    await ana.press("1")
    await world.later(seconds=5)
    assert (await world.open_brief()).holder == "ana"
    assert any("you have" in said.lower() for said in ana.heard), ana.heard
    await ana.press("3")
    await world.later(seconds=8)
    assert world.phone("rivera").ringing is not None
    await world.phone("rivera").answer()
    await world.later(seconds=2)
    assert world.bridged() == [{"ana", "rivera"}]


@pytest.mark.parametrize("profile", ["voicemail", "child_answers", "wrong_digit"])
async def test_voicemail_a_child_and_a_wrong_key_take_nothing(world: World, profile: str) -> None:
    """The call is answered and completed, and the chain goes on to ben."""
    world.emulator.add_phone(PEOPLE["ana"][1], profile)
    await world.signal("screen_positive", "imminent", "rivera")
    await world.until("03:13:05")
    assert (await world.open_brief()).holder is None
    assert len(world.texts("ben")) == 1


async def test_stop_from_staff_means_calls_from_now_on_and_ops_are_told(world: World) -> None:
    """Her texts are dead: the open page rings instead, and the hole in the shift is reported."""
    await world.signal()
    await world.later(seconds=2)
    await world.phone("ana").text("STOP", LINE)
    await world.later(seconds=3)
    assert world.phone("ana").ringing is not None
    assert [m.channel for m in (await world.person("ana")).methods if m.dead_since] == ["sms"]
    assert len(world.texts("ops")) == 1


async def test_a_closed_code_does_nothing_and_says_so(world: World) -> None:
    """Closed last month, answered today."""
    await world.signal("screen_positive", "urgent", "rivera")
    code = await world.code()
    await world.reply("ana", "1")
    await world.reply("ana", "4 spoke")
    await world.until("+31d 03:10")
    world.texts("ana")
    answer = await world.reply("ana", f"1 {code}")
    assert "closed" in answer[-1]
    assert (await world.open_brief()).status is EscalationStatus.CLOSED


@pytest.mark.parametrize("text", ["\N{SHRUG}", "x" * 3000, "7 Z9", "what do I do now"])
async def test_what_is_not_understood_gets_one_helpful_answer(world: World, text: str) -> None:
    """One answer that names the open code, and the chain keeps running."""
    await world.signal()
    await world.texts_soon("ana")
    code = await world.code()
    answers = await world.reply("ana", text)
    assert len(answers) == 1
    assert code in answers[0]
    assert (await world.open_brief()).holder is None


async def test_a_staff_member_in_danger_is_no_command_somebody_else_is_paged(world: World) -> None:
    """'can't do this, took the pills' from ana's own phone pages ben, not ana."""
    await world.reply("ana", "can't do this, took the pills")
    await world.later(seconds=2)
    assert any("concern" in text or "alert" in text for text in world.texts("ben"))
    assert not any("1 take" in text for text in world.texts("ana"))


async def test_a_text_from_an_unknown_phone_is_a_patients_answered_and_paged(world: World) -> None:
    """Nobody knows the number: it is answered at once with 911 and 988, and ana is paged."""
    stranger = "+12025550177"
    await world.phone(stranger).text("please help me", LINE)
    await world.later(seconds=2)
    answers = world.texts(stranger)
    assert len(answers) == 1
    assert "911" in answers[0] and "988" in answers[0]
    assert len(world.texts("ana")) == 1


async def test_an_incoming_call_is_connected_with_whoever_takes_it(world: World) -> None:
    """A patient calls: 911 and 988 are said, ana is paged, takes it by text, and is connected."""
    rivera = world.phone("rivera")
    await rivera.call(LINE)
    await world.later(seconds=10)
    assert any("911" in said and "988" in said for said in rivera.heard)
    assert len(world.texts("ana")) == 1
    await world.reply("ana", "1")
    await world.later(seconds=3)
    assert world.phone("ana").ringing is not None
    await world.phone("ana").answer()
    await world.later(seconds=5)
    await world.phone("ana").press("1")
    await world.later(seconds=10)
    assert world.bridged() == [{"ana", "rivera"}]


async def test_a_staff_member_who_calls_hears_open_pages_and_answers_by_key(world: World) -> None:
    """ana calls the line: her page is read out, 1 takes it."""
    await world.signal()
    await world.later(seconds=2)
    ana = world.phone("ana")
    await ana.call(LINE)
    await world.later(seconds=2)
    code = await world.code()
    await world.later(seconds=10)
    assert any(" ".join(code) in said or code in said for said in ana.heard), ana.heard
    await ana.press("1")
    await world.later(seconds=5)
    assert (await world.open_brief()).holder == "ana"


async def test_a_phone_that_is_both_is_staff_only_with_code_and_key(world: World) -> None:
    """ana is a patient too: her bare `1` is a patient's text, `1 K7` takes the page."""
    await world.administration.put_patient(
        PatientDraft(id="pt_ana", name="Ana Both", phone=PEOPLE["ana"][1], safety_plan="call mum")
    )
    await world.signal()
    code = await world.code()
    await world.texts_soon("ana")

    answers = await world.reply("ana", "1")
    assert len(answers) == 1 and "988" in answers[0], "answered like any patient"
    assert any("text" in text for text in world.texts("ben")), "somebody else than she is paged"
    assert (await world.open_brief()).holder is None
    assert await world.brief(subject="escalations.pt_ana") is not None, "and somebody is told of her"

    assert any("you have it" in text for text in await world.reply("ana", f"1 {code}"))
    assert (await world.open_brief()).holder == "ana"


async def test_a_reply_to_a_page_that_was_withdrawn_says_who_has_it(world: World) -> None:
    """ben took it after ana's wait was over; ana's late `1` takes nothing and says so."""
    await world.signal("patient_alert", "urgent", "rivera")
    code = await world.code()
    await world.until("03:13:05")
    await world.reply("ben", "1")
    world.texts("ana")
    answers = await world.reply("ana", f"1 {code}")
    assert any("Ben has" in text for text in answers)
    assert (await world.open_brief()).holder == "ben"


async def test_urgent_pages_never_share_a_text_or_wait_for_one(world: World) -> None:
    """Seven urgent pages for ana within a second: seven texts, at once."""
    for number, patient in enumerate(["rivera", "stone", "moss", "w4", "w5", "w6", "w7"]):
        await world.signal("screen_positive", "urgent", patient, id=f"many{number}", settle=False)
    await world.settle()
    await world.later(seconds=8)
    texts = world.texts("ana")
    assert len(texts) == 7
    codes = {brief for text in texts for brief in re.findall(r"\b([A-Z]\d(?:[A-Z])?) WITHIN", text)}
    assert len(codes) == 7, "every code was told"
