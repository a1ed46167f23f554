"""Reports from rows, each number by hand."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.books import printed
from services.books.reports import counts, outreach, unreached
from services.books.reports.counts import Drill, OptOut, Screen, Sent
from services.books.reports.outreach import Missed
from services.books.reports.shape import Cell, Period, Report, median, percentile
from services.books.reports.times import TimedRun, times
from services.books.reports.unreached import Unreached
from services.books.targets import TargetSettings

NIGHT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
"""03:00 in New York."""
PERIOD = Period(NIGHT - timedelta(hours=3), NIGHT + timedelta(hours=21), "America/New_York")
LIMITS = {
    ("take", "imminent"): (timedelta(minutes=3), "6g"),
    ("reach", "imminent"): (timedelta(minutes=15), "Colorado Access"),
}


def at(minutes: float) -> datetime:
    return NIGHT + timedelta(minutes=minutes)


def run(number: int, *, begins: float = 0, take: float | None = None, reach: float | None = None) -> TimedRun:
    """An imminent escalation; minutes after its beginning."""
    return TimedRun(
        run=f"r{number}",
        kind="patient_alert",
        urgency="imminent",
        site="main",
        policy="imminent",
        begins=at(begins),
        paged_at=at(begins),
        taken_at=None if take is None else at(begins + take),
        taken_by=None if take is None else "ana",
        reached_at=None if reach is None else at(begins + reach),
        reached_by=None if reach is None else "ana",
    )


def one_row(report: Report, **wanted: Cell) -> dict[str, Cell]:
    (found,) = [row for row in report.dicts() if wanted.items() <= row.items()]
    return found


def test_what_has_not_happened_is_missed_once_its_target_has_passed() -> None:
    """Taken after 1 and 5 minutes; not taken for 4 minutes; not taken for 2 minutes: too early to say."""
    runs = [run(1, take=1), run(2, take=5), run(3, begins=6), run(4, begins=8)]

    row = one_row(times(runs, PERIOD, "urgency", LIMITS, 0.8, at(10)), measure="to take")

    assert (row["escalations"], row["happened"], row["counted"]) == (4, 2, 3)
    assert row["within"] == 1 / 3
    assert (row["median"], row["longest"]) == (timedelta(minutes=1), timedelta(minutes=5))
    assert row["verdict"] == "missed"


def test_hours_are_those_of_the_programme() -> None:
    report = times([run(1, take=1), run(2, begins=61, take=1)], PERIOD, "hour", LIMITS, 0.8, at(90))
    assert [row["hour"] for row in report.dicts() if row["measure"] == "to take"] == ["03:00", "04:00"]


def test_a_person_has_what_they_took_and_nobody_the_rest() -> None:
    report = times([run(1, take=1, reach=9), run(2)], PERIOD, "person", LIMITS, 0.8, at(90))
    taken = {row["person"]: row["within"] for row in report.dicts() if row["measure"] == "to take"}
    assert taken == {"ana": 1.0, "nobody yet": 0.0}


def test_who_was_not_reached_in_time_stands_in_a_line_of_their_own() -> None:
    def line(one: TimedRun) -> Unreached:
        return Unreached(one, "K7", "pt_1", "ana", "", "", 0)

    found = [
        line(run(1, take=1, reach=10)),
        line(run(2, take=1, reach=20)),
        line(run(3)),
        line(run(4, begins=25)),
    ]

    rows = unreached.unreached(found, PERIOD, LIMITS, at(30)).dicts()

    assert [(row["state"], row["took"]) for row in rows] == [
        ("reached late", timedelta(minutes=20)),
        ("not reached yet", timedelta(minutes=30)),
    ]


def test_outreach_counts_the_first_text_or_person() -> None:
    def missed(minutes: float | None, taken: float | None = None, withheld: str | None = None) -> Missed:
        return Missed(
            "g-20261124-0900", "pt_1", "main", "g", "soon", 13, at(0),
            texted_at=None if minutes is None else at(minutes),
            withheld=withheld,
            taken_at=None if taken is None else at(taken),
        )  # fmt: skip

    found = [missed(1), missed(None, taken=90, withheld="no_consent"), missed(None)]
    report = outreach.outreach(found, PERIOD, "row", timedelta(minutes=60), "ours", at(200))

    (row,) = report.dicts()
    assert (row["group"], row["missed"], row["texted"], row["withheld"], row["taken"]) == (
        "row 13",
        3,
        1,
        1,
        1,
    )
    assert (row["within"], row["longest"]) == (1 / 3, timedelta(minutes=90))


def test_screens_opt_outs_costs_and_drills_are_counted() -> None:
    found = [
        Screen("phq9", "screen_positive", "urgent", at(0)),
        Screen("phq9", "screen_positive", None, at(1), problems=1),
        Screen("phq9", "screen_positive", None, at(2), retracted=True),
    ]
    row = one_row(counts.screens(found, PERIOD, "instrument"), group="phq9")
    assert (row["results"], row["urgent"], row["no_signal"], row["retracted"], row["problems"]) == (
        2,
        1,
        1,
        1,
        1,
    )

    outs = [OptOut("a", at(0), True, "word"), OptOut("b", at(1), True, "word"), OptOut("a", at(2), False, "")]
    row = one_row(counts.opt_outs(outs, PERIOD, "month"), group="2026-11")
    assert (row["opt_outs"], row["patients"], row["allowed_again"], row["still_out"]) == (2, 2, 1, 1)

    sent = [
        Sent(at(0), "sms", "page", 1),
        Sent(at(0), "sms", "patient: words", None),
        Sent(at(0), "voice", "page", None, timedelta(seconds=61)),
        Sent(at(0), "voice", "page"),
        Sent(at(0), "sms in", "from patients", 1),
    ]
    row = one_row(counts.costs(sent, PERIOD, "day"), group="2026-11-24")
    assert (row["texts"], row["segments"], row["uncounted"], row["received"]) == (2, 1, 1, 1)
    assert (row["calls"], row["answered"], row["minutes"]) == (2, 1, 2)

    held = [Drill("primary", why, "ana", 30, at(0)) for why in ("answered", "answered", "nobody", "busy")]
    row = one_row(counts.drills(held, PERIOD, "schedule"), group="primary")
    assert (row["drills"], row["answered"], row["failed"], row["gave_way"]) == (4, 2, 1, 1)
    assert (row["share"], row["median"]) == (2 / 3, timedelta(seconds=30))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30), st.integers(1, 100))
def test_percentiles_are_values_that_somebody_had(seconds: list[int], percent: int) -> None:
    spans = [timedelta(seconds=one) for one in seconds]
    found = percentile(spans, percent)
    assert found in spans and median(spans) in spans
    assert found is not None and sum(one <= found for one in spans) * 100 >= percent * len(spans)


def test_csv_is_for_programs_and_html_for_paper() -> None:
    """No third party is asked for anything, and what could be markup is none."""
    odd = TimedRun(**{**run(1, take=1).__dict__, "taken_by": "<b>ana"})
    report = times([odd], PERIOD, "person", LIMITS, 0.8, at(10))

    csv = printed.as_csv(report).splitlines()
    page = printed.as_html(report, at(10))

    assert csv[0] == "measure,person,escalations,happened,median,p90,longest,target,counted,within,verdict"
    assert csv[1] == "to take,<b>ana,1,1,60.0,60.0,60.0,180.0,1,1.0,kept"
    assert "&lt;b&gt;ana" in page and "<b>" not in page
    assert "size: A4" in page and "1 min" in page and "100 %" in page
    assert "http" not in page.replace("http-equiv", "") and "<script" not in page


def test_every_target_stands_with_its_source() -> None:
    for one in TargetSettings().targets().values():
        assert one.source and one.within > timedelta()
    other = TargetSettings(target_reach_imminent="10m our state's rule")
    assert other.targets()["reach", "imminent"].source == "our state's rule"
    assert ("reach", "imminent") not in TargetSettings(target_reach_imminent="").targets()


def test_spans_are_said_in_two_units() -> None:
    said = [printed.span(timedelta(seconds=one)) for one in (0, 45, 200, 7500, 100_800, 3600)]
    assert said == ["0 s", "45 s", "3 min 20 s", "2 h 5 min", "1 d 4 h", "1 h"]
