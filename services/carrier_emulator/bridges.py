"""Which legs hear each other, and since when: every bridge is opened and closed here."""

from collections.abc import Callable
from datetime import datetime

from services.carrier_emulator.entries import LegsBridged, LegsParted
from services.carrier_emulator.ledger import Ledger
from services.carrier_emulator.leg import Leg


class Bridges:
    """The open bridges between pairs of legs."""

    def __init__(self, now: Callable[[], datetime], ledger: Ledger) -> None:
        self._now = now
        self._ledger = ledger
        self._open: dict[tuple[str, str], LegsBridged] = {}

    def join(self, one: Leg, other: Leg, room: str | None = None) -> None:
        """Let two legs hear each other."""
        sids = (one.call.sid, other.call.sid)
        if sids in self._open or sids[::-1] in self._open:
            return
        phones = (one.phone.number, other.phone.number)
        self._open[sids] = LegsBridged(self._now(), sids, phones, room)
        self._ledger.write(self._open[sids])

    def part(self, one: Leg) -> None:
        """Cut a leg off from every other one."""
        for sids, bridge in tuple(self._open.items()):
            if one.call.sid in sids:
                del self._open[sids]
                self._ledger.write(LegsParted(self._now(), sids, bridge.phones, bridge.room, bridge.at))

    def clear(self) -> None:
        """Forget every bridge."""
        self._open.clear()
