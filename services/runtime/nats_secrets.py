"""The passwords of the NATS users of this machine: made once, kept in one file only its owner reads."""

import json
import os
import secrets
import sys
from pathlib import Path

from services.runtime import nats_config


def passwords(folder: Path) -> dict[str, str]:
    """Return a password for every NATS user, from `<folder>/secrets/nats.json`.

    What is missing there is made up and added: everything at the first start, and a new service's
    password after an upgrade. Existing passwords never change.
    """
    path = folder / "secrets" / "nats.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = [user for user in nats_config.USERS if user not in known]
    if missing:
        # A letter first: nats-server would read a leading digit in a variable as a number.
        known |= {user: "p" + secrets.token_hex(24) for user in missing}
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, json.dumps(known, indent=2) + "\n")
    return known


def environment(known: dict[str, str]) -> dict[str, str]:
    """Return those passwords as the environment variables that a deployed nats-server reads."""
    return {nats_config.password_variable(user): secret for user, secret in known.items()}


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all, and safe on disk."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def write_environment(folder: Path) -> Path:
    """Write `<folder>/nats.env` for a deployed nats-server: every password, and the key of the store.

    A key that stands there already is kept: streams written with it can't be read with another.
    """
    path = folder / "nats.env"
    kept = [line for line in path.read_text().splitlines() if line.startswith(_KEY)] if path.exists() else []
    lines = [f"{name}={secret}" for name, secret in sorted(environment(passwords(folder)).items())]
    write_private(path, "\n".join([*lines, *(kept or [_KEY + "k" + secrets.token_hex(32)])]) + "\n")
    return path


_KEY = f"{nats_config.KEY_VARIABLE}="

if __name__ == "__main__":
    sys.stdout.write(f"wrote {write_environment(Path(sys.argv[1]))}\n")
