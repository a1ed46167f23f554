"""A key per patient, wrapped by the site's, in the KV bucket `keys`.

A service holds them in memory and follows the bucket, so that sealing and opening cost no request.
Without `start` each key is asked for once: so for a command. What is held is the wrapped form; a
key is unwrapped when it is first used, and forgotten with the news that it was erased.
"""

import os
from collections.abc import Callable
from datetime import datetime

import nats.errors
import structlog
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from nats.aio.client import Client
from nats.js.errors import APIError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue
from pydantic import ValidationError

from contracts.privacy import WrappedKey
from services.runtime.buckets import asked
from services.runtime.follow import Follower
from services.runtime.log import Stored, Unavailable
from services.runtime.sealing import SealError, Seals

BUCKET = "keys"
_PREFIX = f"$KV.{BUCKET}."
_TRIES = 5
_log = structlog.get_logger()


class PatientKeys:
    """The keys of patients, for `Seals.with_patients`. `site` is what wraps them."""

    def __init__(self, nc: Client, site: Seals, now: Callable[[], datetime]) -> None:
        self._nc = nc
        self._site = site
        self._now = now
        self._held: dict[str, tuple[int, bytes]] = {}
        self._ciphers: dict[str, ChaCha20Poly1305] = {}
        self._kv: KeyValue | None = None
        self._follows = False
        self.follower = Follower(nc, f"KV_{BUCKET}", self._stored, label=BUCKET)

    async def start(self) -> None:
        """Begin to follow, and return when every key has been read."""
        await self.follower.start()
        self._follows = True

    async def stop(self) -> None:
        """End following."""
        await self.follower.stop()

    def cipher(self, patient: str) -> ChaCha20Poly1305 | None:
        """Return the patient's key, or None when there is none here, or none that can be used."""
        known = self._ciphers.get(patient)
        if known is not None or patient not in self._held:
            return known
        key = self._unwrapped(patient, self._held[patient][1])
        if key is None:
            return None
        cipher = self._ciphers[patient] = ChaCha20Poly1305(key)
        return cipher

    async def fetch(self, patient: str) -> None:
        """Bring the patient's key into memory, if there is one; raises Unavailable."""
        entry = await asked((await self._bucket()).get(patient))
        if entry is not None:
            self._take(patient, entry.revision or 0, entry.value or b"")

    async def ensure(self, patient: str) -> bool:
        """Have a key for the patient, made if there never was one.

        Returns False when it was erased, or no key of the site opens it. Raises Unavailable.
        """
        for attempt in range(_TRIES):
            # Who follows the bucket would know of a key by now, but for a moment; the create tells.
            if patient not in self._held and (attempt or not self._follows):
                await self.fetch(patient)
            if patient in self._held:
                return self.cipher(patient) is not None
            key = os.urandom(32)
            made = WrappedKey(patient=patient, made_at=self._now(), boxes=self._site.wrap(patient, key))
            data = made.model_dump_json().encode()
            try:
                revision = await (await self._bucket()).create(patient, data)
            except KeyWrongLastSequenceError:
                continue  # Somebody else was faster: theirs is the key.
            except APIError as error:
                raise Unavailable(f"bucket keys: {error.err_code} {error.description}") from error
            except (nats.errors.Error, OSError) as error:
                raise Unavailable(f"bucket keys: {type(error).__name__}") from error
            self._take(patient, revision, data)
        raise Unavailable("the patient's key is contended")

    def erased(self, patient: str) -> bool:
        """Return whether what is in memory says that the patient's key was erased."""
        held = self._held.get(patient)
        return held is not None and WrappedKey.model_validate_json(held[1]).erased is not None

    def _stored(self, stored: Stored) -> None:
        gone = stored.headers.get("KV-Operation") in ("DEL", "PURGE")
        self._take(stored.subject.removeprefix(_PREFIX), stored.sequence, b"" if gone else stored.data)

    def _take(self, patient: str, revision: int, data: bytes) -> None:
        if revision <= self._held.get(patient, (0, b""))[0]:
            return
        if data:
            self._held[patient] = (revision, data)
        else:
            self._held.pop(patient, None)
        self._ciphers.pop(patient, None)

    def _unwrapped(self, patient: str, data: bytes) -> bytes | None:
        try:
            wrapped = WrappedKey.model_validate_json(data)
            return None if wrapped.erased else self._site.unwrap(patient, wrapped.boxes)
        except (SealError, ValidationError) as error:
            _log.error("patient_key_unusable", patient=patient, error=type(error).__name__)
            return None

    async def _bucket(self) -> KeyValue:
        if self._kv is None:
            try:
                self._kv = await self._nc.jetstream(timeout=2).key_value(BUCKET)
            except (nats.errors.Error, OSError) as error:
                raise Unavailable(f"bucket keys: {type(error).__name__}") from error
        return self._kv
