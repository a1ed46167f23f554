"""Dial Number: rings other phones from this leg and bridges the first that answers."""

from collections.abc import Callable
from dataclasses import dataclass, field

from services.carrier_emulator.bridges import Bridges
from services.carrier_emulator.calls import ChildAnswered, ChildEnded, Ended, Pressed
from services.carrier_emulator.leg import Leg
from services.carrier_emulator.twiml import Document, Verb


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """A number to ring for a parent leg, and what it will see and hear."""

    parent: Leg
    number: str
    caller_id: str
    ring_seconds: float
    limit_seconds: float
    whisper_url: str
    whisper_method: str


@dataclass(frozen=True, slots=True)
class DialOutcome:
    """How a Dial came out, for its action URL."""

    status: str
    sid: str = ""
    seconds: int = 0
    bridged: bool = False

    def params(self) -> dict[str, str]:
        """Return the parameters that Dial adds to its action request."""
        params = {"DialCallStatus": self.status, "DialBridged": str(self.bridged).lower()}
        if self.sid:
            params["DialCallSid"] = self.sid
        if self.bridged:
            params["DialCallDuration"] = str(self.seconds)
        return params


@dataclass(slots=True)
class Dialing:
    """One Dial Number in progress."""

    leg: Leg
    bridges: Bridges
    start_child: Callable[[ChildPlan], Leg]
    children: dict[str, Leg] = field(default_factory=dict)
    talking: Leg | None = None
    last_status: str = "failed"

    async def run(self, verb: Verb, document: Document, caller_id: str) -> None:
        """Return when every number is done; hanging up raises through, and ends them too."""
        for target in verb.children or (Verb("Number", {}, verb.text, ()),):
            whisper = target.get("url")
            plan = ChildPlan(
                parent=self.leg,
                number=target.text.replace(" ", ""),
                caller_id=caller_id,
                ring_seconds=verb.number("timeout", 30),
                limit_seconds=verb.number("timeLimit", 14_400),
                whisper_url=document.resolve(whisper) if whisper else "",
                whisper_method=target.get("method", "POST"),
            )
            child = self.start_child(plan)
            self.children[child.call.sid] = child
        try:
            await self._attend()
        finally:
            self.bridges.part(self.leg)
            self._end_children(except_for=None)

    def outcome(self) -> DialOutcome:
        """Return how it came out so far."""
        if self.talking is None:
            return DialOutcome(self.last_status)
        answered = self.talking.call.answered or self.leg.now()
        ended = self.talking.call.ended or self.leg.now()
        seconds = round((ended - answered).total_seconds())
        return DialOutcome("completed", self.talking.call.sid, seconds, bridged=True)

    async def _attend(self) -> None:
        while self.children:
            match await self.leg.listen(None):
                case ChildAnswered(sid) if sid in self.children and self.talking is None:
                    self.talking = self.children[sid]
                    self._end_children(except_for=sid)
                    self.bridges.join(self.leg, self.talking)
                case ChildEnded(sid, status) if self.children.pop(sid, None) is not None:
                    self.last_status = status
                    if self.talking is not None and self.talking.call.sid == sid:
                        return
                case Pressed(digits):
                    self.leg.note_digits(digits, taken=False)
                case _:
                    continue

    def _end_children(self, *, except_for: str | None) -> None:
        for sid, child in self.children.items():
            if sid != except_for:
                status = "completed" if child.call.answered else "canceled"
                child.call.inbox.put(Ended(status))
