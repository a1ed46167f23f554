"""Short codes: taken by KV create, so that no two open escalations of a site share one.

A few are taken ahead of need, off the path of a page. A code is not given out again within 90
days, since a phone that was told it may still answer to it.
"""

import asyncio
import itertools
import random
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta

import nats.errors
import nats.js.errors
import structlog
from nats.js.kv import KeyValue

from contracts.people import CodeTaken
from contracts.replies import COMMAND_WORDS
from services.runtime.activity import Activity
from services.runtime.clock import Clock
from services.runtime.log import Unavailable

_log = structlog.get_logger()
_LETTERS, _DIGITS = "ACDEFHJKMNPRTUVWXY", "34679"
REUSED_AFTER = timedelta(days=90)
AHEAD = 32
_SHORT = (2, 3)
_LONG = 5
_SHORT_TRIES = 6
_ASKED_AGAIN_AFTER = timedelta(days=1)


class Codes:
    """Gives out fresh codes and links them to the run that uses them."""

    def __init__(
        self,
        bucket: KeyValue,
        clock: Clock,
        chance: random.Random,
        activity: Activity,
        is_open: Callable[[str], bool],
    ) -> None:
        """`is_open` says whether an open run has a code: a copy that died may not have linked it."""
        self._bucket = bucket
        self._is_open = is_open
        self._clock = clock
        self._chance = chance
        self._activity = activity
        self._ready: deque[str] = deque()
        self._unasked: dict[int, list[str]] = {}
        """Short codes not asked for today: asking for those in use again costs most in a storm."""
        self._since = datetime.min.replace(tzinfo=UTC)
        self._tasks: set[asyncio.Task[None]] = set()
        self._refilling = False

    async def take(self) -> str:
        """Return a code that nobody else has."""
        self.refill()
        if self._ready:
            return self._ready.popleft()
        try:
            return await self._fresh()
        except Unavailable as error:
            # A page never waits for its code: a long one is nobody else's, but for a rare chance.
            _log.warning("code_not_taken", error=str(error))
            return self._long()

    def put_back(self, code: str) -> None:
        """Return a code that was not used after all."""
        self._ready.appendleft(code)

    def link(self, code: str, subject: str, run: str) -> None:
        """Say what the code stands for, so that a closed code is told from one never used."""
        self._spawn(self._write(CodeTaken(code=code, subject=subject, run=run, taken_at=self._clock.now())))

    def free(self, code: str, subject: str, run: str) -> None:
        """Say that the run with this code is over; it is free again 90 days from now."""
        now = self._clock.now()
        self._spawn(self._write(CodeTaken(code=code, subject=subject, run=run, taken_at=now, freed_at=now)))

    def refill(self) -> None:
        """Take codes ahead of need, in the background."""
        if len(self._ready) < AHEAD // 2 and not self._refilling:
            self._refilling = True
            self._spawn(self._refill())

    async def _refill(self) -> None:
        try:
            while len(self._ready) < AHEAD:
                self._ready.append(await self._fresh())
        finally:
            self._refilling = False

    async def _fresh(self) -> str:
        """Ask for codes until one is free; where short ones have run out, longer ones never do."""
        for length in (*_SHORT, _LONG):
            for _ in range(_SHORT_TRIES):
                code = self._next(length)
                if code is not None and await self._create(code):
                    return code
        raise Unavailable("no free code found; try again")

    def _next(self, length: int) -> str | None:
        """Return a code not asked for today; None when all of that length were."""
        if length not in _SHORT:
            return self._long()
        if self._clock.now() - self._since > _ASKED_AGAIN_AFTER:
            self._since = self._clock.now()
            self._unasked = {size: self._shuffled(size) for size in _SHORT}
        return self._unasked[length].pop() if self._unasked[length] else None

    def _long(self) -> str:
        return "".join(self._chance.choice(letters) for letters in _places(_LONG))

    def _shuffled(self, length: int) -> list[str]:
        codes = ["".join(letters) for letters in itertools.product(*_places(length))]
        self._chance.shuffle(codes)
        return [code for code in codes if code.lower() not in COMMAND_WORDS]

    async def _create(self, code: str) -> bool:
        now = self._clock.now()
        value = CodeTaken(code=code, subject="", run="none", taken_at=now).model_dump_json().encode()
        try:
            await self._bucket.create(code, value)
        except nats.js.errors.KeyWrongLastSequenceError:
            return await self._reuse(code, value)
        except (nats.errors.Error, OSError) as error:
            raise Unavailable(f"codes: {type(error).__name__}") from error
        return True

    async def _reuse(self, code: str, value: bytes) -> bool:
        now = self._clock.now()
        try:
            entry = await self._bucket.get(code)
            taken = CodeTaken.model_validate_json(entry.value or b"")
            never_used = not taken.subject and now - taken.taken_at > timedelta(days=1)
            long_over = taken.freed_at is not None and now - taken.freed_at > REUSED_AFTER
            if self._is_open(code) or not (never_used or long_over):
                return False
            await self._bucket.update(code, value, last=entry.revision)
        except nats.js.errors.KeyWrongLastSequenceError:
            return False
        except (nats.errors.Error, OSError) as error:
            raise Unavailable(f"codes: {type(error).__name__}") from error
        return True

    async def _write(self, taken: CodeTaken) -> None:
        await self._bucket.put(taken.code, taken.model_dump_json().encode())

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(self._quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _quietly(self, work: Coroutine[None, None, None]) -> None:
        with self._activity.work():
            try:
                await work
            except (nats.errors.Error, Unavailable, OSError) as error:
                # A page never waits for this: at worst a code stays taken and is not used again.
                _log.warning("code_not_written", error=type(error).__name__)


def _places(length: int) -> list[str]:
    return [_DIGITS if place % 2 else _LETTERS for place in range(length)]
