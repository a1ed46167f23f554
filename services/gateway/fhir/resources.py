"""The resources that are read here, each as far as it is."""

from pydantic import Field

from services.gateway.fhir.elements import (
    Choice,
    Coding,
    Concept,
    Element,
    Identifier,
    Meta,
    Period,
    Quantity,
    Reference,
)


class Resource(Element):
    """What all have. Whether it is acceptable without a field is said where the field is read."""

    resource_type: str
    id: str = ""
    meta: Meta = Meta()
    identifier: tuple[Identifier, ...] = ()
    contained: tuple[dict[str, object], ...] = ()


class Answer(Choice):
    """One answer in a filled-in form."""

    item: tuple["FormItem", ...] = ()


class FormItem(Element):
    """One question, or a group of them."""

    link_id: str = ""
    definition: str = ""
    answer: tuple[Answer, ...] = ()
    item: tuple["FormItem", ...] = ()


class QuestionnaireResponse(Resource):
    """A filled-in form. Its identifier is a single one in R4."""

    identifier: object = None  # type: ignore[assignment]  # R4 has one here, a list elsewhere
    status: str
    subject: Reference | None = None
    questionnaire: str = ""
    authored: object = None
    item: tuple[FormItem, ...] = ()


class Component(Choice):
    """A part of a result."""

    code: Concept = Concept()
    data_absent_reason: Concept | None = None
    interpretation: tuple[Concept, ...] = ()


class Observation(Component, Resource):
    """A result: of an instrument, of one question, of breath or urine."""

    status: str
    category: tuple[Concept, ...] = ()
    subject: Reference | None = None
    effective_date_time: object = None
    effective_instant: object = None
    effective_period: Period | None = None
    issued: object = None
    derived_from: tuple[Reference, ...] = ()
    has_member: tuple[Reference, ...] = ()
    component: tuple[Component, ...] = ()


class Participant(Element):
    """Who takes part in an appointment."""

    actor: Reference | None = None
    status: str = ""


class Appointment(Resource):
    """A session of one patient, or of several."""

    status: str
    cancelation_reason: Concept | None = None
    cancellation_reason: Concept | None = None
    """As R5 spells it."""
    start: object = None
    end: object = None
    minutes_duration: int | None = None
    appointment_type: Concept | None = None
    service_type: tuple[Concept, ...] = ()
    participant: tuple[Participant, ...] = ()


class Encounter(Resource):
    """A meeting that takes place, or a stay."""

    status: str
    class_: Coding = Field(Coding(), alias="class")
    subject: Reference | None = None
    appointment: tuple[Reference, ...] = ()
    period: Period | None = None


class Dosage(Element):
    """How it was given."""

    route: Concept | None = None
    dose: Quantity | None = None


class MedicationAdministration(Resource):
    """A dose that was given, or was not."""

    status: str
    medication_codeable_concept: Concept | None = None
    medication_reference: Reference | None = None
    subject: Reference | None = None
    effective_date_time: object = None
    effective_period: Period | None = None
    dosage: Dosage | None = None


class HumanName(Element):
    """A name."""

    use: str = ""
    text: str = ""
    family: str = ""
    given: tuple[str, ...] = ()


class ContactPoint(Element):
    """A phone, a mail address."""

    system: str = ""
    value: str = ""
    use: str = ""
    rank: int | None = None


class Address(Element):
    """Where somebody lives."""

    use: str = ""
    text: str = ""
    line: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal_code: str = ""


class Communication(Element):
    """A language somebody speaks."""

    language: Concept = Concept()
    preferred: bool = False


class Patient(Resource):
    """Who it is."""

    active: bool | None = None
    name: tuple[HumanName, ...] = ()
    telecom: tuple[ContactPoint, ...] = ()
    address: tuple[Address, ...] = ()
    communication: tuple[Communication, ...] = ()


class TeamMember(Element):
    """Who belongs to a team, as what. R4 has the role as a list."""

    role: tuple[Concept, ...] = ()
    member: Reference | None = None
    period: Period | None = None


class CareTeam(Resource):
    """Who cares for a patient."""

    status: str = ""
    subject: Reference | None = None
    participant: tuple[TeamMember, ...] = ()


class Flag(Resource):
    """A warning in the record."""

    status: str
    category: tuple[Concept, ...] = ()
    code: Concept = Concept()
    subject: Reference | None = None
    period: Period | None = None


class Medication(Resource):
    """A medication that another resource refers to."""

    code: Concept = Concept()


MODELS: dict[str, type[Resource]] = {
    one.__name__: one
    for one in (
        QuestionnaireResponse,
        Observation,
        Appointment,
        Encounter,
        MedicationAdministration,
        Patient,
        CareTeam,
        Flag,
    )
}
"""Resource type -> what reads it."""
