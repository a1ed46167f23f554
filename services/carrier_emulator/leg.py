"""One live leg: what its phone hears, and what happens to it meanwhile."""

import datetime as dt
from collections.abc import Callable

from services.carrier_emulator.calls import (
    Call,
    Ended,
    HungUp,
    Input,
    Orders,
    Pressed,
    Redirected,
    RoomClosed,
    RoomOpened,
)
from services.carrier_emulator.entries import CallDigits, CallHeard
from services.carrier_emulator.ledger import Ledger
from services.carrier_emulator.phones import Phone


class LegEnded(Exception):
    """The leg is over, with this last status."""

    def __init__(self, status: str, *, by_phone: bool = False) -> None:
        self.status = status
        self.by_phone = by_phone
        super().__init__(status)


class NewOrders(Exception):
    """The REST API has redirected the live call."""

    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        super().__init__(orders.url)


class RoomChangedState(Exception):
    """The conference that the leg waits in has opened or closed."""

    def __init__(self, *, opened: bool) -> None:
        self.opened = opened
        super().__init__()


class Leg:
    """The carrier's end of one call: it speaks and listens for the task that owns it."""

    def __init__(self, call: Call, phone: Phone, now: Callable[[], dt.datetime], ledger: Ledger) -> None:
        self.call = call
        self.phone = phone
        self.now = now
        self._ledger = ledger

    def hear(self, text: str) -> None:
        """Let the phone hear a text from this moment on."""
        self.call.heard.append(text)
        self._ledger.write(CallHeard(self.now(), self.call.sid, self.phone.number, text))

    def note_digits(self, digits: str, *, taken: bool) -> None:
        """Write down that keys were pressed, and whether anybody listened for them."""
        self._ledger.write(CallDigits(self.now(), self.call.sid, self.phone.number, digits, taken))

    async def listen(self, seconds: float | None) -> Input | None:
        """Return what happens next, or None after that time; hanging up raises LegEnded."""
        limit = self._time_left()
        cut = limit is not None and (seconds is None or seconds > limit)
        match await self.call.inbox.receive(limit if cut else seconds):
            case None if cut:
                raise LegEnded("completed")
            case HungUp():
                raise LegEnded("completed", by_phone=True)
            case Ended(status):
                raise LegEnded(status)
            case Redirected(orders):
                raise NewOrders(orders)
            case other:
                return other

    async def elapse(self, seconds: float) -> None:
        """Let time pass; keys pressed meanwhile are lost, as nobody gathers them."""
        until = self.now() + dt.timedelta(seconds=seconds)
        while True:
            left = (until - self.now()).total_seconds()
            match await self.listen(max(left, 0)):
                case Pressed(digits):
                    self.note_digits(digits, taken=False)
                case RoomOpened():
                    raise RoomChangedState(opened=True)
                case RoomClosed():
                    raise RoomChangedState(opened=False)
                case None:
                    return
                case _:
                    continue

    def _time_left(self) -> float | None:
        if self.call.answered is None:
            return None
        gone = (self.now() - self.call.answered).total_seconds()
        return max(0.0, self.call.limit_seconds - gone)
