"""Who may do what: every cell of the table."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.console import Role
from services.console.core.rights import FRESH, TABLE, Action, Grant, grant, home

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=5)
#                  clinician supervisor ops   auditor administrator
_WANTED = """
see_board          yes       yes        yes   yes     yes
see_escalation     yes       yes        yes   yes     no
read_own           step_up   step_up    no    no      no
read_any           no        step_up    no    no      no
press              yes       yes        yes   no      no
close_imminent     step_up   step_up    step_up no    no
talk               yes       yes        no    no      no
retry_parked       no        no         yes   no      yes
"""
CELLS = [
    (Role(role), Action(line.split()[0]), Grant(word))
    for line in _WANTED.strip().splitlines()
    for role, word in zip(Role, line.split()[1:], strict=True)
]


@pytest.mark.parametrize(("role", "action", "wanted"), CELLS)
def test_each_cell_of_the_table_is_as_written_here(role: Role, action: Action, wanted: Grant) -> None:
    assert TABLE[action][role] is wanted
    assert grant(role, action, LONG_AGO, NOW) is wanted


@pytest.mark.parametrize(("role", "action", "wanted"), CELLS)
def test_a_code_given_just_now_opens_what_wants_one_and_nothing_else(
    role: Role, action: Action, wanted: Grant
) -> None:
    after = grant(role, action, NOW, NOW)

    assert after is (Grant.YES if wanted is Grant.STEP_UP else wanted)


def test_no_cell_is_missing() -> None:
    assert {(role, action) for role, action, _ in CELLS} == {(role, a) for role in Role for a in Action}


@pytest.mark.parametrize("action", FRESH)
def test_a_code_counts_until_its_time_is_over(action: Action) -> None:
    last = NOW - FRESH[action]

    assert grant(Role.SUPERVISOR, action, last + timedelta(seconds=1), NOW) is Grant.YES
    assert grant(Role.SUPERVISOR, action, last, NOW) is Grant.STEP_UP


def test_nobody_but_clinicians_and_supervisors_reads_of_patients() -> None:
    others = (Role.OPS, Role.AUDITOR, Role.ADMINISTRATOR)

    assert {TABLE[a][role] for a in (Action.READ_OWN, Action.READ_ANY, Action.TALK) for role in others} == {
        Grant.NO
    }


def test_whoever_is_paged_begins_with_what_is_theirs() -> None:
    assert [home(role) for role in Role] == ["/mine", "/mine", "/board", "/board", "/board"]
