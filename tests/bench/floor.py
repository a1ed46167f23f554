"""What this machine gives at best: bare appends that reach the disk, and bare requests to the carrier."""

import asyncio
from time import perf_counter

from services.runtime.twilio_client import Accepted, Carrier, CarrierSettings
from tests.bench.site import Site
from tests.support.world import LINE, SID, TOKEN

SUBJECT = "programme.bench.nobody"
"""A subject of a stream that no durable hears."""
BODY = b"x" * 2500
"""As large as a commit of escalation."""


async def least_latencies(site: Site, times: int = 300) -> list[float]:
    """Return seconds of three appends, one after the other, and one text through the real SDK."""
    nc = await site.connect("cli")
    js = nc.jetstream(timeout=5)
    carrier = Carrier(CarrierSettings(account_sid=SID, auth_token=TOKEN, base_url=site.emulator_url))
    found = []
    for number in range(times):
        before = perf_counter()
        for _ in range(3):
            await js.publish(SUBJECT, BODY)
        outcome = await carrier.send_sms(f"+1202555{number:04d}", LINE, "floor", "", 120)
        found.append(perf_counter() - before)
        if not isinstance(outcome, Accepted):
            raise RuntimeError(f"the emulator did not take a text: {outcome}")
    await carrier.close()
    await nc.close()
    return found


async def appends_per_second(site: Site, ways: int = 64, seconds: float = 4) -> float:
    """Return how many appends a second reach the disk when so many are under way at a time."""
    nc = await site.connect("cli")
    js = nc.jetstream(timeout=5)
    began = perf_counter()
    done = 0

    async def lane() -> None:
        nonlocal done
        while perf_counter() - began < seconds:
            await js.publish(SUBJECT, BODY)
            done += 1

    await asyncio.gather(*(lane() for _ in range(ways)))
    rate = done / (perf_counter() - began)
    await nc.close()
    return rate
