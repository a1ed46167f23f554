"""Tells a conference's status callback who came, who went, and when it began and ended."""

from collections.abc import Callable
from datetime import datetime

from services.carrier_emulator.identifiers import rfc2822
from services.carrier_emulator.outbox import Outbox
from services.carrier_emulator.signed_request import Webhook

_NAMES = {
    "start": "conference-start",
    "end": "conference-end",
    "join": "participant-join",
    "leave": "participant-leave",
}


class RoomEvents:
    """The status callback of one conference: the first leg that names one decides for all."""

    def __init__(
        self, *, sid: str, account_sid: str, name: str, now: Callable[[], datetime], outbox: Outbox
    ) -> None:
        self._standing = {"AccountSid": account_sid, "ConferenceSid": sid, "FriendlyName": name}
        self._now = now
        self._outbox = outbox
        self._url = ""
        self._events: tuple[str, ...] = ()
        self._sequence = 0

    def listen(self, url: str, events: tuple[str, ...]) -> None:
        """Take the callback of a leg that comes in, unless there is one already."""
        if url and not self._url:
            self._url, self._events = url, events

    def tell(self, event: str, params: dict[str, str]) -> None:
        """Post one event, if the callback asked for its kind."""
        if event not in self._events:
            return
        self._sequence += 1
        form = {
            **self._standing,
            **params,
            "StatusCallbackEvent": _NAMES[event],
            "SequenceNumber": str(self._sequence),
            "Timestamp": rfc2822(self._now()) or "",
        }
        self._outbox.post(Webhook(self._url, form, self._standing["ConferenceSid"], "conference_status"))
