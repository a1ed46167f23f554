"""Settings of the crisis line: those of the carrier account, and its clocks."""

from datetime import timedelta

from pydantic import Field, field_validator

from services.conversation.core.world import Times
from services.runtime.carrier_settings import CarrierAccount


class ConversationSettings(CarrierAccount):
    """From VIGIL_* variables; a wrong value stops the start by name."""

    staff_number: str = Field("", description="Our number that pages staff, E.164.")
    conversation_relay_by_sms: bool = Field(
        True, description="Whether what patients write may stand in texts to the holder's phone."
    )
    conversation_languages: str = Field(
        "", description="Folder with further languages (`<language>.yaml`); empty: those shipped."
    )
    conversation_wait_minutes: str = Field(
        "3,10,20", description="Minutes after which a waiting patient is told that they are not forgotten."
    )
    conversation_wait_again_minutes: float = Field(20, gt=0, description="Minutes between further ones.")
    conversation_nudge_minutes: float = Field(
        3, gt=0, description="Minutes until a holder who has not answered the patient is nudged."
    )
    conversation_page_minutes: float = Field(5, gt=0, description="Minutes until they are told by paging.")
    conversation_again_minutes: float = Field(
        8, gt=0, description="Minutes until the escalation starts again."
    )
    conversation_check_in_minutes: str = Field(
        "10,20,40", description="Minutes of silence after words of risk, each with a check-in text."
    )
    conversation_survey_minutes: float = Field(
        0, ge=0, description="Minutes after the end until one question is asked; 0: never."
    )
    conversation_reopen_minutes: float = Field(
        60, ge=0, description="Minutes after the end in which a text also pages the last holder."
    )
    conversation_most_automatic: int = Field(
        8, gt=0, description="Automatic texts to one patient within an hour; more pause them."
    )

    @field_validator("conversation_wait_minutes", "conversation_check_in_minutes")
    @classmethod
    def _rising(cls, value: str) -> str:
        minutes = _minutes(value)
        if not minutes or any(
            later <= earlier for earlier, later in zip((0.0, *minutes), minutes, strict=False)
        ):
            raise ValueError(f"{value!r} is no rising list of minutes; write for example 3,10,20")
        return value

    @property
    def sender(self) -> str:
        """The number that answers patients, E.164."""
        return self.patient_number or self.staff_number

    @property
    def staff_sender(self) -> str:
        """The number that texts responders, E.164."""
        return self.staff_number or self.patient_number

    def times(self) -> Times:
        """Return the clocks. Raises ValueError when they are out of order."""
        if (
            not self.conversation_nudge_minutes
            < self.conversation_page_minutes
            < self.conversation_again_minutes
        ):
            raise ValueError(
                "VIGIL_CONVERSATION_NUDGE_MINUTES, _PAGE_MINUTES and _AGAIN_MINUTES must rise, "
                "for example 3, 5 and 8"
            )
        survey = self.conversation_survey_minutes
        return Times(
            wait=_spans(self.conversation_wait_minutes),
            wait_again=timedelta(minutes=self.conversation_wait_again_minutes),
            nudge=timedelta(minutes=self.conversation_nudge_minutes),
            page=timedelta(minutes=self.conversation_page_minutes),
            again=timedelta(minutes=self.conversation_again_minutes),
            check_in=_spans(self.conversation_check_in_minutes),
            survey=timedelta(minutes=survey) if survey else None,
            reopen=timedelta(minutes=self.conversation_reopen_minutes),
            most_automatic=self.conversation_most_automatic,
        )


def _minutes(value: str) -> tuple[float, ...]:
    return tuple(float(part) for part in value.split(",") if part.strip())


def _spans(value: str) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=one) for one in _minutes(value))
