"""What the books are asked: plain functions over an open page of them, for console and command line.

    books = open_books(address(url, var))
    with books.reading() as page:
        runs = timed_runs(page, period)

Each blocks, so a server calls it from a thread. All of one `reading()` are as of the same moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, or_, select

from services.books.database import Page
from services.books.reports.counts import Drill, OptOut, Screen, Sent
from services.books.reports.outreach import Missed
from services.books.reports.shape import Period
from services.books.reports.times import TimedRun
from services.books.reports.unreached import Unreached


@dataclass(frozen=True)
class Line:
    """One event of a timeline: ids, words and moments only."""

    at: datetime
    stream: str
    sequence: int
    subject: str
    type: str
    run: str | None
    page: str | None
    responder: str | None
    urgency: str | None
    kind: str | None
    channel: str | None
    code: str | None
    detail: str | None
    until: datetime | None
    number: int | None
    step: int | None


@dataclass(frozen=True)
class RunLine:
    """A run at a glance."""

    run: str
    subject: str
    patient: str | None
    area: str | None
    site: str | None
    code: str | None
    kind: str | None
    urgency: str | None
    """When it opened."""
    peak: str | None
    """The highest it came to."""
    policy: str | None
    status: str | None
    holder: str | None
    opened_at: datetime | None
    taken_at: datetime | None
    taken_by: str | None
    contact_by: datetime | None
    reached_at: datetime | None
    resolved_at: datetime | None
    disposition: str | None
    ended_how: str | None
    due: datetime | None
    drill: bool | None
    test: bool | None


def positions(page: Page) -> dict[str, tuple[int, datetime]]:
    """Return for each stream up to which sequence the books go, and when that message was stored."""
    table = page.tables["positions"]
    return {one.stream: (one.sequence, one.at) for one in page.connection.execute(select(table))}


def timed_runs(page: Page, period: Period) -> list[TimedRun]:
    """Return the patients' escalations whose clock began in the period, oldest first; no drills, no tests."""
    runs, attempts = page.tables["runs"], page.tables["attempts"]
    begins = func.coalesce(runs.c.paging_from, runs.c.since, runs.c.opened_at)
    first = (
        select(func.min(attempts.c.accepted_at))
        .where(attempts.c.run == runs.c.run, attempts.c.purpose == "page")
        .where(attempts.c.accepted_at >= runs.c.since)
        .scalar_subquery()
    )
    wanted = (
        select(runs, begins.label("begins"), first.label("paged_at"))
        .where(runs.c.patient.is_not(None), runs.c.opened_at.is_not(None))
        .where(begins >= period.since, begins < period.until)
        .where(func.coalesce(runs.c.drill, False).is_(False), func.coalesce(runs.c.test, False).is_(False))
        .order_by(begins, runs.c.run)
    )
    return [
        TimedRun(
            run=one["run"],
            kind=one["kind"] or "",
            urgency=one["peak"] or one["urgency"] or "",
            site=one["site"] or "main",
            policy=one["policy"] or "",
            begins=one["begins"],
            paged_at=one["paged_at"],
            taken_at=one["taken_at"],
            taken_by=one["taken_by"],
            reached_at=one["reached_at"],
            reached_by=one["reached_by"],
            resolved_at=one["resolved_at"],
            resolved_by=one["resolved_by"],
            ended_at=one["ended_at"],
        )
        for one in _mapped(page, wanted)
    ]


def runs(
    page: Page,
    *,
    patient: str | None = None,
    open_only: bool = False,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 200,
) -> list[RunLine]:
    """Return runs, the latest first: of a patient, still open, opened in a span. Faults and drills too."""
    table = page.tables["runs"]
    wanted = select(table).where(table.c.opened_at.is_not(None))
    if patient is not None:
        wanted = wanted.where(table.c.patient == patient)
    if open_only:
        wanted = wanted.where(table.c.ended_at.is_(None))
    if since is not None:
        wanted = wanted.where(table.c.opened_at >= since)
    if until is not None:
        wanted = wanted.where(table.c.opened_at < until)
    wanted = wanted.order_by(table.c.opened_at.desc(), table.c.run).limit(limit)
    names = RunLine.__dataclass_fields__
    return [RunLine(**{name: one[name] for name in names}) for one in _mapped(page, wanted)]


def timeline(page: Page, run: str, limit: int = 5_000) -> list[Line]:
    """Return every event of a run: of the escalation, and of its pages, messages and calls; oldest first."""
    table = page.tables["events"]
    pages = page.tables["pages"]
    theirs = select(pages.c.page).where(pages.c.run == run)
    own = or_(table.c.run == run, and_(table.c.stream == "PAGES", table.c.page.in_(theirs)))
    wanted = (
        select(table).where(own).order_by(table.c.at, table.c.stream, table.c.sequence, table.c.place)
    ).limit(limit)
    names = Line.__dataclass_fields__
    return [Line(**{name: one[name] for name in names}) for one in _mapped(page, wanted)]


def missed_sessions(page: Page, period: Period) -> list[Missed]:
    """Return who was missed at a session in the period, with what came of it."""
    table, signals, runs_table = (page.tables[name] for name in ("attendances", "run_signals", "runs"))
    wanted = (
        select(table, runs_table.c.taken_at, runs_table.c.reached_at)
        .outerjoin(signals, signals.c.signal == table.c.signal)
        .outerjoin(runs_table, runs_table.c.run == signals.c.run)
        .where(table.c.missed_at >= period.since, table.c.missed_at < period.until)
        .order_by(table.c.missed_at, table.c.session, table.c.patient)
    )
    texts = _texts_after_misses(page, period)
    found: dict[tuple[str, str], Missed] = {}
    for one in _mapped(page, wanted):
        text = next((t for t in texts.get(one["patient"], ()) if _belongs(t, one["missed_at"])), None)
        # A signal joins one run alone; linked patients may show it in two: the first is kept.
        found.setdefault(
            (one["session"], one["patient"]),
            Missed(
                session=one["session"],
                patient=one["patient"],
                site=one["site"] or "main",
                group=one["group_id"] or "",
                urgency=one["urgency"] or "",
                row=one["row"],
                at=one["missed_at"],
                texted_at=text["ended_at"] if text is not None and text["withheld"] is None else None,
                withheld=text["withheld"] if text is not None else None,
                taken_at=one["taken_at"],
                reached_at=one["reached_at"],
                came_late=one["confirmed_at"] is not None,
                excused=one["excused_at"] is not None,
            ),
        )
    return list(found.values())


_TEXT_WITHIN = timedelta(hours=12)
"""A text after a missed session belongs to the miss before it, if that is not longer ago."""


def _texts_after_misses(page: Page, period: Period) -> dict[str, list[RowMapping]]:
    table = page.tables["outreach"]
    wanted = (
        select(table)
        .where(table.c.kind == "missed", table.c.ended_at >= period.since)
        .where(table.c.ended_at < period.until + _TEXT_WITHIN)
        .order_by(table.c.ended_at)
    )
    found: dict[str, list[RowMapping]] = {}
    for one in _mapped(page, wanted):
        found.setdefault(one["patient"], []).append(one)
    return found


def _belongs(text: RowMapping, missed_at: datetime) -> bool:
    at: datetime = text["asked_at"] or text["ended_at"]
    return missed_at <= at < missed_at + _TEXT_WITHIN


def screens(page: Page, period: Period) -> list[Screen]:
    """Return the results that came in the period."""
    table = page.tables["screens"]
    wanted = select(table).where(table.c.at >= period.since, table.c.at < period.until).order_by(table.c.at)
    return [
        Screen(
            instrument=one["instrument"] or "",
            kind=one["kind"] or "",
            urgency=one["urgency"],
            at=one["at"],
            retracted=one["what"] == "retracted",
            problems=one["problems"] or 0,
        )
        for one in _mapped(page, wanted)
    ]


def opt_outs(page: Page) -> list[OptOut]:
    """Return every opt-out and its end there ever was: whether somebody is still out needs them all."""
    table = page.tables["events"]
    wanted = select(table).where(
        table.c.stream == "CONVERSATIONS", table.c.type.in_(("opted_out", "opted_in"))
    )
    return [
        OptOut(one["patient"] or "", one["at"], one["type"] == "opted_out", one["detail"] or "")
        for one in _mapped(page, wanted.order_by(table.c.at, table.c.sequence, table.c.place))
    ]


def unreached(page: Page, period: Period) -> list[Unreached]:
    """Return the patients' escalations of the period beside what says who had them."""
    timed = timed_runs(page, period)
    table = page.tables["runs"]
    rows = {one["run"]: one for one in _mapped(page, select(table).where(table.c.opened_at.is_not(None)))}
    return [
        Unreached(
            timed=one,
            code=row["code"] or "",
            patient=row["patient"] or "",
            holder=row["holder"] or "",
            ended_how=row["ended_how"] or "",
            disposition=row["disposition"] or "",
            overdue=row["overdue"],
        )
        for one in timed
        for row in (rows[one.run],)
    ]


def sent(page: Page, period: Period) -> list[Sent]:
    """Return what the carrier took in the period, and the texts that it brought from patients."""
    attempts, texts, events = (page.tables[name] for name in ("attempts", "texts", "events"))
    found: list[Sent] = []
    for one in _mapped(page, _within(select(attempts), attempts.c.accepted_at, period)):
        voice = one["channel"] == "voice"
        ended = one["ended_at"] if voice and one["answered_at"] is not None else None
        found.append(
            Sent(
                at=one["accepted_at"],
                channel="voice" if voice else "sms",
                purpose=one["purpose"] or "",
                segments=None if voice else one["segments"],
                talked=ended - one["answered_at"] if ended is not None else None,
            )
        )
    for one in _mapped(page, _within(select(texts), texts.c.accepted_at, period)):
        found.append(Sent(one["accepted_at"], "sms", f"patient: {one['purpose']}", one["segments"]))
    heard = select(events).where(events.c.stream == "CONVERSATIONS", events.c.type == "text_received")
    found += [
        Sent(one["at"], "sms in", "from patients", 1)
        for one in _mapped(page, _within(heard, events.c.at, period))
    ]
    return found


def drills(page: Page, period: Period) -> list[Drill]:
    """Return the drills that ended in the period."""
    table = page.tables["drills"]
    return [
        Drill(one["schedule"] or "", one["why"] or "", one["responder"] or "", one["seconds"] or 0, one["at"])
        for one in _mapped(page, _within(select(table), table.c.at, period))
    ]


@dataclass(frozen=True)
class ReadingLine:
    """Somebody read, took out, changed or ended what identifies a patient; why stands in the log."""

    at: datetime | None
    who: str | None
    patient: str | None
    what: str | None
    ground: str | None
    amount: int | None
    stream: str
    sequence: int


def readings(
    page: Page, period: Period, *, patient: str | None = None, who: str | None = None, limit: int = 1_000
) -> list[ReadingLine]:
    """Return who read what in the period, the latest first."""
    table = page.tables["readings"]
    wanted = _within(select(table), table.c.at, period)
    if patient is not None:
        wanted = wanted.where(table.c.patient == patient)
    if who is not None:
        wanted = wanted.where(table.c.who == who)
    names = ReadingLine.__dataclass_fields__
    ordered = wanted.order_by(None).order_by(table.c.at.desc(), table.c.sequence.desc()).limit(limit)
    return [ReadingLine(**{name: one[name] for name in names}) for one in _mapped(page, ordered)]


@dataclass(frozen=True)
class EditLine:
    """A value of a bucket was written or removed."""

    at: datetime | None
    bucket: str | None
    name: str | None
    who: str | None
    """The account or responder, where the value says so."""
    what: str | None
    """`put`, `del` or `purge`."""
    stream: str
    sequence: int


def edits(page: Page, period: Period, *, bucket: str | None = None, limit: int = 1_000) -> list[EditLine]:
    """Return what was edited in the period, the latest first."""
    table = page.tables["edits"]
    wanted = _within(select(table), table.c.at, period)
    if bucket is not None:
        wanted = wanted.where(table.c.bucket == bucket)
    names = EditLine.__dataclass_fields__
    ordered = wanted.order_by(None).order_by(table.c.at.desc(), table.c.sequence.desc()).limit(limit)
    return [EditLine(**{name: one[name] for name in names}) for one in _mapped(page, ordered)]


Wanted = Select[tuple[Any, ...]]


def _within(wanted: Wanted, at: ColumnElement[Any], period: Period) -> Wanted:
    return wanted.where(at >= period.since, at < period.until).order_by(at)


def _mapped(page: Page, wanted: Wanted) -> Sequence[RowMapping]:
    return page.connection.execute(wanted).mappings().all()
