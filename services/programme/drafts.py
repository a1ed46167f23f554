"""What ops write about people and patients, before anything is sealed, and the words all files share."""

import functools
import re
from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import available_timezones

import phonenumbers
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from contracts.policies import Strict
from contracts.values import Channel, Id
from services.programme import fields

_WALL = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
_DAY = re.compile(r"20\d\d-\d\d-\d\d")
_INSTANT = re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?")


def zone_problem(name: str) -> str:
    """Return what is wrong with an IANA zone name, or nothing."""
    if name in _zones():
        return ""
    near = fields.did_you_mean(name, _zones())
    return f"{name!r} is no IANA time zone{near or '; write one such as America/New_York'}"


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(name: str) -> str:
    if problem := zone_problem(name):
        raise ValueError(problem)
    return name


def _phone(text: str) -> str:
    # The number itself is never repeated: problems end up in terminals and log files.
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) != text:
        raise ValueError('is no number in E.164; write + and country code, no spaces: "+12025550101"')
    if not phonenumbers.is_valid_number(number):
        raise ValueError("is a number that cannot exist in its country; check the digits")
    return text


def _pin(text: str) -> str:
    if text and not re.fullmatch(r"\d{4,8}", text):
        raise ValueError("is no PIN; write 4 to 8 digits")
    return text


# Pydantic alone would read a bare number as seconds since midnight, or since 1970.
def wall_clock(value: object) -> object:
    """Refuse what is no time of day; raises ValueError."""
    if isinstance(value, str) and not _WALL.fullmatch(value):
        raise ValueError('is no time of day; write "HH:MM", from "00:00" to "23:59"')
    return value


def _day(value: object) -> object:
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("is no day; write it as 2026-11-30")
    return value


def _instant(value: object) -> object:
    if isinstance(value, str) and not _INSTANT.fullmatch(value):
        raise ValueError("is no moment; write it on the schedule's wall clock: 2026-11-30T18:00")
    return value


Zone = Annotated[str, AfterValidator(_zone)]
Phone = Annotated[str, AfterValidator(_phone)]
Wall = Annotated[time, BeforeValidator(wall_clock)]
Day = Annotated[date, BeforeValidator(_day)]
Instant = Annotated[datetime, BeforeValidator(_instant)]


class MethodDraft(Strict):
    """One contact method: `sms: "+1..."` or `voice: "+1..."`."""

    sms: Phone | None = None
    voice: Phone | None = None

    @model_validator(mode="after")
    def _one(self) -> "MethodDraft":
        if (self.sms is None) == (self.voice is None):
            raise ValueError('must be either `sms: "+1..."` or `voice: "+1..."`; write one entry for each')
        return self

    @property
    def channel(self) -> Channel:
        """How this method reaches the person."""
        return Channel.SMS if self.sms is not None else Channel.VOICE

    @property
    def phone(self) -> str:
        """The number, E.164."""
        return self.sms or self.voice or ""


def _languages(value: object) -> object:
    """Read `en es` and `en, es` as what they list."""
    return value.lower().replace(",", " ").split() if isinstance(value, str) else value


def _language(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2}", text):
        raise ValueError(f"{text!r} is no language; write two letters such as es")
    return text


class PersonDraft(Strict):
    """A responder as written: the name and the numbers are plain and must be sealed before storage."""

    id: Id
    name: str = Field(min_length=1, max_length=30)
    methods: tuple[MethodDraft, ...] = ()
    zone: Zone = "America/New_York"
    site: Id = "main"
    pin: Annotated[str, AfterValidator(_pin)] = ""
    active: bool = True
    role: str = Field(default="", max_length=30)
    """What patients are told they are."""
    languages: Annotated[
        tuple[Annotated[str, AfterValidator(_language)], ...], BeforeValidator(_languages)
    ] = ()
    """What they speak with patients."""

    @model_validator(mode="after")
    def _pageable(self) -> "PersonDraft":
        if self.active and not self.methods:
            raise ValueError("has no contact method, so no page arrives; add `methods` or `active: false`")
        ways = [(method.channel, method.phone) for method in self.methods]
        if len(set(ways)) < len(ways):
            raise ValueError("names one contact method twice; remove one")
        return self


class PatientDraft(Strict):
    """A patient as written, for demos: everything but the id must be sealed before storage."""

    id: Id
    name: str = Field(default="", max_length=80)
    preferred_name: str = Field(default="", max_length=80)
    phone: Phone | None = None
    language: str = Field(default="en", pattern=r"^[a-z]{2}$")
    address: str = ""
    safety_plan: str = ""
    therapist: Id | None = None
    site: Id = "main"
