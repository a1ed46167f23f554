"""What `vigil verify` found, at a terminal and as JSON."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rich.table import Table

from services.command_line.shown import counted, local, table
from services.escalation.coverage.facts import written
from services.escalation.coverage.findings import Finding, hole_sentence
from services.escalation.coverage.result import Coverage, Hole, Row, Worst
from services.roster import core as roster

MOST = 12
"""So many holes are listed at a terminal; the rest are counted. JSON and the report have all."""
NOBODY = "nobody is on call"
ASSUMPTION = (
    "It shows whom Vigil will page and when, not that they answer. That phones ring and people wake up is "
    "what drills show."
)


def rows_table(title: str, coverage: Coverage) -> Table:
    """Return, for each policy and urgency, its worst minute."""
    columns = ("urgency", "policy", "first page", "1 silent", "2 silent", "all paged")
    often = Counter((row.urgency, row.policy) for row in coverage.rows)
    rows = (_row(row, often[row.urgency, row.policy] > 1) for row in coverage.rows)
    return table(title, columns, rows, "no policy pages anybody")


def finding_line(finding: Finding, zone: ZoneInfo | None = None) -> str:
    """Return a finding as one line, with its first span on that zone's wall clock."""
    word = "HOLE " if finding.blocking else ""
    return f"{finding.code} {word}{_span(finding, zone)}{finding.sentence}"


def first_hole_line(holes: Sequence[Finding], zone: ZoneInfo | None = None) -> str:
    """Return how many holes there are (one or more), and the first one's date, policy, step and reason."""
    first = min(holes, key=lambda hole: hole.at or datetime.min.replace(tzinfo=UTC))
    which = "" if len(holes) == 1 else ", the first"
    return f"{counted(len(holes), 'hole').upper()}{which}: {_span(first, zone)}{first.sentence}."


def together(found: Sequence[Finding]) -> list[Finding]:
    """Return them with those that say the same as one: its first span, and how often it comes."""
    alike: dict[tuple[str, str], list[Finding]] = {}
    for finding in found:
        alike.setdefault((finding.code, finding.sentence), []).append(finding)
    return [replace(held[0], times=sum(one.times for one in held)) for held in alike.values()]


def gap_findings(gaps: Iterable[roster.Gap]) -> list[Finding]:
    """Return the gaps of schedules as findings."""
    return [Finding("V10", gap_sentence(gap), at=gap.start, until=gap.end) for gap in gaps]


def gap_sentence(gap: roster.Gap) -> str:
    """Say why a page to a schedule may reach nobody."""
    people = ", ".join(gap.people)
    match gap.why:
        case roster.Why.NOBODY:
            why = NOBODY
        case roster.Why.UNREACHABLE:
            why = f"{people} cannot be reached by any contact method"
        case roster.Why.UNVERIFIED:
            why = f"no contact method of {people} was ever verified"
        case roster.Why.FAILING:
            why = f"every verified contact method of {people} fails"
    return f"gap in schedule {gap.schedule}: {why}"


def plain(
    coverage: Coverage, found: Sequence[Finding], origin: str, remark: str, zone: str
) -> dict[str, Any]:
    """Return it as JSON has it; spans are seconds, moments UTC."""
    return {
        "from": coverage.start.isoformat(),
        "until": coverage.end.isoformat(),
        "origin": origin,
        "remark": remark,
        "zone": zone,
        "policy_version": coverage.policy_version,
        "rows": [_plain_row(row) for row in coverage.rows],
        "holes": [_plain_hole(hole) for hole in coverage.holes],
        "first_hole": _plain_hole(coverage.holes[0]) if coverage.holes else None,
        "findings": [_plain_finding(one) for one in found],
        "assumption": ASSUMPTION,
    }


def _row(row: Row, narrowed: bool) -> tuple[str, ...]:
    kinds = row.limit.kinds if row.limit is not None else ()
    named = [kind.value for kind in row.kinds if kind in kinds]
    policy = f"{row.policy} ({', '.join(named) or 'others'})" if narrowed else row.policy
    asked = row.limit.withstands if row.limit is not None else len(row.within)
    within = [written(worst.after) for worst in row.within]
    figures = [text if silent <= asked else f"({text})" for silent, text in enumerate(within)]
    return row.urgency.value, policy, *figures, written(row.widest.after)


def _span(finding: Finding, zone: ZoneInfo | None) -> str:
    if finding.at is None or finding.until is None:
        return ""
    more = f" and {counted(finding.times - 1, 'more time')}" if finding.times > 1 else ""
    return f"{local(finding.at, zone=zone)} to {local(finding.until, zone=zone)}{more}: "


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _plain_row(row: Row) -> dict[str, Any]:
    def figure(worst: Worst) -> dict[str, Any]:
        return {"seconds": _seconds(worst.after), "at": worst.at.isoformat()}

    return {
        "urgency": row.urgency.value,
        "policy": row.policy,
        "kinds": [kind.value for kind in row.kinds],
        "first_paged": figure(row.within[0]),
        "with_1_not_answering": figure(row.within[1]),
        "with_2_not_answering": figure(row.within[2]),
        "widest": figure(row.widest),
        "limit_first_page_seconds": _seconds(row.limit.first_page) if row.limit else None,
        "limit_seconds": _seconds(row.limit.answered) if row.limit else None,
        "withstands": row.limit.withstands if row.limit else None,
    }


def _plain_hole(hole: Hole) -> dict[str, Any]:
    return {
        "code": hole.code,
        "at": hole.at.isoformat(),
        "until": hole.until.isoformat(),
        "urgency": hole.urgency.value,
        "policy": hole.policy,
        "step": hole.step,
        "reason": hole.reason,
        "k": hole.k,
        "kinds": [kind.value for kind in hole.kinds],
        "seconds": _seconds(hole.after),
        "sentence": hole_sentence(hole),
    }


def _plain_finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "blocking": finding.blocking,
        "at": _moment(finding.at),
        "until": _moment(finding.until),
        "times": finding.times,
        "sentence": finding.sentence,
    }
