"""Parked messages, test pages, the doctor, provisioning."""

import asyncio
import threading

import nats
from nats.aio.client import Client

from contracts.escalations import (
    EscalationStatus,
    Held,
)
from contracts.parked import Parked
from contracts.signals import Signal
from contracts.values import Kind
from tests.services.command_line.played import LIVE, brief, made
from tests.support.site import FakeServer, Site, append


def test_parked_messages_are_listed_and_tried_again(site: Site) -> None:
    assert "None: everything was understood" in site.vigil("parked", "list").output
    assert "Nothing is parked" in site.vigil("parked", "retry").output

    async def park(nc: Client) -> None:
        for number, status in ((17, "parked"), (18, "done")):
            one = made(Parked, durable="paging_answers", sequence=number, status=status)
            assert isinstance(one, Parked)
            await nc.jetstream().publish(f"parked.paging_answers.{number}", one.model_dump_json().encode())

    site.as_admin(park)
    listed = site.vigil("parked", "list").output

    assert "CARRIER:17" in listed and "CARRIER:18" not in listed
    assert "CARRIER:18" in site.vigil("parked", "list", "--all").output
    assert "paging was asked to try 1 again" in site.vigil("parked", "retry").output
    assert "Nothing is parked there" in site.vigil("parked", "retry", "escalation").output
    assert "there is no service 'pagin'" in site.vigil("parked", "retry", "pagin").stderr


def test_a_test_page_waits_for_the_answer(site: Site) -> None:
    heard: list[Signal] = []

    async def play_escalation() -> None:
        nc = await nats.connect(site.server.url, user="admin", password=site.server.passwords["admin"])
        try:
            subscription = await nc.subscribe("signals.system_fault")
            started.set()
            heard.append(Signal.model_validate_json((await subscription.next_msg(10)).data))
            for status, holder in ((EscalationStatus.PAGING, None), (EscalationStatus.HELD, "clinician_2")):
                told = brief("t-1", status, holder=holder, policy="test", kind=Kind.SYSTEM_FAULT)
                await append(nc, "faults.test-clinician_2", (made(Held),), told)  # type: ignore[arg-type]
        finally:
            await nc.close()

    started = threading.Event()
    player = threading.Thread(target=lambda: asyncio.run(play_escalation()))
    player.start()
    started.wait(5)

    result = site.vigil("page-test", "clinician_2", "--wait", "10")
    player.join()

    assert result.exit_code == 0 and "clinician_2 answered." in result.output
    assert heard[0].tags == ("test", "to:clinician_2") and heard[0].area == "test-clinician_2"
    assert "still open as K7" in site.vigil("page-test", "clinician_2").stderr


def test_a_test_page_that_nobody_answers_ends_with_status_1(site: Site) -> None:
    result = site.vigil("page-test", "clinician_3", "--wait", "0")

    assert result.exit_code == 1
    assert "clinician_3 did not answer within 0 s" in result.stderr
    assert "there is no responder 'x'" in site.vigil("page-test", "x").stderr


def test_the_doctor_says_what_refuses_a_live_start(site: Site, night: str) -> None:
    account = "/2010-04-01/Accounts/AC1"
    number = {
        "phone_number": "+12025550100",
        "sms_url": "http://vigil.example.org/twilio/sms",
        "voice_url": "",
        "capabilities": {"sms": True, "voice": True},
    }
    answers: dict[str, tuple[int, object]] = {
        f"{account}.json": (200, {"status": "active", "type": "Trial"}),
        f"{account}/Balance.json": (200, {"balance": "4.50", "currency": "USD"}),
        f"{account}/IncomingPhoneNumbers.json": (200, {"incoming_phone_numbers": [number]}),
    }
    with FakeServer(answers) as carrier:
        result = site.vigil("doctor", **LIVE, VIGIL_CARRIER_URL=carrier.url)
        overridden = site.vigil("doctor", "--override", "a drill", **LIVE, VIGIL_CARRIER_URL=carrier.url)

    assert result.exit_code == 1
    for part in (
        "the account is a trial",
        "the balance is low: 4.50 USD",
        "calls go to nowhere",
        "no fallback URL for texts",
        "VIGIL_PUBLIC_URL is not https",
        "not the real carrier",
    ):
        assert part in result.output
    verified = next(line for line in result.output.splitlines() if "not verified" in line)
    assert "clinician_2" in verified and "clinician_1" not in verified
    assert "good        streams, buckets and durables are provisioned" in result.output
    assert overridden.exit_code == 0 and "overridden: a drill" in overridden.output


def test_the_doctor_says_what_it_could_not_check(site: Site) -> None:
    account = {"/2010-04-01/Accounts/AC1.json": (200, {"status": "active", "type": "Full"})}
    with FakeServer(account) as carrier:
        said = site.vigil("doctor", **LIVE, VIGIL_CARRIER_URL=carrier.url).output

    assert "not checked webhooks and fallback URLs" in said
    assert "not checked the balance" in said
    assert "not checked the carrier's own answers to STOP and HELP" in said


def test_the_doctor_names_missing_settings_and_a_missing_server(site: Site) -> None:
    result = site.vigil("doctor", VIGIL_NATS_URL="nats://127.0.0.1:1")

    assert result.exit_code == 1
    assert "VIGIL_TWILIO_ACCOUNT_SID: Field required" in result.output
    assert "no NATS server answers" in result.output


def test_provisioning_twice_changes_nothing(site: Site) -> None:
    result = site.vigil("provision")

    assert result.exit_code == 0 and "Everything is as the table of contracts wants it." in result.output
    assert "there is no stream 'X'" in site.vigil("provision", "--accept", "X").stderr
