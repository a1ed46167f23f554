"""`vigil roster load`: hours on call, pages and night pages per person and month, and how even they are."""

from datetime import datetime, timedelta

import typer
from pydantic import ValidationError

from contracts.commits import BRIEF
from contracts.pages import PageBrief, Purpose
from services.command_line.link import Link, linked
from services.command_line.roster_words import named
from services.command_line.shown import put_json, show, table
from services.command_line.troubles import Trouble
from services.command_line.whole_roster import read
from services.roster import load
from services.runtime.follow import Follower
from services.runtime.log import Stored

_BAR = 10
"""Characters of a bar that stands for an even share."""
_PAGES_KEPT = timedelta(days=90)


async def report(month: str, *, as_json: bool) -> None:
    """Show a month's load; by default this month's, with what is planned of it."""
    async with linked() as link:
        now, roster, seals = link.clock.now(), await read(link), link.seals()
        try:
            today = now.astimezone(roster.clock)
            year, number = load.month_of(month) if month else (today.year, today.month)
        except ValueError:
            raise Trouble(f"--month: {month!r} is no month; write it as 2026-11") from None
        # A day on either side: everybody's month is that of their own zone.
        start, end = load.month_span(year, number, "UTC")
        done, failed = roster.compiled(start - timedelta(days=1), end + timedelta(days=1))
        zones = {name: person.zone for name, person in roster.people.items()}
        found = load.loads(done.values(), await _pages(link), zones, year, number)
    fair = {
        "hours": load.fairness(one.hours for one in found),
        "pages": load.fairness(float(one.pages) for one in found),
        "night_pages": load.fairness(float(one.night_pages) for one in found),
    }
    if as_json:
        put_json(
            {
                "month": f"{year}-{number:02}",
                "people": [
                    {
                        "person": one.person,
                        "hours": round(one.hours, 2),
                        "pages": one.pages,
                        "night_pages": one.night_pages,
                        "hours_share": round(fair["hours"].share(one.hours), 3),
                        "pages_share": round(fair["pages"].share(one.pages), 3),
                        "night_pages_share": round(fair["night_pages"].share(one.night_pages), 3),
                    }
                    for one in found
                ],
                "fairness": {
                    name: {"mean": round(of.mean, 2), "least": of.least, "most": of.most}
                    for name, of in fair.items()
                },
                "failed": failed,
            }
        )
        return
    rows = [
        (
            named(one.person, roster.people, seals),
            f"{one.hours:.0f}",
            f"{fair['hours'].share(one.hours):.0%}",
            bar(fair["hours"].share(one.hours)),
            str(one.pages),
            str(one.night_pages),
            f"{fair['night_pages'].share(one.night_pages):.0%}" if fair["night_pages"].mean else "",
        )
        for one in found
    ]
    columns = ("person", "hours", "of mean", "", "pages", "night", "of mean")
    show(table(f"On call in {year}-{number:02}", columns, rows, "Nobody was on call or paged."))
    for name, of in fair.items():
        if found:
            typer.echo(
                f"{name.replace('_', ' ')}: mean {of.mean:.1f}, least {of.least:.0f}, most {of.most:.0f}"
            )
    for name, why in failed.items():
        typer.echo(f"Schedule {name} can't be compiled and is left out: {why}")
    if start < now - _PAGES_KEPT:
        typer.echo("Pages are kept for 90 days; those of this month are no longer all there.")
    if now < end:
        typer.echo("Hours include what is planned for the time to come.")


def bar(share: float) -> str:
    """Return a bar: ten characters are an even share, and no bar is longer than three."""
    return "#" * min(round(share * _BAR), 3 * _BAR)


async def _pages(link: Link) -> list[tuple[str, datetime]]:
    """Return who was paged when, without tests and drills, from the headers of PAGES."""
    found: dict[str, tuple[str, datetime]] = {}

    def learn(stored: Stored) -> None:
        try:
            brief = PageBrief.model_validate_json(stored.headers.get(BRIEF, ""))
        except ValidationError:
            return
        if brief.purpose is Purpose.PAGE and not brief.test and not brief.drill:
            found[stored.subject] = (brief.responder, brief.asked_at)

    follower = Follower(link.nc, "PAGES", learn, headers_only=True, label="cli")
    await follower.start()
    await follower.stop()
    return list(found.values())
