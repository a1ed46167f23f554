"""The chapter's example happens as it stands there, and its timetable is read as it says."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.attendance.core import timetable
from services.attendance.settings import AttendanceSettings
from services.command_line.sessions_files import read

README = (Path(__file__).parents[3] / "services" / "attendance" / "README.md").read_text()


def rows(heading):
    part = README.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| (\d\d:\d\d) \| (.*) \|$", part, re.MULTILINE))


async def test_the_example(programme):
    example = rows("An example")
    await programme.group()
    await programme.member("pt_here")
    await programme.member("pt_away")
    await programme.member("pt_flagged", high_risk=True)

    await programme.until("08:55")
    assert example["08:55"] == "pt_here checks in"
    await programme.check_in("pt_here")
    await programme.until("09:15")
    said = [
        f"signal {urgency} for {patient} ({', '.join(tags)})"
        for patient, (urgency, *tags) in (await programme.missed()).items()
    ]
    assert sorted(said) == sorted(example["09:15"].split("; ")[:2])
    assert {one.patient for one in await programme.outreach()} == {"pt_away", "pt_flagged"}
    await programme.until("09:40")
    await programme.check_in("pt_away")
    (followed,) = await programme.followed()
    assert example["09:40"] == f"{followed.patient} checks in: {followed.what} follows its signal"


def test_the_timetable_is_read_as_it_stands_there(tmp_path):
    file = tmp_path / "groups.yaml"
    file.write_text(re.search(r"```yaml\n(.*?)```", README, re.DOTALL)[1])

    written = read([file])

    group = written.groups["iop"]
    begin = datetime(2026, 12, 21, 5, tzinfo=UTC)
    week = timetable.sessions(group, None, begin, begin + timedelta(days=7))
    assert [(one.id, one.off, one.held_on.day) for one in week] == [
        ("iop-20261221-0900", "", 21),
        ("iop-20261223-0900", "session_off", 23),
        ("iop-20261225-0900", "", 24),
    ]
    found = written.resolved((), {"pt_a": "pt_a", "ehr:4711": "pt_b"}.get)
    assert [(one.patient, one.reminders) for one in found.values()] == [("pt_a", True), ("pt_b", False)]


def test_every_setting_and_figure_named_is_the_settings():
    named = re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", README)
    fields = {name.upper() for name in AttendanceSettings.model_fields}

    assert {name.removeprefix("VIGIL_ATTENDANCE_") for name in named} - {""} <= fields
    own = AttendanceSettings()
    for figure, value in (("BULK_EXPECTED", own.bulk_expected), ("BULK_MISSING", own.bulk_missing)):
        assert f"`{figure}` ({value})" in README
    assert f"`BULK_WAIT_MINUTES` ({own.bulk_wait_minutes:.0f})" in README
