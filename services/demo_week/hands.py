"""Holds the phones: reads what reaches them, and answers as whoever holds them would."""

import asyncio
import json
import random
from collections.abc import Coroutine
from datetime import datetime
from typing import Any

import aiohttp

from services.demo_week.cast import Cast, Habit
from services.demo_week.habits import Mind, Reply, replies
from services.demo_week.pace import Pacemaker
from services.demo_week.record import Key, Recorded, Seen
from services.demo_week.stage import Stage

_PROFILES: dict[Habit, tuple[str, dict[str, object]]] = {
    Habit.PROMPT: ("sleeper", {}),
    Habit.SLOW: ("sleeper", {}),
    Habit.DECLINES: ("rejects_call", {}),
    Habit.CALLS_ONLY: ("manual", {"voice": "answer", "keys": "follow"}),
    Habit.DEAD_PHONE: ("off", {}),
    Habit.AWAY: ("sleeper", {}),
}
_PAUSE = 0.2


class Hands:
    """Everybody's hands: of staff by their habits, of patients who answer once when a person writes."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        stage: Stage,
        cast: Cast,
        seed: int,
        record: Recorded,
        pacemaker: Pacemaker,
    ) -> None:
        self._pacemaker = pacemaker
        self._http = http
        self._stage = stage
        self._record = record
        self._seed = seed
        self._members = {one.phone: one for one in cast.members}
        self._minds = {one.phone: Mind(one.person.name, one.habit, one.person.pin) for one in cast.members}
        self._patients = {one.draft.phone for one in cast.patients}
        self._thanked: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._seen = 0

    async def start(self) -> None:
        """Give every phone its profile, and begin to read."""
        for phone, member in self._members.items():
            profile, changes = _PROFILES[member.habit]
            body = {"number": phone, "profile": profile, "changes": changes}
            await self._tell("/_emu/phones", body)
        self._begin(self._follow())

    async def stop(self) -> None:
        """Put every phone down; replies that were still to come are not sent."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _follow(self) -> None:
        url, first = f"{self._stage.emulator}/_emu/events", True
        while True:
            try:
                timeout = aiohttp.ClientTimeout(total=None, sock_connect=5)
                history = {"history": "1"} if first else {}
                headers = self._stage.admin_headers
                async with self._http.get(url, params=history, headers=headers, timeout=timeout) as reply:
                    first = False
                    while line := await reply.content.readline():
                        if line.startswith(b"data: "):
                            self._hear(json.loads(line[6:]))
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
                pass
            await asyncio.sleep(_PAUSE)

    def _hear(self, entry: dict[str, Any]) -> None:
        at = datetime.fromisoformat(entry["at"])
        self._pacemaker.seen()
        match entry["kind"]:
            case "sms_reached_phone":
                seen = Seen(at, entry["to"], entry["body"], entry["sid"])
                self._record.texts.append(seen)
                self._read(seen, entry["from_"])
            case "sms_from_phone":
                self._record.texts.append(Seen(at, entry["from_"], entry["body"], entry["sid"], True))
            case "call_digits" if entry["taken"]:
                self._record.keys.append(Key(at, entry["phone"], entry["digits"]))
            case "webhook_tried" if entry["status"] is None or entry["status"] >= 400:
                self._record.webhooks_refused += 1
            case _:
                return

    def _read(self, seen: Seen, sender: str) -> None:
        if (mind := self._minds.get(seen.phone)) is not None:
            rng = random.Random(f"{self._seed} {seen.phone} {self._seen}")
            self._seen += 1
            for reply in replies(mind, seen.words, rng):
                self._begin(self._reply(seen.phone, sender, reply))
        elif seen.phone in self._patients - self._thanked and "from your team" in seen.words:
            self._thanked.add(seen.phone)
            rng = random.Random(f"{self._seed} {seen.phone}")
            self._begin(self._reply(seen.phone, sender, Reply(rng.uniform(40, 200), "ok, thank you")))

    async def _reply(self, phone: str, to: str, reply: Reply) -> None:
        await self._stage.clock.sleep(reply.after)
        with self._pacemaker.work():
            await self._tell(f"/_emu/phones/{phone}/send", {"body": reply.words, "to": to})

    async def _tell(self, path: str, body: object) -> None:
        for _ in range(20):
            try:
                url = f"{self._stage.emulator}{path}"
                async with self._http.post(url, json=body, headers=self._stage.admin_headers) as reply:
                    if reply.status < 500:
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(_PAUSE)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
