"""What ops write about holidays, before it is a calendar."""

import re
from datetime import datetime

from dateutil.rrule import rrulestr
from pydantic import Field, model_validator

from contracts.policies import Strict
from contracts.schedules import Calendar, Holiday
from contracts.values import Id
from services.programme import fields
from services.programme.drafts import Day

MOST_DAYS = 1000
"""So many days one rule may give; more is no list of holidays."""

_PARTS = ("FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYYEARDAY", "BYSETPOS", "BYEASTER")
_SHORT = re.compile(r"\s*(20\d\d-\d\d-\d\d)(?:\s+(.*))?")
_RULE = "write such as FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"


class HolidayDraft(Strict):
    """One holiday as written: a day, or a rule (RFC 5545) for all of them from one day to another."""

    name: str = Field(default="", max_length=80)
    day: Day | None = None
    rule: str | None = None
    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if (found := _SHORT.fullmatch(value)) is None:
            raise ValueError("is no holiday; write it as `2026-11-26 Thanksgiving`")
        return {"day": found[1], "name": (found[2] or "").strip()}

    @model_validator(mode="after")
    def _one(self) -> "HolidayDraft":
        ruled = [self.rule, self.first, self.last]
        if self.day is not None and ruled == [None, None, None]:
            return self
        if self.day is not None or self.rule is None or self.first is None or self.last is None:
            raise ValueError("must be either `day:`, or `rule:` with `from:` and `to:`")
        if self.last < self.first:
            raise ValueError("ends before it begins; exchange `from` and `to`")
        self.holidays()
        return self

    def holidays(self) -> tuple[Holiday, ...]:
        """Return the days it describes; raises ValueError if its rule can't be read."""
        if self.day is not None:
            return (Holiday(day=self.day, name=self.name),)
        if self.rule is None or self.first is None or self.last is None:
            return ()
        begin, end = (datetime.combine(day, datetime.min.time()) for day in (self.first, self.last))
        try:
            found = rrulestr(_checked(self.rule), dtstart=begin).between(begin, end, inc=True)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise ValueError(f"has a `rule` that can't be read ({error}); {_RULE}") from error
        if not 0 < len(found) <= MOST_DAYS:
            raise ValueError(f"has a `rule` that gives {len(found)} days from `from` to `to`; correct them")
        return tuple(Holiday(day=at.date(), name=self.name) for at in found)


class CalendarDraft(Strict):
    """A holiday calendar as written."""

    id: Id
    title: str = ""
    days: tuple[HolidayDraft, ...] = Field(min_length=1)

    def calendar(self) -> Calendar:
        """Return the calendar it describes, by day."""
        days = [holiday for draft in self.days for holiday in draft.holidays()]
        return Calendar(id=self.id, title=self.title, days=tuple(sorted(days, key=lambda h: h.day)))


def _checked(rule: str) -> str:
    """Refuse what would never end, or says nothing of days."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().replace(" ", "").split(";"))
    for part in parts.keys() - set(_PARTS):
        near = fields.did_you_mean(part, _PARTS)
        raise ValueError(f"{part!r} is none of {', '.join(_PARTS)}{near}")
    if parts.get("FREQ") not in ("YEARLY", "MONTHLY"):
        raise ValueError("FREQ is neither YEARLY nor MONTHLY")
    if not re.fullmatch(r"[1-9]\d?", parts.get("INTERVAL", "1")):
        raise ValueError("INTERVAL is no number from 1 to 99")
    return ";".join(f"{name}={value}" for name, value in parts.items())
