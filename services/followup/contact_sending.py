"""Texts to support contacts: from a number of their own, because somebody pressed send, or as a receipt."""

import structlog

from contracts.people import Patient
from contracts.privacy import SupportContact
from services.followup.core import wordings
from services.followup.settings import FollowupSettings
from services.runtime.sealing import SealError, Seals
from services.runtime.twilio_client import Accepted, Carrier, Outcome, Refused, Unknown

_log = structlog.get_logger()
_VALID_SECONDS = 3600


class ContactSending:
    """Sends; without a number of its own, or an account, it sends nothing."""

    def __init__(self, settings: FollowupSettings, seals: Seals, carrier: Carrier | None) -> None:
        self.number = settings.own_number() if carrier is not None else ""
        """Our number for support contacts; empty: none are texted."""
        self._callback = settings.contact_callback or self.number
        self._seals = seals
        self._carrier = carrier

    async def ask_to_call(self, contact: SupportContact) -> Outcome:
        """Text a contact the one sentence there is; whether they may be was decided just before."""
        return await self._send(contact, wordings.to_contact(self._callback))

    async def received(self, record: Patient | None, contact: str) -> Outcome:
        """Tell a contact that what they wrote was received, and nothing else."""
        known = next((one for one in (record.contacts if record else ()) if one.id == contact), None)
        return await self._send(known, wordings.received())

    async def close(self) -> None:
        """Close the connections."""
        if self._carrier is not None:
            await self._carrier.close()

    async def _send(self, contact: SupportContact | None, text: str) -> Outcome:
        if contact is None or contact.phone is None or self._carrier is None or not self.number:
            return Refused(None, 0)
        try:
            phone = await self._seals.opened(contact.phone)
        except SealError:
            return Refused(None, 0)
        outcome = await self._carrier.send_sms(phone, self.number, text, "", _VALID_SECONDS)
        match outcome:
            case Accepted():
                _log.info("contact_texted")
            case Refused(code=code):
                _log.warning("contact_refused", code=code)
            case Unknown(why=why):
                _log.warning("contact_unknown", why=why)
        return outcome
