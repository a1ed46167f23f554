"""The file with the site's sealing keys: made once, whole at every moment, its owner's alone."""

import base64
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from services.runtime.nats_secrets import write_private

Use = Literal["seal", "hash"]
"""What a key is for."""


def make(file: Path) -> None:
    """Make a file with one fresh key of each kind (mode 0600). Raises FileExistsError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = _text({"k1": os.urandom(32)}, {"h1": os.urandom(32)})
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(fresh)


def changed_at(file: Path | None) -> int:
    """Return when the file was last written, in nanoseconds; 0: there is none."""
    try:
        return file.stat().st_mtime_ns if file is not None else 0
    except OSError:
        return 0


def with_key(file: Path, name: str, key: bytes, use: Use = "seal") -> None:
    """Add a key behind the others; the file is whole at every moment."""
    _change(file, use, lambda keys: keys | {name: key})


def with_current(file: Path, name: str, use: Use = "seal") -> None:
    """Put that key first: what seals is used from the next start on, what hashes at once."""
    _change(file, use, lambda keys: {name: keys[name]} | keys)


def without_key(file: Path, name: str, use: Use = "seal") -> None:
    """Take a key out of the file; what it sealed can't be read, what it hashed not be found any more."""
    _change(file, use, lambda keys: {one: key for one, key in keys.items() if one != name})


def read(file: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return the keys and the hash keys, the current one first. Raises ValueError for a damaged file."""
    try:
        stored = json.loads(file.read_text())
        keys, hash_keys = (
            {str(name): base64.b64decode(key) for name, key in stored[part].items()}
            for part in ("keys", "hash_keys")
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{file}: not a sealing key file ({error}); restore it from your backup") from error
    return keys, hash_keys


def _change(file: Path, use: Use, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> None:
    keys, hash_keys = read(file)
    if use == "seal":
        keys = change(keys)
    else:
        hash_keys = change(hash_keys)
    write_private(file, _text(keys, hash_keys))


def _text(keys: Mapping[str, bytes], hash_keys: Mapping[str, bytes]) -> str:
    return json.dumps(
        {
            part: {name: base64.b64encode(key).decode() for name, key in mapping.items()}
            for part, mapping in (("keys", keys), ("hash_keys", hash_keys))
        }
    )
