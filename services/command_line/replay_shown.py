"""A replay as tables for the terminal and as JSON."""

from typing import Any
from zoneinfo import ZoneInfo

from contracts.values import Urgency
from services.command_line.shown import counted, local, show, table
from services.escalation.replay.comparing import Comparison, Pair, Side, Spread, clock
from services.escalation.replay.figures import Figures

ESTIMATE = (
    "answers drawn from the person's own pace (or everybody's, below five answers), "
    "because the record does not show them"
)
_ROWS = (("first page", "first_page"), ("taken", "acknowledged"), ("reached", "reached"))


def tell(title: str, compared: Comparison, most: int, zone: ZoneInfo | None = None) -> None:
    """Show both sides, the pages of each person, and the escalations that differ."""
    show(table(title, ("median / 90 % / longest", "as it was", "as it would be"), rows(compared)))
    show(
        "", table("Pages by person (at night)", ("person", "as it was", "as it would be"), _people(compared))
    )
    different = compared.different
    columns = ("opened", "kind", "urgency", "run", "what differs")
    shown = (_pair(pair, zone) for pair in different[:most])
    differ = "differs" if len(different) == 1 else "differ"
    head = f"{len(different)} of {counted(len(compared.pairs), 'escalation')} {differ}"
    if different:
        show("", table(head, columns, shown))
    else:
        show("", f"{head}: the same people are paged at the same moments.")
    if len(different) > most:
        show(f"... and {len(different) - most} more; --most {len(different)} or --json shows them all.")
    if compared.estimates:
        show(f"{counted(compared.estimates, 'estimate')}: {ESTIMATE}.")


def as_json(title: str, compared: Comparison) -> dict[str, Any]:
    """Return everything as plain values; spans are seconds."""
    return {
        "title": title,
        "runs": len(compared.pairs),
        "different": len(compared.different),
        "estimates": compared.estimates,
        "estimates_are": ESTIMATE,
        "before": _side(compared.before),
        "after": _side(compared.after),
        "by_urgency": {
            urgency.value: {"before": _side(was), "after": _side(would)}
            for urgency, was, would in compared.by_urgency
        },
        "differences": [
            {
                "run": pair.before.run,
                "opened_at": pair.before.opened_at.isoformat(),
                "kind": pair.before.kind.value,
                "urgency": pair.before.urgency.value,
                "what": list(pair.differences),
                "estimates": pair.estimates,
                "before": _figures(pair.before),
                "after": _figures(pair.after),
            }
            for pair in compared.different
        ],
    }


def rows(compared: Comparison) -> list[tuple[str, str, str]]:
    """Return the figures of both sides, a line each: what, as it was, as it would be."""
    before, after = compared.before, compared.after
    found = [("escalations", str(before.runs), str(after.runs))]
    for urgency, was, would in compared.by_urgency:
        if was.acknowledged.count > was.acknowledged.none or urgency is not Urgency.ROUTINE:
            found += [
                (f"{urgency.value}: {word}", _spread(getattr(was, name)), _spread(getattr(would, name)))
                for word, name in _ROWS
            ]
    found.append(("pages", str(before.pages), str(after.pages)))
    found.append(("of them at night", str(before.night_pages), str(after.night_pages)))
    return found


def _spread(spread: Spread) -> str:
    if spread.median is None:
        return "never"
    spans = " / ".join(clock(value) for value in (spread.median, spread.p90, spread.longest))
    return f"{spans} ({spread.none} never)" if spread.none else spans


def _people(compared: Comparison) -> list[tuple[str, str, str]]:
    before, after = compared.before, compared.after
    people = dict.fromkeys((*before.pages_by_person, *after.pages_by_person))
    return [(who, _count(before, who), _count(after, who)) for who in people]


def _count(side: Side, who: str) -> str:
    return f"{side.pages_by_person.get(who, 0)} ({side.night_pages_by_person.get(who, 0)})"


def _pair(pair: Pair, zone: ZoneInfo | None) -> tuple[str, ...]:
    before = pair.before
    kind = before.kind.value.replace("_", " ")
    what = "; ".join(pair.differences) + (" (estimated)" if pair.estimates else "")
    return local(before.opened_at, zone=zone), kind, before.urgency.value, before.run, what


def _side(side: Side) -> dict[str, Any]:
    spreads = {name: vars(getattr(side, name)) for _, name in _ROWS}
    return {
        **spreads,
        "pages": side.pages,
        "night_pages": side.night_pages,
        "pages_by_person": side.pages_by_person,
        "night_pages_by_person": side.night_pages_by_person,
    }


def _figures(one: Figures) -> dict[str, Any]:
    def seconds(name: str) -> float | None:
        span = getattr(one, name)
        return span.total_seconds() if span is not None else None

    return {
        "policies": list(one.policies),
        **{name: seconds(name) for name in ("first_page", "acknowledged", "reached", "closed")},
        "holder": one.holder,
        "pages": [
            {
                "at": page.at.isoformat(),
                "responder": page.responder,
                "round": page.round + 1,
                "step": page.step + 1,
                "night": page.night,
            }
            for page in one.pages
        ],
    }
