"""Asking something of followup: put it on the log, and say what came of it."""

import asyncio
import secrets
from typing import Any

from contracts.commits import BRIEF
from contracts.followups import FollowupAsked, FollowupBrief, TaskBrief, subject_of
from services.command_line.link import Link, me
from services.command_line.privacy import living
from services.command_line.troubles import Trouble
from services.runtime.follow import Follower
from services.runtime.log import Log, Stored, publish_fact

_TRIES = 40
_PAUSE = 0.1


async def ask(link: Link, patient: str, what: str, **fields: Any) -> None:
    """Ask, and return when it is done. Raises Trouble that says why it was not, or that nobody answers.

    The request stays on the log: a followup that starts later still does it.
    """
    await living(link, patient)
    name = f"ask-{secrets.token_hex(8)}"
    asked = FollowupAsked.model_validate(
        {"id": name, "patient": patient, "at": link.clock.now(), "by": me(), "what": what, **fields}
    )
    await publish_fact(link.nc, f"programme.followup_asked.{patient}", asked.model_dump_json().encode(), name)
    log = Log(link.nc, "FOLLOWUPS")
    for _ in range(_TRIES):
        outcome = dict(_brief(await log.last(subject_of(patient))).answers).get(name)
        if outcome == "done":
            return
        if outcome is not None:
            raise Trouble(f"{patient}: {outcome}")
        await asyncio.sleep(_PAUSE)
    raise Trouble(
        "followup has not answered yet; what you asked for is on record, and it is done when it runs"
    )


async def all_tasks(link: Link) -> list[tuple[str, TaskBrief]]:
    """Return (patient, task) of every open task, the earliest due first."""
    found: dict[str, FollowupBrief] = {}

    def learn(stored: Stored) -> None:
        found[stored.subject.partition(".")[2]] = _brief(stored)

    follower = Follower(link.nc, "FOLLOWUPS", learn, headers_only=True, label="cli")
    await follower.start()
    await follower.stop()
    tasks = [(patient, task) for patient, brief in found.items() for task in brief.tasks]
    return sorted(tasks, key=lambda one: (one[1].due, one[1].task))


async def whose(link: Link, name: str) -> tuple[str, TaskBrief]:
    """Return the patient and the open task of that id, in any case. Raises Trouble when there is none."""
    found = [one for one in await all_tasks(link) if one[1].task.upper() == name.upper()]
    if not found:
        raise Trouble(f"there is no open task {name}; see `vigil tasks list`")
    if len(found) > 1:
        raise Trouble(f"{name} stands for several tasks: of {', '.join(patient for patient, _ in found)}")
    return found[0]


def _brief(stored: Stored | None) -> FollowupBrief:
    raw = stored.headers.get(BRIEF) if stored is not None else None
    return FollowupBrief.model_validate_json(raw) if raw else FollowupBrief()
