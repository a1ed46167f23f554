"""The TCP port of the emulator: opens, closes for a while, opens again at the same place."""

from aiohttp import web

from services.carrier_emulator.activity import Activity

HOST = "127.0.0.1"


class Port:
    """One listening socket on the loopback interface."""

    def __init__(self, app: web.Application, activity: Activity) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        self._activity = activity
        self._site: web.TCPSite | None = None
        self.number = 0

    async def open(self, number: int = 0) -> None:
        """Listen on that port, or on any free one."""
        await self._runner.setup()
        await self._listen(number)
        self.number = int(self._runner.addresses[0][1])

    async def close_for(self, seconds: float) -> None:
        """Refuse connections for so many domain seconds, and cut those that are open."""
        if self._site is not None:
            await self._site.stop()
            self._site = None
        if self._runner.server is not None:
            for connection in tuple(self._runner.server.connections):
                connection.force_close()
        await self._activity.pause(seconds)
        await self._listen(self.number)

    async def shut(self) -> None:
        """Stop listening for good."""
        await self._runner.cleanup()
        self._site = None

    async def _listen(self, number: int) -> None:
        self._site = web.TCPSite(self._runner, HOST, number)
        await self._site.start()
