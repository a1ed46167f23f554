"""Sealing of names, phone numbers and texts, and the keyed hashes that find a phone again."""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from contracts.values import Sealed


class SealError(Exception):
    """Sealed content could not be opened; the message names the key, never the content."""


class Seals:
    """Seals and opens content with the site's keys (ChaCha20-Poly1305, 256 bits).

    The first key of each mapping is the current one; the others are still accepted, so that keys
    can be rotated. Raises ValueError when a mapping is empty or a key is not 32 bytes.
    """

    def __init__(self, keys: Mapping[str, bytes], hash_keys: Mapping[str, bytes]) -> None:
        for name, mapping in (("keys", keys), ("hash_keys", hash_keys)):
            if not mapping or any(len(key) != 32 for key in mapping.values()):
                raise ValueError(f"sealing: `{name}` needs at least one key, each of 32 bytes")
        self._ciphers = {name: ChaCha20Poly1305(key) for name, key in keys.items()}
        self._current = next(iter(keys))
        self._hash_keys = dict(hash_keys)

    def seal(self, text: str) -> Sealed:
        """Return the text under the current key."""
        nonce = os.urandom(12)
        box = self._ciphers[self._current].encrypt(nonce, text.encode(), None)
        return Sealed(key=self._current, box=base64.b64encode(nonce + box).decode())

    def unseal(self, sealed: Sealed) -> str:
        """Return the content; raises SealError when the key is unknown or does not fit."""
        cipher = self._ciphers.get(sealed.key)
        if cipher is None:
            raise SealError(f"no key {sealed.key!r}; add it to the sealing keys of this site")
        try:
            raw = base64.b64decode(sealed.box)
            return cipher.decrypt(raw[:12], raw[12:], None).decode()
        except (InvalidTag, ValueError):
            raise SealError(f"key {sealed.key!r} does not open this; is it another site's key?") from None

    def phone_ref(self, phone: str) -> str:
        """Return the keyed hash of an E.164 number under the current hash key."""
        return self.phone_refs(phone)[0]

    def phone_refs(self, phone: str) -> tuple[str, ...]:
        """Return the hash under every valid key, the current one first."""
        return tuple(
            f"{name}-{hmac.new(key, phone.encode(), hashlib.sha256).hexdigest()[:32]}"
            for name, key in self._hash_keys.items()
        )

    def alias(self, source: str, outside_id: str) -> str:
        """Return the keyed hash under which an outside system's id is looked up."""
        return self.phone_ref(f"{source}\0{outside_id}")


def load_or_create(file: Path) -> Seals:
    """Read the site's keys from a JSON file, making it (mode 0600) when it does not exist.

    Format: `{"keys": {"k1": "<base64>"}, "hash_keys": {"h1": "<base64>"}}`, current key first.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = {
            "keys": {"k1": base64.b64encode(os.urandom(32)).decode()},
            "hash_keys": {"h1": base64.b64encode(os.urandom(32)).decode()},
        }
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(fresh, out)
    try:
        stored = json.loads(file.read_text())
        keys, hash_keys = (
            {name: base64.b64decode(key) for name, key in stored[part].items()}
            for part in ("keys", "hash_keys")
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{file}: not a sealing key file ({error}); restore it from your backup") from error
    return Seals(keys, hash_keys)
