"""A thousand signals at once for two hundred responders, and what can be kept up."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from contracts.values import Urgency
from tests.bench import carrier_view, floor
from tests.bench.figures import Figure, share
from tests.bench.site import Post, Site, now, patient_id

SIGNALS = 1000
RESPONDERS = 200
POSTERS = 50
STORM_AIM = timedelta(seconds=5)
IMMINENT_AIM = timedelta(seconds=2.5)
KEPT_UP_SECONDS = 12
KEPT_UP_SIGNALS = 6000
_GIVE_UP = 45.0


async def unlimited(folder: Path) -> list[Figure]:
    """Return how long the storm takes when the carrier takes all at once."""
    async with Site(folder, responders=RESPONDERS) as site:
        await site.enroll(range(SIGNALS))
        await site.start_services()
        began = now()
        posts = await _at_once(site, range(SIGNALS))
        codes = await carrier_view.codes(site.admin)
        last = began
        try:
            async with asyncio.timeout(_GIVE_UP):
                while True:
                    if len(codes) < SIGNALS:
                        codes = await carrier_view.codes(site.admin)
                    taken = carrier_view.accepted(await site.carrier_log())
                    if len(codes) == SIGNALS and set(codes.values()) <= set(taken):
                        break
                    await asyncio.sleep(0.5)
        except TimeoutError:
            return [Figure(_STORM, f"not within {_GIVE_UP:.0f} s", "below 5 s", False)]
    last = max(taken[code] for code in codes.values())
    lasted = last - began
    single = [(taken[codes[post.patient]] - post.at).total_seconds() for post in posts]
    return [
        Figure(
            _STORM,
            f"{lasted.total_seconds():.2f} s",
            f"below {STORM_AIM.total_seconds():.0f} s",
            lasted < STORM_AIM,
            {
                "seconds": lasted.total_seconds(),
                "p50_seconds": share(single, 0.5),
                "posted_seconds": (max(post.answered for post in posts) - began).total_seconds(),
            },
        )
    ]


async def limited(folder: Path) -> list[Figure]:
    """Return how long an imminent page takes past a storm, when our number sends one segment a second."""
    async with Site(folder, responders=RESPONDERS, rate=1) as site:
        await site.enroll(range(SIGNALS + 1))
        await site.start_services()
        storm = asyncio.create_task(_at_once(site, range(SIGNALS)))
        await asyncio.sleep(1.5)
        post = await site.post(patient_id(SIGNALS), Urgency.IMMINENT)
        sent = await _sent(site)
        await storm
    if sent is None:
        return [Figure(_OVERTAKES, f"not within {_GIVE_UP:.0f} s", "at most 2.5 s", False)]
    took = sent - post.at
    return [
        Figure(
            _OVERTAKES,
            f"{took.total_seconds():.2f} s",
            f"at most {IMMINENT_AIM.total_seconds()} s",
            took <= IMMINENT_AIM,
            {"seconds": took.total_seconds()},
        )
    ]


async def kept_up(folder: Path) -> list[Figure]:
    """Return how many pages a second go out while signals come without a pause."""
    async with Site(folder, responders=1000) as site:
        await site.enroll(range(KEPT_UP_SIGNALS))
        await site.start_services()
        appends = await floor.appends_per_second(site)
        began = now()
        until = began + timedelta(seconds=KEPT_UP_SECONDS)
        posts = await _at_once(site, range(KEPT_UP_SIGNALS), until)
        codes = await carrier_view.codes(site.admin)
        taken = carrier_view.accepted(await site.carrier_log())
    pages = _within(taken.values(), began + timedelta(seconds=2), until)
    rate = pages / (KEPT_UP_SECONDS - 2)
    return [
        Figure(
            "pages a second, kept up",
            f"{rate:.0f}/s = {rate / appends:.1%}",
            f"share of {appends:.0f} bare appends/s, 64-way; a page is 4 appends, its receipts 4 more",
            None,
            {"per_second": rate, "appends_per_second": appends, "posted": len(posts), "opened": len(codes)},
        )
    ]


_STORM = f"storm of {SIGNALS} signals, last page at the carrier"
_OVERTAKES = "imminent one into the storm, 1 segment/s: sent"


async def _at_once(site: Site, numbers: Iterable[int], until: datetime | None = None) -> list[Post]:
    left = iter(numbers)
    posts: list[Post] = []

    async def poster() -> None:
        for number in left:
            if until is not None and now() > until:
                return
            posts.append(await site.post(patient_id(number)))

    await asyncio.gather(*(poster() for _ in range(POSTERS)))
    return posts


async def _sent(site: Site) -> datetime | None:
    end = now() + timedelta(seconds=_GIVE_UP)
    while now() < end:
        sent = carrier_view.marked_sent(await site.carrier_log(), " NOW ")
        if sent is not None:
            return sent
        await asyncio.sleep(0.2)
    return None


def _within(moments: Iterable[datetime], start: datetime, end: datetime) -> int:
    return sum(start <= moment < end for moment in moments)
