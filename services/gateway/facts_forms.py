"""What the plain JSON API takes: one form for each kind of fact, its fields named to people who send them."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema

from contracts.values import Moment as AnyMoment
from services.gateway.core import versions
from services.gateway.core.cloud_events import Unfit
from services.gateway.fhir import moments

D = TypeVar("D", bound=date)


def _likely(found: D) -> D:
    if not moments.is_likely(found):
        raise ValueError("no year that can be meant")
    return found


Moment = Annotated[AnyMoment, AfterValidator(_likely)]
Day = Annotated[date, AfterValidator(_likely)]
_TEXT = {"type": ["string", "number", "boolean", "null"]}
_ANSWER = {
    "type": "object",
    "properties": {"item": {"type": "string"}, "value": _TEXT, "unit": {"type": "string"}},
    "required": ["item"],
}
Answers = Annotated[
    object,
    WithJsonSchema(
        {
            "description": "Item, by id or LOINC code -> answer; or a list of {item, value, unit}.",
            "anyOf": [
                {
                    "type": "object",
                    "additionalProperties": {
                        "anyOf": [
                            _TEXT,
                            {
                                "type": "object",
                                "properties": {"value": _TEXT, "unit": {"type": "string"}},
                            },
                        ]
                    },
                },
                {"type": "array", "items": _ANSWER},
            ],
        }
    ),
]
Written = Annotated[object, WithJsonSchema({"type": ["string", "number", "null"]})]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Number = Annotated[int, Field(strict=True, ge=0, le=10**18)]
Short = Annotated[str, Field(max_length=40)]
Status = Literal["preliminary", "final", "amended", "entered_in_error"]
GroupSession = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")]


class _Form(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True, frozen=True)


class FactForm(_Form):
    """What every fact says."""

    id: Name = Field(description="Your own id of it. Sent again it is the same fact; changed, a correction.")
    patient: Name = Field(description="Your id of the patient, or Vigil's.")
    at: Moment | None = Field(None, description="When it happened; absent: now.")
    version: (
        Annotated[int, Field(strict=True, ge=0, le=10**18)] | Annotated[str, Field(max_length=40)] | None
    ) = Field(None, description="Yours: a number, or the moment of the last change. The higher one holds.")

    def stated(self) -> str:
        """Return the version as core.versions orders it. Raises Unfit."""
        text = str(self.version) if self.version is not None else ""
        said = versions.stated(moments.moment(text), text)
        if text and not said:
            raise Unfit("version", "is neither a number nor a moment", _MENDS["version"])
        return said


class ScreenForm(FactForm):
    """A filled-in screen, or a specimen that was tested."""

    instrument: Name = Field(description="Id, name or LOINC code; see `vigil screen list`.")
    answers: Answers = Field(default_factory=dict)
    total: Written = Field(None, description="As stated on the form; never taken for the sum.")
    by: str = Field("", max_length=80, description="Who answered: an opaque id, or `self`.")
    status: Status = "final"


class DoseForm(FactForm):
    """One dose of one day, or how many were missed."""

    instrument: Name = Field(description="agonist-doses, injection-doses, lithium-doses, ...")
    day: Day | None = Field(None, description="Of one dose: the day on the site's wall clock.")
    taken: bool | None = Field(None, description="Of one dose: whether it was taken.")
    answers: Answers = Field(default_factory=dict)
    status: Status = "final"


class SessionForm(FactForm):
    """A session of this patient alone."""

    starts_at: Moment | None = None
    ends_at: Moment | None = None
    modality: Literal["site", "telehealth"] = "site"
    site: GroupSession = "main"
    status: Literal["planned", "cancelled"] = "planned"


class CheckInForm(_Form):
    """Who is there: one patient, or the list of a group."""

    id: Name = Field(description="Your own id of the check-in, or of the list.")
    patient: Name | None = None
    patients: Annotated[tuple[Name, ...], Field(max_length=500)] = ()
    at: Moment | None = None
    session: Name | None = Field(None, description="Your id of a session sent to /v1/sessions.")
    group_session: GroupSession | None = Field(None, description="Vigil's: <group>-20261124-0900.")
    status: Literal["final", "entered_in_error"] = Field(
        "final", description="entered_in_error: a mistake; whoever it named is expected again, or missing."
    )


class AbsenceForm(FactForm):
    """Somebody said ahead that they don't come."""

    on: Day = Field(description="The day; without a session, all of that day.")
    session: Name | None = Field(None, description="Your id of a session sent to /v1/sessions.")
    group_session: GroupSession | None = Field(None, description="Vigil's: <group>-20261124-0900.")
    reason: str = Field("", max_length=2000, description="Sealed.")


class DischargeForm(FactForm):
    """Somebody left the programme, residential care or a hospital."""

    left: Literal["programme", "residential", "hospital"]
    on: Day


class ScoreForm(_Form):
    """Answers to be scored; nothing of it is stored."""

    instrument: Name
    answers: Answers = Field(default_factory=dict)
    total: Written = None
    at: Moment | None = None
    by: str = Field("", max_length=80)


_MOMENT = "send a moment with a time zone, such as 2026-11-24T02:14:00Z"
_MENDS = {
    "id": "send your own id of it, 1 to 200 characters",
    "patient": "send your id of the patient, or Vigil's, 1 to 200 characters",
    "patients": "send a list of your ids of patients, at most 500",
    "at": _MOMENT,
    "starts_at": _MOMENT,
    "ends_at": f"{_MOMENT}, after starts_at",
    "version": "send a number from 0 on, or the moment of the last change",
    "instrument": "send the id, name or LOINC code of an instrument",
    "answers": "send {item: answer}, or a list of {item, value, unit}",
    "total": "send the total as a number",
    "by": "send text, at most 80 characters",
    "status": "send one of the words that the API's description lists",
    "day": "send a day such as 2026-11-24",
    "on": "send a day such as 2026-11-24",
    "taken": "send true or false",
    "modality": "send site or telehealth",
    "site": "send the id of a site (letters, digits, _ and -)",
    "session": "send your id of a session, 1 to 200 characters",
    "group_session": "send Vigil's id of a group's session, such as day-20261124-0900",
    "reason": "send text, at most 2000 characters",
    "left": "send programme, residential or hospital",
}

F = TypeVar("F", bound=_Form)


def read(model: type[F], held: Mapping[str, object]) -> F:
    """Return the form. Raises Unfit, which names the first field that can't be read, and the mend."""
    try:
        return model.model_validate(held)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        field = str(first["loc"][0]) if first["loc"] else "body"
        wrong = "is missing" if first["type"] == "missing" else "can't be read"
        raise Unfit(field, wrong, _MENDS.get(field, "send one JSON object")) from None
