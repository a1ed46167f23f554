"""Which texts and calls are known already: the message ids of CARRIER, which are the carrier's own sids."""

from nats.aio.client import Client
from nats.js.api import Header

from services.runtime.follow import Follower
from services.runtime.log import Stored

_SUBJECTS = ("carrier.sms_received.*", "carrier.call_received.*")
_PATIENTS = "carrier.sms_received.patient"


class Arrived:
    """The sids of what came in within the 90 days of the stream: about 100 bytes of memory each."""

    def __init__(self, nc: Client) -> None:
        self._sids: set[str] = set()
        self._of_patients: set[str] = set()
        self._follower = Follower(
            nc,
            "CARRIER",
            self._learn,
            filters=_SUBJECTS,
            headers_only=True,
            label="gateway",
            whole=True,
        )

    def __contains__(self, sid: object) -> bool:
        return sid in self._sids

    def __bool__(self) -> bool:
        return bool(self._sids)

    def is_patients(self, sid: str) -> bool:
        """Return whether it is a text of a patient, as far as the gateway could tell."""
        return sid in self._of_patients

    async def start(self) -> None:
        """Begin, and return when everything stored so far is known."""
        await self._follower.start()

    async def stop(self) -> None:
        """End following."""
        await self._follower.stop()

    def _learn(self, stored: Stored) -> None:
        sid = stored.headers.get(str(Header.MSG_ID.value))
        if sid:
            self._sids.add(sid)
            if stored.subject == _PATIENTS:
                self._of_patients.add(sid)
