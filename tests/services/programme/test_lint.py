"""Every danger that lint knows, each in the smallest set of policies that has it."""

from pathlib import Path

import pytest

from contracts.policies import Policy
from contracts.values import Kind, Urgency
from services import programme
from services.programme.linting.finding import NAMES, PAGES
from services.programme.linting.limits import LIMITS, limits_of
from tests.services.programme.rosters import (
    LAST,
    PRIMARY,
    codes,
    findings,
    person,
    policy,
    schedule,
    shifts,
    step,
)

ROOT = Path(__file__).parents[3]
URGENT = {"urgencies": ["urgent"], "kinds": ["screen_positive"]}
IMMINENT = {"urgencies": ["imminent"]}
OFFICE = [{"days": ["mon", "tue", "wed", "thu", "fri"], "start": "08:00", "end": "17:00"}]


def test_a_sound_set_is_clean():
    assert codes({"id": "a", "applies": URGENT}) == []


class TestP01NoLastResort:
    def test_a_set_without_one_is_found_and_blocks(self):
        (found,) = findings({"id": "a", "applies": {"urgencies": list(Urgency)}}, last=False)

        assert (found.code, found.blocking) == ("P01", True)

    def test_the_first_signal_without_a_policy_is_named(self):
        loud = {"id": "a", "applies": {"urgencies": ["imminent", "urgent", "soon"]}}
        quiet = {"id": "b", "applies": {"urgencies": ["routine"], "without_tags": ["minor"]}}
        (found,) = findings(loud, quiet, last=False)

        assert "(session_missed, routine, tagged minor, for one)" in found.sentence

    def test_what_only_some_hours_have_is_unmatched(self):
        (first, *_) = findings({"id": "a", "applies": {"during": OFFICE}}, last=False)

        assert (first.code, "session_missed" in first.sentence) == ("P01", True)


class TestP02Unreachable:
    def test_a_policy_whose_signals_are_all_taken_is_found(self):
        urgent = {"id": "a", "order": 1, "applies": URGENT}
        tagged = {"id": "b", "order": 2, "applies": {**URGENT, "tags": ["child"]}}

        assert codes(urgent, tagged) == ["P02 b"]
        assert codes(urgent, {**tagged, "order": 0}) == []

    @pytest.mark.parametrize(
        ("first", "second", "shadowed"),
        [
            ({"tags": ["x"]}, {"tags": ["x", "y"]}, False),
            ({"tags": ["x", "y"]}, {"tags": ["x"]}, True),
            ({"tags": ["x"]}, {"all_tags": ["x", "y"]}, True),
            ({"all_tags": ["x", "y"]}, {"tags": ["x"]}, False),
            ({"all_tags": ["x", "y"]}, {"all_tags": ["y", "x", "z"]}, True),
            ({"without_tags": ["x"]}, {"tags": ["y"]}, False),
            ({"without_tags": ["x"]}, {"without_tags": ["x", "y"]}, True),
            ({"without_tags": ["x"]}, {"all_tags": ["x"]}, False),
            ({"tags": ["x"]}, {"all_tags": ["x"], "without_tags": ["x"]}, True),
        ],
    )
    def test_tags_are_reasoned_about(self, first, second, shadowed):
        found = codes(
            {"id": "a", "order": 1, "applies": {**URGENT, **first}},
            {"id": "b", "order": 2, "applies": {**URGENT, **second}},
        )

        assert found == (["P02 b"] if shadowed else [])

    def test_several_earlier_ones_can_take_everything_together(self):
        one = {"id": "a", "order": 1, "applies": {**URGENT, "tags": ["x"]}}
        other = {"id": "b", "order": 2, "applies": {**URGENT, "without_tags": ["x"]}}

        assert codes(one, other, {"id": "c", "order": 3, "applies": URGENT}) == ["P02 c"]

    def test_hours_are_reasoned_about(self):
        day = {"id": "a", "order": 1, "applies": {**URGENT, "during": [{"start": "08:00", "end": "17:00"}]}}
        night = {"id": "b", "order": 2, "applies": {**URGENT, "during": [{"start": "17:00", "end": "08:00"}]}}
        noon = {"id": "c", "order": 3, "applies": {**URGENT, "during": [{"start": "12:00", "end": "13:00"}]}}

        assert codes(day, noon) == ["P02 c"]
        assert codes(day, {**noon, "zone": "Asia/Tokyo"}) == []
        assert codes(day, night, {"id": "d", "order": 4, "applies": URGENT}) == ["P02 d"]

    def test_everything_behind_a_last_resort_is_unreachable(self):
        late = {"id": "z", "order": 2000}

        assert codes({**late, "applies": {"kinds": ["dose_missed"]}}) == ["P02 z"]
        assert codes(late) == ["P02 z"]

    def test_a_last_resort_that_nothing_is_left_for_is_no_finding(self):
        assert codes({"id": "a", "applies": {"urgencies": list(Urgency)}}) == []


class TestP03NobodyOnStep:
    @pytest.mark.parametrize(
        ("page", "why"),
        [
            ([{"schedule": "empty"}], "schedule `empty` has nobody on it"),
            ([{"schedule": "dead"}], "nobody on schedule `dead` can be paged (p3)"),
            ([{"schedule": "nowhere"}], "there is no schedule `nowhere`"),
            ([{"person": "p9"}], "there is no person `p9`"),
            ([{"person": "p3"}], "person `p3` has no contact method that works"),
            ([{"person": "gone"}], "person `gone` is inactive"),
            ([{"schedule": "empty"}, {"person": "p9"}], "schedule `empty` has nobody on it; there is no"),
        ],
    )
    def test_a_step_nobody_can_ever_be_on_is_found_with_the_reason(self, page, why):
        steps = [step(PRIMARY), step(*page)]
        (found,) = findings(
            {"id": "a", "applies": URGENT, "steps": steps}, people=(person("gone", active=False),)
        )

        assert (found.code, found.step, found.blocking) == ("P03", 2, True)
        assert why in found.sentence

    def test_with_compiled_shifts_it_knows_who_is_really_on(self):
        late = {"id": "a", "applies": URGENT, "steps": [step({"schedule": "backup"})]}

        assert codes(late, compiled=(shifts("backup", "p1"),)) == []
        (found,) = findings(late, compiled=(shifts("backup"),))
        assert "nobody is on schedule `backup` as far as its shifts are compiled" in found.sentence

    def test_a_therapist_or_everyone_is_somebody(self):
        steps = [step("therapist_on_shift"), step("everyone")]

        assert codes({"id": "a", "applies": URGENT, "steps": steps}) == []


class TestP04WaitTooLong:
    @pytest.mark.parametrize(
        ("applies", "wait", "clean"),
        [
            (IMMINENT, "5m", True),
            (IMMINENT, "6m", False),
            (URGENT, "5m", True),
            (URGENT, "6m", False),
            ({"urgencies": ["soon"]}, "60m", True),
            ({"urgencies": ["soon"]}, "61m", False),
        ],
    )
    def test_a_wait_longer_than_the_urgency_allows_is_found(self, applies, wait, clean):
        found = codes({"id": "a", "applies": applies, "steps": [step(PRIMARY, wait=wait)]})

        assert found == ([] if clean else ["P04 a 1"])

    @pytest.mark.parametrize(("night", "clean"), [("10m", True), ("11m", False)])
    def test_urgent_may_wait_longer_at_night_but_not_for_ever(self, night, clean):
        steps = [step(PRIMARY, wait="5m", wait_at_night=night)]

        assert codes({"id": "a", "applies": URGENT, "steps": steps}) == ([] if clean else ["P04 a 1"])

    def test_a_crisis_text_has_no_night(self):
        steps = [step(PRIMARY, wait="5m", wait_at_night="10m")]
        applies = {"urgencies": ["urgent"], "kinds": ["patient_alert"]}

        assert codes({"id": "a", "applies": applies, "steps": steps}) == ["P04 a 1"]


class TestP05WaitTooShort:
    @pytest.mark.parametrize(("wait", "clean"), [("2m", True), ("119s", False)])
    def test_a_wait_in_which_nobody_can_wake_is_found(self, wait, clean):
        found = codes({"id": "a", "applies": IMMINENT, "steps": [step(PRIMARY, wait=wait)]})

        assert found == ([] if clean else ["P05 a 1"])


class TestP06ImminentWaitsAtNight:
    def test_a_longer_wait_at_night_is_found_and_blocks(self):
        steps = [step(PRIMARY, wait="3m", wait_at_night="4m")]
        (found,) = findings({"id": "a", "applies": IMMINENT, "steps": steps})

        assert (found.code, found.step, found.blocking) == ("P06", 1, True)
        assert codes({"id": "a", "applies": URGENT, "steps": steps}) == []

    def test_quiet_hours_for_imminent_are_not_even_read(self):
        with pytest.raises(ValueError, match="wait for the morning"):
            policy(id="a", applies=IMMINENT, hours={"quiet_from": "22:00", "until": "07:00"})


class TestP07ImminentByHours:
    DAY = {"id": "a", "applies": {**IMMINENT, "during": OFFICE}}  # noqa: RUF012

    def test_a_policy_for_some_hours_with_as_fast_a_one_behind_it_is_sound(self):
        assert codes(self.DAY) == []

    def test_a_slower_one_at_other_hours_is_found(self):
        night = {"id": "b", "applies": IMMINENT, "steps": [step(PRIMARY, wait="5m")]}
        (found,) = findings(self.DAY, night)

        assert (found.code, found.policy, found.blocking) == ("P07", "a", False)
        assert "at others b is slower (first wait 5 min, contact within 15 min)" in found.sentence

    def test_none_at_other_hours_is_found_and_blocks(self):
        found = findings(self.DAY, last=False)

        assert [(f.code, f.blocking) for f in found] == [("P01", True), ("P07", True)]


class TestP08TherapistAlone:
    def test_an_imminent_risk_that_begins_with_the_therapist_blocks(self):
        (found,) = findings({"id": "a", "applies": IMMINENT, "steps": [step("therapist"), step(PRIMARY)]})

        assert (found.code, found.step, found.blocking) == ("P08", 1, True)

    def test_an_urgent_step_with_only_the_therapist_is_found(self):
        (found,) = findings({"id": "a", "applies": URGENT, "steps": [step(PRIMARY), step("therapist")]})

        assert (found.code, found.step, found.blocking) == ("P08", 2, False)

    def test_a_therapist_beside_a_schedule_or_only_when_on_shift_is_sound(self):
        steps = [step("therapist", PRIMARY), step("therapist_on_shift")]

        assert codes({"id": "a", "applies": IMMINENT, "steps": steps}) == []
        assert codes({"id": "a", "applies": {"urgencies": ["soon"]}, "steps": [step("therapist")]}) == []


class TestP09NeverEveryone:
    @pytest.mark.parametrize(
        ("repeat", "words"),
        [
            ([], "starts again without paging anybody more"),
            ([{"add": [PRIMARY]}], "its widest round does not"),
        ],
    )
    def test_a_loud_policy_that_never_pages_everyone_is_found(self, repeat, words):
        (found,) = findings({"id": "a", "applies": URGENT, "repeat": repeat})

        assert found.code == "P09"
        assert words in found.sentence

    def test_everyone_as_a_step_will_do(self):
        steps = [step(PRIMARY), step("everyone")]

        assert codes({"id": "a", "applies": IMMINENT, "steps": steps, "repeat": []}) == []
        assert codes({"id": "a", "applies": {"urgencies": ["soon"]}, "repeat": []}) == []


class TestP10ReachTooLate:
    @pytest.mark.parametrize(
        ("applies", "within", "clean"),
        [
            (IMMINENT, "15m", True),
            (IMMINENT, "16m", False),
            (URGENT, "60m", True),
            (URGENT, "61m", False),
            ({"urgencies": ["urgent"], "kinds": ["patient_alert"]}, "30m", True),
            ({"urgencies": ["urgent"], "kinds": ["patient_alert"]}, "31m", False),
            ({"urgencies": ["urgent"], "kinds": ["opted_out"]}, "31m", False),
            ({"urgencies": ["urgent"]}, "60m", False),
            ({"urgencies": ["soon"]}, "24h", True),
            ({"urgencies": ["soon"]}, "25h", False),
            ({"kinds": ["system_fault"]}, "2h", True),
        ],
    )
    def test_contact_later_than_the_clinical_default_is_found(self, applies, within, clean):
        found = codes({"id": "a", "applies": applies, "reach_within": within})

        assert found == ([] if clean else ["P10 a"])

    def test_crisis_texts_with_a_policy_of_their_own_leave_the_hour_to_the_others(self):
        faster = ["patient_alert", "concern_raised", "opted_out"]
        texts = {"id": "t", "order": 1, "applies": {"urgencies": ["urgent"], "kinds": faster}}

        assert codes(texts, {"id": "u", "applies": {"urgencies": ["urgent"]}, "reach_within": "60m"}) == []


class TestP11NamedTwice:
    def test_somebody_named_twice_in_one_step_is_found(self):
        steps = [
            step(PRIMARY, PRIMARY),
            step(PRIMARY, {"person": "p1"}),
            step("everyone", {"person": "p2"}),
            step(PRIMARY, {"person": "p4"}),
        ]
        found = codes({"id": "a", "applies": URGENT, "steps": steps}, people=(person("p4"),))

        assert [one for one in found if one.startswith("P11")] == ["P11 a 1", "P11 a 2", "P11 a 3"]


class TestP12PagedTwice:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"person": "p1"}, {"person": "p1"}),
            ({"schedule": "kim"}, {"person": "p1"}),
            ({"person": "p1"}, {"schedule": "kim"}),
        ],
    )
    def test_a_step_that_asks_the_same_person_again_is_found(self, first, second):
        (found,) = findings({"id": "a", "applies": URGENT, "steps": [step(first), step(second)]})

        assert (found.code, found.step) == ("P12", 2)
        assert "p1 (step 1)" in found.sentence

    def test_one_phone_at_two_steps_is_found(self):
        steps = [step({"person": "p4"}), step({"person": "p5"})]
        (found,) = findings(
            {"id": "a", "applies": URGENT, "steps": steps},
            people=(person("p4", phone=7), person("p5", phone=7)),
        )

        assert (found.code, found.step) == ("P12", 2)
        assert "p5 has a phone of p4 (step 1)" in found.sentence

    def test_somebody_new_beside_the_same_one_or_two_who_take_turns_are_sound(self):
        steps = [step({"schedule": "kim"}), step({"schedule": "kim"}, {"person": "p2"})]

        assert codes({"id": "a", "applies": URGENT, "steps": steps}) == []
        turns = [step(PRIMARY), step({"schedule": "backup"}), step("everyone")]
        assert codes({"id": "a", "applies": URGENT, "steps": turns}) == []


class TestP13UnsignedImminent:
    def test_an_imminent_risk_that_one_person_may_close_is_found(self):
        assert codes({"id": "a", "applies": IMMINENT, "second_signature": False}) == ["P13 a"]

    def test_a_fault_of_a_machine_needs_nobody_to_sign(self):
        fault = {"id": "a", "applies": {"kinds": ["system_fault"]}, "second_signature": False}

        assert codes(fault) == []


class TestP14TextOnly:
    def test_somebody_whom_no_call_can_wake_is_found(self):
        loud = {"id": "a", "applies": IMMINENT, "steps": [step({"person": "p4"})]}
        (found,) = findings(loud, people=(person("p4", voice=False),))

        assert (found.code, found.sentence.startswith("p4 has no voice method")) == ("P14", True)

    def test_for_urgent_a_text_will_do(self):
        urgent = {"id": "a", "applies": URGENT, "steps": [step({"person": "p4"})]}

        assert codes(urgent, people=(person("p4", voice=False),)) == []


class TestP15HighRiskWaits:
    NIGHT = {  # noqa: RUF012
        "id": "a", "applies": {"urgencies": ["soon"]}, "hours": {"quiet_from": "22:00", "until": "07:00"},
    }  # fmt: skip

    def test_quiet_hours_that_hold_back_high_risk_patients_are_found(self):
        assert codes(self.NIGHT) == ["P15 a"]

    def test_an_earlier_policy_for_them_clears_it(self):
        flagged = {"id": "b", "order": 1, "applies": {"urgencies": ["soon"], "tags": ["high_risk", "x"]}}

        assert codes(self.NIGHT, flagged) == []
        assert codes({**self.NIGHT, "applies": {"urgencies": ["soon"], "without_tags": ["high_risk"]}}) == []


class TestP16OddQuietHours:
    @pytest.mark.parametrize(
        ("start", "until", "clean"),
        [("22:00", "07:00", True), ("22:00", "22:00", False), ("18:00", "07:00", False)],
    )
    def test_no_night_and_a_very_long_one_are_found(self, start, until, clean):
        applies = {"urgencies": ["routine"]}
        found = codes({"id": "a", "applies": applies, "hours": {"quiet_from": start, "until": until}})

        assert found == ([] if clean else ["P16 a"])


class TestP17SameOrder:
    def test_two_policies_that_only_the_alphabet_sorts_are_found(self):
        one = {"id": "a", "order": 5, "applies": URGENT}
        other = {"id": "b", "order": 5, "applies": {"kinds": ["screen_positive"]}, "reach_within": "15m"}
        found = [code for code in codes(one, other) if code.startswith("P17")]

        assert found == ["P17 a"]

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"kinds": ["dose_missed"]}, {"kinds": ["opted_out"]}),
            ({"tags": ["x"]}, {"without_tags": ["x"]}),
            (
                {"during": [{"start": "08:00", "end": "17:00"}]},
                {"during": [{"start": "17:00", "end": "08:00"}]},
            ),
        ],
    )
    def test_what_can_never_meet_may_share_an_order(self, first, second):
        found = codes(
            {"id": "a", "order": 5, "applies": {"urgencies": ["urgent"], **first}},
            {"id": "b", "order": 5, "applies": {"urgencies": ["urgent"], **second}},
        )

        assert "P17 a" not in found


class TestP18DoubtfulTag:
    @pytest.mark.parametrize(
        ("tag", "words"),
        [
            ("high-risk", "did you mean `high_risk`?"),
            ("minors", "did you mean `minor`?"),
            ("sites:main", "did you mean `site:`?"),
            ("site:nowhere", "nobody and no schedule is at a site `nowhere`"),
            ("language:spanish", "a language is two small letters"),
        ],
    )
    def test_a_tag_that_no_patient_is_likely_to_have_is_found(self, tag, words):
        (found,) = findings({"id": "a", "applies": {**URGENT, "tags": [tag]}})

        assert (found.code, words in found.sentence) == ("P18", True)

    def test_known_tags_and_words_of_ones_own_are_sound(self):
        tags = [
            "minor",
            "high_risk",
            "recent_discharge",
            "site:main",
            "language:es",
            "programme:x",
            "veteran",
        ]

        assert codes({"id": "a", "applies": {**URGENT, "tags": tags}}) == []


class TestP19IdleTarget:
    def test_a_target_that_never_adds_anybody_is_found(self):
        steps = [step(PRIMARY, {"schedule": "empty"})]
        (found,) = findings({"id": "a", "applies": URGENT, "steps": steps})

        assert (found.code, found.step, found.blocking) == ("P19", 1, False)

    def test_in_later_rounds_too(self):
        repeat = [{"add": [{"person": "p9"}]}, {"add": ["everyone"]}]

        assert codes({"id": "a", "applies": URGENT, "repeat": repeat}) == ["P19 a"]


def test_a_finding_reads_as_a_sentence_with_its_place_and_its_page():
    late = Policy.model_validate({**LAST, "reach_within": "4h"})
    (finding,) = programme.lint([late], [schedule("primary", "p1")], [person("p1")])

    assert str(finding).startswith(
        "P10 reach_too_late: policy last: `reach_within` is 4 h; for its signals 15 min is the most (6g: "
    )
    assert finding.page == "services/escalation/POLICY_FINDINGS.md#p10"
    assert not finding.blocking


def test_the_shipped_policies_have_none_of_them():
    shipped = programme.load(ROOT / "deploy" / "demo", ROOT / "deploy" / "policies")
    found = programme.lint(shipped.policies, shipped.schedules, shipped.people)

    assert {code: [str(f) for f in found if f.code == code] for code in NAMES} == {code: [] for code in NAMES}


def test_each_code_has_a_page_and_a_test():
    pages, tests = (ROOT / PAGES).read_text(), Path(__file__).read_text()

    for code, name in NAMES.items():
        assert f'<a id="{code.lower()}"></a>\n\n## {code} {name}\n' in pages
        assert f"class Test{code}{name.title().replace('_', '')[:8]}" in tests, code


def test_each_limit_has_a_source_and_is_used():
    for limit in LIMITS:
        assert "6" in limit.source
        assert limit in limits_of((kind, limit.urgency) for kind in Kind)
