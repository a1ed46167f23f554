"""The numbers we rent from the carrier, and the services that pool them."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class SenderNumber:
    """A rented number: its rate in segments per second (None: no limit) and its webhooks."""

    number: str
    rate: float | None = None
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    sms_capable: bool = True
    voice_capable: bool = True


@dataclass(frozen=True, slots=True)
class MessagingService:
    """A pool of senders behind one MG sid, with a status callback of its own."""

    sid: str
    senders: tuple[str, ...]
    status_callback: str = ""
    campaign: str = ""
    """Status of its 10DLC campaign: VERIFIED, IN_PROGRESS, FAILED; empty: it has none."""


@dataclass(slots=True)
class Numbers:
    """Every rented number and messaging service of the account."""

    senders: dict[str, SenderNumber] = field(default_factory=dict)
    services: dict[str, MessagingService] = field(default_factory=dict)
    brand: str = ""
    """Status of the registered brand: APPROVED, PENDING, FAILED; empty: there is none."""
    tollfree: dict[str, str] = field(default_factory=dict)
    """Toll-free number -> status of its verification, as TWILIO_APPROVED."""

    def configure(self, number: str, **urls: str) -> SenderNumber:
        """Change the webhooks of a rented number; unknown numbers or fields are refused."""
        if number not in self.senders:
            raise KeyError(f"{number} is not rented here; give it to CarrierEmulator(numbers=...)")
        sender = replace(self.senders[number], **urls)  # type: ignore[arg-type]  # str fields only
        self.senders[number] = sender
        return sender

    def service_of(self, number: str) -> MessagingService | None:
        """Return the service whose pool holds the number, if there is one."""
        return next((s for s in self.services.values() if number in s.senders), None)
