"""How long a page takes from the signal at the gateway to the carrier, at a steady 20 signals a second."""

import asyncio
from pathlib import Path

from tests.bench import carrier_view, floor
from tests.bench.figures import Figure, milliseconds, share
from tests.bench.site import Post, Site, patient_id

PER_SECOND = 20
SECONDS = 30
WARM_UP = 60
"""Signals before the measurement: imports, connections and codes are then in place, as at night."""
P99_AIM = 0.025


async def measure(folder: Path) -> list[Figure]:
    """Return latency and its floor, and the memory of idle services."""
    async with Site(folder, responders=1000) as site:
        await site.enroll(range(WARM_UP + PER_SECOND * SECONDS))
        await site.start_services()
        await asyncio.sleep(1)
        idle = site.memory()
        await _steadily(site, 0, WARM_UP)
        least = await floor.least_latencies(site)
        posts = await _steadily(site, WARM_UP, PER_SECOND * SECONDS)
        await asyncio.sleep(2)
        codes = await carrier_view.codes(site.admin)
        taken = carrier_view.accepted(await site.carrier_log())
    found = [(taken[codes[post.patient]] - post.at).total_seconds() for post in posts]
    return [_latency(found, least), _tail(found, least), _idle_memory(idle)]


async def _steadily(site: Site, first: int, count: int) -> list[Post]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    posting = []
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / PER_SECOND - loop.time()))
        posting.append(asyncio.create_task(site.post(patient_id(first + number))))
    return list(await asyncio.gather(*posting))


def _latency(found: list[float], least: list[float]) -> Figure:
    p50, lowest = share(found, 0.5), share(least, 0.5)
    return Figure(
        f"signal to carrier, {PER_SECOND}/s, p50",
        milliseconds(p50),
        f"at most twice the floor, {milliseconds(lowest)} (3 appends + 1 POST)",
        p50 <= 2 * lowest,
        {"seconds": p50, "floor_seconds": lowest, "signals": len(found)},
    )


def _tail(found: list[float], least: list[float]) -> Figure:
    p99 = share(found, 0.99)
    return Figure(
        f"signal to carrier, {PER_SECOND}/s, p99",
        milliseconds(p99),
        f"below {milliseconds(P99_AIM)}; the floor's p99 is {milliseconds(share(least, 0.99))}",
        p99 < P99_AIM,
        {"seconds": p99, "floor_seconds": share(least, 0.99), "most_seconds": max(found)},
    )


def _idle_memory(resident: int) -> Figure:
    mib = resident / 2**20
    return Figure(
        "memory of all services, idle", f"{mib:.0f} MB", "below 250 MB", mib < 250, {"bytes": resident}
    )
