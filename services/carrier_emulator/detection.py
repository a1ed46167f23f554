"""Answering machine detection: waits, guesses, and is sometimes wrong."""

from collections.abc import Callable
from datetime import datetime

from services.carrier_emulator.activity import Activity
from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.call_params import voice_params
from services.carrier_emulator.faults import Faults, Subject
from services.carrier_emulator.leg import Leg
from services.carrier_emulator.outbox import Outbox
from services.carrier_emulator.signed_request import Webhook


class Detection:
    """Guesses who picked up, before the TwiML or beside it."""

    def __init__(
        self,
        now: Callable[[], datetime],
        activity: Activity,
        behaviour: Behaviour,
        faults: Faults,
        outbox: Outbox,
    ) -> None:
        self._now = now
        self._activity = activity
        self._behaviour = behaviour
        self._faults = faults
        self._outbox = outbox

    async def run(self, leg: Leg) -> None:
        """Detect as the call asks: not at all, before going on, or in the background."""
        if not leg.call.machine_detection:
            return
        if leg.call.async_amd:
            self._activity.spawn(self._beside(leg))
            return
        await leg.elapse(self._behaviour.amd_seconds)
        leg.call.answered_by = self._guess(leg)

    async def _beside(self, leg: Leg) -> None:
        await self._activity.pause(self._behaviour.amd_seconds)
        if leg.call.is_over:
            return
        guess = self._guess(leg)
        leg.call.answered_by = guess
        if not leg.call.async_amd_callback:
            return
        params = {
            **voice_params(leg.call),
            "AnsweredBy": guess,
            "MachineDetectionDuration": str(round(self._behaviour.amd_seconds * 1000)),
        }
        self._outbox.post(Webhook(leg.call.async_amd_callback, params, leg.call.sid, "amd_status"))

    def _guess(self, leg: Leg) -> str:
        truth = leg.phone.profile.answered_by
        call = leg.call
        subject = Subject(call.sid, to=call.to, from_=call.from_)
        wrong = self._faults.take(("amd_wrong",), subject) is not None
        rate = self._behaviour.amd_error_rate
        if wrong or (rate > 0 and self._faults.random.random() < rate):
            truth = "machine_start" if truth == "human" else "human"
        if truth == "machine_start" and call.machine_detection == "DetectMessageEnd":
            return "machine_end_beep"
        return truth
