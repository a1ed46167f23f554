"""The digest: each morning, on each person's own clock, to whoever has tasks."""

from datetime import time

import structlog
from nats.aio.client import Client

from contracts.people import Person
from services.followup.core import digest
from services.followup.register import Register
from services.runtime.activity import Activity
from services.runtime.clock import Clock
from services.runtime.follow import ValueTable
from services.runtime.log import Unavailable, publish_fact

_log = structlog.get_logger()
_NAME = "followup-digest"


class Mornings:
    """Wakes at each morning there is. Names by person and day let any copy tell, and one text come."""

    def __init__(self, nc: Client, clock: Clock, activity: Activity, register: Register, at: time) -> None:
        self._nc = nc
        self._clock = clock
        self._activity = activity
        self._register = register
        self._at = at
        self.people = ValueTable(nc, "people", Person, self._changed)
        self._started = False

    async def start(self) -> None:
        """Tell what a stop of the machine kept, and go on each morning."""
        self._started = True
        await self._tick()

    async def stop(self) -> None:
        """Tell no more."""
        self._started = False
        self._clock.forget(_NAME)

    def _changed(self) -> None:
        if self._started:
            self._arm()

    def _arm(self) -> None:
        at = digest.next_at(self.people.values.values(), self._clock.now(), self._at)
        if at is not None:
            self._clock.wake(_NAME, at, self._tick)

    async def _tick(self) -> None:
        with self._activity.work():
            try:
                await self._tell()
            except Unavailable:
                _log.warning("digest_delayed")
                later = self._clock.now() + digest.AGAIN
                self._clock.wake(_NAME, later, self._tick)
            else:
                self._arm()

    async def _tell(self) -> None:
        now, tasks = self._clock.now(), tuple(self._register.tasks())
        for person in self.people.values.values():
            notice = digest.digest(person, tasks, now, self._at)
            if notice is not None:
                data = notice.model_dump_json().encode()
                if await publish_fact(self._nc, f"notices.{person.id}", data, notice.message):
                    _log.info("digest_sent", responder=person.id)
