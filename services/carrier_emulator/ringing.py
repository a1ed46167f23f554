"""Rings one phone and tells how that came out."""

from collections.abc import Callable
from datetime import datetime, timedelta

from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.calls import Answered, Call, Declined
from services.carrier_emulator.entries import CallRang
from services.carrier_emulator.faults import Faults, Subject
from services.carrier_emulator.ledger import Ledger
from services.carrier_emulator.leg import Leg, LegEnded


class Ringing:
    """From the first ring to the pick-up, the refusal, or nothing at all."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        behaviour: Behaviour,
        ledger: Ledger,
        faults: Faults,
        change: Callable[[Call, str], None],
    ) -> None:
        self._now = now
        self._behaviour = behaviour
        self._ledger = ledger
        self._faults = faults
        self._change = change

    async def run(self, leg: Leg) -> str:
        """Return in-progress when somebody answers, or the last status of the leg."""
        call, profile = leg.call, leg.phone.profile
        if profile.voice == "fail" or self._is_cut_off(call):
            call.sip_code = 404 if profile.voice == "fail" else 503
            return "failed"
        await leg.elapse(profile.ring_after)
        if profile.voice == "busy":
            return "busy"
        self._change(call, "ringing")
        self._ledger.write(CallRang(self._now(), call.sid, leg.phone.number, call.from_, call.parent_sid))
        leg.phone.rings(call)
        status = await self._await_pick_up(leg)
        if status == "in-progress":
            call.answered = self._now()
            self._change(call, "in-progress")
        return status

    def _is_cut_off(self, call: Call) -> bool:
        subject = Subject(call.sid, to=call.to, from_=call.from_)
        return self._faults.take(("call_fail", "outage"), subject) is not None

    async def _await_pick_up(self, leg: Leg) -> str:
        wait = leg.call.ring_seconds + self._behaviour.ring_buffer_seconds
        until = self._now() + timedelta(seconds=wait)
        while True:
            try:
                news = await leg.listen(max(0.0, (until - self._now()).total_seconds()))
            except LegEnded as end:
                return "busy" if end.by_phone else "canceled"
            match news:
                case None:
                    return "no-answer"
                case Answered():
                    return "in-progress"
                case Declined():
                    return "busy"
                case _:
                    continue
