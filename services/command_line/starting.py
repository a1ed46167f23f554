"""The children of `vigil up`, in the order in which they start."""

import asyncio
import dataclasses
import sys
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

import aiohttp
import typer

from services import process
from services.administration import Administration
from services.command_line import demo, live
from services.command_line.demo import Ports
from services.command_line.link import connect
from services.command_line.settings import StoreSettings
from services.command_line.troubles import Trouble
from services.conversation.settings import ConversationSettings
from services.gateway.settings import GatewaySettings
from services.nats_child import nats_child
from services.paging.settings import PagingSettings
from services.policy_store import PolicyStore
from services.runtime import logging, nats_setup, sealing
from services.runtime.settings import Settings, load
from services.supervisor import Child, Supervisor
from services.watchdog.settings import WatchdogSettings

_READY_SECONDS = 60.0


def demo_children(settings: Settings, ports: Ports, store: StoreSettings) -> list[Child]:
    """Return the children of a demo. Raises Trouble if what is stored belongs to a real programme."""
    if nats_setup.store(settings.var).exists() and demo.read(settings.var) is None:
        raise Trouble(
            f"VIGIL_VAR: {settings.var} holds a real programme; set it to another folder for a demo"
        )
    secret = demo.read_or_make(settings.var)
    url = f"nats://127.0.0.1:{ports.nats}"
    settings = settings.model_copy(update={"nats_url": url})
    environment = {"VIGIL_NATS_URL": url, **demo.environment(secret, ports)}

    async def prepare() -> None:
        nc = await connect(settings, "admin")
        clock = process.make_clock(settings)
        try:
            seals = sealing.load_or_create(settings.seal_file())
            store = PolicyStore(nc, clock.now)
            await demo.set_up(Administration(nc, seals, clock.now), store, clock.now())
            await demo.set_up_accounts(nc, seals, secret, clock.now())
        finally:
            clock.stop()
            await nc.close()

    async def tell() -> None:
        typer.echo(demo.what_to_try(ports, settings.var))

    gateway, emulator = f"http://127.0.0.1:{ports.gateway}", f"http://127.0.0.1:{ports.emulator}"
    return [
        _nats(settings, store, prepare),
        Child("emulator", _python("services.carrier_emulator"), environment, lambda: answers(emulator)),
        _services("back", environment),
        _services("desk", environment),
        dataclasses.replace(
            _services("front", environment), ready=lambda: answers(f"{gateway}/health/ready")
        ),
        Child("watchdog", _python("services.watchdog"), environment, prepare=tell),
    ]


def live_children(
    settings: Settings, nats_port: int, gateway_port: int | None, store: StoreSettings, gate: live.Gate
) -> list[Child]:
    """Return the children of a real programme. Raises SystemExit naming each setting that is missing."""
    if demo.read(settings.var) is not None:
        raise Trouble(
            f"VIGIL_VAR: {settings.var} holds the demo; set it to another folder for a real programme"
        )
    for kind in (PagingSettings, ConversationSettings, WatchdogSettings):
        load(kind)
    port = gateway_port or load(GatewaySettings).gateway_port
    url = f"nats://127.0.0.1:{nats_port}"
    settings = settings.model_copy(update={"nats_url": url})
    environment = {"VIGIL_NATS_URL": url, "VIGIL_GATEWAY_PORT": str(port)}

    async def prepare() -> None:
        sealing.load_or_create(settings.seal_file())
        await gate.pass_or_refuse(settings)

    return [
        _nats(settings, store, prepare),
        # Nothing waits for them to be ready: the watchdog must run above all when they are not.
        _services("back", environment),
        _services("front", environment),
        _services("desk", environment),
        Child("watchdog", _python("services.watchdog"), environment),
    ]


def supervise(children: Sequence[Child], settings: Settings) -> None:
    """Run the children until SIGTERM or SIGINT."""
    logging.configure(settings.log_format, settings.log_level)
    asyncio.run(Supervisor(children).run())


async def answers(url: str, seconds: float = _READY_SECONDS) -> None:
    """Return when something answers there with less than 500. Raises Trouble after that many seconds."""
    try:
        async with asyncio.timeout(seconds), aiohttp.ClientSession() as http:
            while not await _answers_now(http, url):  # noqa: ASYNC110  # another process: nothing to await
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise Trouble(f"{url} does not answer after {seconds:.0f} s; see the log lines above") from None


async def _answers_now(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url, timeout=aiohttp.ClientTimeout(total=2)) as reply:
            return reply.status < 500
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


def _nats(settings: Settings, store: StoreSettings, after: Callable[[], Awaitable[None]]) -> Child:
    """Return nats-server, provisioned once it answers, and `after` done with it."""
    nats_setup.refuse_taken(urlsplit(settings.nats_url).port or 4222)
    child = nats_child(settings, key=store.key())

    async def prepare() -> None:
        if child.prepare is not None:
            await child.prepare()
        await after()

    return dataclasses.replace(child, prepare=prepare)


def _services(group: str, environment: dict[str, str]) -> Child:
    return Child(group, [*_python("services.cli"), "run", group], environment)


def _python(module: str) -> list[str]:
    return [sys.executable, "-m", module]
