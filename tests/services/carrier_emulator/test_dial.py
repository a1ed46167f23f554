"""Dial joins a clinician and a patient without showing either the other's number."""

import pytest

from services.carrier_emulator.entries import CallRang, LegsBridged, LegsParted, RoomChanged

ANA, PAT = "+15550101001", "+15550101002"
FAST = "+15550100001"
DIAL = (
    f'<Response><Dial callerId="{FAST}" timeout="20" action="/dialed">'
    f"<Number>{PAT}</Number></Dial></Response>"
)
ROOM = (
    '<Response><Dial action="/left"><Conference waitUrl="/wait" '
    'startConferenceOnEnter="{starts}" endConferenceOnExit="{ends}">case-7</Conference>'
    "</Dial></Response>"
)


async def test_two_legs_are_bridged_with_numbers_masked(world) -> None:
    """The patient sees our number, and the bridge has a beginning and an end."""
    ana, pat = world.emulator.phone(ANA), world.emulator.phone(PAT)
    world.site.replies["/dialed"] = "<Response><Say>The call is over.</Say></Response>"
    await world.dial(ANA, DIAL)
    await world.emulator.idle()
    await ana.answer()
    await world.run_for(4)
    await pat.answer()
    await world.run_for(60)
    await pat.hang_up()
    await world.run_for(5)

    assert [(e.phone, e.caller) for e in world.emulator.ledger.of(CallRang)] == [
        (ANA, FAST),
        (PAT, FAST),
    ]
    parted = world.emulator.ledger.of(LegsParted)[0]
    assert set(parted.phones) == {ANA, PAT}
    assert (parted.at - parted.since).total_seconds() == 60
    params = world.site.at("/dialed")[0].params
    assert (params["DialCallStatus"], params["DialCallDuration"]) == ("completed", "60")
    assert ana.heard == ["The call is over."]
    assert world.site.statuses() == ["initiated", "ringing", "in-progress", "completed"]


@pytest.mark.parametrize(
    ("profile", "status"), [("sleeper", "no-answer"), ("busy", "busy"), ("unknown", "failed")]
)
async def test_the_action_learns_why_the_other_did_not_answer(world, profile, status) -> None:
    """There is no bridge, and the call goes on with what the action answers."""
    ana = world.emulator.phone(ANA)
    world.emulator.add_phone(PAT, profile)
    world.site.replies["/dialed"] = "<Response><Say>Nobody there.</Say></Response>"
    await world.dial(ANA, DIAL)
    await world.emulator.idle()
    await ana.answer()
    await world.run_for(30)

    assert world.site.at("/dialed")[0].params["DialCallStatus"] == status
    assert ana.heard == ["Nobody there."]
    assert world.emulator.ledger.of(LegsBridged) == ()


async def test_the_other_phone_stops_ringing_when_the_caller_hangs_up(world) -> None:
    """The child leg is canceled."""
    ana, pat = world.emulator.phone(ANA), world.emulator.phone(PAT)
    await world.dial(ANA, DIAL)
    await world.emulator.idle()
    await ana.answer()
    await world.emulator.idle()
    assert pat.ringing is not None

    await ana.hang_up()
    await world.emulator.idle()

    assert pat.ringing is None
    assert pat.calls[0].status == "canceled"
    assert world.site.at("/dialed")[0].params["DialCallStatus"] == "canceled"


async def test_a_whisper_is_heard_before_the_bridge(world) -> None:
    """Only the person who was dialled hears it."""
    ana, pat = world.emulator.phone(ANA), world.emulator.phone(PAT)
    world.site.replies["/whisper"] = "<Response><Say>Your care team.</Say></Response>"
    await world.dial(ANA, DIAL.replace("<Number>", '<Number url="/whisper">'))
    await world.emulator.idle()
    await ana.answer()
    await world.emulator.idle()
    await pat.answer()
    await world.run_for(5)

    assert (ana.heard, pat.heard) == ([], ["Your care team."])
    assert len(world.emulator.ledger.of(LegsBridged)) == 1


async def test_a_foreign_caller_id_is_refused(world) -> None:
    """The dial fails and nobody is rung."""
    ana = world.emulator.phone(ANA)
    await world.dial(ANA, DIAL.replace(f'callerId="{FAST}"', 'callerId="+15559990000"'))
    await world.emulator.idle()
    await ana.answer()
    await world.run_for(5)

    assert world.site.at("/dialed")[0].params["DialCallStatus"] == "failed"
    assert [note.code for note in world.emulator.debugger.notes] == [13214]


async def test_a_room_joins_two_legs_and_ends_with_the_clinician(world) -> None:
    """Who comes first hears the waiting document until the other is there."""
    ana, pat = world.emulator.phone(ANA), world.emulator.phone(PAT)
    world.site.replies["/wait"] = "<Response><Say>Please hold.</Say><Pause/></Response>"
    world.site.replies["/voice"] = ROOM.format(starts="false", ends="false")
    await pat.call(FAST)
    await world.run_for(5)
    assert pat.heard[0] == "Please hold."
    assert world.emulator.ledger.of(LegsBridged) == ()

    await world.dial(ANA, ROOM.format(starts="true", ends="true"))
    await world.emulator.idle()
    await ana.answer()
    await world.emulator.idle()
    said = len(pat.heard)
    await world.run_for(120)
    await ana.hang_up()
    await world.run_for(5)

    bridged = world.emulator.ledger.of(LegsBridged)
    parted = world.emulator.ledger.of(LegsParted)
    assert [(set(e.phones), e.room) for e in bridged] == [({ANA, PAT}, "case-7")]
    assert (parted[0].at - parted[0].since).total_seconds() == 120
    assert (ana.heard, len(pat.heard)) == ([], said)
    assert [(e.phone, e.change) for e in world.emulator.ledger.of(RoomChanged)] == [
        (PAT, "joined"),
        (ANA, "joined"),
        (ANA, "left"),
        (PAT, "left"),
    ]
    assert pat.calls[0].status == "completed"
    assert world.site.at("/left")[0].params["DialCallStatus"] == "answered"


async def test_a_room_does_not_open_before_somebody_may_start_it(world) -> None:
    """Two patients in one room do not hear each other."""
    world.site.replies["/voice"] = ROOM.format(starts="false", ends="false")
    await world.emulator.phone(ANA).call(FAST)
    await world.emulator.phone(PAT).call(FAST)
    await world.run_for(10)

    assert world.emulator.ledger.of(LegsBridged) == ()


async def test_a_room_tells_who_came_and_who_went(world) -> None:
    """Events are those that the first leg asked for, numbered in order."""
    ana, pat = world.emulator.phone(ANA), world.emulator.phone(PAT)
    asked = 'statusCallback="/room" statusCallbackEvent="start end join leave" waitUrl'
    room = ROOM.format(starts="true", ends="true").replace("waitUrl", asked)
    world.site.replies["/voice"] = room
    await pat.call(FAST)
    await ana.call(FAST)
    await world.run_for(5)
    await ana.hang_up()
    await world.run_for(5)

    hits = world.site.at("/room")
    assert [hit.params["StatusCallbackEvent"] for hit in hits] == [
        "participant-join",
        "participant-join",
        "conference-start",
        "participant-leave",
        "participant-leave",
        "conference-end",
    ]
    assert [hit.params["SequenceNumber"] for hit in hits] == list("123456")
    assert {hit.params["FriendlyName"] for hit in hits} == {"case-7"}
    assert all(hit.signed for hit in hits)
