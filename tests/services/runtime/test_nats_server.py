"""The embedded nats-server: configured, guarded, restarted, and never left behind."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client
from nats.js.api import StreamConfig

from services.runtime import nats_config, nats_secrets, nats_server, nats_setup

KEY = "a-key-of-this-test-only"


async def admin(server: nats_server.EmbeddedServer) -> Client:
    return await nats.connect(server.url, user="admin", password=server.passwords["admin"])


async def write_one(server: nats_server.EmbeddedServer) -> None:
    nc = await admin(server)
    await nc.jetstream().add_stream(StreamConfig(name="KEPT", subjects=["kept"], max_bytes=1_000_000))
    await nc.jetstream().publish("kept", b"plaintext-marker")
    await nc.close()


async def read_one(server: nats_server.EmbeddedServer) -> bytes | None:
    nc = await admin(server)
    message = await nc.jetstream().get_last_msg("KEPT", "kept")
    await nc.close()
    return message.data


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def python(program: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)


def started(argv: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(argv, env=os.environ | environment)


def command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


async def gone(pid: int, seconds: float = 5) -> bool:
    for _ in range(int(seconds / 0.02)):
        if not alive(pid):
            return True
        await asyncio.sleep(0.02)
    return False


async def test_what_was_acknowledged_is_there_after_kill_9_and_a_restart_on_the_same_port(
    tmp_path: Path,
) -> None:
    server = nats_server.EmbeddedServer(tmp_path)
    await server.start()
    url, pid = server.url, server.pid
    await write_one(server)

    server.kill()
    assert not alive(pid)
    await server.start()

    assert server.url == url and server.pid != pid
    assert await read_one(server) == b"plaintext-marker"
    await server.stop()


async def test_secrets_and_configuration_are_for_the_owner_only_and_stay_the_same(tmp_path: Path) -> None:
    server = nats_server.EmbeddedServer(tmp_path)
    await server.start()
    first = server.passwords
    await server.stop()
    await server.start()
    await server.stop()

    assert server.passwords == first and len(set(first.values())) == len(first)
    for name in ("secrets/nats.json", "nats.conf"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600, name


async def test_nobody_gets_in_without_a_password(tmp_path: Path) -> None:
    server = nats_server.EmbeddedServer(tmp_path)
    await server.start()

    for login in ("{}", '{"user": "admin", "pass": "wrong"}'):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(f"CONNECT {login}\r\nPING\r\n".encode())
        await reader.readline()
        assert b"Authorization Violation" in await reader.readline()
        writer.close()
        await writer.wait_closed()
    await server.stop()


async def test_a_wrong_key_is_refused_and_the_right_one_still_opens_everything(tmp_path: Path) -> None:
    server = nats_server.EmbeddedServer(tmp_path, key=KEY)
    await server.start()
    await write_one(server)
    await server.stop()
    stored = b"".join(p.read_bytes() for p in server.store.rglob("*") if p.is_file())
    assert b"plaintext-marker" not in stored

    for wrong in ("another-key-altogether", None):
        with pytest.raises(nats_setup.ServerError, match="JS_KEY isn't the key"):
            await nats_server.EmbeddedServer(tmp_path, key=wrong).start()

    await server.start()
    assert await read_one(server) == b"plaintext-marker"
    await server.stop()


async def test_a_second_server_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    server = nats_server.EmbeddedServer(tmp_path)
    await server.start()

    with pytest.raises(nats_setup.ServerError, match="another nats-server still uses"):
        async with nats_setup.lock(tmp_path, patience=0.1):
            pass

    await server.stop()
    async with nats_setup.lock(tmp_path, patience=0.1):
        pass


async def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(nats_setup.ServerError, match=f"port {port} for nats-server is taken"):
            await nats_server.EmbeddedServer(tmp_path, port).start()


async def test_a_key_too_short_to_be_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(nats_setup.ServerError, match="at least 16 characters"):
        await nats_server.EmbeddedServer(tmp_path, key="secret").start()


async def test_the_server_dies_with_its_parent_even_by_kill_9(tmp_path: Path) -> None:
    program = (
        "import asyncio, pathlib, time\n"
        "from services.runtime.nats_server import EmbeddedServer\n"
        f"server = EmbeddedServer(pathlib.Path({str(tmp_path)!r}))\n"
        "asyncio.run(server.start())\n"
        "print(server.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with python(program) as parent:
        assert parent.stdout is not None
        pid = int(await asyncio.to_thread(parent.stdout.readline))
        assert alive(pid)

        parent.kill()

    assert await gone(pid)


async def test_a_supervised_child_becomes_the_server_and_keeps_its_process_id(tmp_path: Path) -> None:
    server = nats_server.EmbeddedServer(tmp_path, key=KEY)
    await server.start()
    await write_one(server)
    await server.stop()

    argv, environment = nats_server.supervised(tmp_path, server.port, key=KEY)
    with started(argv, environment) as child:
        while not await nats_server.answers(server.port):
            assert child.poll() is None
            await asyncio.sleep(0.02)
        assert await read_one(server) == b"plaintext-marker"
        assert b"nats-server" in command_line(child.pid)
        with pytest.raises(nats_setup.ServerError, match="another nats-server"):
            async with nats_setup.lock(tmp_path, patience=0.1):
                pass
        child.send_signal(signal.SIGTERM)


def test_every_user_has_a_password_and_a_new_one_gets_its_own_without_touching_the_others(
    tmp_path: Path,
) -> None:
    (tmp_path / "secrets").mkdir()
    nats_secrets.write_private(tmp_path / "secrets" / "nats.json", '{"paging": "kept"}')

    known = nats_secrets.passwords(tmp_path)

    assert known["paging"] == "kept"
    assert set(known) >= set(nats_config.USERS)


def test_a_password_that_could_break_the_configuration_is_refused() -> None:
    with pytest.raises(ValueError, match="holds a quote"):
        nats_config.render(nats_config.Node("n", "/s", passwords={"admin": 'a" } # '}))


def test_the_disk_reserved_covers_everything_the_table_promises() -> None:
    text = nats_config.render(nats_config.Node("n", "/s"))
    limit = next(line.split()[-1] for line in text.splitlines() if "max_file_store" in line)
    assert int(limit) > nats_config.bytes_reserved()
