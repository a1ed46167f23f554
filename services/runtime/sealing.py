"""Sealing of names, phone numbers and texts, and the keyed hashes that find a phone again.

What is about a patient is sealed with that patient's own key (`patient_keys`), everything else with
the site's. Sealing never stands between a patient and a person: where no key of a patient can be
had, the site's serves.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from contracts.privacy import PATIENT_KEY
from contracts.values import Sealed
from services.runtime import seal_file

_WRAPPED = b"vigil patient key "
_CHECK = "vigil: the right key reads this"


class SealError(Exception):
    """Sealed content could not be opened; the message names the key, never the content."""


class Ring(Protocol):
    """Where the keys of patients are (patient_keys.PatientKeys)."""

    def cipher(self, patient: str) -> ChaCha20Poly1305 | None:
        """Return the patient's key if it is in memory."""

    async def fetch(self, patient: str) -> None:
        """Bring the patient's key into memory, if there is one; raises Unavailable."""

    async def ensure(self, patient: str) -> bool:
        """The same, and make one if there never was; False when it was erased. Raises Unavailable."""


class Seals:
    """Seals and opens content (ChaCha20-Poly1305, 256 bits).

    The first key of each mapping is the current one; the others are still accepted, so that keys
    can be rotated. Raises ValueError when a mapping is empty or a key is not 32 bytes.
    """

    def __init__(
        self,
        keys: Mapping[str, bytes],
        hash_keys: Mapping[str, bytes],
        *,
        file: Path | None = None,
        ring: Ring | None = None,
    ) -> None:
        for name, mapping in (("keys", keys), ("hash_keys", hash_keys)):
            if not mapping or any(len(key) != 32 for key in mapping.values()):
                raise ValueError(f"sealing: `{name}` needs at least one key, each of 32 bytes")
        if any(name.startswith(PATIENT_KEY) for name in keys):
            raise ValueError(f"sealing: a key's name can't begin with {PATIENT_KEY!r}")
        self._keys = dict(keys)
        self._ciphers = {name: ChaCha20Poly1305(key) for name, key in keys.items()}
        self._current = next(iter(keys))
        self._hash_keys = dict(hash_keys)
        self._ring = ring
        self.file = file
        """Where the keys were read from."""
        self._read_at = seal_file.changed_at(file)

    def with_patients(self, ring: Ring) -> "Seals":
        """Return the same seals, with the keys of patients."""
        return Seals(self._keys, self._hash_keys, file=self.file, ring=ring)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the site's keys, the current one first."""
        return tuple(self._keys)

    @property
    def hash_names(self) -> tuple[str, ...]:
        """The names of the hash keys, the current one first."""
        return tuple(self._hash_keys)

    def seal(self, text: str) -> Sealed:
        """Return the text under the site's current key."""
        return Sealed(key=self._current, box=_boxed(self._ciphers[self._current], text.encode()))

    def unseal(self, sealed: Sealed) -> str:
        """Return the content; raises SealError when the key is unknown or does not fit.

        A patient's key must be in memory: `have` brings it there.
        """
        try:
            return self.unseal_bytes(sealed).decode()
        except ValueError:
            raise _misfit(sealed) from None

    def unseal_bytes(self, sealed: Sealed) -> bytes:
        """Return sealed content that is no text; raises SealError as `unseal` does."""
        cipher = self._cipher(sealed.key)
        if cipher is None:
            raise SealError(f"no key {sealed.key!r}; {_why(sealed.key)}")
        try:
            return _unboxed(cipher, sealed.box)
        except (InvalidTag, ValueError):
            raise _misfit(sealed) from None

    def site(self) -> "PatientSeals":
        """Return what seals with the site's key, where no patient's can be had."""
        return PatientSeals(self, "", None)

    def opens(self, sealed: Sealed) -> bool:
        """Return whether it can be opened here and now."""
        try:
            self.unseal(sealed)
        except SealError:
            return False
        return True

    async def have(self, *sealed: Sealed | None) -> None:
        """Bring the patients' keys of these into memory; costs nothing where they are. Raises Unavailable."""
        for one in sealed:
            if one is not None and self._ring is not None and one.key.startswith(PATIENT_KEY):
                patient = one.key.removeprefix(PATIENT_KEY)
                if self._ring.cipher(patient) is None:
                    await self._ring.fetch(patient)

    async def opened(self, sealed: Sealed) -> str:
        """Return the content, asking for a patient's key first. Raises SealError, Unavailable."""
        await self.have(sealed)
        return self.unseal(sealed)

    async def for_patient(self, patient: str) -> "PatientSeals":
        """Return what seals with the patient's key, which is made if there is none. Raises Unavailable.

        Without keys of patients (`with_patients`), or where the patient's was erased, it seals with
        the site's key: a text is read, whatever became of the keys.
        """
        if self._ring is None:
            return self.site()
        if self._ring.cipher(patient) is None and not await self._ring.ensure(patient):
            return self.site()
        return PatientSeals(self, patient, self._ring.cipher(patient))

    def phone_ref(self, phone: str) -> str:
        """Return the keyed hash of an E.164 number under the current hash key."""
        return self.phone_refs(phone)[0]

    def phone_refs(self, phone: str) -> tuple[str, ...]:
        """Return the hash under every valid key, the current one first.

        A key that a rotation brought into the file counts from that moment on, without a restart.
        """
        self.read_again()
        return tuple(f"{name}-{_hashed(key, phone)}" for name, key in self._hash_keys.items())

    def alias(self, source: str, outside_id: str) -> str:
        """Return the keyed hash under which an outside system's id is looked up."""
        return self.phone_ref(f"{source}\0{outside_id}")

    def wrap(self, patient: str, key: bytes) -> dict[str, str]:
        """Return a patient's key under every key of the site, so that no copy of a service is left out."""
        bound = _WRAPPED + patient.encode()
        return {name: _boxed(cipher, key, bound) for name, cipher in self._ciphers.items()}

    def unwrap(self, patient: str, boxes: Mapping[str, str]) -> bytes:
        """Return a patient's key; raises SealError when no key of the site opens it."""
        if not any(name in self._ciphers for name in boxes):
            self.read_again()
        for name in self._ciphers.keys() & boxes.keys():
            try:
                return _unboxed(self._ciphers[name], boxes[name], _WRAPPED + patient.encode())
            except (InvalidTag, ValueError):
                continue
        raise SealError(f"the key of {patient} is under {', '.join(boxes) or 'no key'}, which is not here")

    def read_again(self) -> None:
        """Take up keys that were added to the file since: a rotation needs no restart."""
        changed = seal_file.changed_at(self.file)
        if self.file is None or changed == self._read_at:
            return
        self._read_at = changed
        try:
            keys, hash_keys = seal_file.read(self.file)
        except (ValueError, OSError):
            return  # What is in memory goes on; the next start tells what is wrong with the file.
        for name, key in keys.items():
            if name not in self._keys:
                self._keys[name] = key
                self._ciphers[name] = ChaCha20Poly1305(key)
        # Another site's file must not make its key the one that phones are hashed with.
        if all(hash_keys.get(name, key) == key for name, key in self._hash_keys.items()) and (
            next(iter(self._hash_keys)) in hash_keys
        ):
            self._hash_keys = hash_keys | self._hash_keys

    def check_of(self, name: str) -> str:
        """Return what proves the site's key of that name, without telling it."""
        return _boxed(self._ciphers[name], _CHECK.encode())

    def fits(self, name: str, check: str) -> bool:
        """Return whether the site's key of that name is the one that made this check."""
        try:
            return _unboxed(self._ciphers[name], check).decode() == _CHECK
        except (InvalidTag, ValueError):
            return False

    def hash_check_of(self, name: str) -> str:
        """Return what proves the hash key of that name."""
        return _hashed(self._hash_keys[name], _CHECK)

    def _cipher(self, name: str) -> ChaCha20Poly1305 | None:
        if name.startswith(PATIENT_KEY):
            return self._ring.cipher(name.removeprefix(PATIENT_KEY)) if self._ring is not None else None
        if name not in self._ciphers:
            self.read_again()
        return self._ciphers.get(name)


class PatientSeals:
    """Seals with one patient's key, or, where there is none, with the site's."""

    def __init__(self, site: Seals, patient: str, cipher: ChaCha20Poly1305 | None) -> None:
        self._site = site
        self._name = f"{PATIENT_KEY}{patient}"
        self._cipher = cipher

    @property
    def is_own(self) -> bool:
        """Whether it is the patient's key; False: it could not be had, and the site's serves."""
        return self._cipher is not None

    def seal(self, text: str) -> Sealed:
        """Return the text under the patient's key."""
        if self._cipher is None:
            return self._site.seal(text)
        return Sealed(key=self._name, box=_boxed(self._cipher, text.encode()))

    def seal_bytes(self, content: bytes) -> Sealed | None:
        """Return content that is no text under the patient's key; None where that key can't be had.

        Unlike a text it is not sealed with the site's key instead: nobody waits for it, and it must end
        with the patient's key.
        """
        if self._cipher is None:
            return None
        return Sealed(key=self._name, box=_boxed(self._cipher, content))

    def sealed(self, text: str | None) -> Sealed | None:
        """Return the text under the patient's key, or None when there is none."""
        return self.seal(text) if text else None

    def resealed(self, sealed: Sealed) -> Sealed:
        """Return what the site's key sealed under the patient's; what can't be opened stays as it is."""
        if self._cipher is None or sealed.key.startswith(PATIENT_KEY):
            return sealed
        try:
            return self.seal(self._site.unseal(sealed))
        except SealError:
            return sealed


def load_or_create(file: Path) -> Seals:
    """Read the site's keys from a JSON file, making it (mode 0600) when it does not exist.

    Format: `{"keys": {"k1": "<base64>"}, "hash_keys": {"h1": "<base64>"}}`, current key first.
    """
    if not file.exists():
        seal_file.make(file)
    keys, hash_keys = seal_file.read(file)
    return Seals(keys, hash_keys, file=file)


def _boxed(cipher: ChaCha20Poly1305, content: bytes, bound: bytes | None = None) -> str:
    nonce = os.urandom(12)
    return base64.b64encode(nonce + cipher.encrypt(nonce, content, bound)).decode()


def _unboxed(cipher: ChaCha20Poly1305, box: str, bound: bytes | None = None) -> bytes:
    raw = base64.b64decode(box)
    return cipher.decrypt(raw[:12], raw[12:], bound)


def _hashed(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


def _misfit(sealed: Sealed) -> SealError:
    return SealError(f"key {sealed.key!r} does not open this; is it another site's key?")


def _why(name: str) -> str:
    if name.startswith(PATIENT_KEY):
        return "the patient's key was erased, or is not here"
    return "add it to the sealing keys of this site"
