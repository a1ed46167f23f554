"""Texts to ops: plain HTTP, no SDK, and a duplicate rather than silence."""

import asyncio
import os
import signal
import sys

import pytest
from pydantic import ValidationError

from services.watchdog.ops_sms import Account, OpsSms
from services.watchdog.settings import WatchdogSettings
from tests.services.watchdog.hands import PHONES


def ops(url, phones=PHONES):
    account = Account(sid="AC1", token="t", sender="+12025550100", base_url=url, timeout=0.5)
    return OpsSms(account, phones, pauses=(0.0, 0.0))


async def test_every_phone_is_texted(outside):
    assert await ops(outside.url).send("hello")

    assert sorted(outside.texts) == [(phone, "hello") for phone in PHONES]


async def test_a_server_error_is_tried_again(outside):
    outside.statuses = [503, 429]

    assert await ops(outside.url, PHONES[:1]).send("hello")

    assert len(outside.texts) == 1


async def test_a_refusal_is_not(outside):
    outside.statuses = [401]

    assert not await ops(outside.url, PHONES[:1]).send("hello")

    assert outside.texts == []


async def test_one_phone_that_can_be_texted_is_enough(outside):
    outside.statuses = [400]

    assert await ops(outside.url).send("hello")


async def test_a_carrier_that_is_away_is_no_crash():
    assert not await ops("http://127.0.0.1:9").send("hello")


async def test_without_phones_nobody_is_told(outside):
    assert not await ops(outside.url, ()).send("hello")


def test_a_wrong_phone_stops_the_start_by_name():
    with pytest.raises(ValidationError, match="ops_phones"):
        WatchdogSettings(ops_phones="+12025550115,555", twilio_account_sid="AC", twilio_auth_token="t")


async def test_it_runs_as_a_process_of_its_own_without_nats_and_ends_when_told(tmp_path, outside):
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.getcwd(),
        "VIGIL_VAR": str(tmp_path),
        "VIGIL_NATS_URL": "nats://127.0.0.1:9",
        "VIGIL_OPS_PHONES": PHONES[0],
        "VIGIL_TWILIO_ACCOUNT_SID": "AC1",
        "VIGIL_TWILIO_AUTH_TOKEN": "t",
        "VIGIL_STAFF_NUMBER": "+12025550100",
        "VIGIL_CARRIER_URL": outside.url,
        "VIGIL_WATCHDOG_LOOK_SECONDS": "0.1",
        "VIGIL_WATCHDOG_NATS_SECONDS": "0.2",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.watchdog", env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(10):
            while not outside.texts:
                await asyncio.sleep(0.02)
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

    assert "NATS does not answer" in outside.texts[0][1]
