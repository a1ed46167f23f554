"""The report at a terminal: a few tables, what was missed, and the laws."""

from collections.abc import Iterable, Iterator

from rich.table import Table

from services.demo_week.report import Report, RunRow, Span, clock

_MOST = 25
_MISSES = {
    "page_late": "first page later than the first step's wait",
    "never_paged": "nobody was paged",
    "round_unanswered": "taken only in a further round through the policy",
    "unanswered": "a whole round through the policy, and nobody took it",
    "contact_late": "contact with the patient after its time",
    "close_late": "closed after its time",
}


def parts(told: Report) -> Iterator[Table | str]:
    """Return what is printed, in order."""
    days = f"{told.days:g} day{'' if told.days == 1 else 's'}"
    how = "" if told.complete else ", broken off"
    speed = f"{told.distortion.speed:g} times as fast"
    yield (
        f"\nA demo week (seed {told.seed}, {days}{how}), {clock(told.started_at)} to {clock(told.ended_at)}, "
        f"{speed}: {told.real_seconds / 60:.1f} minutes of this machine.\n"
    )
    yield _table("What went in", ("input", "made", "acknowledged", "sent again"), (
        (row.kind, f"{row.made}", f"{row.acknowledged}", f"{row.sent_again}") for row in told.inputs
    ))  # fmt: skip
    yield _table(
        "What came of it",
        ("urgency", "kind", "signals", "runs", "taken", "closed", "withdrawn", "open"),
        (
            (
                row.urgency.word,
                row.kind.value,
                *(f"{n}" for n in (row.signals, row.runs, row.taken, row.closed, row.withdrawn, row.open)),
            )
            for row in told.counts
        ),
    )
    yield _table(
        "Programme minutes since paging was to begin: half of them within, and the longest",
        ("urgency", "runs", "first page", "taken", "reached", "closed"),
        (
            (
                row.urgency.word,
                f"{row.runs}",
                *map(_span, (row.first_page, row.taken, row.reached, row.closed)),
            )
            for row in told.times
        ),
    )
    yield _table(
        "Each run",
        ("opened", "code", "urgency", "what", "paged", "taken by", "after", "reached", "ended"),
        (_run(row) for row in told.runs),
    )
    yield from _missed(told)
    yield from _rules(told)
    yield from _speed(told)
    yield from _laws(told)


def _table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    made = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(
            column, overflow="fold", no_wrap=column in ("opened", "code", "urgency", "kind", "what")
        )
    for row in rows:
        made.add_row(*row)
    return made


def _span(span: Span | None) -> str:
    return f"{span.p50:g} / {span.longest:g}" if span is not None else "-"


def _run(row: RunRow) -> tuple[str, ...]:
    paged = list(dict.fromkeys(one.responder for one in row.pages))
    ended = row.disposition.replace("_", " ") or row.withdrawn.replace("_", " ") or row.stands
    return (
        clock(row.opened_at),
        row.code,
        row.urgency.word,
        row.kind.value,
        ", ".join(paged[:3]) + (f" +{len(paged) - 3}" if len(paged) > 3 else ""),
        ", ".join(row.taken_by),
        _minutes(row.minutes_to_taken),
        _minutes(row.minutes_to_reached),
        f"{ended} {clock(row.closed_at)}" if row.closed_at else ended,
    )


def _minutes(value: float | None) -> str:
    return f"{value:g} min" if value is not None else ""


def _missed(told: Report) -> Iterator[str]:
    yield f"\nWhat was missed: {len(told.missed) or 'nothing'}"
    for row in told.missed[:_MOST]:
        late = f", {row.minutes_late:g} min" if row.minutes_late is not None else ", not yet"
        late = "" if row.what in ("round_unanswered", "unanswered") else late
        yield f"  {row.code:5}{row.urgency.word}, {row.kind.value}: {_MISSES.get(row.what, row.what)}{late}"
    if len(told.missed) > _MOST:
        yield f"  ... and {len(told.missed) - _MOST} more, in the JSON report."


def _rules(told: Report) -> Iterator[str]:
    rules = told.rules
    yield "\nWhat the site's rules did"
    for what, count in rules.withdrawn.items():
        yield f"  {_runs(count)} ended without a person, held by nobody: {what.replace('_', ' ')}"
    for what, count in rules.shown.items():
        yield f"  shown {_times(count)} to whoever had it: {what.replace('_', ' ')}"
    if rules.skipped:
        yield f"  {rules.skipped} signals opened nothing, what withdraws them had come before"
    for session in rules.held_back:
        yield f"  {session}: nobody at all was checked in, so one fault to ops instead of a page for each"
    joined = f"{rules.joined} signal{'' if rules.joined == 1 else 's'} joined an open run"
    yield f"  {_runs(rules.until_morning)} waited for the morning; {joined}"
    for area, count in rules.faults.items():
        yield f"  {_runs(count)} about Vigil and its set-up: {area}"


def _runs(count: int) -> str:
    return f"{count or 'no'} run{'' if count == 1 else 's'}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _speed(told: Report) -> Iterator[str]:
    at = told.distortion
    yield "\nWhat the speed distorts"
    yield (
        f"  {at.speed:g} times as fast while nothing was under way, {at.slow:g} times while anything was "
        f"({at.slow_share:.0%} of the time)."
    )
    if at.carrier_p50_seconds is not None and at.carrier_longest_seconds is not None:
        yield (
            f"  Half of the pages were with the carrier within {at.carrier_p50_seconds:.1f} programme "
            f"seconds, the slowest after {at.carrier_longest_seconds:.0f}."
        )
    if at.steps_too_short:
        named = ", ".join(at.steps_too_short)
        yield f"  Steps that are over before an answer can be in, so that more are paged: {named}."
    if at.late_lists:
        yield f"  {at.late_lists} patients who were there counted as late: their list was a moment too slow."
    if at.asked_again:
        yield f"  The watchdog asked {_times(at.asked_again)} to look again."


def _laws(told: Report) -> Iterator[str]:
    yield "\nLaws"
    for name, checked, broken in told.laws:
        yield f"  {'held' if not broken else 'BROKEN':7}{name} ({checked})"
        yield from (f"         {one}" for one in broken)
    for one in told.refused[:_MOST]:
        yield f"  Never acknowledged, so nothing was promised: {one}"
    if told.restarts:
        yield f"  A process ended by itself and was started again, {_times(told.restarts)}."
    holes = len(told.coverage)
    yield f"  vigil verify at the start: {holes or 'no'} hole{'' if holes == 1 else 's'}"
    yield from (f"         {one}" for one in told.coverage[:5])
    yield "\nEvery law held." if told.held else "\nA LAW DID NOT HOLD."
