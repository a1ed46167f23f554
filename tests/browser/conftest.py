"""`vigil up --demo` as a new user starts it, and a browser that looks at it."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from tests.support.demo import Demo
from tests.support.world import free_port

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
PATIENCE_MS = 90_000
"""How long a slow machine may take for one step; nothing waits so long on a quick one."""
expect.set_options(timeout=PATIENCE_MS)
_LOST = "net::ERR_"
"""What the browser says by itself when a connection is lost; the page says it to people."""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed; `apt-get install chromium` turns this test on.")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        await opened.close()


@pytest.fixture
async def demo(browser: Browser, tmp_path: Path) -> AsyncIterator[Demo]:
    """Start a demo; the browser comes first, so that nothing is started for a skipped test."""
    nats, gateway, emulator = free_port(), free_port(), free_port()
    ports = ("--nats-port", nats, "--gateway-port", gateway, "--emulator-port", emulator)
    ports += ("--console-port", free_port())
    environment = {"VIGIL_VAR": str(tmp_path / "var"), "VIGIL_LOG_FORMAT": "json"}
    log = tmp_path / "up.log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.cli", "up", "--demo", *map(str, ports),
            cwd=ROOT, env=os.environ | environment, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        await _answers(f"http://127.0.0.1:{gateway}/health/ready", process, log)
        yield Demo(f"http://127.0.0.1:{emulator}/", log)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@pytest.fixture
async def page(browser: Browser, demo: Demo) -> AsyncIterator[Page]:
    """The page, opened; at the end it has asked no other host for anything and reported no error."""
    complaints: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and _LOST not in message.text:
            complaints.append(message.text)

    opened = await browser.new_page(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(PATIENCE_MS)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", said)
    opened.on(
        "request",
        lambda asked: None if asked.url.startswith(demo.url) else complaints.append(asked.url),
    )
    await opened.goto(demo.url)
    await opened.wait_for_selector("body[data-ready]")
    await opened.get_by_text("Vigil is connected").wait_for()
    yield opened
    assert complaints == []


async def _answers(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    try:
        async with asyncio.timeout(PATIENCE_MS / 1000), aiohttp.ClientSession() as http:
            while process.returncode is None:
                try:
                    async with http.get(url) as reply:
                        if reply.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)
    except TimeoutError:
        pass
    raise AssertionError(f"vigil up ended, or never got ready:\n{log.read_text()}")
