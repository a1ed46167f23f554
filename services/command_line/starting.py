"""The children of `vigil up`, in the order in which they start."""

import asyncio
import sys
from collections.abc import Sequence

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
from services.paging.settings import PagingSettings
from services.runtime import logging, nats_server, nats_setup, provision, sealing
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
        await provisioned(settings)
        nc = await connect(settings, "admin")
        clock = process.make_clock(settings)
        try:
            seals = sealing.load_or_create(settings.seal_file())
            await demo.set_up(Administration(nc, seals, clock.now))
        finally:
            clock.stop()
            await nc.close()

    async def tell() -> None:
        typer.echo(demo.what_to_try(ports, settings.var))

    nats = _nats(settings, ports.nats, store)
    emulator = f"http://127.0.0.1:{ports.emulator}"
    return [
        Child(nats.name, nats.argv, nats.environment, nats.ready, prepare),
        Child("emulator", _python("services.carrier_emulator"), environment, lambda: answers(emulator)),
        _services(environment, ports.gateway),
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
        await provisioned(settings)
        sealing.load_or_create(settings.seal_file())
        await gate.pass_or_refuse(settings)

    nats = _nats(settings, nats_port, store)
    return [
        Child(nats.name, nats.argv, nats.environment, nats.ready, prepare),
        _services(environment, port),
        Child("watchdog", _python("services.watchdog"), environment),
    ]


def supervise(children: Sequence[Child], settings: Settings) -> None:
    """Run the children until SIGTERM or SIGINT."""
    logging.configure(settings.log_format, settings.log_level)
    asyncio.run(Supervisor(children).run())


async def provisioned(settings: Settings) -> None:
    """Make what the services need in the embedded server. Raises ProvisionError, Trouble."""
    nc = await connect(settings, "admin")
    try:
        await provision.provision(
            nc, marks_file=settings.var / "marks.json", store=nats_setup.store(settings.var)
        )
    finally:
        await nc.close()


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


def _nats(settings: Settings, port: int, store: StoreSettings) -> Child:
    nats_setup.refuse_taken(port)
    argv, environment = nats_server.supervised(settings.var, port, key=store.key())

    async def ready() -> None:
        try:
            async with asyncio.timeout(_READY_SECONDS):
                while not await nats_server.answers(port):  # noqa: ASYNC110  # another process
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise Trouble(f"nats-server does not answer; see {settings.var / 'nats.log'}") from None

    return Child("nats-server", argv, environment, ready)


def _services(environment: dict[str, str], gateway_port: int) -> Child:
    argv = [*_python("services.cli"), "run", *process.APPS]
    health = f"http://127.0.0.1:{gateway_port}/health/ready"
    return Child("services", argv, environment, lambda: answers(health))


def _python(module: str) -> list[str]:
    return [sys.executable, "-m", module]
