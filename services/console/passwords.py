"""Passwords and one-time codes: argon2id (RFC 9106) and TOTP (RFC 6238)."""

import hmac

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
"""The library's own figures, which follow RFC 9106: 3 passes over 64 MiB."""
_NOBODYS = _HASHER.hash("nobody has this password")
LEAST = 12
"""Characters of a password. NIST SP 800-63B-4 asks for 8 with a second factor."""


def hashed(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _HASHER.hash(password)


def fits(password: str, stored: str | None) -> bool:
    """Return whether it is that password; for nobody (None) it takes as long, and is False."""
    try:
        return _HASHER.verify(stored or _NOBODYS, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def step_of(code: str, secret: str, steps: tuple[int, ...], after: int) -> int | None:
    """Return the time step whose one-time code this is, later than `after`; None: of none of them."""
    typed = "".join(code.split())
    if not typed.isascii():
        return None
    totp = pyotp.TOTP(secret)
    fitting = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), typed)]
    return next((step for step in fitting if step > after), None)


def new_secret() -> str:
    """Return a new secret for one-time codes: 160 bits in base32."""
    return pyotp.random_base32()


def uri_of(account: str, secret: str) -> str:
    """Return what authenticator apps read, from a code or typed."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name="Vigil"))


def code_at(secret: str, step: int) -> str:
    """Return the code of a time step: for the demo, which has no authenticator."""
    return str(pyotp.TOTP(secret).generate_otp(step))
