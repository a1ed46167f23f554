"""How often a PIN may be tried: the count is in the bucket `pin_tries`, so that no restart resets it.

A try is noted before the PIN is looked at, and taken back if it was the right one: neither texts
that arrive together nor a kill -9 in between give a guess for nothing. Only what asks for a PIN waits
while it is refused; taking, passing, calling and reaching ask for none.
"""

from datetime import datetime, timedelta
from typing import Literal

from nats.js.kv import KeyValue

from contracts.privacy import PinTries, PinTry
from services.runtime import pins
from services.runtime.buckets import asked, written
from services.runtime.log import Unavailable

BUCKET = "pin_tries"
MOST = 5
"""Wrong PINs within WINDOW after which none is looked at for REFUSED_FOR; ours, not a standard's."""
WINDOW = timedelta(minutes=15)
REFUSED_FOR = timedelta(minutes=15)
_ATTEMPTS = 10


def refused_until(tries: PinTries, now: datetime, cause: str = "") -> datetime | None:
    """Return until when no PIN of this person is looked at, or None; `cause` itself does not count."""
    earlier = [one.at for one in tries.tries if one.cause != cause][-MOST:]
    if len(earlier) < MOST or earlier[-1] - earlier[0] > WINDOW:
        return None
    until = earlier[-1] + REFUSED_FOR
    return until if now < until else None


def noted(tries: PinTries, cause: str, now: datetime) -> PinTries:
    """Return them with one more; the same text, delivered again, is the same try."""
    if any(one.cause == cause for one in tries.tries):
        return tries
    kept = (*tries.tries, PinTry(at=now, cause=cause))[-MOST:]
    return tries.model_copy(update={"tries": kept})


class PinGate:
    """Looks at PINs, and counts. `bucket` is `pin_tries`."""

    def __init__(self, bucket: KeyValue) -> None:
        self._bucket = bucket

    async def tried(
        self, responder: str, pin: str, stored: str, cause: str, now: datetime
    ) -> Literal["right", "wrong"] | datetime:
        """Return whether the PIN fits, or until when none is looked at. Raises Unavailable.

        `stored` is the hash of the right one; where none was set nothing fits, and nothing counts.
        `cause` names this try, so that heard again it is not counted again.
        """
        if not stored:
            return "wrong"
        for _ in range(_ATTEMPTS):
            tries, revision = await self._read(responder)
            until = refused_until(tries, now, cause)
            if until is not None:
                return until
            counted = noted(tries, cause, now)
            if await self._write(responder, counted, tries, revision):
                break
        else:
            raise Unavailable(f"pin_tries.{responder} is contended")
        if not pins.fits(pin, stored):
            return refused_until(counted, now) or "wrong"
        await self._forget(responder)
        return "right"

    async def refused(self, responder: str, now: datetime) -> datetime | None:
        """Return until when no PIN of theirs is looked at, or None. Raises Unavailable."""
        return refused_until((await self._read(responder))[0], now)

    async def _forget(self, responder: str) -> None:
        """The right PIN ends the count."""
        for _ in range(_ATTEMPTS):
            tries, revision = await self._read(responder)
            if await self._write(responder, tries.model_copy(update={"tries": ()}), tries, revision):
                return
        raise Unavailable(f"pin_tries.{responder} is contended")

    async def _read(self, responder: str) -> tuple[PinTries, int | None]:
        entry = await asked(self._bucket.get(responder))
        if entry is None:
            return PinTries(responder=responder), None
        return PinTries.model_validate_json(entry.value or b""), entry.revision

    async def _write(self, responder: str, after: PinTries, before: PinTries, revision: int | None) -> bool:
        if after == before:
            return True
        data = after.model_dump_json().encode()
        if revision is None:
            return await written(self._bucket.create(responder, data))
        return await written(self._bucket.update(responder, data, last=revision))
