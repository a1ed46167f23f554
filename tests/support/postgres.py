"""A PostgreSQL server of a test's own, on a socket of its own, gone at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_DEBIAN = Path("/usr/lib/postgresql")


def programs() -> Path | None:
    """Return where initdb and postgres are, or None: then a test must say that it did not run."""
    found = [folder / "bin" for folder in sorted(_DEBIAN.glob("*"), reverse=True)]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    return next((one for one in found if (one / "initdb").exists() and (one / "postgres").exists()), None)


@contextmanager
def postgres() -> Iterator[str]:
    """Start a server and yield the address of its database; raises RuntimeError that says what is missing."""
    bin_folder = programs()
    if bin_folder is None:
        raise RuntimeError("no PostgreSQL on this machine: `apt-get install postgresql`")
    # Its own short folder: the path of a socket has room for 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="vigil-pg-", dir="/tmp"))
    user = _other_than_root(folder)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "20",
        "shared_buffers": "16MB",
    }
    try:
        _run(
            user,
            folder,
            bin_folder / "initdb",
            "-D",
            folder / "data",
            "-U",
            "vigil",
            "-A",
            "trust",
            "--no-sync",
        )
        options = " ".join(f"-c {name}={value!r}" for name, value in settings.items())
        control = (bin_folder / "pg_ctl", "-D", folder / "data", "-s", "-w", "-t", "60")
        _run(user, folder, *control, "-o", options, "-l", folder / "log", "start")
        try:
            yield f"postgresql://vigil@/postgres?host={folder}"
        finally:
            _run(user, folder, *control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(user: str | None, folder: Path, *command: object) -> None:
    done = subprocess.run(
        [str(one) for one in command], cwd=folder, user=user, capture_output=True, text=True, timeout=90
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr or done.stdout}")


def _other_than_root(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: then it runs as a user who owns nothing but its folder."""
    if os.getuid():
        return None
    names = {one.pw_name for one in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    return user
