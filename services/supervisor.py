"""The supervisor of `vigil up`: starts children in order, restarts them, and takes them along.

Consumes signals of the operating system; publishes log lines; owns the children; never knows
what they do. A child that ends is started again, at once at first, then ever more slowly. When
the supervisor ends, even by kill -9, no child is left.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from services.runtime import orphans

FIRST_WAIT = 0.2
"""Seconds before a child that ended is started again; doubles up to LONGEST_WAIT."""
LONGEST_WAIT = 10.0
HEALTHY_AFTER = 60.0
"""Seconds a child must have run for its next restart to be a quick one again."""
GRACE = 10.0
"""Seconds the children have to end by themselves before they are killed."""

_log = structlog.get_logger()


@dataclass(frozen=True)
class Child:
    """A process to keep running: its command, what to add to its environment, and how to tell it is ready.

    `ready` returns once the child can be used; the children after it wait for that, at their
    first start only. `prepare` runs once, between it being ready and the next child's start.
    `log`: the file to which its output is appended; None: it goes where ours does.
    """

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], Awaitable[None]] | None = None
    prepare: Callable[[], Awaitable[None]] | None = None
    log: Path | None = None


@dataclass(frozen=True)
class Pace:
    """Real seconds between restarts and before force; tests use shorter ones."""

    first_wait: float = FIRST_WAIT
    longest_wait: float = LONGEST_WAIT
    healthy_after: float = HEALTHY_AFTER
    grace: float = GRACE

    def wait(self, failures: int) -> float:
        """Return how long to wait before the restart after that many quick ends in a row (1 = the first)."""
        return float(min(self.longest_wait, self.first_wait * 2.0 ** min(failures - 1, 30)))


class Supervisor:
    """Keeps children running until it is told to stop. Run it in the main thread (see orphans)."""

    def __init__(self, children: Sequence[Child], pace: Pace | None = None) -> None:
        self._children = tuple(children)
        self._pace = pace or Pace()
        self._stopping = asyncio.Event()
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self.restarts = 0
        """How often a child ended by itself."""

    async def run(self) -> None:
        """Start every child in order and keep it running; return after SIGTERM, SIGINT or `stop`.

        Raises what a child's `ready` or `prepare` raises, after all children have ended.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        try:
            await self._start_in_order()
            await self._stopping.wait()
        finally:
            self._stopping.set()
            await self._end_all()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    def stop(self) -> None:
        """Have `run` end all children, the last started first, and return."""
        self._stopping.set()

    def pids(self) -> dict[str, int]:
        """Return the process id of each child that runs now."""
        return {name: process.pid for name, process in self._running.items()}

    async def _start_in_order(self) -> None:
        for child in self._children:
            if self._stopping.is_set():
                return
            self._keepers[child.name] = asyncio.create_task(self._keep(child), name=f"keep-{child.name}")
            for step in (child.ready, child.prepare):
                if step is not None:
                    await self._unless_stopped(step)

    async def _unless_stopped(self, step: Callable[[], Awaitable[None]]) -> None:
        async def awaited() -> None:
            await step()

        working = asyncio.create_task(awaited())
        stopped = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if working.done():
            working.result()
        working.cancel()
        await asyncio.gather(working, stopped, return_exceptions=True)

    async def _keep(self, child: Child) -> None:
        failures = 0
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            began = loop.time()
            exit_code = await self._run_once(child)
            if self._stopping.is_set():
                return
            self.restarts += 1
            failures = 1 if loop.time() - began >= self._pace.healthy_after else failures + 1
            seconds = self._pace.wait(failures)
            _log.error("child_ended", child=child.name, reason=why(exit_code), seconds=seconds)
            try:
                await asyncio.wait_for(self._stopping.wait(), seconds)
            except TimeoutError:
                continue

    async def _run_once(self, child: Child) -> int:
        try:
            with contextlib.ExitStack() as opened:
                # The child has it open for itself; ours is closed at once.
                out = opened.enter_context(child.log.open("ab")) if child.log is not None else None
                process = await asyncio.create_subprocess_exec(
                    *child.argv,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    env=os.environ | dict(child.environment),
                    # Ctrl-C in a terminal goes to its whole group; the children are ended by us, in order.
                    start_new_session=True,
                    preexec_fn=orphans.die_with_parent(),
                )
        except OSError as error:
            _log.error("child_not_started", child=child.name, reason=f"{error.strerror}: {child.argv[0]}")
            return 127
        self._running[child.name] = process
        _log.info("child_started", child=child.name, pid=process.pid)
        if self._stopping.is_set():
            # The order to end came while the process was being made.
            process.terminate()
        try:
            return await process.wait()
        finally:
            del self._running[child.name]

    async def _end_all(self) -> None:
        """End the last started first, so that nobody loses what it stands on before it has ended."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._pace.grace
        for child in reversed(self._children):
            keeper = self._keepers.get(child.name)
            if keeper is None:
                continue
            self._signal(child.name, signal.SIGTERM)
            await asyncio.wait({keeper}, timeout=max(0.0, deadline - loop.time()))
            if not keeper.done():
                _log.warning("child_killed", child=child.name, seconds=self._pace.grace)
                self._signal(child.name, signal.SIGKILL)
                await keeper
        await asyncio.gather(*self._keepers.values(), return_exceptions=True)

    def _signal(self, name: str, number: signal.Signals) -> None:
        process = self._running.get(name)
        if process is not None and process.returncode is None:
            process.send_signal(number)


def why(exit_code: int) -> str:
    """Return in words how a process ended: its exit code, or the signal that ended it."""
    if exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return f"ended by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"ended by signal {-exit_code}"
