"""Telling: faults to ops, notices to responders, each published once by this copy.

A name says what is told, so a restart, or another copy, tells nothing twice: the stream drops what
it has, and paging has one text for each name.
"""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime

import structlog
from nats.aio.client import Client

from contracts.notices import NoticeSent
from contracts.signals import Signal
from services.roster.core.fault_signals import fault
from services.runtime.log import publish_fact

_log = structlog.get_logger()
_REMEMBERED = 20_000


class Telling:
    """Publishes what is told; raises Unavailable, and then it counts as not told."""

    def __init__(self, nc: Client) -> None:
        self._nc = nc
        self._told: OrderedDict[str, None] = OrderedDict()

    async def notices(self, notices: Iterable[NoticeSent | None]) -> None:
        """Tell responders what was not told yet; None is nobody who could be told."""
        for notice in notices:
            if notice is not None and notice.message not in self._told:
                data = notice.model_dump_json().encode()
                if await publish_fact(self._nc, f"notices.{notice.responder}", data, notice.message):
                    _log.info("notice_sent", responder=notice.responder, kind=notice.notice.value)
                self._remember(notice.message)

    async def faults(self, faults: Iterable[Signal]) -> None:
        """Tell ops what was not told yet."""
        for one in faults:
            if one.id not in self._told:
                data = one.model_dump_json().encode()
                if await publish_fact(self._nc, f"signals.{one.kind}", data, one.id):
                    _log.warning("roster_fault", fault=one.id)
                self._remember(one.id)

    def _remember(self, name: str) -> None:
        self._told[name] = None
        if len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)


def of_unreadable(bucket: str, key: str, now: datetime) -> Signal:
    """Return the fault of something that changes shifts and can't be read; one a day for each."""
    return fault(
        f"unreadable-{bucket}-{key}-{now:%Y%m%d}",
        f"{key} in the bucket {bucket} can't be read, so shifts are compiled as they were before it. "
        "Write it again, or delete it.",
        now,
    )


def of_failure(schedule: str, reason: str, now: datetime) -> Signal:
    """Return the fault of a schedule that can't be compiled; one an hour for each schedule."""
    kind = reason.partition(":")[0]
    return fault(
        f"schedule-{schedule}-{now:%Y%m%dT%H}",
        f"Schedule {schedule} can't be compiled ({kind}). Its shifts so far stand, and run out. "
        "Mend it and apply it again.",
        now,
    )
