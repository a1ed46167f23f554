"""An HTTP server inside this process's event loop; signals stay the process's own business."""

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn
from starlette.types import ASGIApp

_GRACE_SECONDS = 8


class ServerStartError(Exception):
    """The server can't listen; the text names the settings to change."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class HttpServer:
    """Serves an application on one address. Raises ServerStartError when it is taken."""

    def __init__(self, app: ASGIApp, host: str, port: int, settings: str = "") -> None:
        """`settings`: which settings to change where the address is taken."""
        self._host = host
        self._settings = settings
        self.port = port
        """The port it listens on; 0 until it starts means: any free one."""
        # Without a log configuration and access log, uvicorn quotes no request anywhere.
        self._server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
                timeout_keep_alive=15,
                ws="none",
            )
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen, and return once requests are answered."""
        listening = _listen(self._host, self.port, self._settings)
        self.port = int(listening.getsockname()[1])
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]), name="http")
        while not self._server.started:
            if self._task.done():
                self._task.result()
                raise ServerStartError("the HTTP server ended at once")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Take no more requests; those under way end first."""
        if self._task is not None:
            self._server.should_exit = True
            await self._task


def _listen(host: str, port: int, settings: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on and every answer takes 40 ms longer.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise ServerStartError(
            f"can't listen on {host}:{port} ({error.strerror}); set {settings or 'another port'}"
        ) from error
    return listening
