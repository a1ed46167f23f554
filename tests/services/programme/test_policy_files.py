"""What ops are told about the policies they write: every mistake, with its line and its remedy."""

from datetime import time
from pathlib import Path

import pytest

from contracts.policies import Policy, Target
from contracts.schedules import Weekday
from contracts.values import Kind
from services import programme

POLICY = """\
applies:
  urgencies: [imminent]
steps:
  - page: [schedule: primary]
    wait: 3m
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


def test_a_policy_is_named_by_its_file_unless_it_says_otherwise(tmp_path):
    found = policies(tmp_path, night=POLICY, other="id: day\norder: 5\n" + POLICY)

    assert [policy.id for policy in found] == ["day", "night"]


def test_yml_files_count_and_others_do_not(tmp_path):
    (tmp_path / "a.yml").write_text(POLICY)
    (tmp_path / "b.yaml.bak").write_text("nonsense")

    assert [policy.id for policy in programme.load_policies(tmp_path)] == ["a"]


def test_an_unknown_field_is_refused_with_the_nearest_known_one(tmp_path):
    text = POLICY.replace("    wait:", "    wiat:") + "reech_within: 5m\nwidth: 3\n"

    assert refused(tmp_path, a=text) == [
        "a.yaml:4: steps[1].wait: is missing; add it",
        "a.yaml:5: steps[1].wiat: is no field here; did you mean `wait`?",
        "a.yaml:6: reech_within: is no field here; did you mean `reach_within`?",
        "a.yaml:7: width: is no field here; use one of applies, hours, id, order, reach_within, repeat, "
        "resolve_within, second_signature, steps, title, zone",
    ]


def test_problems_of_all_files_are_told_at_once(tmp_path):
    wrong = POLICY.replace("imminent", "iminent")
    found = refused(tmp_path, a=wrong, b=POLICY.replace("3m", "3"), c=POLICY)

    assert found == [
        "a.yaml:2: applies.urgencies[1]: 'iminent' is not one of routine, soon, urgent, imminent; "
        "did you mean `imminent`?",
        "b.yaml:5: steps[1].wait: '3' is no duration; write a number and s, m, h or d: 90s, 3m",
    ]


def test_a_wait_of_no_time_is_refused(tmp_path):
    found = refused(tmp_path, a=POLICY.replace("3m", "00m"))

    assert found == [
        "a.yaml:5: steps[1].wait: is no time at all, so nobody could answer in it; write at least 1m"
    ]


def test_unknown_schedules_and_people_are_refused(tmp_path):
    more = "repeat:\n  - add:\n      - person: nobody\n"

    assert refused(tmp_path, a=POLICY.replace("primary", "primry") + more) == [
        "a.yaml:4: steps[1].page[1].schedule: there is no schedule `primry`; did you mean `primary`?",
        "a.yaml:8: repeat[1].add[1].person: there is no person `nobody`; add it or name another",
    ]


def test_a_target_names_exactly_one(tmp_path):
    (found,) = refused(tmp_path, a=POLICY.replace("schedule: primary", "{schedule: primary, person: p1}"))

    assert found.startswith("a.yaml:4: steps[1].page[1]: a target names exactly one of")


def test_a_target_without_its_kind_is_told_how_to_write_it(tmp_path):
    found = refused(tmp_path, a=POLICY.replace("[schedule: primary]", "[primary]"))

    assert found == [
        "a.yaml:4: steps[1].page[1]: 'primary' is no target; write `schedule: primary`, "
        "`person: primary`, `therapist`, `therapist_on_shift` or `everyone`"
    ]


def test_one_policy_id_may_not_stand_twice(tmp_path):
    found = refused(tmp_path, a=POLICY, b="id: a\n" + POLICY)

    assert found == [f"b.yaml:1: id: `a` is taken by {tmp_path}/a.yaml; give it another id"]


def test_a_field_may_not_stand_twice(tmp_path):
    assert refused(tmp_path, a=POLICY + "steps: []\n") == [
        "a.yaml:6: steps: stands twice, first in line 3; keep one"
    ]


def test_a_field_without_a_value_is_told_once(tmp_path):
    assert refused(tmp_path, a=POLICY.replace(" 3m", "") + "zone: ~\n") == [
        "a.yaml:5: steps[1].wait: has no value; write one or remove the line",
        "a.yaml:6: zone: has no value; write one or remove the line",
    ]


@pytest.mark.parametrize("wait", ["02:14", "2:14", "0x3m", "-3m", "1.5m", "yes"])
def test_what_yaml_reads_as_something_else_is_no_duration(tmp_path, wait):
    assert refused(tmp_path, a=POLICY.replace("3m", wait)) == [
        f"a.yaml:5: steps[1].wait: {wait!r} is no duration; write a number and s, m, h or d: 90s, 3m"
    ]


def test_words_that_yaml_takes_for_true_or_false_stay_names(tmp_path):
    text = POLICY.replace("schedule: primary", "schedule: on, ") + "title: no\n"
    (tmp_path / "off.yaml").write_text(text)
    found = programme.load_policies(tmp_path, schedules={"on"})

    assert (found[0].id, found[0].title, found[0].steps[0].page[0].schedule) == ("off", "no", "on")


def test_times_of_day_are_clock_readings(tmp_path):
    quiet = POLICY.replace("imminent", "soon") + "hours:\n  quiet_from: 22:00\n  until: {}\n"

    found = policies(tmp_path, a=quiet.format("07:05"))
    assert (found[0].hours.quiet_from, found[0].hours.until) == (time(22), time(7, 5))
    assert refused(tmp_path, a=quiet.format("700")) == [
        'a.yaml:8: hours.until: is no time of day; write "HH:MM", from "00:00" to "23:59"'
    ]


def test_hours_for_imminent_are_refused(tmp_path):
    found = refused(tmp_path, a=POLICY + 'hours: {quiet_from: "22:00", until: "07:00"}\n')

    assert len(found) == 1
    assert "would make imminent or urgent signals wait for the morning" in found[0]


def test_an_unknown_zone_is_refused_with_the_nearest(tmp_path):
    assert refused(tmp_path, a=POLICY + "zone: America/NewYork\n") == [
        "a.yaml:6: zone: 'America/NewYork' is no IANA time zone; did you mean `America/New_York`?"
    ]


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(programme.ProgrammeError, match="holds no policy, so nobody would be paged"):
        programme.load_policies(tmp_path)
    with pytest.raises(programme.ProgrammeError, match="absent:1: is no folder"):
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
def test_a_broken_file_is_told_with_its_line(tmp_path, text, line, words):
    found = refused(tmp_path, a=text)

    assert found[0].startswith(f"a.yaml:{line}: ")
    assert any(words in problem for problem in found)


QUIET = POLICY.replace("imminent", "soon") + "hours: {quiet_from: '22:00', until: '07:00'}\n"
DURING = POLICY.replace("steps:", "  during: [{days: [mon], start: '08:00', end: '17:00'}]\nsteps:")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            POLICY.replace("urgencies", "urgency"),
            "a.yaml:2: applies.urgency: is no field here; did you mean `urgencies`?",
        ),
        (
            POLICY.replace("schedule: primary", "schedul: primary"),
            "a.yaml:4: steps[1].page[1].schedul: is no field here; did you mean `schedule`?",
        ),
        (
            POLICY + "repeat:\n  - ad: [everyone]\n",
            "a.yaml:7: repeat[1].ad: is no field here; did you mean `add`?",
        ),
        (
            QUIET.replace("}", ", untl: '08:00'}"),
            "a.yaml:6: hours.untl: is no field here; did you mean `until`?",
        ),
        (
            DURING.replace("start", "from"),
            "a.yaml:3: applies.during[1].from: is no field here; use one of days, end, start",
        ),
        (
            DURING.replace("[mon]", "[monday]"),
            "a.yaml:3: applies.during[1].days[1]: 'monday' is not one of mon, tue, wed, thu, fri, sat, sun; "
            "did you mean `mon`?",
        ),
        (
            DURING.replace("'08:00'", "8"),
            'a.yaml:3: applies.during[1].start: is no time of day; write "HH:MM", from "00:00" to "23:59"',
        ),
        (
            DURING.replace("'17:00'", "'24:00'"),
            'a.yaml:3: applies.during[1].end: is no time of day; write "HH:MM", from "00:00" to "23:59"',
        ),
        (
            POLICY.replace("schedule: primary", "everyon"),
            "a.yaml:4: steps[1].page[1]: 'everyon' is no target; did you mean `everyone`?",
        ),
        (
            POLICY.replace("[schedule: primary]", "[[a]]"),
            "a.yaml:4: steps[1].page[1]: is no target; write `schedule: <id>`, `person: <id>`, "
            "`therapist`, `therapist_on_shift` or `everyone`",
        ),
        (
            POLICY.replace("schedule: primary", "therapist: maybe"),
            "a.yaml:4: steps[1].page[1].therapist: must be true or false",
        ),
        (
            POLICY.replace("[schedule: primary]", "everyone"),
            "a.yaml:4: steps[1].page: must be a list; write its entries as `- ...` lines or as [a, b]",
        ),
        (
            POLICY.replace("[schedule: primary]", "[]"),
            "a.yaml:4: steps[1].page: must not be empty; add at least one entry",
        ),
        (
            POLICY.replace("urgencies: [imminent]", "urgencies: imminent"),
            "a.yaml:2: applies.urgencies: must be a list; write its entries as `- ...` lines or as [a, b]",
        ),
        (
            POLICY.replace("  urgencies", "  - urgencies"),
            "a.yaml:1: applies: must hold fields, each written as `name: value`: all_tags, during, kinds, "
            "tags, urgencies, without_tags",
        ),
        (
            POLICY + "hours: 22:00\n",
            "a.yaml:6: hours: must hold fields, each written as `name: value`: quiet_from, until",
        ),
        (
            POLICY.replace("3m", "180"),
            "a.yaml:5: steps[1].wait: '180' is no duration; write a number and s, m, h or d: 90s, 3m",
        ),
        (
            POLICY.replace("3m", "9999999999d"),
            "a.yaml:5: steps[1].wait: is longer than any life; write a number of at most nine digits",
        ),
        (
            POLICY + "reach_within: 0m\n",
            "a.yaml:6: reach_within: is no time at all, so nobody could answer in it; write at least 1m",
        ),
        (POLICY + "order: first\n", "a.yaml:6: order: must be a whole number; write digits only"),
        (POLICY + "second_signature: 2\n", "a.yaml:6: second_signature: must be true or false"),
        (
            POLICY + "id: on call\n",
            "a.yaml:6: id: may hold letters, digits, - and _ only, 1 to 80 of them; rename it",
        ),
        (POLICY.replace("    wait", "\twait"), "a.yaml:5: is no YAML here: a tab; indent with spaces"),
        (POLICY.replace("[imminent]", ""), "a.yaml:2: applies.urgencies: has no value; write one or remove "
         "the line"),
        (
            POLICY.replace("wait: 3m", "wait: 3m\n    wait: 5m"),
            "a.yaml:6: steps[1].wait: stands twice, first in line 5; keep one",
        ),
        (
            POLICY.replace("imminent", "soon") + "hours: {quiet_from: '22:00'}\n",
            "a.yaml:6: hours.until: is missing; add it",
        ),
        (
            POLICY + "hours: {quiet_from: '22:00', until: '07:00'}\n",
            "a.yaml:6: hours: `hours` would make imminent or urgent signals wait for the morning; "
            "limit `applies: urgencies` to soon or routine, or remove `hours`",
        ),
        (
            "title: x\nsteps: []\n",
            "a.yaml:2: steps: `steps` is empty, so nobody would be paged; only a policy with "
            "`applies: {urgencies: [routine]}` may page nobody",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_line_field_and_remedy(tmp_path, text, told):
    assert refused(tmp_path, a=text) == [told]


def test_every_field_of_the_language_is_read(tmp_path):
    text = """\
applies:
  kinds: [session_missed]
  urgencies: [soon]
  tags: [minor, high_risk]
  all_tags: ["site:north"]
  without_tags: ["language:es"]
  during:
    - {days: [mon, fri], start: "08:00", end: "17:00"}
steps:
  - page: [therapist_on_shift, person: p1, therapist_on_shift: true]
    wait: 60m
"""
    (found,) = policies(tmp_path, a=text)

    applies = found.applies
    assert (applies.kinds, applies.tags) == ((Kind.SESSION_MISSED,), ("minor", "high_risk"))
    assert (applies.all_tags, applies.without_tags) == (("site:north",), ("language:es",))
    assert applies.during[0].days == (Weekday.MON, Weekday.FRI)
    assert (applies.during[0].start, applies.during[0].end) == (time(8), time(17))
    shift = Target(therapist_on_shift=True)
    assert found.steps[0].page == (shift, Target(person="p1"), shift)


class TestFolder:
    def test_each_file_is_kept_as_it_was_written(self, tmp_path):
        written = {"a.yaml": "# why\r\n" + POLICY, "other.yml": "id: b  # é\n" + POLICY}
        for name, text in written.items():
            (tmp_path / name).write_bytes(text.encode())
        found = programme.load_policy_folder(tmp_path)

        assert found.sources == {"a": written["a.yaml"], "b": written["other.yml"]}
        assert found.files == {"b": "other.yml"}
        assert [policy.id for policy in found.policies] == ["a", "b"]

    def test_a_broken_folder_is_refused_whole(self, tmp_path):
        (tmp_path / "a.yaml").write_text(POLICY)
        (tmp_path / "b.yaml").write_text("steps: 5\n")

        with pytest.raises(programme.ProgrammeError, match=r"b\.yaml:1"):
            programme.load_policy_folder(tmp_path)
