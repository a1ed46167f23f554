"""Parked messages are tried again: slowly by themselves, at once when ops ask for it."""

import asyncio
import base64

import structlog

from contracts.parked import Parked
from services.runtime.consume import Message
from services.runtime.follow import Follower
from services.runtime.log import Conflict, Log, Stored, Unavailable
from services.runtime.shell import Shell

_log = structlog.get_logger()
EVERY_SECONDS = 600.0


class ParkedRetries:
    """Tries the parked messages of one service's durables again."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._log = Log(shell.nc, "PARKED")
        self._parked: dict[str, tuple[int, Parked]] = {}
        filters = [f"parked.{name}.*" for name in shell.ears.handlers]
        self._follower = Follower(shell.nc, "PARKED", self._learn, filters=filters, label="parked")
        self._now = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; `vigil parked retry` asks over the core subject `vigil.retry.<service>`."""
        await self._follower.start()
        await self._shell.nc.subscribe(f"vigil.retry.{self._shell.service}", cb=self._asked)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Try no more."""
        await self._follower.stop()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def retry_all(self) -> int:
        """Try every parked message once; return how many were handled."""
        done = 0
        for subject, (sequence, parked) in tuple(self._parked.items()):
            with self._shell.activity.work():
                done += await self._retry(subject, sequence, parked)
        return done

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(EVERY_SECONDS):
                    await self._now.wait()
            except TimeoutError:
                pass
            self._now.clear()
            await self.retry_all()

    async def _asked(self, _message: object) -> None:
        self._now.set()

    def _learn(self, stored: Stored) -> None:
        parked = Parked.model_validate_json(stored.data)
        if parked.status == "done":
            self._parked.pop(stored.subject, None)
        else:
            self._parked[stored.subject] = (stored.sequence, parked)

    async def _retry(self, subject: str, sequence: int, parked: Parked) -> bool:
        message = Message(parked.subject, parked.sequence, base64.b64decode(parked.data), parked.headers)
        try:
            await self._shell.ears.handlers[parked.durable](message)
        except Exception as error:
            after = parked.model_copy(update={"tries": parked.tries + 1, "error": type(error).__name__})
        else:
            after = parked.model_copy(update={"tries": parked.tries + 1, "status": "done"})
        _log.info("parked_retried", durable=parked.durable, sequence=parked.sequence, status=after.status)
        try:
            await self._log.append(
                subject, after.model_dump_json().encode(), sequence, f"{subject}:{sequence}", {}
            )
        except (Conflict, Unavailable):
            return False
        return after.status == "done"
