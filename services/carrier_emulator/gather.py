"""Gather: prompts, and collects the keys pressed meanwhile and afterwards."""

import datetime as dt

from services.carrier_emulator import prompts
from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.calls import Pressed
from services.carrier_emulator.leg import Leg
from services.carrier_emulator.twiml import Verb


class Gathering:
    """One Gather in progress on one leg."""

    def __init__(self, leg: Leg, verb: Verb, behaviour: Behaviour) -> None:
        self._leg = leg
        self._verb = verb
        self._behaviour = behaviour
        self._limit = int(verb.number("numDigits", 1000))
        self._finish = verb.get("finishOnKey", "#")
        self._digits = ""
        self.finished_on = ""

    async def run(self) -> str:
        """Return the digits gathered; empty when the time ran out."""
        asked = [child.text for child in self._verb.children if child.name == "Say"]
        self._leg.phone.is_prompted(self._leg.call, " ".join(asked))
        for child in self._verb.children:
            if child.name not in prompts.VERBS:
                continue
            if await self._listen(prompts.begin(self._leg, child, self._behaviour)):
                break
        timeout = self._verb.number("timeout", 5)
        while not self._is_complete() and await self._listen(timeout):
            pass
        return self._digits

    async def _listen(self, seconds: float) -> bool:
        """Take the keys of the next press; False when the time is over without one."""
        until = self._leg.now() + dt.timedelta(seconds=seconds)
        while True:
            left = (until - self._leg.now()).total_seconds()
            match await self._leg.listen(max(left, 0)):
                case Pressed(digits):
                    self._take(digits)
                    return True
                case None:
                    return False
                case _:
                    continue

    def _take(self, digits: str) -> None:
        self._leg.note_digits(digits, taken=True)
        for digit in digits:
            if self._is_complete():
                return
            if self._finish and digit in self._finish:
                self.finished_on = digit
            else:
                self._digits += digit

    def _is_complete(self) -> bool:
        return bool(self.finished_on) or len(self._digits) >= self._limit
