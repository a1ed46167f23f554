"""Calls ring, are answered by people or machines, and execute our TwiML."""

import pytest
from twilio.base.exceptions import TwilioRestException

from services.carrier_emulator.entries import CallChanged, CallDigits, CallRang

ANA = "+15550101001"
FAST = "+15550100001"
MENU = (
    '<Response><Gather numDigits="1" timeout="5" action="/digits">'
    "<Say>A page waits. Press 1 to accept.</Say></Gather><Say>Goodbye.</Say></Response>"
)


async def test_a_person_answers_and_presses_the_key_that_was_asked_for(world) -> None:
    """Every status is told in order, and the digits go to the action."""
    phone = world.emulator.phone(ANA)
    world.site.replies["/digits"] = "<Response><Say>Thank you.</Say></Response>"
    call = await world.dial(ANA, MENU)
    await world.emulator.idle()
    assert phone.ringing is not None

    await world.run_for(3)
    await phone.answer()
    await world.run_for(2)
    await phone.press("1")
    await world.run_for(5)

    assert world.site.statuses() == ["initiated", "ringing", "in-progress", "completed"]
    assert [h.params["SequenceNumber"] for h in world.site.at("/status")] == ["0", "1", "2", "3"]
    assert world.site.at("/digits")[0].params["Digits"] == "1"
    assert world.site.at("/twiml")[0].params["CallStatus"] == "in-progress"
    assert phone.heard == ["A page waits. Press 1 to accept.", "Thank you."]
    assert all(hit.signed for hit in world.site.hits)
    fetched = await world.client.calls(call.sid).fetch_async()
    assert (fetched.status, fetched.direction) == ("completed", "outbound-api")
    assert int(fetched.duration) >= 2


async def test_without_a_key_the_next_verb_runs_and_the_call_still_completes(world) -> None:
    """Completed does not mean that anybody acted."""
    phone = world.emulator.add_phone(ANA, "child_answers")

    await world.dial(ANA, MENU)
    await world.run_for(60)

    assert world.site.at("/digits") == []
    assert phone.heard[-1] == "Goodbye."
    assert world.site.statuses()[-1] == "completed"


async def test_an_empty_result_may_be_told_too(world) -> None:
    """ActionOnEmptyResult posts blank digits."""
    phone = world.emulator.phone(ANA)
    await world.dial(ANA, MENU.replace("<Gather", '<Gather actionOnEmptyResult="true"'))
    await world.emulator.idle()
    await phone.answer()
    await world.run_for(30)

    assert world.site.at("/digits")[0].params["Digits"] == ""


async def test_digits_end_with_the_finish_key_and_early_keys_are_lost(world) -> None:
    """Keys pressed while nobody gathers reach nobody."""
    phone = world.emulator.phone(ANA)
    twiml = '<Response><Say>one two three</Say><Gather action="/digits" timeout="4"/></Response>'
    await world.dial(ANA, twiml)
    await world.emulator.idle()
    await phone.answer()
    await world.emulator.idle()
    await phone.press("9")
    await world.run_for(2)
    await phone.press("4")
    await phone.press("2#7")
    await world.run_for(1)

    assert world.site.at("/digits")[0].params["Digits"] == "42"
    assert world.site.at("/digits")[0].params["FinishedOnKey"] == "#"
    assert [e.taken for e in world.emulator.ledger.of(CallDigits)] == [False, True, True]


@pytest.mark.parametrize(
    ("profile", "status"),
    [("sleeper", "no-answer"), ("busy", "busy"), ("rejects_call", "busy"), ("unknown", "failed")],
)
async def test_calls_that_nobody_takes_end_with_their_status(world, profile, status) -> None:
    """The TwiML is never asked for."""
    world.emulator.add_phone(ANA, profile)

    call = await world.dial(ANA, MENU, timeout=20)
    await world.run_for(21)

    assert world.site.statuses()[-1] == status
    assert world.site.at("/twiml") == []
    assert (await world.client.calls(call.sid).fetch_async()).status == status


async def test_preset_people_answer_by_themselves(world) -> None:
    """prompt_human presses what is asked for; wrong_digit presses something else."""
    world.emulator.add_phone(ANA, "prompt_human")
    world.emulator.add_phone("+15550101002", "wrong_digit")

    await world.dial(ANA, MENU)
    await world.dial("+15550101002", MENU)
    await world.run_for(60)

    assert sorted(hit.params["Digits"] for hit in world.site.at("/digits")) == ["1", "9"]


async def test_calls_are_placed_one_a_second(world) -> None:
    """The reply says how long the call waits."""
    calls = [await world.dial(f"+1555010100{n}", MENU) for n in range(3)]
    await world.run_for(5)

    rang = world.emulator.ledger.of(CallRang)
    assert [(e.at - rang[0].at).total_seconds() for e in rang] == [0, 1, 2]
    assert [call.queue_time for call in calls] == ["0", "1000", "2000"]


async def test_ringing_can_be_canceled_and_a_live_call_ended(world) -> None:
    """A call that is over takes no more orders."""
    phone = world.emulator.phone(ANA)
    first = await world.dial(ANA, MENU)
    await world.emulator.idle()
    canceled = await world.client.calls(first.sid).update_async(status="canceled")
    assert canceled.status == "canceled"
    await world.run_for(2)
    assert world.site.statuses()[-1] == "canceled"

    second = await world.dial(ANA, MENU)
    await world.run_for(1)
    await phone.answer()
    await world.emulator.idle()
    await world.client.calls(second.sid).update_async(status="completed")
    await world.emulator.idle()
    assert world.site.statuses()[-1] == "completed"
    with pytest.raises(TwilioRestException) as refused:
        await world.client.calls(second.sid).update_async(status="completed")
    assert refused.value.code == 21220


async def test_a_live_call_can_be_given_new_twiml(world) -> None:
    """The old document is left where it is."""
    phone = world.emulator.phone(ANA)
    call = await world.dial(ANA, "<Response><Pause length='100'/></Response>")
    await world.emulator.idle()
    await phone.answer()
    await world.emulator.idle()

    await world.client.calls(call.sid).update_async(twiml="<Response><Say>New orders</Say></Response>")
    await world.run_for(2)

    assert phone.heard == ["New orders"]
    assert world.site.statuses()[-1] == "completed"


async def test_machine_detection_delays_the_twiml_and_names_the_machine(world) -> None:
    """AnsweredBy is part of the request for TwiML."""
    world.emulator.add_phone(ANA, "voicemail")

    await world.dial(ANA, MENU, machine_detection="Enable")
    await world.run_for(120)

    assert world.site.at("/twiml")[0].params["AnsweredBy"] == "machine_start"
    assert world.site.statuses()[-1] == "completed"


async def test_machine_detection_beside_the_call_posts_its_own_callback(world) -> None:
    """The TwiML does not wait for it."""
    world.emulator.add_phone(ANA, "prompt_human")

    await world.dial(
        ANA,
        "<Response><Pause length='20'/></Response>",
        machine_detection="Enable",
        async_amd="true",
        async_amd_status_callback=f"{world.site.url}/amd",
    )
    await world.run_for(60)

    assert "AnsweredBy" not in world.site.at("/twiml")[0].params
    assert world.site.at("/amd")[0].params["AnsweredBy"] == "human"


async def test_broken_twiml_goes_to_the_fallback_and_then_to_an_apology(world) -> None:
    """The debugger names what was wrong."""
    phone = world.emulator.add_phone(ANA, "prompt_human")
    world.site.replies["/fallback"] = "<Response><Say>Please call 988.</Say></Response>"
    await world.dial(ANA, "<Response><Say>", fallback_url=f"{world.site.url}/fallback")
    await world.run_for(30)
    assert phone.heard == ["Please call 988."]
    assert world.site.at("/fallback")[0].params["ErrorCode"] == "12100"

    await world.client.calls.create_async(to=ANA, from_=FAST, url="http://127.0.0.1:9/")
    await world.run_for(30)
    assert "application error" in phone.heard[-1]
    assert [note.code for note in world.emulator.debugger.notes] == [12100, 11205]


async def test_a_phone_can_call_us_and_the_fallback_answers_when_we_are_down(world) -> None:
    """Direction is inbound and the caller is the phone."""
    phone = world.emulator.phone(ANA)
    world.site.replies["/voice"] = "<Response><Say>Hello</Say><Redirect>/more</Redirect></Response>"
    world.site.replies["/more"] = "<Response><Say>More</Say><Hangup/><Say>never</Say></Response>"
    await phone.call(FAST)
    await world.run_for(5)
    hit = world.site.at("/voice")[0]
    assert (hit.params["Direction"], hit.params["From"], hit.signed) == ("inbound", ANA, True)
    assert phone.heard == ["Hello", "More"]

    world.site.replies["/voice"] = (502, "")
    world.emulator.configure(FAST, voice_fallback_url=f"{world.site.url}/static")
    world.site.replies["/static"] = "<Response><Say>Call 988 now.</Say></Response>"
    call = await phone.call(FAST)
    await world.run_for(10)
    assert phone.heard[-1] == "Call 988 now."
    assert call.status == "completed"


async def test_a_call_can_be_rejected_without_being_answered(world) -> None:
    """The caller hears that the line is busy."""
    world.site.replies["/voice"] = "<Response><Reject reason='busy'/></Response>"

    call = await world.emulator.phone(ANA).call(FAST)
    await world.run_for(1)

    assert (call.status, call.answered) == ("busy", None)


async def test_an_unknown_verb_ends_the_call(world) -> None:
    """The debugger notes 12200."""
    world.site.replies["/voice"] = "<Response><Dance/></Response>"

    await world.emulator.phone(ANA).call(FAST)
    await world.run_for(1)

    assert [note.code for note in world.emulator.debugger.notes] == [12200]
    assert world.emulator.ledger.of(CallChanged)[-1].status == "completed"


async def test_hanging_up_ends_a_gather_without_its_action(world) -> None:
    """Nothing is posted but the last status."""
    phone = world.emulator.phone(ANA)
    await world.dial(ANA, MENU)
    await world.emulator.idle()
    await phone.answer()
    await world.emulator.idle()
    await phone.hang_up()
    await world.emulator.idle()

    assert world.site.at("/digits") == []
    assert world.site.statuses()[-1] == "completed"
    assert phone.call_now is None


async def test_inline_twiml_and_time_limit(world) -> None:
    """The carrier ends the call when its time is up."""
    phone = world.emulator.phone(ANA)
    call = await world.client.calls.create_async(
        to=ANA,
        from_=FAST,
        twiml="<Response><Say>Hi</Say><Pause length='500'/></Response>",
        time_limit=30,
    )
    await world.emulator.idle()
    await phone.answer()
    await world.run_for(100)

    assert phone.heard == ["Hi"]
    assert (await world.client.calls(call.sid).fetch_async()).duration == "30"
