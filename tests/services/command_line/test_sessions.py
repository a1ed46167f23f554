"""`vigil sessions`: the timetable from files, a day at a glance, check-in lists, excuses, cancellations."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nats.aio.client import Client

from contracts.facts import AbsenceExcused, CheckedIn, CheckInUndone
from services.administration import Administration
from services.command_line.sessions_files import read
from services.programme import PatientDraft, ProgrammeError
from services.runtime import sealing
from tests.support.site import Site

GROUPS = """\
groups:
  - id: iop
    title: Intensive outpatient, mornings
    times:
      - {days: mon tue wed thu fri sat sun, start: "09:00", minutes: 180}
    reminder_minutes: 60
enrolments:
  - {group: iop, patient: pt_a, from: 2026-01-01, reminders: yes}
  - {group: iop, patient: "ehr:4711"}
"""
DAY = "2027-03-02"


@pytest.fixture(scope="module")
def programme(empty_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    async def enrol(nc: Client) -> None:
        seals = sealing.load_or_create(empty_site.var / "secrets" / "seal.json")
        administration = Administration(nc, seals, lambda: datetime.now(UTC))
        await administration.put_patient(PatientDraft(id="pt_a"))
        await administration.put_patient(PatientDraft(id="pt_b"), "ehr", "4711")

    empty_site.as_admin(enrol)
    file = tmp_path_factory.mktemp("sessions") / "groups.yaml"
    file.write_text(GROUPS)
    dry = ok(empty_site, "load", str(file), "--dry-run")
    assert dry.splitlines() == [
        "+ group iop",
        "+ enrolment iop.pt_a",
        "+ enrolment iop.pt_b",
        "Nothing was changed.",
    ]
    ok(empty_site, "load", str(file))
    assert ok(empty_site, "load", str(file)) == "Everything is as the files say.\n"
    return empty_site


def ok(site: Site, *words: str) -> str:
    result = site.vigil("sessions", *words)
    assert result.exit_code == 0, result.output + result.stderr
    return result.stdout


def refused(site: Site, *words: str) -> str:
    result = site.vigil("sessions", *words)
    assert result.exit_code == 1
    return result.stderr


def facts_of(site: Site, kind: str) -> list[bytes]:
    async def work(nc: Client) -> list[bytes]:
        js = nc.jetstream()
        last = (await js.stream_info("PROGRAMME")).state.last_seq
        found = [await js.get_msg("PROGRAMME", number) for number in range(1, last + 1)]
        return [one.data or b"" for one in found if f".{kind}." in (one.subject or "")]

    facts: list[bytes] = site.as_admin(work)
    return facts


def test_a_day_at_a_glance(programme: Site) -> None:
    (session,) = json.loads(ok(programme, "today", "--on", DAY, "--json"))

    assert session["session"] == "iop-20270302-0900"
    assert session["patients"] == {"pt_a": "expected", "pt_b": "expected"}
    shown = ok(programme, "today", "iop", "--on", DAY)
    assert "iop-20270302-0900" in shown and "09:00-12:00" in shown
    assert "did you mean `iop`?" in refused(programme, "today", "iob")


def test_a_check_in_list_is_a_file_or_names_and_entered_twice_is_once(
    programme: Site, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("patient\npt_a\nehr:4711,came late\n# pt_c\n")

    assert "2 patients would be checked in" in ok(
        programme, "check-in", "iop", str(file), "--on", DAY, "--dry-run"
    )
    for _ in range(2):
        assert "2 patients checked in" in ok(programme, "check-in", "iop", str(file), "--on", DAY)

    heard = facts_of(programme, "checked_in")
    facts = [CheckedIn.model_validate_json(one) for one in heard]
    assert [(one.patient, one.session, one.by) for one in facts] == [
        ("pt_a", "iop-20270302-0900", "list"),
        ("pt_b", "iop-20270302-0900", "list"),
    ]
    assert "no patient here is pt_x" in refused(programme, "check-in", "iop", "pt_a", "pt_x", "--on", DAY)
    assert "which session?" in refused(programme, "check-in", "iop", "pt_a", "--on", DAY, "--at", "10:00")


def test_a_check_in_by_mistake_is_taken_back_by_list_and_can_be_entered_anew(
    programme: Site, tmp_path: Path
) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("patient\npt_a\n")
    words = ("check-in", "iop", str(file), "--on", "2027-03-04")

    ok(programme, *words)
    assert "1 patient would be entered by mistake" in ok(programme, *words, "--undo", "--dry-run")
    for _ in range(2):
        said = ok(programme, *words, "--undo")
        assert "1 patient entered by mistake, and expected again" in said
    for _ in range(2):
        ok(programme, *words)

    session = "iop-20270304-0900"
    there = [CheckedIn.model_validate_json(one) for one in facts_of(programme, "checked_in")]
    taken = [CheckInUndone.model_validate_json(one) for one in facts_of(programme, "check_in_undone")]
    assert [(one.patient, one.by) for one in there if one.session == session] == [("pt_a", "list")] * 2
    assert [(one.patient, one.session, one.by) for one in taken] == [("pt_a", session, "list")]


def test_an_excuse_is_for_a_day_or_a_session(programme: Site) -> None:
    ok(programme, "excuse", "pt_a", "--on", DAY)
    ok(programme, "excuse", "ehr:4711", "--session", "iop-20270302-0900")

    facts = [AbsenceExcused.model_validate_json(one) for one in facts_of(programme, "absence_excused")]
    assert [(one.patient, one.session, f"{one.on}") for one in facts] == [
        ("pt_a", None, DAY),
        ("pt_b", "iop-20270302-0900", DAY),
    ]


def test_an_excuse_from_a_session_that_is_not_there_is_refused(programme: Site) -> None:
    before = facts_of(programme, "absence_excused")

    said = refused(programme, "excuse", "pt_a", "--on", DAY, "--session", "iop-20270302-0930")

    assert "there is no session 'iop-20270302-0930'" in said and "iop-20270302-0900" in said
    assert facts_of(programme, "absence_excused") == before


def test_at_a_session_that_had_begun_before_it_was_written_nobody_is_shown_as_expected(
    programme: Site,
) -> None:
    """The group was loaded just now; the sessions of last month had begun by then."""
    long_ago = (datetime.now(UTC) - timedelta(days=30)).date().isoformat()

    (session,) = json.loads(ok(programme, "today", "--on", long_ago, "--json"))

    assert set(session["patients"].values()) <= {"not_watched"}
    assert f"{session['session']}  pt_b  not watched" in ok(programme, "today", "iop", "--on", long_ago)


def test_a_cancelled_session_stays_cancelled_when_files_are_loaded_again(
    programme: Site, tmp_path: Path
) -> None:
    said = ok(programme, "cancel", "iop", "2027-03-03", "--why", "snow")
    assert "- iop-20270303-0900" in said
    assert "takes place" in refused(programme, "cancel", "iop", "2027-03-03")

    file = tmp_path / "groups.yaml"
    file.write_text(GROUPS.replace("180", "120"))
    assert "~ group iop" in ok(programme, "load", str(file))
    (session,) = json.loads(ok(programme, "today", "--on", "2027-03-03", "--json"))
    assert session["off"] == "session_off"

    ok(programme, "cancel", "iop", "2027-03-03", "--undo")
    (session,) = json.loads(ok(programme, "today", "--on", "2027-03-03", "--json"))
    assert session["off"] == ""


def test_whoever_leaves_is_expected_until_their_last_day(programme: Site) -> None:
    ok(programme, "leave", "iop", "pt_b", "--on", "2027-04-01")

    (session,) = json.loads(ok(programme, "today", "--on", "2027-04-02", "--json"))
    assert list(session["patients"]) == ["pt_a"]


def test_a_table_of_groups_is_read_with_one_row_for_each_weekly_time(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("id,days,start,minutes,site\niop,mon wed,9:00,180,north\niop,fri,13:00,120,\n")
    members = tmp_path / "members.csv"
    members.write_text("group,patient,from,until,reminders\niop,pt_a,2026-11-23,,yes\n")

    written = read([file, members])

    (group,) = written.groups.values()
    assert [(f"{one.start:%H:%M}", len(one.days)) for one in group.times] == [("09:00", 2), ("13:00", 1)]
    assert group.site == "north"
    (enrolment,) = written.resolved((), lambda name: name).values()
    assert (enrolment.patient, enrolment.reminders) == ("pt_a", True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("groups:\n  - id: iop\n", "groups[1].times: is missing; add it"),
        ("groups:\n  - {id: iop, times: [{days: mon, start: 9}]}\n", "is no time of day"),
        ("groups:\n  - {id: iop, times: [{days: mo, start: '09:00'}]}\n", "'mo' is not one of"),
        (
            "groups:\n  - {id: iop, grace_minute: 5, times: [{days: mon, start: '09:00'}]}\n",
            "did you mean `gra",
        ),
        ("groups: []\n", "holds neither groups nor enrolments"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "groups.yaml"
    file.write_text(text)

    with pytest.raises(ProgrammeError) as caught:
        read([file])

    assert said in str(caught.value)


def test_an_enrolment_in_a_group_that_is_not_there_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "members.yaml"
    file.write_text("enrolments:\n  - {group: iob, patient: pt_a}\n  - {group: iop, patient: pt_x}\n")

    with pytest.raises(ProgrammeError) as caught:
        read([file]).resolved(("iop",), lambda name: name if name == "pt_a" else None)

    assert "there is no group `iob`; did you mean `iop`?" in str(caught.value)
    assert "is no patient here" in str(caught.value)
