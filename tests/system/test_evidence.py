"""Several signals about one patient, and answers that cover only what was told."""

from contracts.escalations import EscalationStatus
from services.carrier_emulator.faults import Fault
from tests.support.world import LINE, PEOPLE, PIN, World


async def test_the_same_signal_five_times_is_one_escalation(world: World) -> None:
    """Same source and id: one page."""
    for _ in range(5):
        assert await world.signal("screen_positive", "urgent", "rivera", id="same") == 202
    assert len(await world.texts_soon("ana")) == 1
    assert (await world.open_brief()).evidence == 1


async def test_a_second_signal_joins_and_the_holder_is_told(world: World) -> None:
    """Held by ana; another screen comes in: she is told, nobody else is paged."""
    await world.signal("screen_positive", "urgent", "rivera")
    await world.reply("ana", "1")
    await world.signal("session_missed", "urgent", "rivera")
    assert any("something new" in text for text in await world.texts_soon("ana"))
    world.nobody_else_heard("ana")
    assert (await world.open_brief()).evidence == 2


async def test_a_more_urgent_signal_pages_again_though_acknowledged(world: World) -> None:
    """Held as urgent; then imminent: step 1 of the imminent policy at once."""
    await world.signal("screen_positive", "urgent", "rivera")
    await world.reply("ana", "1")
    await world.signal("screen_positive", "imminent", "rivera")
    texts = await world.texts_soon("ana")
    assert any("NOW" in text and "1 take" in text for text in texts)
    brief = await world.open_brief()
    assert (brief.urgency, brief.policy, brief.holder) == ("imminent", "imminent", "ana")
    assert world.phone("ana").ringing is not None
    await world.until("03:14")
    assert any("NOW" in text for text in world.texts("ben")), "nobody took the new urgency in 3 minutes"
    await world.reply("ben", "1")
    assert (await world.open_brief()).holder == "ben"


async def test_a_higher_urgency_does_not_wait_for_the_morning_with_the_first(world: World) -> None:
    """`soon` at 03:10 waits for 07:00; imminent at 03:30 pages at 03:30."""
    await world.signal("session_missed", "soon", "rivera")
    await world.until("03:30")
    world.nobody_else_heard()
    assert (await world.open_brief()).status is EscalationStatus.WAITING
    await world.signal("screen_positive", "imminent", "rivera")
    assert any("NOW" in text for text in await world.texts_soon("ana"))


async def test_soon_is_paged_in_the_morning(world: World) -> None:
    """03:10 soon; nothing until 07:00; then the therapist."""
    await world.signal("session_missed", "soon", "rivera")
    await world.until("06:59")
    world.nobody_else_heard()
    await world.until("07:00:02")
    assert len(world.texts("ben")) == 1, "ben is the patient's therapist"


async def test_routine_pages_nobody_and_stays_open_with_a_due(world: World) -> None:
    """A worklist entry."""
    await world.signal("screen_positive", "routine", "rivera")
    await world.until("12:00")
    world.nobody_else_heard()
    assert (await world.open_brief()).status is EscalationStatus.WORKLIST
    assert await world.due() is not None


async def test_one_cause_that_pages_three_people_reaches_three_phones(world: World) -> None:
    """The second round of a crisis text pages primary, supervisor and director in one commit."""
    await world.signal("patient_alert", "urgent", "rivera")
    await world.until("03:21:58")
    for who in PEOPLE:
        world.texts(who)
    await world.until("03:22:03")
    assert [len(world.texts(who)) for who in ("ana", "cal", "dee")] == [1, 1, 1]


async def test_a_disposition_sent_before_an_overdose_text_was_told_closes_nothing(world: World) -> None:
    """ana closes while the news of a new text is still on its way to her: it stays open."""
    await world.signal("screen_positive", "urgent", "rivera")
    await world.reply("ana", "1")
    world.emulator.faults.add(Fault("http_429", to=PEOPLE["ana"][1], path="Messages", times=1))
    await world.phone("rivera").text("i took them all", LINE)
    await world.settle()
    await world.phone("ana").text("4 spoke", LINE)
    await world.later(seconds=10)

    assert (await world.open_brief()).status is not EscalationStatus.CLOSED
    assert any("not closed, something new" in text for text in world.texts("ana"))
    assert await world.due() is not None
    # What the text says made it imminent: it is taken anew, and a second person signs.
    await world.reply("ana", "1")
    assert any("sign" in text for text in await world.reply("ana", f"4 spoke {PIN}"))


async def test_a_bare_one_takes_the_most_urgent_and_says_which(world: World) -> None:
    """Two pages are open; `1` takes the imminent one, names it and lists the other."""
    await world.signal("screen_positive", "urgent", "rivera")
    await world.signal("screen_positive", "imminent", "stone")
    await world.later(seconds=2)
    world.texts("ana")
    answers = await world.reply("ana", "1")
    urgent, imminent = await world.code("rivera"), await world.code("stone")
    assert (await world.open_brief("stone")).holder == "ana"
    assert (await world.open_brief("rivera")).holder is None
    assert any(f"1 is for {imminent}" in text and urgent in text for text in answers)
