"""What ops are told about the files they write: every mistake, with its line and its remedy."""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.people import ContactMethod, Person
from contracts.policies import Policy
from contracts.schedules import Every, Rotation, Schedule
from contracts.values import Channel, Kind, Sealed, Urgency
from services import programme

POLICY = """\
applies:
  urgencies: [imminent]
steps:
  - page: [schedule: primary]
    wait: 3m
"""

PEOPLE = """\
people:
  - id: p1
    name: Kim
    methods:
      - sms: "+12025550101"
      - voice: "+12025550101"
    pin: 0412
  - id: p2
    name: Ana
    methods:
      - voice: "+12025550102"
"""

SCHEDULES = """\
schedules:
  - id: primary
    zone: America/New_York
    rotations:
      - people: [p1, p2]
        every: day
        starts_on: 2026-11-02
        handoff_at: 02:14
"""


def policies(folder: Path, **names: str) -> tuple[Policy, ...]:
    """Write these policies and load them; `primary` and `p1` are known."""
    for name, text in names.items():
        (folder / f"{name}.yaml").write_text(text)
    return programme.load_policies(folder, schedules={"primary", "backup"}, people={"p1", "p2"})


def refused(folder: Path, **names: str) -> list[str]:
    """Return the problems of these policies, without the folder's name."""
    with pytest.raises(programme.ProgrammeError) as caught:
        policies(folder, **names)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def refused_people(folder: Path, text: str) -> list[str]:
    path = folder / "people.yaml"
    path.write_text(text)
    with pytest.raises(programme.ProgrammeError) as caught:
        programme.load_people(path)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def refused_schedules(folder: Path, text: str) -> list[str]:
    path = folder / "schedules.yaml"
    path.write_text(text)
    with pytest.raises(programme.ProgrammeError) as caught:
        programme.load_schedules(path, people={"p1", "p2"})
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


class TestPolicies:
    def test_a_policy_is_named_by_its_file_unless_it_says_otherwise(self, tmp_path):
        found = policies(tmp_path, night=POLICY, other="id: day\norder: 5\n" + POLICY)

        assert [policy.id for policy in found] == ["day", "night"]

    def test_yml_files_count_and_others_do_not(self, tmp_path):
        (tmp_path / "a.yml").write_text(POLICY)
        (tmp_path / "b.yaml.bak").write_text("nonsense")

        assert [policy.id for policy in programme.load_policies(tmp_path)] == ["a"]

    def test_an_unknown_field_is_refused_with_the_nearest_known_one(self, tmp_path):
        text = POLICY.replace("    wait:", "    wiat:") + "reech_within: 5m\nwidth: 3\n"

        assert refused(tmp_path, a=text) == [
            "a.yaml:4: steps[1].wait: is missing; add it",
            "a.yaml:5: steps[1].wiat: is no field here; did you mean `wait`?",
            "a.yaml:6: reech_within: is no field here; did you mean `reach_within`?",
            "a.yaml:7: width: is no field here; use one of applies, hours, id, order, reach_within, repeat, "
            "resolve_within, second_signature, steps, title, zone",
        ]

    def test_problems_of_all_files_are_told_at_once(self, tmp_path):
        wrong = POLICY.replace("imminent", "iminent")
        found = refused(tmp_path, a=wrong, b=POLICY.replace("3m", "3"), c=POLICY)

        assert found == [
            "a.yaml:2: applies.urgencies[1]: 'iminent' is not one of routine, soon, urgent, imminent; "
            "did you mean `imminent`?",
            "b.yaml:5: steps[1].wait: '3' is no duration; write a number and s, m, h or d: 90s, 3m",
        ]

    def test_a_wait_of_no_time_is_refused(self, tmp_path):
        found = refused(tmp_path, a=POLICY.replace("3m", "00m"))

        assert found == [
            "a.yaml:5: steps[1].wait: is no time at all, so nobody could answer in it; write at least 1m"
        ]

    def test_unknown_schedules_and_people_are_refused(self, tmp_path):
        more = "repeat:\n  - add:\n      - person: nobody\n"

        assert refused(tmp_path, a=POLICY.replace("primary", "primry") + more) == [
            "a.yaml:4: steps[1].page[1].schedule: there is no schedule `primry`; did you mean `primary`?",
            "a.yaml:8: repeat[1].add[1].person: there is no person `nobody`; add it or name another",
        ]

    def test_a_target_names_exactly_one(self, tmp_path):
        (found,) = refused(tmp_path, a=POLICY.replace("schedule: primary", "{schedule: primary, person: p1}"))

        assert found.startswith("a.yaml:4: steps[1].page[1]: a target names exactly one of")

    def test_a_target_without_its_kind_is_told_how_to_write_it(self, tmp_path):
        found = refused(tmp_path, a=POLICY.replace("[schedule: primary]", "[primary]"))

        assert found == [
            "a.yaml:4: steps[1].page[1]: 'primary' is no target; write `schedule: primary`, "
            "`person: primary`, `therapist` or `everyone`"
        ]

    def test_one_policy_id_may_not_stand_twice(self, tmp_path):
        found = refused(tmp_path, a=POLICY, b="id: a\n" + POLICY)

        assert found == [f"b.yaml:1: id: `a` is taken by {tmp_path}/a.yaml; give it another id"]

    def test_a_field_may_not_stand_twice(self, tmp_path):
        assert refused(tmp_path, a=POLICY + "steps: []\n") == [
            "a.yaml:6: steps: stands twice, first in line 3; keep one"
        ]

    def test_a_field_without_a_value_is_told_once(self, tmp_path):
        assert refused(tmp_path, a=POLICY.replace(" 3m", "") + "zone: ~\n") == [
            "a.yaml:5: steps[1].wait: has no value; write one or remove the line",
            "a.yaml:6: zone: has no value; write one or remove the line",
        ]

    @pytest.mark.parametrize("wait", ["02:14", "2:14", "0x3m", "-3m", "1.5m", "yes"])
    def test_what_yaml_reads_as_something_else_is_no_duration(self, tmp_path, wait):
        assert refused(tmp_path, a=POLICY.replace("3m", wait)) == [
            f"a.yaml:5: steps[1].wait: {wait!r} is no duration; write a number and s, m, h or d: 90s, 3m"
        ]

    def test_words_that_yaml_takes_for_true_or_false_stay_names(self, tmp_path):
        text = POLICY.replace("schedule: primary", "schedule: on, ") + "title: no\n"
        (tmp_path / "off.yaml").write_text(text)
        found = programme.load_policies(tmp_path, schedules={"on"})

        assert (found[0].id, found[0].title, found[0].steps[0].page[0].schedule) == ("off", "no", "on")

    def test_times_of_day_are_clock_readings(self, tmp_path):
        quiet = POLICY.replace("imminent", "soon") + "hours:\n  quiet_from: 22:00\n  until: {}\n"

        found = policies(tmp_path, a=quiet.format("07:05"))
        assert (found[0].hours.quiet_from, found[0].hours.until) == (time(22), time(7, 5))
        assert refused(tmp_path, a=quiet.format("700")) == [
            'a.yaml:8: hours.until: is no time of day; write "HH:MM", from "00:00" to "23:59"'
        ]

    def test_hours_for_imminent_are_refused(self, tmp_path):
        found = refused(tmp_path, a=POLICY + 'hours: {quiet_from: "22:00", until: "07:00"}\n')

        assert len(found) == 1
        assert "would make imminent or urgent signals wait for the morning" in found[0]

    def test_an_unknown_zone_is_refused_with_the_nearest(self, tmp_path):
        assert refused(tmp_path, a=POLICY + "zone: America/NewYork\n") == [
            "a.yaml:6: zone: 'America/NewYork' is no IANA time zone; did you mean `America/New_York`?"
        ]

    def test_an_empty_folder_is_refused(self, tmp_path):
        with pytest.raises(programme.ProgrammeError, match="holds no policy, so nobody would be paged"):
            programme.load_policies(tmp_path)
        with pytest.raises(programme.ProgrammeError, match="holds no policy"):
            programme.load_policies(tmp_path / "absent")

    @pytest.mark.parametrize(
        ("text", "line", "words"),
        [
            ("steps: [\n", 2, "is no YAML here"),
            ("\tsteps: []\n", 1, "is no YAML here"),
            ("a: 1\n---\nb: 2\n", 2, "is no YAML here"),
            ("steps: &s []\nrepeat: *s\n", 2, "aliases are not followed"),
            ("", 1, "is empty"),
            ("- a\n", 1, "must hold the fields of one policy"),
            ("[" * 5000, 1, "is no YAML text"),
            ("? [a]\n: b\n" + POLICY, 1, "has a field whose name is no text"),
            ("steps: 5\napplies: 3\n", 1, "must be a list"),
            ("title: \x07\n", 1, "is no YAML text"),
        ],
    )
    def test_a_broken_file_is_told_with_its_line(self, tmp_path, text, line, words):
        found = refused(tmp_path, a=text)

        assert found[0].startswith(f"a.yaml:{line}: ")
        assert any(words in problem for problem in found)


class TestPeople:
    def test_people_are_read_in_order_with_their_methods(self, tmp_path):
        (tmp_path / "people.yaml").write_text(PEOPLE)
        kim, ana = programme.load_people(tmp_path / "people.yaml")

        assert [(m.channel, m.phone) for m in kim.methods] == [
            (Channel.SMS, "+12025550101"),
            (Channel.VOICE, "+12025550101"),
        ]
        assert (kim.name, kim.pin, kim.zone, kim.site, kim.active) == (
            "Kim", "0412", "America/New_York", "main", True,
        )  # fmt: skip
        assert [m.channel for m in ana.methods] == [Channel.VOICE]

    def test_every_mistake_is_told_and_no_number_is_repeated(self, tmp_path):
        text = (
            PEOPLE.replace('sms: "+12025550101"', 'sms: "202-555-0101"')
            .replace("pin: 0412", "pin: 12x4")
            .replace("id: p2", "id: p1")
            .replace('voice: "+12025550102"', "voice: +1202555010")
        )
        found = refused_people(tmp_path, text)

        assert found == [
            "people.yaml:5: people[1].methods[1].sms: is no number in E.164; "
            'write + and country code, no spaces: "+12025550101"',
            "people.yaml:7: people[1].pin: is no PIN; write 4 to 8 digits",
            "people.yaml:8: people[2].id: `p1` is taken by the entry in line 2; give it another id",
            "people.yaml:11: people[2].methods[1].voice: is a number that cannot exist in its country; "
            "check the digits",
        ]
        assert not any("202-555" in problem or "+1202555010;" in problem for problem in found)

    @pytest.mark.parametrize(
        ("before", "after", "words"),
        [
            ("name: Kim", "nme: Kim", "people[1].nme: is no field here; did you mean `name`?"),
            ('- voice: "+12025550102"', '- signal: "+12025550102"', "no field here; use one of sms, voice"),
            ('- voice: "+12025550102"', '- {sms: "+12025550102", voice: "+12025550102"}', "must be either"),
            ('- voice: "+12025550102"', '- "+12025550102"', "must hold fields"),
            ('voice: "+12025550102"', 'voice: "+12025550101"', "is also a phone of the person in line 2"),
            ('voice: "+12025550101"', 'sms: "+12025550101"', "names one contact method twice"),
            ('methods:\n      - voice: "+12025550102"', "site: main", "has no contact method"),
            ("id: p2", "id: Ana Ray", "may hold letters, digits, - and _ only"),
            ("people:", "persons:", "has no `people:`"),
            ("people:", "people: []\nothers:", "others: is no field here"),
            ("people:", "people: []\nothers:", "is empty, so nobody could be paged"),
            ("name: Ana", "active: maybe\n    name: Ana", "must be true or false"),
            ("name: Ana", "name: []", "must be text"),
            ("name: Ana", "name: " + "A" * 31, "is longer than 30 characters"),
        ],
    )
    def test_a_mistake_is_told_with_its_remedy(self, tmp_path, before, after, words):
        assert before in PEOPLE

        assert any(words in problem for problem in refused_people(tmp_path, PEOPLE.replace(before, after)))

    def test_somebody_inactive_needs_no_phone(self, tmp_path):
        (tmp_path / "people.yaml").write_text("people:\n  - {id: p1, name: Kim, active: no}\n")

        assert programme.load_people(tmp_path / "people.yaml")[0].active is False

    def test_an_absent_file_is_told(self, tmp_path):
        with pytest.raises(programme.ProgrammeError, match="cannot be read"):
            programme.load_people(tmp_path / "people.yaml")


class TestSchedules:
    def test_a_schedule_keeps_its_wall_clock(self, tmp_path):
        (tmp_path / "schedules.yaml").write_text(SCHEDULES)
        (schedule,) = programme.load_schedules(tmp_path / "schedules.yaml")

        assert schedule.rotations == (
            Rotation(
                people=("p1", "p2"), every=Every.DAY, starts_on=date(2026, 11, 2), handoff_at=time(2, 14)
            ),
        )

    def test_an_override_is_read_on_the_wall_clock_and_lasts_longer_where_that_is_unclear(self, tmp_path):
        override = """\
    overrides:
      - {person: p2, start: 2026-11-01T01:30, end: 2026-11-01 01:45}
      - {person: p1, start: "2026-11-03T02:00:00Z", end: "2026-11-03T05:00+01:00"}
"""
        (tmp_path / "schedules.yaml").write_text(SCHEDULES + override)
        first, second = programme.load_schedules(tmp_path / "schedules.yaml")[0].overrides

        assert (first.start, first.end) == (utc(2026, 11, 1, 5, 30), utc(2026, 11, 1, 6, 45))
        assert (second.start, second.end) == (utc(2026, 11, 3, 2), utc(2026, 11, 3, 4))

    @pytest.mark.parametrize(
        ("before", "after", "words"),
        [
            ("[p1, p2]", "[p1, p9]", "5: schedules[1].rotations[1].people[2]: there is no person `p9`"),
            ("[p1, p2]", "[]", "must not be empty"),
            ("every: day", "every: month", "'month' is not one of day, week"),
            ("02:14", "214", "handoff_at: is no time of day"),
            ("02:14", "25:00", "handoff_at: is no time of day"),
            ("2026-11-02", "20261102", "starts_on: is no day"),
            ("2026-11-02", "2026-02-30", "starts_on: "),
            ("America/New_York", "EDT", "is no IANA time zone"),
            ("handoff_at", "handof_at", "did you mean `handoff_at`?"),
        ],
    )
    def test_a_mistake_is_told_with_its_line(self, tmp_path, before, after, words):
        found = refused_schedules(tmp_path, SCHEDULES.replace(before, after))

        assert len(found) == 1
        assert words in found[0]

    def test_overrides_are_checked(self, tmp_path):
        override = """\
    overrides:
      - {person: p2, start: 2026-11-05T08:00, end: 2026-11-04T08:00}
      - {person: x, start: 2026-11-05T08:00, end: 2026-11-06T08:00}
"""
        assert refused_schedules(tmp_path, SCHEDULES + override) == [
            "schedules.yaml:10: schedules[1].overrides[1].end: is not after `start`; move one of them",
            "schedules.yaml:11: schedules[1].overrides[2].person: there is no person `x`; "
            "add it or name another",
        ]


class TestWholeProgramme:
    def write(self, folder: Path, patients: str) -> None:
        (folder / "policies").mkdir(exist_ok=True)
        (folder / "policies" / "a.yaml").write_text(POLICY)
        (folder / "people.yaml").write_text(PEOPLE)
        (folder / "schedules.yaml").write_text(SCHEDULES)
        (folder / "patients.yaml").write_text(patients)

    def test_a_folder_is_checked_together(self, tmp_path):
        self.write(tmp_path, 'patients:\n  - {id: d1, therapist: p2, phone: "+12025550121"}\n')
        found = programme.load(tmp_path)

        assert (len(found.policies), len(found.people), len(found.schedules)) == (1, 2, 1)
        assert found.patients[0].therapist == "p2"

    def test_problems_of_all_files_come_in_one_error(self, tmp_path):
        self.write(tmp_path, 'patients:\n  - {id: d1, therapist: p7}\n  - {id: d2, phone: "1"}\n')
        (tmp_path / "people.yaml").write_text(PEOPLE.replace("name: Ana", "nam: Ana"))
        (tmp_path / "policies" / "a.yaml").write_text(POLICY.replace("primary", "prime"))
        with pytest.raises(programme.ProgrammeError) as caught:
            programme.load(tmp_path)

        files = {Path(problem.file).name for problem in caught.value.problems}
        assert files == {"people.yaml", "patients.yaml", "a.yaml"}
        # A person whose entry is broken is still known: one mistake is told once.
        assert not any("`p2`" in problem.text for problem in caught.value.problems)

    def test_two_patients_may_not_share_a_phone(self, tmp_path):
        path = tmp_path / "patients.yaml"
        entries = [f'  - {{id: {name}, phone: "+12025550121"}}' for name in ("d1", "d2")]
        path.write_text("\n".join(["patients:", *entries]))

        with pytest.raises(programme.ProgrammeError, match="is also the phone of the patient in line 2"):
            programme.load_patients(path)


JUNK = st.sampled_from(
    ["", "~", "x", "7", "-1", "02:14", "[]", "{}", "[[]]", "{a: b}", "- - a", "? k", "!!int 5", "&a b", "*a",
     '"', ": :", "<<: {a: b}", "\t", "9" * 400, "null: null", "2026-13-40", "0000-00-00", "9999-12-31", "é🙂"]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    junk=JUNK,
    at=st.integers(0, 60),
    file=st.sampled_from(["policies/a.yaml", "people.yaml", "schedules.yaml"]),
)
def test_whatever_stands_in_a_file_it_is_read_or_refused_with_problems(tmp_path, junk, at, file):
    TestWholeProgramme().write(tmp_path, "patients: []\n")
    words = re.split(r"(?<=[ \n\[])", (tmp_path / file).read_text())
    words[at % len(words)] = junk + "\n" * words[at % len(words)].endswith("\n")
    (tmp_path / file).write_text("".join(words))

    try:
        programme.load(tmp_path)
    except programme.ProgrammeError as error:
        assert error.problems
        assert all(problem.line >= 1 and problem.text for problem in error.problems)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def person(name: str, *, dead: bool = False) -> Person:
    method = ContactMethod(
        id="m",
        channel=Channel.SMS,
        phone=Sealed(key="k", box=""),
        phone_ref="k-" + "0" * 32,
        dead_since=utc(2026, 1, 1) if dead else None,
    )
    return Person(id=name, name=Sealed(key="k", box=""), methods=(method,))


def schedule(name: str, *people: str) -> Schedule:
    rotations = (Rotation(people=people, starts_on=date(2026, 1, 5)),) if people else ()
    return Schedule(id=name, rotations=rotations)


LAST = {
    "id": "last",
    "order": 1000,
    "steps": [{"page": [{"schedule": "primary"}], "wait": "3m"}],
    "repeat": [{"add": ["everyone"]}],
    "reach_within": "15m",
}


def codes(*written: dict[str, object], people: tuple[Person, ...] = (), last: bool = True) -> list[str]:
    """Return what the linter says: `code policy step`."""
    every = [Policy.model_validate(LAST)] if last else []
    every += [Policy.model_validate({**LAST, "order": 100, **policy}) for policy in written]
    rosters = [schedule("primary", "p1", "p2"), schedule("empty"), schedule("dead", "p3")]
    found = programme.lint(every, rosters, [person("p1"), person("p2"), person("p3", dead=True), *people])
    return [" ".join([f.code, f.policy, str(f.step or "")]).strip() for f in found]


def step(*page: object, wait: str = "3m", **more: str) -> dict[str, object]:
    return {"page": list(page), "wait": wait, **more}


PRIMARY = {"schedule": "primary"}


class TestLint:
    def test_a_sound_set_is_clean(self):
        assert codes({"id": "a", "applies": {"urgencies": ["urgent"]}}) == []

    def test_a_set_without_a_last_resort_is_found(self):
        only = {"id": "a", "applies": {"urgencies": list(Urgency)}}

        assert codes(only, last=False) == ["no_last_resort"]

    def test_a_policy_whose_signals_are_all_taken_is_found(self):
        urgent = {"id": "a", "order": 1, "applies": {"urgencies": ["urgent"]}}
        tagged = {"id": "b", "order": 2, "applies": {"urgencies": ["urgent"], "tags": ["child"]}}

        assert codes(urgent, tagged) == ["unreachable_policy b"]
        assert codes(urgent, {**tagged, "order": 0}) == []

    def test_a_policy_that_gets_one_of_its_tags_is_reached(self):
        first = {"id": "a", "order": 1, "applies": {"tags": ["x"]}}
        second = {"id": "b", "order": 2, "applies": {"tags": ["x", "y"]}}

        assert codes(first, second) == []

    def test_everything_behind_a_last_resort_is_unreachable(self):
        late = {"id": "z", "order": 2000}

        assert codes({**late, "applies": {"kinds": ["dose_missed"]}}) == ["unreachable_policy z"]
        assert codes(late) == ["unreachable_policy z"]

    def test_a_last_resort_that_nothing_is_left_for_is_no_finding(self):
        assert codes({"id": "a", "applies": {"urgencies": list(Urgency)}}) == []

    def test_a_step_nobody_can_ever_be_on_is_found(self):
        steps = [
            step({"schedule": "empty"}, {"person": "p9"}),
            step({"schedule": "dead"}),
            step({"schedule": "dead"}, PRIMARY),
            step("therapist"),
            step("everyone"),
        ]
        found = codes({"id": "a", "applies": {"urgencies": ["urgent"]}, "steps": steps})

        assert found == ["nobody_on_step a 1", "nobody_on_step a 2"]

    @pytest.mark.parametrize(
        ("urgency", "wait", "clean"),
        [
            ("imminent", "5m", True),
            ("imminent", "6m", False),
            ("urgent", "10m", True),
            ("urgent", "11m", False),
            ("soon", "4h", True),
        ],
    )
    def test_a_wait_longer_than_the_urgency_allows_is_found(self, urgency, wait, clean):
        found = codes({"id": "a", "applies": {"urgencies": [urgency]}, "steps": [step(PRIMARY, wait=wait)]})

        assert found == ([] if clean else ["wait_too_long a 1"])

    def test_a_longer_wait_at_night_counts(self):
        steps = [step(PRIMARY, wait="5m", wait_at_night="20m")]

        found = codes({"id": "a", "applies": {"urgencies": ["urgent"]}, "steps": steps})

        assert found == ["wait_too_long a 1"]

    def test_an_imminent_risk_has_no_night_and_does_not_hang_on_a_therapist(self):
        steps = [step("therapist"), step(PRIMARY, wait="3m", wait_at_night="4m")]
        found = codes({"id": "a", "applies": {"urgencies": ["imminent"]}, "steps": steps})

        assert sorted(found) == ["imminent_delayed a 1", "imminent_delayed a 2"]

    def test_an_imminent_policy_that_never_widens_is_found(self):
        assert codes({"id": "a", "applies": {"urgencies": ["imminent"]}, "repeat": []}) == ["never_wider a"]

    @pytest.mark.parametrize(
        ("applies", "within", "clean"),
        [
            ({"urgencies": ["imminent"]}, "15m", True),
            ({"urgencies": ["imminent"]}, "16m", False),
            ({"urgencies": ["urgent"], "kinds": ["screen_positive"]}, "60m", True),
            ({"urgencies": ["urgent"], "kinds": ["screen_positive"]}, "61m", False),
            ({"urgencies": ["urgent"], "kinds": ["patient_alert"]}, "30m", True),
            ({"urgencies": ["urgent"], "kinds": ["patient_alert"]}, "31m", False),
            ({"urgencies": ["urgent"]}, "60m", False),
            ({"urgencies": ["soon"]}, "24h", True),
            ({"kinds": ["system_fault"]}, "2h", True),
        ],
    )
    def test_contact_later_than_the_clinical_default_is_found(self, applies, within, clean):
        found = codes({"id": "a", "applies": applies, "reach_within": within})

        assert found == ([] if clean else ["reach_too_late a"])

    def test_crisis_texts_with_a_policy_of_their_own_leave_the_hour_to_the_others(self):
        texts = {"id": "t", "order": 1, "applies": {"urgencies": ["urgent"], "kinds": ["patient_alert"]}}

        assert codes(texts, {"id": "u", "applies": {"urgencies": ["urgent"]}, "reach_within": "60m"}) == []

    def test_somebody_named_twice_in_one_step_is_found(self):
        steps = [
            step(PRIMARY, PRIMARY),
            step(PRIMARY, {"person": "p1"}),
            step("everyone", {"person": "p2"}),
            step(PRIMARY, {"person": "p4"}),
        ]
        found = codes(
            {"id": "a", "applies": {"urgencies": ["urgent"]}, "steps": steps}, people=(person("p4"),)
        )

        assert found == ["named_twice a 1", "named_twice a 2", "named_twice a 3"]

    def test_a_finding_reads_as_a_sentence_with_its_place(self):
        late = Policy.model_validate({**LAST, "reach_within": "4h"})
        (finding,) = programme.lint([late], [schedule("primary", "p1")], [person("p1")])

        assert str(finding) == (
            "reach_too_late: policy last: `reach_within` is 4 h; for its signals 15 min is the most"
        )
        assert not finding.blocking


class TestSchema:
    def test_durations_targets_and_times_are_described_as_people_write_them(self):
        schema = programme.policy_schema()

        assert schema["properties"]["reach_within"]["default"] == "1h"
        assert "pattern" in schema["$defs"]["Step"]["properties"]["wait"]
        assert schema["$defs"]["Target"]["oneOf"][0] == {"enum": ["therapist", "everyone"]}
        assert schema["$defs"]["Hours"]["properties"]["until"]["pattern"].startswith("^(")
        assert schema["additionalProperties"] is False
        assert "id" not in schema["required"]

    def test_every_field_and_every_kind_is_described(self):
        schema = programme.policy_schema()

        assert set(schema["properties"]) == set(Policy.model_fields)
        assert schema["$defs"]["Kind"]["enum"] == [kind.value for kind in Kind]

    def test_a_day_is_the_default_to_resolve(self):
        assert Policy.model_fields["resolve_within"].default == timedelta(hours=24)
        assert programme.policy_schema()["properties"]["resolve_within"]["default"] == "24h"
