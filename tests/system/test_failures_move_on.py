"""Whatever the carrier does to a page, it reaches a person, and the log says what happened."""

import pytest

from services.carrier_emulator.entries import RequestHandled, SmsReachedPhone
from services.carrier_emulator.faults import Fault
from tests.support.world import PEOPLE, World, person
from tests.support.world import world as open_world

ANA = PEOPLE["ana"][1]


def reached(world: World, who: str) -> int:
    """How many staff texts about pages reached that phone."""
    return sum(
        isinstance(e, SmsReachedPhone) and e.to == PEOPLE[who][1] and "1 take" in e.body
        for e in world.emulator.ledger.entries
    )


def posts(world: World, what: str) -> list[RequestHandled]:
    return [
        e
        for e in world.emulator.ledger.entries
        if isinstance(e, RequestHandled) and e.method == "POST" and e.path.endswith(what)
    ]


async def page_events(
    world: World, kind: str, page: str = "pages.ana.pt_rivera-1-p1"
) -> list[dict[str, object]]:
    return [e for e in await world.events(page, "PAGES") if e["type"] == kind]


@pytest.mark.parametrize("code", [30003, 30004, 30005, 30006, 30007, 30008])
async def test_an_undelivered_text_is_followed_by_a_call_in_the_same_second(world: World, code: int) -> None:
    """The receipt says undelivered at 03:10:0x; her phone rings before the clock moves on."""
    world.emulator.faults.add(Fault("fail", to=ANA, args={"code": code}))

    await world.signal()
    await world.later(seconds=2)

    assert world.phone("ana").ringing is not None
    failed = await page_events(world, "attempt_failed")
    assert [event["code"] for event in failed] == [str(code)]
    assert failed[0]["at"] == (await page_events(world, "attempt_waiting"))[1]["at"]


@pytest.mark.parametrize("profile", ["opted_out", "landline_abroad"])
async def test_a_refused_text_is_followed_by_a_call_and_ops_learn_that_the_phone_is_dead(
    world: World, profile: str
) -> None:
    """21610 and 21614 at the POST: the call rings in the same second; the method is marked dead."""
    if profile == "opted_out":
        world.emulator.add_phone(ANA, "opted_out")
    else:
        world.emulator.faults.add(
            Fault("http_error", to=ANA, path="Messages", args={"code": 21614, "status": 400})
        )
    await world.signal()
    await world.settle()

    assert world.phone("ana").ringing is not None or (await page_events(world, "attempt_intended"))[1:]
    await world.later(seconds=2)
    assert world.phone("ana").ringing is not None
    dead = [m for m in (await world.person("ana")).methods if m.dead_since]
    assert [m.channel for m in dead] == ["sms"]
    assert len(world.texts("ops")) == 1, "ops are told"


async def test_all_methods_dead_pages_the_next_person_in_the_same_second(world: World) -> None:
    """Text undelivered, call failed: ben is paged at once, ops are told, the codes are kept."""
    world.emulator.add_phone(ANA, "unknown")

    await world.signal()
    await world.later(seconds=4)

    assert len(world.texts("ben")) == 1
    assert len(world.texts("ops")) >= 1
    exhausted = await page_events(world, "page_exhausted")
    assert "30005" in str(exhausted[0]["codes"])
    ended = [e for e in await world.events("escalations.pt_rivera") if e["type"] == "page_ended"]
    assert ended[0]["codes"] == exhausted[0]["codes"]
    requested = [e for e in await world.events("escalations.pt_rivera") if e["type"] == "page_requested"]
    assert requested[1]["at"] == ended[0]["at"], "in the same second: before the clock moved on"


async def test_429_is_retried_and_sent_once(world: World) -> None:
    """Two refusals for rate, then one text."""
    world.emulator.faults.add(Fault("http_429", to=ANA, path="Messages", times=2))

    await world.signal()
    await world.later(seconds=20)

    assert reached(world, "ana") == 1
    assert [e.status for e in posts(world, "Messages.json")] == [429, 429, 201]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("http_5xx", to=ANA, path="Messages", times=1),
        Fault("http_5xx", to=ANA, path="Messages", times=1, args={"style": "html"}),
        Fault("timeout_before", to=ANA, path="Messages", times=1),
        Fault("timeout_after", to=ANA, path="Messages", times=1),
        Fault("reset_after", to=ANA, path="Messages", times=1),
        Fault("rfc9457", to=ANA, path="Messages", times=1),
    ],
    ids=lambda fault: fault.kind + str(fault.args.get("style", "")),
)
async def test_a_lost_answer_is_found_out_by_asking_and_the_page_reaches_the_phone(
    world: World, fault: Fault
) -> None:
    """Nobody knows whether it was taken: the carrier is asked, and it is sent again only if not."""
    world.emulator.faults.add(fault)

    await world.signal()
    await world.later(seconds=30)

    accepted_but_lost = fault.kind in ("timeout_after", "reset_after")
    assert reached(world, "ana") >= 1
    if accepted_but_lost:
        assert reached(world, "ana") == 1, "its receipt proves that it was taken: not sent again"
    else:
        assert await page_events(world, "attempt_unknown") or await page_events(world, "attempt_failed")


@pytest.mark.parametrize("kind", ["timeout_after", "reset_after"])
async def test_without_receipts_the_carrier_is_asked_and_it_is_not_sent_twice(
    world: World, kind: str
) -> None:
    """Accepted, the answer lost, the receipts lost too: the list of messages tells."""
    world.emulator.faults.add(Fault(kind, to=ANA, path="Messages", times=1))
    world.emulator.faults.add(Fault("lost", path="sms-status"))

    await world.signal()
    await world.later(seconds=30)

    assert reached(world, "ana") == 1
    assert await page_events(world, "attempt_unknown"), "the log says that nobody knew"
    assert [e["reconciled"] for e in await page_events(world, "attempt_accepted")] == [True]


async def test_a_person_who_has_only_a_voice_method_is_called_from_the_start(tmp_path: object) -> None:
    """No SMS method at all: the page is a call from the start."""
    async with open_world(tmp_path, people={"ana": person("ana", methods=(("voice", ANA),))}) as world:  # type: ignore[arg-type]
        await world.signal()
        await world.later(seconds=2)
        assert world.phone("ana").ringing is not None
