"""The report of `vigil verify`: one dated, self-contained HTML page for the medical director."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import jinja2

from contracts.people import ContactMethod, Person
from contracts.policies import PolicySet
from contracts.reports import CoverageReport
from services.command_line import verify_shown, verify_weeks
from services.command_line.drill_results import Drill, summed
from services.command_line.scene import Scene
from services.command_line.shown import counted
from services.escalation.coverage import facts
from services.escalation.coverage.facts import Change, written
from services.escalation.coverage.findings import Finding
from services.escalation.coverage.limits import Limit
from services.escalation.coverage.result import Coverage, Row, Worst

MOST = 200
"""So many holes, gaps or drills stand in the page; the JSON output has all."""


@dataclass(frozen=True)
class Cell:
    """A figure at its worst minute, and whether it is within its limit (None: there is none)."""

    text: str
    at: str
    within: bool | None


@dataclass(frozen=True)
class Line:
    """One policy for one urgency."""

    urgency: str
    policy: str
    kinds: str
    cells: tuple[Cell, ...]


def page(
    scene: Scene,
    coverage: Coverage,
    found: Sequence[Finding],
    *,
    made_by: str,
    earlier: Sequence[CoverageReport] = (),
    drills: Sequence[Drill] = (),
    versions: Sequence[PolicySet] = (),
) -> str:
    """Return the page; it asks no other host for anything.

    `earlier`: the oldest report first. `versions` of the policies: the newest first.
    """
    last = earlier[-1] if earlier else None
    known = facts.facts(coverage, scene.plan)
    moments = _Moments(scene)
    return (
        _environment()
        .get_template("coverage.html")
        .render(
            made_at=moments.full(scene.now),
            made_by=made_by,
            start=moments.full(coverage.start),
            end=moments.full(coverage.end),
            zone=scene.roster_zone.key,
            origin=scene.origin,
            remark=scene.remark,
            assumption=verify_shown.ASSUMPTION,
            lines=[_line(row, moments) for row in coverage.rows],
            limits=list(dict.fromkeys(row.limit for row in coverage.rows if row.limit is not None)),
            written=written,
            span=moments.span,
            full=moments.full,
            most=MOST,
            holes=[one for one in found if one.blocking],
            gaps=_gaps(found),
            singles=[one for one in found if one.code in ("V05", "V06", "V07")],
            others=[one for one in found if one.code in ("V09", "V11")],
            weeks=verify_weeks.weeks(scene, coverage.end),
            feasts=verify_weeks.feasts(scene),
            no_calendar=verify_weeks.without_calendar(scene),
            people=[_person(who, scene, moments) for who in sorted(scene.people)],
            drills=[(one, moments.full(one.at), _named(one, scene)) for one in reversed(drills)][:MOST],
            drilled=summed(drills),
            last=last,
            changes=facts.compare(last.facts, known) if last is not None else (),
            change=_change,
            versions=versions[:10],
            signed=[one for one in reversed(earlier) if one.signed_by][:10],
        )
    )


def _gaps(found: Sequence[Finding]) -> list[Finding]:
    """Return the gaps: with each date where nobody is on, and once for each phone that fails its turns."""
    gaps = [one for one in found if one.code == "V10"]
    empty = [one for one in gaps if one.sentence.endswith(verify_shown.NOBODY)]
    return [*empty, *verify_shown.together([one for one in gaps if one not in empty])]


class _Moments:
    """Moments on the programme's wall clock."""

    def __init__(self, scene: Scene) -> None:
        self._zone = scene.roster_zone

    def full(self, at: datetime | None) -> str:
        """Return a moment with its date."""
        return "" if at is None else f"{at.astimezone(self._zone):%a %d %b %Y %H:%M}"

    def short(self, at: datetime) -> str:
        """Return a moment without its year."""
        return f"{at.astimezone(self._zone):%a %d %b %H:%M}"

    def span(self, finding: Finding) -> str:
        """Return the first span of a finding, and how many more there are."""
        if finding.at is None:
            return "at all times"
        start, end = self.full(finding.at), self.full(finding.until)
        until = end.removeprefix(start[:-5]) if end.startswith(start[:-5]) else end
        more = f", and {counted(finding.times - 1, 'more time')}" if finding.times > 1 else ""
        return f"{start} to {until}{more}"


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _line(row: Row, moments: _Moments) -> Line:
    limit = row.limit
    cells = [_cell(worst, limit, silent, moments) for silent, worst in enumerate(row.within)]
    return Line(
        urgency=row.urgency.value,
        policy=row.policy,
        kinds="any" if len(row.kinds) > 6 else ", ".join(kind.value for kind in row.kinds),
        cells=(*cells, _cell(row.widest, None, 0, moments)),
    )


def _cell(worst: Worst, limit: Limit | None, silent: int, moments: _Moments) -> Cell:
    text = written(worst.after)
    at = "" if worst.after == timedelta() else moments.short(worst.at)
    if limit is None:
        return Cell(text, at, None)
    if silent > limit.withstands:
        return Cell(f"({text})", at, None)
    return Cell(text, at, worst.after is not None and worst.after <= limit.within(silent))


def _person(who: str, scene: Scene, moments: _Moments) -> tuple[str, str, str, tuple[str, ...]]:
    person: Person = scene.people[who]
    methods = tuple(f"{one.channel.value}: {_state(one, moments)}" for one in person.methods)
    return scene.first_name(who), who, person.site, methods if person.active else ("not active",)


def _state(method: ContactMethod, moments: _Moments) -> str:
    if method.dead_since is not None:
        reason = f" ({method.dead_reason})" if method.dead_reason else ""
        return f"out of use since {moments.full(method.dead_since)}{reason}"
    if method.failing_since is not None:
        return f"failing since {moments.full(method.failing_since)}"
    return "verified" if method.verified_at is not None else "never verified"


def _named(drill: Drill, scene: Scene) -> tuple[str, str]:
    paged = ", ".join(scene.first_name(who) for who in drill.paged) or "nobody"
    return paged, scene.first_name(drill.responder) if drill.responder else ""


def _change(change: Change) -> str:
    """Say what changed in words."""
    if not change.before:
        return f"new: {change.after}"
    if not change.after:
        return f"gone; it was: {change.before}"
    return f"{change.before}  →  {change.after}"
