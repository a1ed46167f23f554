"""The gateway's HTTP server."""

from starlette.types import ASGIApp

from services.runtime import http_server
from services.runtime.http_server import ServerStartError as ServerStartError


class HttpServer(http_server.HttpServer):
    """Serves an application on one address. Raises ServerStartError when it is taken."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        super().__init__(app, host, port, "VIGIL_GATEWAY_HOST or VIGIL_GATEWAY_PORT")
