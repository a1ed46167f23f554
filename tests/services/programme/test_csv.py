"""People and shifts as spreadsheets write them; what is exported comes back as it was."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.schedules import Shift, Shifts
from services.programme import MethodDraft, PersonDraft, ProgrammeError
from services.programme.people_csv import people_csv, read_people
from services.programme.shifts_csv import ordered, read_shifts, shifts_csv

ZONES = {"primary": "America/New_York", "-night": "Europe/Berlin"}
PHONES = [f"+120255501{number:02}" for number in range(100)]
HEAD = "id,name,method1,method2,zone,site,active\n"

names = st.one_of(
    st.sampled_from(
        ["=1+1", "+kim", "-kim", "@kim", "'=kim", "''@", "'t Hooft", 'Kim "K"; Lee', "a\nb", "Zoë"]
    ),
    st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=30),
).filter(lambda name: name == name.strip())


@st.composite
def staff(draw: st.DrawFn) -> tuple[PersonDraft, ...]:
    phones = draw(st.permutations(PHONES))
    count = draw(st.integers(1, 4))
    return tuple(
        PersonDraft(
            id=f"{draw(st.sampled_from(['p', '-p', '_']))}{number}",
            name=draw(names),
            methods=tuple(
                MethodDraft(**{draw(st.sampled_from(["sms", "voice"])): phone})
                for phone in phones[number * 4 : number * 4 + draw(st.integers(1, 3))]
            ),
            zone=draw(st.sampled_from(["America/New_York", "Europe/Berlin"])),
            site=draw(st.sampled_from(["main", "north"])),
            active=draw(st.booleans()),
            role=draw(st.sampled_from(["", "peer", "Art therapist"])),
            languages=draw(st.sampled_from([(), ("en",), ("en", "es")])),
        )
        for number in range(count)
    )


@settings(max_examples=60, deadline=None)
@given(people=staff())
def test_people_come_back_as_they_were_exported(
    people: tuple[PersonDraft, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / "people.csv"
    file.write_bytes(people_csv(people).encode())

    assert read_people(file) == people


@settings(max_examples=60, deadline=None)
@given(text=names)
def test_no_exported_cell_is_a_formula(text: str) -> None:
    draft = PersonDraft(id="kim", name=text, methods=(MethodDraft(sms=PHONES[0]),))

    cell = people_csv([draft]).splitlines()[1].split(",", 1)[1].lstrip('"')

    assert cell[:1] not in ("=", "+", "-", "@")


shift_lists = st.lists(
    st.builds(
        lambda person, start, minutes: Shift(
            person=person, start=start, end=start + timedelta(minutes=minutes)
        ),
        st.sampled_from(["kim", "-lee"]),
        st.datetimes(datetime(2026, 10, 1), datetime(2027, 4, 30), timezones=st.just(UTC)).map(  # noqa: DTZ001
            lambda at: at.replace(microsecond=0)
        ),
        st.integers(1, 3000),
    ),
    min_size=1,
    max_size=8,
    unique=True,
)


@settings(max_examples=60, deadline=None)
@given(first=shift_lists, second=shift_lists)
def test_shifts_come_back_as_they_were_exported_through_every_change_of_clocks(
    first: list[Shift], second: list[Shift], tmp_path_factory: pytest.TempPathFactory
) -> None:
    at = datetime(2026, 10, 1, tzinfo=UTC)
    compiled = [
        Shifts(schedule=name, compiled_at=at, through=at, shifts=ordered(held))
        for name, held in (("primary", first), ("-night", second))
    ]
    file = tmp_path_factory.getbasetemp() / "shifts.csv"
    file.write_bytes(shifts_csv(compiled, ZONES).encode())

    assert read_shifts(file, ZONES, ["kim", "-lee"]) == {one.schedule: one.shifts for one in compiled}


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbfid;name;method1\r\n\r\nkim;Kim;sms +12025550101\r\n;;\r\n",
        b"sep=;\nID;Name;Method1\nkim;Kim;sms:+1 (202) 555-0101\n",
        "id\tname\tmethod1\r\nkim\tKim\tSMS +12025550101\r\n".encode("utf-16"),
        b'method1,"name",id,\r\n"sms +12025550101",Kim,kim,\r\n,,,\r\n',
    ],
)
def test_whatever_a_spreadsheet_saved_is_read(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes(raw)

    assert read_people(tmp_path / "people.csv") == (
        PersonDraft(id="kim", name="Kim", methods=(MethodDraft(sms="+12025550101"),)),
    )


def told(text: str, folder: Path) -> list[str]:
    (folder / "people.csv").write_text(text)
    with pytest.raises(ProgrammeError) as error:
        read_people(folder / "people.csv")
    return [line.removeprefix(f"{folder}/") for line in str(error.value).splitlines()]


def test_every_mistake_is_told_with_its_line_and_column(tmp_path: Path) -> None:
    said = told(
        HEAD
        + "kim,Kim,sms +12025550101,voice 555,Amerika/New_York,main,yes\n"
        + '\n"lee","Lee\nK",pager 12,,,,maybe\n'
        + "kim,Kim,,,,,\n"
        + "ana,Ana,sms +12025550199,,,,yes\nbo,Bo,voice +12025550198,sms +12025550199,,,no\n",
        tmp_path,
    )

    assert said == [
        'people.csv:2: method2: is no number in E.164; write + and country code, no spaces: "+12025550101"',
        "people.csv:2: zone: 'Amerika/New_York' is no IANA time zone; did you mean `America/New_York`?",
        "people.csv:4: active: must be yes or no",
        "people.csv:4: method1: is no contact method; write `sms +12025550101` or `voice +12025550101`",
        "people.csv:6: has no contact method, so no page arrives; add `methods` or `active: false`",
        "people.csv:8: method2: is also a phone of the person in line 7; give each their own",
    ]


def test_wrong_columns_are_told_before_anything_else(tmp_path: Path) -> None:
    assert told("id,nmae,id\n1,2,3\n", tmp_path) == [
        "people.csv:1: id: stands twice; keep one",
        "people.csv:1: name: is a column that is missing; add it",
        "people.csv:1: nmae: is no column here; did you mean `name`?",
    ]
    assert told("id,name\nkim,Kim,sms\n", tmp_path)[0].startswith("people.csv:2: has more cells than the 2")
    assert told("", tmp_path)[0].startswith("people.csv:1: is empty")
    assert told("id,name\n", tmp_path) == ["people.csv:1: names nobody; add a row for each person"]


def test_what_is_no_table_at_all_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,name\nkim,\xff\xfe\n")
    for path, said in ((tmp_path / "a.csv", "is no UTF-8"), (tmp_path / "none.csv", "cannot be read")):
        with pytest.raises(ProgrammeError, match=said):
            read_people(path)


def shifts_told(text: str, folder: Path) -> list[str]:
    (folder / "s.csv").write_text(text)
    with pytest.raises(ProgrammeError) as error:
        read_shifts(folder / "s.csv", ZONES, ["kim", "lee"])
    return [line.removeprefix(f"{folder}/") for line in str(error.value).splitlines()]


def test_mistakes_in_shifts_are_told_and_half_a_file_is_never_read(tmp_path: Path) -> None:
    said = shifts_told(
        "schedule,person,start,end\n"
        "primary,kim,2026-11-30 08:00,2026-11-30 20:00\n"
        "primry,kmi,11/30/2026 8:00,2026-13-30 20:00\n"
        "primary,lee,2026-11-30 20:00,2026-11-30 08:00\n"
        "primary,lee,,2026-11-30 08:00\n",
        tmp_path,
    )

    assert said == [
        "s.csv:3: end: is no moment; write it on the schedule's wall clock: 2026-11-30 18:00",
        "s.csv:3: person: there is no person `kmi`; did you mean `kim`?",
        "s.csv:3: schedule: there is no schedule `primry`; did you mean `primary`?",
        "s.csv:3: start: is no moment; write it on the schedule's wall clock: 2026-11-30 18:00",
        "s.csv:4: end: is not after `start`; a shift over midnight ends on the next day",
        "s.csv:5: start: is missing; add it",
    ]


def test_shifts_over_a_clock_change_overlap_and_leave_no_gap(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(
        "schedule;person;start;end\n"
        "primary;kim;2026-10-31 20:00;2026-11-01 01:30\n"
        "primary;lee;2026-11-01 01:30;2026-11-01 08:00\n"
    )

    first, second = read_shifts(tmp_path / "s.csv", ZONES, ["kim", "lee"])["primary"]

    assert first.end == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert second.start == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_roles_and_languages_are_read_and_a_wrong_language_is_named(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        f"id,name,method1,role,languages\nkim,Kim,sms {PHONES[0]},peer,EN es\nlee,Lee,sms {PHONES[1]},,\n"
    )
    kim, lee = read_people(file)
    assert (kim.role, kim.languages, lee.role, lee.languages) == ("peer", ("en", "es"), "", ())

    file.write_text(f"id,name,method1,languages\nkim,Kim,sms {PHONES[0]},spanish\n")
    with pytest.raises(ProgrammeError, match="'spanish' is no language; write two letters such as es"):
        read_people(file)
