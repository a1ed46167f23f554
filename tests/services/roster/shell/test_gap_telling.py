"""Gaps are told louder as they come near, once at each loudness, and nobody is woken by a far one."""

from datetime import datetime, timedelta

from services.roster.core import gap_telling
from services.roster.core.gap import Gap, Why
from tests.services.roster.shell.people import DAY, HOUR, LINE, NOW, PEOPLE, method, person

MINUTE = timedelta(minutes=1)
NOON = NOW + 4 * HOUR
SCHEDULES = {"primary": LINE}


def tell(now: datetime, *gaps: Gap, told=(), people=PEOPLE):
    return gap_telling.tell(gaps, SCHEDULES, people, now, now + 28 * DAY, told)


def gap(start: datetime, hours: float = 8, why: Why = Why.NOBODY, *people: str) -> Gap:
    return Gap("primary", start, start + hours * HOUR, why, people)


def test_louder_as_it_comes_near():
    empty = gap(NOON)
    loud = {
        NOON - 20 * DAY: "routine",
        NOON - 7 * DAY: "soon",
        NOON - DAY: "urgent",
        NOON - HOUR: "imminent",
        NOON: "imminent",
    }
    assert {moment: gap_telling.loudness(empty, moment).value for moment in loud} == loud
    unverified = gap(NOON, 8, Why.UNVERIFIED, "ana")
    assert gap_telling.loudness(unverified, NOON).value == "urgent", "pages are sent all the same"


def test_each_loudness_has_a_run_of_its_own_so_that_a_loud_gap_joins_no_held_quiet_one():
    gaps = [gap(NOON + days * DAY) for days in (20, 5, 0.5)]
    found = {fault.urgency.value: fault.area for fault in tell(NOON, *gaps).faults}
    assert found == {"routine": "roster-later", "soon": "roster-soon", "urgent": "roster"}


def test_what_can_wait_is_told_by_day_and_what_cannot_at_once():
    night = NOW - 5 * HOUR  # 03:00
    far, near = gap(NOON + 20 * DAY), gap(NOW)

    found = tell(night, far, near)
    assert [fault.urgency.value for fault in found.faults] == ["urgent"]
    assert found.next_at == NOW - HOUR, "an hour ahead the near one is louder still"
    assert [fault.urgency.value for fault in tell(night, far).faults] == []
    assert tell(night, far).next_at == NOW + HOUR, "09:00"


def test_told_once_at_each_loudness():
    """Looked at every ten minutes for 20 days: one routine, one soon a day, one urgent, then imminent."""
    told, heard, now = frozenset[str](), list[str](), NOON - 20 * DAY
    while now < NOON:
        found = tell(now, gap(NOON), told=told)
        told = (told | set(found.told)) & set(found.standing)
        heard += [fault.urgency.value for fault in found.faults]
        now += 10 * MINUTE

    assert heard == ["routine", *["soon"] * 7, "urgent", "imminent"]


def test_a_gap_that_has_begun_is_told_again_every_day_it_lasts():
    lasting = gap(NOON, 24 * 4)
    told, days, now = frozenset[str](), list[int](), NOON
    while now < lasting.end:
        running = Gap("primary", now, lasting.end, Why.NOBODY)
        found = tell(now, running, told=told)
        told |= set(found.told)
        days += [(now - NOON).days for _ in found.faults]
        now += HOUR

    assert len(days) == 5 and set(days) == {0, 1, 2, 3}, "by the date, UTC"


def test_after_a_restart_the_same_is_told_under_the_same_name():
    first, second = tell(NOON, gap(NOON + DAY / 2)), tell(NOON + HOUR, gap(NOON + DAY / 2))
    assert [f.id for f in first.faults] == [f.id for f in second.faults]


def test_many_gaps_of_one_schedule_are_one_fault():
    found = tell(NOON, *(gap(NOON + n * DAY) for n in range(2, 7)))
    (fault,) = found.faults
    assert fault.note.endswith("; and 2 more. Add an override, or a working contact method.")
    assert len(found.told) == 5


def test_the_fault_says_when_who_by_id_and_what_to_do():
    found = tell(NOON, gap(NOON + 2 * DAY, 8, Why.UNVERIFIED, "ana"))
    assert found.faults[0].note == (
        "Schedule primary: from 2026-11-26 17:00 to 2026-11-27 01:00 UTC: ana on, no contact method "
        "verified. Have them text back the code they were sent, or put somebody else on."
    )
    (notice,) = found.notices
    assert (notice.responder, notice.notice, notice.by_voice) == ("ana", "gap", False)
    assert notice.args["why"] == "no phone of yours is verified"


def test_near_a_call_may_tell_whoever_is_on():
    (notice,) = tell(NOON, gap(NOON + DAY / 2, 8, Why.FAILING, "ana")).notices
    assert notice.by_voice


def test_whoever_has_no_living_phone_is_told_by_ops_alone():
    mute = {"ana": person("ana", method(dead_since=NOW))}
    found = tell(NOON, gap(NOON + DAY, 8, Why.UNREACHABLE, "ana"), people=mute)
    assert (len(found.faults), found.notices) == (1, ())


def test_a_gap_that_outlasts_the_look_has_no_end_and_no_new_name_each_time():
    def told(now):
        return tell(now, Gap("primary", NOON + DAY / 2, now + 28 * DAY, Why.NOBODY)).faults[0]

    assert told(NOON).id == told(NOON + HOUR).id
    assert "from 2026-11-25 05:00 UTC on: nobody is on" in told(NOON).note
