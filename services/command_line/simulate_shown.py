"""Simulations as timetables for a terminal."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich.table import Table

from contracts.escalations import Opened, PageEnded, PageRequested, Reviewed, StepSkipped
from contracts.night import is_night
from contracts.policies import Policy
from contracts.values import Channel, Urgency
from services.command_line.scene import Scene
from services.command_line.shown import table
from services.escalation.rehearsal.behaviours import Scenario
from services.escalation.rehearsal.outcome import Contact, Paged, Rehearsal
from services.escalation.replay.comparing import clock as stopwatch

_COLUMNS = ("clock", "after", "step", "paged", "how")
Row = tuple[str, str, str, str, str]
_WORDS = {Channel.SMS: "text", Channel.VOICE: "call"}


@dataclass(frozen=True)
class Played:
    """One scenario, played in a scene."""

    scene: Scene
    scenario: Scenario
    rehearsal: Rehearsal
    zone: ZoneInfo
    at: datetime

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """Every text and call until the end."""
        end = self.rehearsal.until
        return tuple(c for page in self.rehearsal.pages for c in page.until(end) if c.at <= end)

    @property
    def texts(self) -> int:
        """How many texts carry pages; messages that are no pages are not counted."""
        return sum(contact.channel is Channel.SMS for contact in self.contacts)

    @property
    def calls(self) -> int:
        """How many calls are made."""
        return len(self.contacts) - self.texts

    @property
    def night_pages(self) -> int:
        """How many pages come between 22:00 and 07:00 on the clock of the one who is paged."""
        return sum(_at_night(page.at, page.request.zone) for page in self.rehearsal.pages)

    @property
    def people(self) -> int:
        """How many different people are paged."""
        return len({page.responder for page in self.rehearsal.pages})


def timetable(played: Played) -> tuple[str, Table]:
    """Return one scenario as a heading and a table."""
    heading = f"If {played.scenario.name.replace('-', ' ')} ({played.scenario.assumes}):"
    return heading, table("", _COLUMNS, _together(_rows(played)), "Nothing happens.")


def summary(all_played: Sequence[Played]) -> tuple[str, Table]:
    """Return all scenarios side by side, under a heading."""
    rows = (
        (
            played.scenario.name,
            _after(played, played.rehearsal.first_page_at),
            _after(played, played.rehearsal.second_person_at),
            str(played.people),
            str(len(played.rehearsal.pages)),
            str(played.night_pages),
            str(played.texts),
            str(played.calls),
        )
        for played in all_played
    )
    columns = ("if", "first page", "second person", "people", "pages", "at night", "texts", "calls")
    end = all_played[0].rehearsal.until - all_played[0].at
    return f"Within {offset(end)[1:]}:", table("", columns, rows)


def holds(policy: Policy, urgency: Urgency, worklist: bool) -> str:
    """Say what holds whoever takes it, and the run afterwards."""
    reach, resolve = span(policy.reach_within), span(policy.resolve_within)
    signs = policy.second_signature if policy.second_signature is not None else urgency is Urgency.IMMINENT
    second = "; a second person signs it" if signs else ""
    if worklist:
        return f"It stands on the worklist, pages nobody, and is reported when it is open after {resolve}."
    return (
        f"Whoever takes it must reach the patient within {reach}, "
        f"and say how it ended within {resolve} of that{second}."
    )


def clock(at: datetime, zone: ZoneInfo, day: datetime | None) -> str:
    """Return the wall clock: the time alone on the day of `day`, else with its date."""
    local = at.astimezone(zone)
    if day is None:
        return f"{local:%a %d %b %Y %H:%M}"
    same = local.date() == day.astimezone(zone).date()
    return f"{local:%H:%M:%S}" if same else f"{local:%a %d %b %H:%M:%S}"


def offset(length: timedelta) -> str:
    """Return how long after the signal: `+3:00`, `+1:03:00`, `+2 d 1:00:00`."""
    seconds = int(length.total_seconds())
    days, rest = divmod(seconds, 86400)
    return f"+{days} d {timedelta(seconds=rest)}" if days else f"+{stopwatch(seconds)}"


def span(length: timedelta) -> str:
    """Return a length of a policy in words: `15 min`, `24 h`, `2 d`."""
    minutes = length.total_seconds() / 60
    if minutes < 120:
        return f"{minutes:g} min"
    return f"{minutes / 60:g} h" if minutes <= 2880 else f"{minutes / 1440:g} d"


def _rows(played: Played) -> Iterator[Row]:
    pages = {page.request.page: page for page in played.rehearsal.pages}
    named = played.scene.named

    def row(at: datetime, which: str, who: str, how: str) -> Row:
        return (clock(at, played.zone, played.at), offset(at - played.at), which, who, how)

    for event in played.rehearsal.log:
        match event:
            case Opened(at=at, starts_at=starts_at) if starts_at is not None and starts_at > at:
                begins = clock(starts_at, played.zone, played.at)
                yield row(at, "", "", f"waits until {begins}, by the hours of policy {event.policy.id}")
            case PageRequested(at=at, round=round_, step=number, page=page, responder=who):
                yield row(at, step(round_, number), named(who), how(pages[page], played.rehearsal.until))
            case StepSkipped(at=at, round=round_, step=number, cause=cause):
                yield row(at, step(round_, number), "", f"skipped: {cause}")
            case PageEnded(at=at, responder=who, outcome="declined"):
                yield row(at, "", named(who), "passes")
            case PageEnded(at=at, responder=who, outcome="exhausted"):
                yield row(at, "", named(who), "no method got through")
            case Reviewed(at=at, next_at=next_at):
                yield row(at, "", "", f"nobody new to page before {clock(next_at, played.zone, played.at)}")
            case _:
                pass


def _together(rows: Iterable[Row]) -> Iterator[Row]:
    """Put people of one step who are paged in the same way into one row."""
    for (when, after, step, way), same in itertools.groupby(rows, lambda row: (*row[:3], row[4])):
        yield (when, after, step, ", ".join(row[3] for row in same), way)


def how(page: Paged, until: datetime) -> str:
    """Return how somebody is paged: `text, call, call after 1:55`."""
    contacts = [contact for contact in page.until(until) if contact.at <= until]
    return ", ".join(_contact(contact, page.at) for contact in contacts)


def _contact(contact: Contact, since: datetime) -> str:
    word = _WORDS[contact.channel] + ("" if contact.arrives else " refused")
    return word if contact.at == since else f"{word} after {offset(contact.at - since)[1:]}"


def step(round_: int, number: int) -> str:
    """Return step and round as people count them: `1`, `3, round 2`."""
    return f"{number + 1}" if round_ == 0 else f"{number + 1}, round {round_ + 1}"


def _after(played: Played, at: datetime | None) -> str:
    return "never" if at is None else offset(at - played.at)


def _at_night(at: datetime, zone: str) -> bool:
    return is_night(at.astimezone(ZoneInfo(zone)).time())
