"""The texts that page somebody."""

from collections.abc import Sequence
from datetime import datetime

from contracts.escalations import PageRequested
from contracts.pages import PageBrief
from contracts.values import Kind
from services.paging.core import segments, wording


def page_text(what: PageRequested, now: datetime, open_count: int, giver: str = "") -> str:
    """Return the page: `VIGIL K7 NOW 03:10, text. Contact by 03:25. 1 take, 2 pass (open: 2)`.

    Times are local to the responder. `open_count` is how many pages they have open, this one
    included; it is told from two on, because a bare `1` takes only one. `giver` is what colleagues
    call the holder who asks them to take it over.
    """
    asked = wording.clock(what.at, now, what.zone)
    if what.drill:
        return segments.one_segment(
            f"VIGIL DRILL {what.code} {asked}: a drill, no patient. Answer as if it were real: "
            f"1 {what.code} take, 2 {what.code} pass."
        )
    if what.test:
        return segments.one_segment(
            f"VIGIL {what.code} TEST PAGE {asked}: nothing is wrong. Reply 1 to show that it reached you."
        )
    word = what.urgency.word
    contact = _contact(what, now)
    count = f" (open: {min(open_count, 99)})" if open_count > 1 else ""
    kind = wording.kind_word(what.kind)
    asks = f" {segments.short(giver)} asks you to take it over." if what.given_by else ""
    return segments.one_segment(
        f"VIGIL {what.code} {word} {asked}, {kind}.{asks}{contact} 1 take, 2 pass{count}"
    )


def bundle_text(pages: Sequence[PageRequested | PageBrief], now: datetime) -> str:
    """Return several pages to one phone as one text, most urgent first, each with its code.

    What does not fit is counted. Imminent pages are never bundled; that is the dispatcher's rule.
    """
    ranked = sorted(
        pages, key=lambda page: (_is_no_real_one(page), -page.urgency.rank, _asked(page), page.code)
    )
    if not ranked:
        return ""
    tail = f". 1 {ranked[0].code} takes one, 2 {ranked[0].code} passes it"
    head = f"VIGIL {len(ranked)} open: "
    items = [f"{each.code} {_word(each)}" for each in ranked]
    for count in range(len(items), 0, -1):
        rest = f", +{len(items) - count}" if count < len(items) else ""
        text = head + ", ".join(items[:count]) + rest + tail
        if len(text) < segments.SINGLE:
            return segments.one_segment(text)
    return segments.one_segment(head + items[0] + tail)


def _contact(what: PageRequested, now: datetime) -> str:
    if what.contact_by is None:
        return ""
    verb = "Fix" if what.kind is Kind.SYSTEM_FAULT else "Contact"
    late = what.contact_by <= now
    return f" {verb} {'at once' if late else 'by ' + wording.clock(what.contact_by, now, what.zone)}."


def _is_no_real_one(page: PageRequested | PageBrief) -> bool:
    return page.drill or page.test


def _word(page: PageRequested | PageBrief) -> str:
    if page.drill:
        return "DRILL"
    return "TEST" if page.test else page.urgency.word


def _asked(page: PageRequested | PageBrief) -> datetime:
    return page.at if isinstance(page, PageRequested) else page.asked_at
