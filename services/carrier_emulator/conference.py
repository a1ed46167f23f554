"""Dial Conference: waits with the waitUrl, then stays until the leg or the room ends."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.carrier_emulator import prompts
from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.calls import Pressed, RoomClosed
from services.carrier_emulator.leg import Leg, RoomChangedState
from services.carrier_emulator.rooms import Participant, Room, Rooms
from services.carrier_emulator.twiml import Document, Verb

FetchWaiting = Callable[[str, str], Awaitable[Document | None]]


@dataclass(frozen=True, slots=True)
class Attendance:
    """One leg's visit to one room."""

    rooms: Rooms
    behaviour: Behaviour
    fetch: FetchWaiting
    resolve: Callable[[str], str]

    async def run(self, leg: Leg, verb: Verb) -> None:
        """Return when the room ends; hanging up raises through, and leaves the room too."""
        participant = Participant(
            leg,
            starts=verb.is_true("startConferenceOnEnter", default=True),
            ends=verb.is_true("endConferenceOnExit", default=False),
            status_callback=self.resolve(verb.get("statusCallback")),
            status_events=tuple(verb.get("statusCallbackEvent").split()),
        )
        room = self.rooms.enter(verb.text, participant)
        try:
            if room.is_open or await self._hold(leg, verb, room):
                await self._talk(leg)
        finally:
            self.rooms.leave(room, participant)

    async def _hold(self, leg: Leg, verb: Verb, room: Room) -> bool:
        """Play the waiting document over and over; True once the room opens."""
        try:
            while True:
                before = leg.now()
                await self._play_once(leg, verb, room)
                if leg.now() == before:
                    await leg.elapse(leg.call.limit_seconds)
        except RoomChangedState as change:
            return change.opened

    async def _play_once(self, leg: Leg, verb: Verb, room: Room) -> None:
        url, method = verb.get("waitUrl"), verb.get("waitMethod", "POST")
        hops = 0
        while url and hops < 5:
            document = await self.fetch(url, method)
            url, hops = "", hops + 1
            for step in document.verbs if document is not None else ():
                await leg.elapse(0)
                if step.name in prompts.VERBS:
                    await leg.elapse(prompts.begin(leg, step, self.behaviour))
                elif step.name == "Redirect" and document is not None:
                    url, method = document.resolve(step.text), step.get("method", "POST")
                    break

    async def _talk(self, leg: Leg) -> None:
        while True:
            match await leg.listen(None):
                case RoomClosed():
                    return
                case Pressed(digits):
                    leg.note_digits(digits, taken=False)
                case _:
                    continue
