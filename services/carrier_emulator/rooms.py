"""Conference rooms: who is in, when the conference begins, and when it ends for all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.carrier_emulator.bridges import Bridges
from services.carrier_emulator.calls import RoomClosed, RoomOpened
from services.carrier_emulator.entries import RoomChanged
from services.carrier_emulator.ledger import Ledger
from services.carrier_emulator.leg import Leg
from services.carrier_emulator.room_events import RoomEvents


@dataclass(frozen=True, slots=True, eq=False)
class Participant:
    """A leg in a room: does its coming begin the conference, does its going end it."""

    leg: Leg
    starts: bool
    ends: bool
    status_callback: str = ""
    status_events: tuple[str, ...] = ()


class Room:
    """One conference: it opens once two legs are in and one of them may start it."""

    def __init__(
        self,
        name: str,
        now: Callable[[], datetime],
        ledger: Ledger,
        bridges: Bridges,
        events: RoomEvents,
    ) -> None:
        self.name = name
        self.is_open = False
        self.participants: list[Participant] = []
        self._now = now
        self._ledger = ledger
        self._bridges = bridges
        self._events = events

    def enter(self, participant: Participant) -> None:
        """Let a leg in; those who wait are told when this opens the room."""
        self._events.listen(participant.status_callback, participant.status_events)
        self._note(participant, "joined")
        waiting = tuple(self.participants)
        self.participants.append(participant)
        if not self.is_open and waiting and any(p.starts for p in self.participants):
            self.is_open = True
            self._events.tell("start", {})
            for other in waiting:
                other.leg.call.inbox.put(RoomOpened())
        if self.is_open:
            for index, one in enumerate(self.participants):
                for other in self.participants[index + 1 :]:
                    self._bridges.join(one.leg, other.leg, self.name)

    def leave(self, participant: Participant) -> None:
        """Let a leg out, and everybody else too when its going ends the conference."""
        if participant not in self.participants:
            return
        self.participants.remove(participant)
        self._bridges.part(participant.leg)
        self._note(participant, "left")
        if participant.ends:
            others, self.participants = self.participants, []
            for other in others:
                self._bridges.part(other.leg)
                self._note(other, "left")
                other.leg.call.inbox.put(RoomClosed())
        if not self.participants:
            self._events.tell("end", {"CallSidEndingConference": participant.leg.call.sid})

    def _note(self, participant: Participant, change: str) -> None:
        leg = participant.leg
        self._ledger.write(RoomChanged(self._now(), self.name, leg.call.sid, leg.phone.number, change))
        params = {
            "CallSid": leg.call.sid,
            "StartConferenceOnEnter": str(participant.starts).lower(),
            "EndConferenceOnExit": str(participant.ends).lower(),
            "Muted": "false",
            "Hold": "false",
        }
        self._events.tell("join" if change == "joined" else "leave", params)


class Rooms:
    """The conference rooms by name; an empty room is forgotten."""

    def __init__(
        self,
        now: Callable[[], datetime],
        ledger: Ledger,
        bridges: Bridges,
        events_of: Callable[[str], RoomEvents],
    ) -> None:
        self._now = now
        self._ledger = ledger
        self._bridges = bridges
        self._events_of = events_of
        self._rooms: dict[str, Room] = {}

    def enter(self, name: str, participant: Participant) -> Room:
        """Let a leg into the room of that name."""
        if name not in self._rooms:
            events = self._events_of(name)
            self._rooms[name] = Room(name, self._now, self._ledger, self._bridges, events)
        self._rooms[name].enter(participant)
        return self._rooms[name]

    def leave(self, room: Room, participant: Participant) -> None:
        """Let a leg out of its room."""
        room.leave(participant)
        if not room.participants and self._rooms.get(room.name) is room:
            del self._rooms[room.name]

    def clear(self) -> None:
        """Forget every room."""
        self._rooms.clear()
