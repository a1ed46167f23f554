"""What ops are told about the files they write: every mistake, with its line and its remedy."""

import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.schedules import Every, Rotation
from contracts.values import Channel
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
            ("every: day", "every: fortnight", "'fortnight' is not one of hour, day, week, month"),
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
