"""`vigil doctor --fix` against the carrier emulator: what it shows, asks, changes, and leaves alone."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from services.carrier_emulator.emulator import CarrierEmulator
from services.carrier_emulator.numbers import MessagingService, SenderNumber
from services.command_line import carrier_account, doctor_fix
from services.command_line.carrier_account import CarrierFacts, NumberFacts
from services.command_line.carrier_registration import Standing
from services.runtime.clock import ScaledClock
from services.runtime.twilio_client import CarrierSettings
from tests.support.site import Site

ACCOUNT, TOKEN = "AC" + "1" * 32, "token"
STAFF, CRISIS, FREE = "+12025550100", "+12025550101", "+18885550102"
PUBLIC = "https://vigil.example.org"
POOL = "MG" + "3" * 32


class Running:
    """An emulator in a thread of its own, for commands that run a loop of their own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.emulator = self.do(self._made())
        self.do(self.emulator.start())

    async def _made(self) -> CarrierEmulator:
        return CarrierEmulator(
            ScaledClock(),
            account_sid=ACCOUNT,
            auth_token=TOKEN,
            numbers=(SenderNumber(STAFF), SenderNumber(CRISIS), SenderNumber(FREE)),
            services=(MessagingService(POOL, (CRISIS,)),),
            admin_token="t",
        )

    def do(self, work):  # type: ignore[no-untyped-def]  # any coroutine
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def stop(self) -> None:
        self.do(self.emulator.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def running() -> Iterator[Running]:
    opened = Running()
    yield opened
    opened.stop()


def environment(running: Running, **more: str) -> dict[str, str]:
    return {
        "VIGIL_TWILIO_ACCOUNT_SID": ACCOUNT,
        "VIGIL_TWILIO_AUTH_TOKEN": TOKEN,
        "VIGIL_CARRIER_URL": running.emulator.base_url,
        "VIGIL_PUBLIC_URL": PUBLIC,
        "VIGIL_STAFF_NUMBER": STAFF,
        "VIGIL_PATIENT_NUMBER": CRISIS,
        "VIGIL_SMS_FALLBACK_URL": "https://spare.example.net/sms.xml",
        **more,
    }


def test_it_shows_what_changes_asks_and_changes_nothing_on_a_no(site: Site, running: Running) -> None:
    said = site.vigil("doctor", "--fix", input="n\n", **environment(running)).output

    assert f"{PUBLIC}/twilio/sms" in said and "(nothing)" in said
    assert "Change this at the carrier?" in said and "Nothing is changed." in said
    assert running.emulator.numbers.senders[STAFF].sms_url == ""


def test_on_a_yes_every_number_of_the_site_is_set_up_and_no_other(site: Site, running: Running) -> None:
    running.emulator.configure(CRISIS, voice_fallback_url="https://keep.example.net/call.xml")

    said = site.vigil("doctor", "--fix", "--yes", **environment(running)).output

    for number in (STAFF, CRISIS):
        sender = running.emulator.numbers.senders[number]
        assert f"{number} is set up." in said
        assert sender.sms_url == f"{PUBLIC}/twilio/sms"
        assert sender.voice_url == f"{PUBLIC}/twilio/call"
        assert sender.status_callback == f"{PUBLIC}/twilio/call-ended"
        assert sender.sms_fallback_url == "https://spare.example.net/sms.xml"
        assert sender.sms_fallback_method == "GET", "a static page"
    assert running.emulator.numbers.senders[CRISIS].voice_fallback_url == "https://keep.example.net/call.xml"
    assert running.emulator.numbers.senders[FREE].sms_url == ""
    assert f"{STAFF}: no fallback URL for calls" in said, "what it can't mend, the doctor still names"
    again = site.vigil("doctor", "--fix", **environment(running)).output
    assert "nothing is changed" in again


def test_what_a_site_still_lacks_is_named_with_its_fix(site: Site, running: Running) -> None:
    running.emulator.numbers.brand = "APPROVED"
    site.vigil("doctor", "--fix", "--yes", **environment(running))

    said = site.vigil("doctor", **environment(running)).output

    for part in (
        f"{STAFF}: the 10DLC campaign is missing. Fix: register a campaign and put",
        f"{CRISIS}: the 10DLC campaign is missing",
        "no business-associate agreement with the carrier is affirmed",
        "never verified: ",
        "coverage was never reported",
        "no drill within 30 days: ",
    ):
        assert part in said
    affirmed = environment(running, VIGIL_AGREEMENTS="baa=2026-01-31,opt_out=2026-11-01")
    said = site.vigil("doctor", **affirmed).output
    assert "agreement with the carrier is of 2026-01-31" in said
    wrong = site.vigil("doctor", **environment(running, VIGIL_AGREEMENTS="baa"))
    assert "VIGIL_AGREEMENTS" in wrong.output and "is no date" in wrong.output


def test_it_refuses_what_would_point_a_real_number_at_nobody(site: Site) -> None:
    known = {
        "VIGIL_TWILIO_ACCOUNT_SID": ACCOUNT,
        "VIGIL_TWILIO_AUTH_TOKEN": TOKEN,
        "VIGIL_STAFF_NUMBER": STAFF,
    }
    for url in ("http://vigil.example.org", "https://localhost:8080"):
        result = site.vigil("doctor", "--fix", "--yes", **known, VIGIL_PUBLIC_URL=url)

        assert result.exit_code == 1
        assert "must reach it by https" in result.stderr


def test_a_number_of_somebody_else_is_named(site: Site, running: Running) -> None:
    stranger = environment(running, VIGIL_STAFF_NUMBER="+12025559999")

    result = site.vigil("doctor", "--fix", "--yes", **stranger)

    assert "+12025559999: no number of this account" in result.stderr


def test_registrations_are_read_from_the_carrier(running: Running) -> None:
    numbers = running.emulator.numbers
    numbers.services[POOL] = MessagingService(POOL, (CRISIS,), campaign="VERIFIED")
    numbers.tollfree = {FREE: "PENDING_REVIEW"}
    settings = CarrierSettings(ACCOUNT, TOKEN, base_url=running.emulator.base_url)

    async def asked() -> CarrierFacts:
        return await carrier_account.ask(settings, (STAFF, CRISIS, FREE))

    found = running.do(asked()).registrations

    assert {number: one.standing for number, one in found.items()} == {
        STAFF: Standing.MISSING,
        CRISIS: Standing.GOOD,
        FREE: Standing.WAITING,
    }
    assert found[CRISIS].pooled and not found[CRISIS].pool_takes_texts


def test_retry_rules_behind_a_url_stay_and_an_application_is_taken_off() -> None:
    want = doctor_fix.wanted(PUBLIC)
    good = NumberFacts(
        sid="PN1",
        sms_url=f"{PUBLIC}/twilio/sms#rc=3&rp=all",
        voice_url=f"{PUBLIC}/twilio/call",
        status_callback=f"{PUBLIC}/twilio/call-ended",
    )
    taken = NumberFacts(**{**good.__dict__, "application": True})

    assert doctor_fix.changes({STAFF: good, CRISIS: None}, want) == []
    assert {one.parameter for one in doctor_fix.changes({STAFF: taken}, want)} == {
        "SmsApplicationSid",
        "VoiceApplicationSid",
        "TrunkSid",
    }
