"""Wiring of the console."""

import asyncio

import structlog

from contracts.console import Account
from services.console import http
from services.console.dossier import Dossiers
from services.console.live import Hub, Live
from services.console.overview import Overview
from services.console.pages import board, entry, escalation, mine
from services.console.presses import Presses
from services.console.settings import ConsoleSettings
from services.console.sign_in import SignIn
from services.console.throttle import Throttle
from services.console.viewing import Reasons, Viewing
from services.console.web import Web
from services.runtime.follow import ValueTable
from services.runtime.http_server import HttpServer, ServerStartError
from services.runtime.shell import Shell

_log = structlog.get_logger()
_AGAIN = 5.0
"""Real seconds after which it is tried again to listen on an address that is taken."""


class ConsoleService:
    """The running service."""

    def __init__(self, shell: Shell, settings: ConsoleSettings) -> None:
        self._shell = shell
        self._settings = settings
        self._listening: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it listens on this machine."""
        return f"http://{self._settings.console_host}:{self.server.port}"

    async def start(self) -> None:
        """Know what is open, then listen."""
        shell, settings = self._shell, self._settings
        self.hub = Hub()
        self.overview = Overview(shell.nc, shell.seals, self._changed)
        self.accounts = ValueTable(shell.nc, "accounts", Account)
        await self.accounts.start()
        kept = (await shell.bucket("sessions"), await shell.bucket("sign_ins"))
        sign_in = SignIn(self.accounts, kept, shell.seals, shell.clock, settings.limits())
        web = Web(sign_in, settings, shell.clock)
        self.live = Live(board.maker(self.overview, web, shell.clock))
        await self.overview.start()
        shell.followers += [*self.overview.positions, self.accounts.follower.position]
        reasons = Reasons()
        dossiers = Dossiers(shell.nc, await shell.bucket("patients"), shell.seals, self.overview.name)
        viewing = Viewing(self.overview, dossiers, web, reasons)
        routers = (
            entry.routes(web, Throttle(settings.console_sign_ins_per_minute, shell.clock.now)),
            board.routes(web, self.live, shell.nc, self.overview),
            mine.routes(web, mine.Mine(self.overview, shell.clock), self.hub, self.live),
            escalation.routes(web, viewing, Presses(shell.nc), reasons, shell.seals, self.hub, self.live),
        )
        app = http.application(web, routers, shell.activity, tls=settings.is_https)
        where = "VIGIL_CONSOLE_HOST or VIGIL_CONSOLE_PORT"
        self.server = HttpServer(app, settings.console_host, settings.console_port, where)
        try:
            await self.server.start()
        except ServerStartError as error:
            # Beside it run those who page people: a page nobody can look at must not stop them.
            _log.error("console_not_listening", reason=str(error))
            self._listening = asyncio.create_task(self._listen_later())

    async def stop(self) -> None:
        """Let go of whoever looks, and take no more requests."""
        self.live.end()
        self.hub.end()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        await self.server.stop()
        await self.overview.stop()
        await self.accounts.stop()

    def _changed(self, subject: str) -> None:
        self.live.changed()
        self.hub.changed(subject)

    async def _listen_later(self) -> None:
        while True:
            await asyncio.sleep(_AGAIN)
            try:
                await self.server.start()
                return
            except ServerStartError:
                continue


async def start(shell: Shell, settings: ConsoleSettings) -> ConsoleService:
    """Start the console."""
    service = ConsoleService(shell, settings)
    await service.start()
    return service
