"""The nats-server of this machine: configured from the table, checked, started, stopped."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

from services.runtime import nats_config, nats_secrets, nats_setup, orphans

READY_SECONDS = 60.0
"""How long a server may take to recover its streams before we give up (100,000 messages: < 1 s)."""
_WRONG_KEY = "Error decrypting"


class EmbeddedServer:
    """A nats-server as a child of this process, storing under `folder`.

    It listens on 127.0.0.1 only, encrypts its store when `key` is given, and dies with this
    process. `port=0` picks a free one at the first start; later starts use the same again.
    Start it from the main thread (see orphans).
    """

    def __init__(self, folder: Path, port: int = 0, *, key: str | None = None) -> None:
        self.folder = folder
        self.port = port
        self.passwords: dict[str, str] = {}
        self._key = key
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where to connect, without user and password."""
        return f"nats://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process id; nats_setup.ServerError when it does not run."""
        if self._process is None:
            raise nats_setup.ServerError("nats-server is not running")
        return self._process.pid

    @property
    def store(self) -> Path:
        """The folder of the streams."""
        return nats_setup.store(self.folder)

    async def start(self) -> None:
        """Start it and return once it answers with all its streams recovered.

        Raises nats_setup.ServerError: binary missing, port taken, folder in use, key wrong, start failed.
        """
        if self._process is not None and self._process.poll() is None:
            raise nats_setup.ServerError(f"nats-server already runs as process {self._process.pid}")
        self.port = self.port or _free_port()
        log = self.folder / "nats.log"
        async with nats_setup.lock(self.folder) as lock:
            nats_setup.refuse_taken(self.port)
            config = nats_setup.configure(self.folder, self.port, encrypted=self._key is not None)
            self.passwords = nats_secrets.passwords(self.folder)
            environment = nats_setup.environment(self._key)
            nats_setup.validate(config, environment)
            before = log.stat().st_size if log.exists() else 0
            self._process = _spawn(config, log, environment, lock)
        try:
            await self._until_ready(log)
            _refuse_wrong_key(log, before)
        except BaseException:
            self.kill()
            raise

    async def stop(self) -> None:
        """Ask it to end and wait; after ten seconds it is killed."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            await asyncio.to_thread(self._process.wait, 10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End it as a crash would: SIGKILL, nothing flushed."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def _until_ready(self, log: Path) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + READY_SECONDS
        while not await answers(self.port):
            if self._process is None or self._process.poll() is not None:
                raise nats_setup.ServerError(f"nats-server ended at once; {log} says:\n{_tail(log)}")
            if loop.time() > deadline:
                raise nats_setup.ServerError(
                    f"nats-server isn't ready after {READY_SECONDS} s; {log} says:\n{_tail(log)}"
                )
            await asyncio.sleep(0.02)


def supervised(folder: Path, port: int, *, key: str | None = None) -> tuple[list[str], dict[str, str]]:
    """Return argv and extra environment of a child that becomes the nats-server of that folder.

    For the supervisor: the child configures, checks and locks the folder, then turns into
    nats-server, keeping its process id. Its words go to `<folder>/nats.log`.
    """
    argv = [sys.executable, "-m", "services.runtime.nats_server", str(folder), str(port)]
    if key is None:
        return argv, {}
    return [*argv, "encrypted"], {nats_config.KEY_VARIABLE: nats_setup.quoted_key(key)}


async def answers(port: int) -> bool:
    """Return whether a NATS server greets on that port of this machine; it does once recovered."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        return (await asyncio.wait_for(reader.readline(), 1)).startswith(b"INFO ")
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def _spawn(config: Path, log: Path, environment: dict[str, str], lock: BinaryIO) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            nats_setup.command(config),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            pass_fds=(lock.fileno(),),
            start_new_session=True,
            preexec_fn=orphans.die_with_parent(),
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tail(log: Path, lines: int = 12) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _refuse_wrong_key(log: Path, start: int) -> None:
    """A server with a wrong key says 'ready' and shows no stream; creating one then destroys data."""
    with log.open("rb") as file:
        file.seek(start)
        if _WRONG_KEY.encode() in file.read():
            raise nats_setup.ServerError(
                f"nats-server can't decrypt its streams: {nats_config.KEY_VARIABLE} isn't the key they were "
                f"written with. Nothing was changed; start again with the right key. See {log}"
            )


async def _become_server(folder: Path, port: int, *, encrypted: bool) -> None:
    async with nats_setup.lock(folder) as lock:
        nats_setup.refuse_taken(port)
        config = nats_setup.configure(folder, port, encrypted=encrypted)
        nats_setup.validate(config)
        output = os.open(folder / "nats.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.set_inheritable(lock.fileno(), True)
        argv = nats_setup.command(config)
        os.execv(argv[0], argv)


def _main(argv: list[str]) -> None:
    try:
        asyncio.run(_become_server(Path(argv[0]), int(argv[1]), encrypted=argv[2:] == ["encrypted"]))
    except nats_setup.ServerError as error:
        sys.exit(f"nats-server: {error}")


if __name__ == "__main__":
    _main(sys.argv[1:])
