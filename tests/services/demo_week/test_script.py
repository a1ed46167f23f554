"""The script of a week: the same seed is the same week, and everybody is accounted for at every session."""

import random
from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.attendance import session_id
from contracts.replies import Key, parse
from services.demo_week.cast import GROUP_TIMES, START, Habit, cast, meets_on
from services.demo_week.habits import Mind, replies
from services.demo_week.script import LATE, MISSES, CheckedIn, Excused, Fate, week
from services.triage import instruments

SEEDS = st.integers(min_value=0, max_value=10**6)
DAYS = st.sampled_from([0.3, 1, 2.5, 7])


def sessions_of(days: int) -> dict[str, str]:
    """Return session -> group, for that many days."""
    return {
        session_id(group, day, start): group
        for number in range(days)
        for day in [START.date() + timedelta(days=number)]
        for group, _, _, start, _, _ in GROUP_TIMES
        if meets_on(group, day)
    }


@settings(max_examples=15, deadline=None)
@given(SEEDS, DAYS)
def test_the_same_seed_is_the_same_week(seed: int, days: float) -> None:
    assert week(seed, days) == week(seed, days)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_a_longer_week_begins_like_a_shorter_one(seed: int) -> None:
    short, whole = week(seed, 2), week(seed, 7)
    assert whole.happenings[: len(short.happenings)] == short.happenings
    assert short.fates.items() <= whole.fates.items()


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_everybody_is_expected_on_the_days_of_their_group_and_nowhere_else(seed: int) -> None:
    found = week(seed, 7)
    sessions = sessions_of(7)
    expected = {
        (session, one.outside) for session, group in sessions.items() for one in found.cast.of_group(group)
    }
    assert set(found.fates) == expected
    per_group = Counter(one.group for one in found.cast.patients)
    assert per_group == {"day": 20, "recovery": 20, "evening": 20}


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_each_session_has_its_share_of_misses_unless_its_list_is_late(seed: int) -> None:
    fates = week(seed, 7).fates
    for session in sessions_of(7):
        counts = Counter(fate for (where, _), fate in fates.items() if where == session)
        if counts[Fate.LISTED_LATE]:
            assert counts == {Fate.LISTED_LATE: 20}
        else:
            assert counts[Fate.MISSED] == max(1, round(MISSES * 20))
            assert counts[Fate.LATE] == max(1, round(LATE * 20))


@settings(max_examples=15, deadline=None)
@given(SEEDS, DAYS)
def test_whoever_came_is_checked_in_once_and_whoever_missed_never(seed: int, days: float) -> None:
    found = week(seed, days)
    lists = [one for one in found.happenings if isinstance(one.what, CheckedIn)]
    seen = Counter((one.what.session, who) for one in lists for who in one.what.patients)  # type: ignore[union-attr]
    excused = {
        (one.what.session, one.what.patient) for one in found.happenings if isinstance(one.what, Excused)
    }
    for key, fate in found.fates.items():
        assert seen[key] == (0 if fate in (Fate.MISSED, Fate.EXCUSED) else 1), (key, fate)
        assert (key in excused) == (fate is Fate.EXCUSED)
    for one in lists:
        on_time = one.at <= found.sessions.get(one.what.session, one.at) + timedelta(minutes=9)  # type: ignore[union-attr]
        wanted = (Fate.CAME,) if on_time else (Fate.LATE, Fate.LISTED_LATE)
        for who in one.what.patients:  # type: ignore[union-attr]
            assert found.fates.get((one.what.session, who), wanted[0]) in wanted  # type: ignore[union-attr]


@settings(max_examples=15, deadline=None)
@given(SEEDS, DAYS)
def test_all_happens_between_start_and_end_in_order_under_names_of_their_own(seed: int, days: float) -> None:
    found = week(seed, days)
    assert all(found.start <= one.at < found.end for one in found.happenings)
    assert [one.at for one in found.happenings] == sorted(one.at for one in found.happenings)
    assert len({one.name for one in found.happenings}) == len(found.happenings)


def test_a_programme_has_sixty_patients_twelve_staff_and_every_habit() -> None:
    who = cast(1)
    assert (len(who.patients), len(who.members), len(who.groups)) == (60, 12, 3)
    assert {one.habit for one in who.members} == set(Habit)
    phones = [one.draft.phone for one in who.patients] + [one.phone for one in who.members]
    assert len(set(phones)) == 72 and all(phone and phone.startswith("+120255501") for phone in phones)
    assert {one.draft.language for one in who.patients} == {"en", "es"}


def test_every_instrument_of_a_week_is_one_that_triage_knows() -> None:
    used = {getattr(one.what, "instrument", "") for one in week(1, 7).happenings} - {""}
    assert used == {"phq-9", "c-ssrs", "breath-alcohol"}
    assert all(instruments.find(name).id == name for name in used)


PAGE = "VIGIL K7 WITHIN THE HOUR 09:18, missed. Contact by 10:18. 1 take, 2 pass"


def said(habit: Habit, *texts: str, seed: int = 1) -> list[str]:
    """Return what somebody of that habit texts, having read these texts one after the other."""
    mind, rng = Mind("Kim", habit, "4711"), random.Random(seed)
    return [one.words for text in texts for one in replies(mind, text, rng)]


def test_who_is_prompt_takes_reaches_and_closes_by_the_words_of_the_texts() -> None:
    have = "VIGIL K7: you have it. Contact by 10:18. 3 K7 when reached, CALL K7 connects you."
    noted = "VIGIL K7: contact noted. Close it by Tue 09:30: 4 K7 lists how. UNDO K7 within 5 min."
    took, reached, closed = said(Habit.PROMPT, PAGE, have, noted)
    assert (took, reached) == ("1 K7", "3 K7")
    answer = parse(closed)
    assert (answer.key, answer.code, answer.pin) == (Key.DISPOSE, "K7", "")
    assert answer.disposition is not None


def test_what_is_now_is_closed_with_the_pin_and_signed_by_a_colleague() -> None:
    page = "VIGIL M3 NOW 02:11, text. Contact by 02:26. 1 take, 2 pass"
    closed = said(Habit.PROMPT, page, "VIGIL M3: contact noted. Close it by 06:20: 4 M3 lists how.")[-1]
    assert parse(closed).pin == "4711"
    assert said(Habit.PROMPT, "VIGIL M3: Kim closes it as spoke. SIGN M3 by 02:50 if you agree.") == [
        "SIGN M3"
    ]


def test_several_pages_in_one_text_are_taken_one_by_one() -> None:
    text = "VIGIL 3 open: K7 WITHIN THE HOUR, M3 TODAY, P4 TODAY. 1 K7 takes one, 2 K7 passes it"
    assert said(Habit.PROMPT, text) == ["1 K7", "1 M3", "1 P4"]


def test_a_dead_phone_and_somebody_away_answer_nothing_and_who_declines_takes_at_last() -> None:
    for habit in (Habit.DEAD_PHONE, Habit.AWAY, Habit.CALLS_ONLY):
        assert said(habit, PAGE) == []
    first = [said(Habit.DECLINES, PAGE, seed=seed)[0] for seed in range(200)]
    assert 50 < first.count("2 K7") < 110 and set(first) == {"1 K7", "2 K7"}


def test_who_reads_the_same_question_again_and_again_stops_answering() -> None:
    question = "VIGIL K7: have you reached them? 3 K7 if so. CALL K7 connects you, 2 K7 gives it back."
    assert said(Habit.PROMPT, *[question] * 50) == ["3 K7"] * 6
