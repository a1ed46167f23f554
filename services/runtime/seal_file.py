"""The file with the site's sealing keys: made once, whole at every moment, its owner's alone."""

import base64
import json
import os
from collections.abc import Mapping
from pathlib import Path

from services.runtime.nats_secrets import write_private


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


def with_key(file: Path, name: str, key: bytes) -> None:
    """Add a key behind the others; the file is whole at every moment."""
    keys, hash_keys = read(file)
    write_private(file, _text(keys | {name: key}, hash_keys))


def with_current(file: Path, name: str) -> None:
    """Put that key first: from its next start, every process seals with it."""
    keys, hash_keys = read(file)
    write_private(file, _text({name: keys[name]} | keys, hash_keys))


def without_key(file: Path, name: str) -> None:
    """Take a key out of the file; what it sealed can't be read any more."""
    keys, hash_keys = read(file)
    write_private(file, _text({one: key for one, key in keys.items() if one != name}, hash_keys))


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


def _text(keys: Mapping[str, bytes], hash_keys: Mapping[str, bytes]) -> str:
    return json.dumps(
        {
            part: {name: base64.b64encode(key).decode() for name, key in mapping.items()}
            for part, mapping in (("keys", keys), ("hash_keys", hash_keys))
        }
    )
