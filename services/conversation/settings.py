"""Settings of the crisis line: those of the carrier account."""

from pydantic import Field

from services.runtime.carrier_settings import CarrierAccount


class ConversationSettings(CarrierAccount):
    """From VIGIL_* variables that paging reads too; a wrong value stops the start by name."""

    staff_number: str = Field("", description="Our number that pages staff, E.164.")

    @property
    def sender(self) -> str:
        """The number that answers patients, E.164."""
        return self.patient_number or self.staff_number
