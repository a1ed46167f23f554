"""The live board with a thousand open escalations: how long its page takes, and what one change costs.

The page is timed over HTTP, and in Chromium (if it is installed) until it is drawn. A change must touch
its own line and no other: what was not touched can't flicker.
"""

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import nats.js.client
from playwright.async_api import async_playwright

from contracts.commits import BRIEF, DUE, KINDS
from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.values import Kind, Urgency
from tests.bench.figures import Figure, milliseconds, share
from tests.support.console import SETTINGS, Desk, set_up_accounts, url
from tests.support.world import World

OPEN = 1000
TIMES = 20
GOAL = 0.3
_WATCH = """() => { window.touched = new Set(); new MutationObserver((all) => { for (const one of all)
  for (const node of [...one.addedNodes, ...one.removedNodes]) if (node.dataset && node.dataset.key)
    window.touched.add(node.dataset.key); })
  .observe(document.querySelector('[data-list="open"]'), {childList: true, subtree: true}); }"""


async def measure(folder: Path) -> list[Figure]:
    """Return the figures; nothing but nats-server and the console runs."""
    folder.mkdir()
    world = World(folder)
    await world.open(services=("console",), settings=SETTINGS)
    try:
        await set_up_accounts(world)
        js = world.admin.jetstream()
        await asyncio.gather(*(_put(world, js, number) for number in range(OPEN)))
        await world.settle()
        async with Desk(world, "ops") as ops:
            await ops.sign_in()
            return [*await _over_http(ops, world, js), *await _in_chromium(ops, world, js)]
    finally:
        await world.close()


async def _put(
    world: World, js: nats.js.client.JetStreamContext, number: int, holder: str | None = None
) -> None:
    """Store one open escalation as its service would; of its commit the console reads the headers alone."""
    now = world.clock.now()
    brief = EscalationBrief(
        run=f"pt_b{number}-1",
        code=f"A{number}",
        status=EscalationStatus.HELD if holder else EscalationStatus.PAGING,
        urgency=list(Urgency)[number % 4],
        kind=list(Kind)[number % 9],
        holder=holder,
        opened_at=now - timedelta(minutes=number % 600),
        policy="bench",
        paged=() if holder else ("ana", "ben"),
    )
    due = (now + timedelta(minutes=number % 90)).isoformat()
    headers = {BRIEF: brief.model_dump_json(), DUE: due, KINDS: "opened"}
    await js.publish(f"escalations.pt_b{number}", b"{}", headers=headers, timeout=30)


async def _over_http(ops: Desk, world: World, js: nats.js.client.JetStreamContext) -> list[Figure]:
    took = []
    for number in range(TIMES):
        await _put(world, js, number, "ana")
        await world.settle()
        began = perf_counter()
        await ops.get("/board")
        took.append(perf_counter() - began)
    assert ops.html.count("data-due") >= OPEN
    worst = share(took, 0.95)
    return [
        Figure(
            f"console, board of {OPEN} open, whole page after a change, p95 of {TIMES}",
            milliseconds(worst),
            "below 300 ms",
            worst < GOAL,
            {f"run_{number}": seconds for number, seconds in enumerate(took)},
        ),
    ]


async def _in_chromium(ops: Desk, world: World, js: nats.js.client.JetStreamContext) -> list[Figure]:
    chromium = shutil.which("chromium")
    if chromium is None:
        return []
    cookies = [{"name": one.key, "value": one.value, "url": url(world)} for one in ops.http.cookie_jar]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--headless=new", "--no-sandbox", "--disable-gpu"]
        )
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        await context.add_cookies(cookies)  # type: ignore[arg-type]
        page = await context.new_page()
        loads = []
        for _ in range(5):
            await page.goto(f"{url(world)}/board")
            await page.wait_for_selector("html[data-ready]")
            loads.append(await page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive"))
        await page.evaluate(_WATCH)
        began = perf_counter()
        await _put(world, js, 500, "ben")
        row = page.locator('[data-key="escalations.pt_b500"]', has_text="Ben has it")
        await row.wait_for(state="attached")
        changed = perf_counter() - began
        touched = await page.evaluate("[...window.touched]")
        await browser.close()
    drawn = sorted(loads)[len(loads) // 2] / 1000
    return [
        Figure(
            "console, the same in Chromium until it is parsed, median of 5", milliseconds(drawn), "", None
        ),
        Figure("console, a change on the open page", milliseconds(changed), "below 1 s", changed < 1),
        Figure(
            "console, lines touched by that change",
            str(len(touched)),
            "1",
            touched == ["escalations.pt_b500"],
        ),
    ]
