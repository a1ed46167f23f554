"""PINs, stored as scrypt hashes."""

import base64
import hashlib
import hmac
import os


def hash_pin(pin: str) -> str:
    """Return `<salt>:<scrypt>` in base64 for a PIN of digits."""
    salt = os.urandom(16)
    return f"{base64.b64encode(salt).decode()}:{_scrypt(pin, salt)}"


def fits(pin: str, stored: str) -> bool:
    """Return whether the PIN is the one that was hashed; False when none was set."""
    if not pin or ":" not in stored:
        return False
    salt, expected = stored.split(":", 1)
    return hmac.compare_digest(_scrypt(pin, base64.b64decode(salt)), expected)


def _scrypt(pin: str, salt: bytes) -> str:
    return base64.b64encode(hashlib.scrypt(pin.encode(), salt=salt, n=2**14, r=8, p=1)).decode()
