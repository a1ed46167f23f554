"""A site for the command line: a real nats-server with everything provisioned, no service running."""

import asyncio
import json
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nats
from click.testing import Result
from nats.aio.client import Client
from pydantic import BaseModel
from typer.testing import CliRunner

from contracts.commits import BRIEF, DUE, KINDS, VERSION, Commit
from services.cli import app
from services.runtime import provision, sealing
from services.runtime.nats_server import EmbeddedServer

DEPLOY = Path(__file__).parents[2] / "deploy"


class Site:
    """Runs `vigil ...` against a server of its own, as a person at a terminal would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.var = folder / "var"
        self.server = EmbeddedServer(self.var)
        self.environment = {"VIGIL_VAR": str(self.var), "COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"}

    def open(self) -> None:
        """Start the server and make everything in it."""
        asyncio.run(self._open())

    def close(self) -> None:
        """Stop it."""
        asyncio.run(self.server.stop())

    def vigil(self, *words: str, input: str | None = None, **environment: str) -> Result:
        """Run a command in this process, with this site's settings and no other's; `input` is typed in."""
        others = {name: None for name in os.environ if name.startswith("VIGIL_")}
        whole = others | self.environment | environment
        return CliRunner().invoke(app, list(words), input=input, env=whole)

    def as_admin(self, work: Callable[[Client], Awaitable[Any]]) -> Any:
        """Do something with a connection that may do everything."""

        async def done() -> Any:
            nc = await self._admin()
            try:
                return await work(nc)
            finally:
                await nc.close()

        return asyncio.run(done())

    def append(
        self,
        subject: str,
        events: tuple[BaseModel, ...],
        brief: BaseModel,
        due: datetime | None = None,
        at: datetime | None = None,
    ) -> None:
        """Append a commit, as the owner of the subject would."""

        async def work(nc: Client) -> None:
            await append(nc, subject, events, brief, due, at)

        self.as_admin(work)

    async def _open(self) -> None:
        await self.server.start()
        self.environment["VIGIL_NATS_URL"] = self.server.url
        sealing.load_or_create(self.var / "secrets" / "seal.json")
        nc = await self._admin()
        try:
            await provision.provision(nc, marks_file=self.var / "marks.json", first=True)
        finally:
            await nc.close()

    async def _admin(self) -> Client:
        return await nats.connect(
            self.server.url, user="admin", password=self.server.passwords["admin"], allow_reconnect=False
        )


async def append(
    nc: Client,
    subject: str,
    events: tuple[BaseModel, ...],
    brief: BaseModel,
    due: datetime | None = None,
    at: datetime | None = None,
) -> None:
    """Append a commit with its headers."""
    kinds = ",".join(str(getattr(event, "type", "")) for event in events)
    headers = {VERSION: "1", KINDS: kinds, BRIEF: brief.model_dump_json(exclude_none=True)}
    if due is not None:
        headers[DUE] = due.isoformat()
    commit = Commit(
        at=at or datetime(2026, 11, 24, 8, 10, tzinfo=UTC),
        cause="test",
        version=1,
        events=tuple(event.model_dump(mode="json") for event in events),
        state={},
    )
    await nc.jetstream().publish(subject, commit.model_dump_json().encode(), headers=headers)


def free_ports(count: int) -> list[int]:
    """Return ports of 127.0.0.1 that nobody listens on."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


class FakeServer:
    """An HTTP server on 127.0.0.1 that answers by path, and keeps what it was asked."""

    def __init__(self, answers: Mapping[str, tuple[int, object]]) -> None:
        self.answers = dict(answers)
        self.asked: list[tuple[str, dict[str, str], object]] = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(None)

            def do_POST(self) -> None:
                self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def log_message(self, *_: object) -> None:
                return

            def _answer(self, body: object) -> None:
                path = urlsplit(self.path).path
                fake.asked.append((self.path, dict(self.headers), body))
                status, said = fake.answers.get(path, (404, {"error": "nothing here"}))
                text = said if isinstance(said, str) else json.dumps(said)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> "FakeServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
