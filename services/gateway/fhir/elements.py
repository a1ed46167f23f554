"""Elements that resources are made of, as far as they are read here."""

from collections.abc import Iterator
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

LOINC = "http://loinc.org"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


class Element(BaseModel):
    """Any element: frozen; what is not named is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class Extension(Element):
    """An extension; only numbers are read."""

    url: str = ""
    value_decimal: Decimal | None = None
    value_integer: Decimal | None = None


class Coding(Element):
    """A code of a system, and how it reads."""

    system: str = ""
    code: str = ""
    display: str = ""
    extension: tuple[Extension, ...] = ()

    @property
    def ordinal(self) -> Decimal | None:
        """The points that the sender gives this answer, by FHIR's own extension."""
        for one in self.extension:
            if one.url == ORDINAL:
                return one.value_decimal if one.value_decimal is not None else one.value_integer
        return None


class Concept(Element):
    """A CodeableConcept."""

    coding: tuple[Coding, ...] = ()
    text: str = ""

    def codes(self) -> frozenset[str]:
        """Return the codes in it, whatever their systems."""
        return frozenset(one.code for one in self.coding if one.code)

    def names(self) -> Iterator[str]:
        """Return everything by which it may be known: `system|code`, code, display, text."""
        for one in self.coding:
            if one.code and one.system:
                yield f"{one.system}|{one.code}"
            if one.code:
                yield one.code
        for one in self.coding:
            if one.display:
                yield one.display
        if self.text:
            yield self.text

    def words(self) -> str:
        """Return what a person reads in it, in small letters."""
        return " ".join((*(one.display for one in self.coding), self.text)).lower()


class Quantity(Element):
    """A measured amount."""

    value: Decimal | None = None
    comparator: str = ""
    unit: str = ""
    code: str = ""


class Identifier(Element):
    """An identifier that some system gave."""

    use: str = ""
    system: str = ""
    value: str = ""
    period: object = None


class Reference(Element):
    """A reference to another resource: literal, or by identifier."""

    reference: str = ""
    type: str = ""
    identifier: Identifier | None = None


class Period(Element):
    """From when to when; read by `moments`, so that one that can't be read refuses nothing."""

    start: object = None
    end: object = None


class Meta(Element):
    """Of which version this is."""

    version_id: object = Field(None, alias="versionId")
    last_updated: object = None


class Choice(Element):
    """Every value[x] that an answer or a result may come in."""

    value_boolean: bool | None = None
    value_decimal: Decimal | None = None
    value_integer: Decimal | None = None
    value_string: str | None = None
    value_coding: Coding | None = None
    value_codeable_concept: Concept | None = None
    value_quantity: Quantity | None = None
