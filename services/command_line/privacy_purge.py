"""`vigil purge`: remove what is closed and past its retention; keys of patients are never erased by it."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

import nats.js.errors
import typer

from contracts.commits import DUE, Commit
from contracts.people import Patient
from contracts.privacy import Hold
from services.command_line.link import Link, linked
from services.command_line.media_files import past_retention
from services.command_line.privacy import LOGGED
from services.command_line.privacy_erasure import years
from services.command_line.privacy_retention import (
    YEAR,
    Message,
    Years,
    clinical_until,
    log_below,
    purge_below,
)
from services.command_line.shown import show, table
from services.command_line.troubles import Trouble
from services.runtime.follow import Follower
from services.runtime.log import Stored

Class = Literal["clinical", "minor", "log", "faults"]
"""Classes of records, each with years of its own; what the programme reports of a patient is clinical."""
_LOG = frozenset({"keys_changed", "desk_answered"})


@dataclass(frozen=True)
class Purgeable:
    """So many messages at the beginning of a subject may go: those below a sequence."""

    stream: str
    subject: str
    below: int
    count: int


def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go; change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove old runs, conversations, files and log lines, by the years set for each (VIGIL_RETENTION_...).

    Nothing that is open goes, nothing of a patient under a legal hold, and no patient's key: whose
    record as a whole is past its retention is listed, for two people to erase. Webhooks, pages and
    signals go after 90 days by themselves. Run it every month or so; it needs the admin's password.
    """
    asyncio.run(_purge(dry_run, yes))


async def _purge(dry_run: bool, yes: bool) -> None:
    async with linked() as link:
        held = {name for name, one in (await link.values("holds", Hold)).items() if one.lifted_at is None}
        patients = await link.values("patients", Patient)
        found = await purgeable(link, years(), patients, held)
        due = await erasable(link, years(), patients, held)
    rows = [(one.stream, one.subject, str(one.count)) for one in found]
    show(table("Past retention", ("stream", "subject", "messages"), rows))
    show(table("By class", ("class", "kept", "subjects", "messages"), _by_class(found, patients, years())))
    if held:
        typer.echo(f"Under a legal hold, and left alone: {', '.join(sorted(held))}")
    if due:
        typer.echo(f"Whole records past retention, for `vigil patient erase`: {', '.join(due)}")
    if dry_run or not found:
        return
    if not yes:
        typer.confirm(f"{sum(one.count for one in found)} messages go for good. Purge?", abort=True)
    async with linked("admin") as admin:
        js = admin.nc.jetstream(timeout=5)
        for one in found:
            try:
                # Up to a sequence: what was written since we looked is not touched.
                await js.purge_stream(one.stream, subject=one.subject, seq=one.below)
            except nats.js.errors.APIError as error:
                raise Trouble(
                    f"{one.stream} can't be purged ({error.description}); a stream made by an earlier "
                    "version refuses it for ever: move its messages to a new one by hand"
                ) from None
    typer.echo(f"{sum(one.count for one in found)} messages purged.")


async def purgeable(link: Link, kept: Years, patients: dict[str, Patient], held: set[str]) -> list[Purgeable]:
    """Return what may go, without changing anything."""
    now = link.clock.now()

    def cut_of(subject: str) -> datetime | None:
        name = subject.rpartition(".")[2]
        kind = class_of(subject, patients)
        if kind != "faults" and name in held:
            return None
        match kind:
            case "faults":
                return now - YEAR * kept.faults
            case "log":
                return now - YEAR * kept.log
            case _clinical:
                return now - (clinical_until(now, kept, minor=kind == "minor") - now)

    minors = frozenset(name for name, one in patients.items() if one.minor)
    files = await past_retention(link, kept, minors, frozenset(held))
    return [
        *await _of(link, "ESCALATIONS", cut_of, purge_below, _commit),
        *await _of(link, "CONVERSATIONS", cut_of, purge_below, _commit),
        *await _of(link, "TRIAGE", cut_of, purge_below, _commit),
        *await _of(link, "FOLLOWUPS", cut_of, purge_below, _commit),
        # Links are no log: who is who is needed as long as the ids are.
        *await _of(link, "PROGRAMME", cut_of, log_below, _fact),
        *(Purgeable(one.stream, one.subject, one.below, one.count) for one in files),
    ]


async def erasable(link: Link, kept: Years, patients: dict[str, Patient], held: set[str]) -> list[str]:
    """Return the patients of whom nothing must be kept any more."""
    now = link.clock.now()
    last: dict[str, datetime] = {}
    going: set[str] = set()

    def learn(stored: Stored) -> None:
        name = stored.subject.partition(".")[2]
        if DUE in stored.headers:
            going.add(name)
        at = Commit.model_validate_json(stored.data).at
        last[name] = max(at, last.get(name, at))

    for stream, filters in (
        ("ESCALATIONS", ("escalations.*",)),
        ("CONVERSATIONS", ()),
        ("FOLLOWUPS", ()),
    ):
        follower = Follower(link.nc, stream, learn, filters=filters, label="cli")
        await follower.start()
        await follower.stop()
    return sorted(
        name
        for name, at in last.items()
        if name in patients and patients[name].erased_at is None and name not in (held | going)
        if clinical_until(at, kept, minor=patients[name].minor) <= now
    )


def class_of(subject: str, patients: Mapping[str, Patient]) -> Class:
    """Return the class of records that a subject belongs to."""
    area, *middle, name = subject.split(".")
    if area == "faults":
        return "faults"
    if area == "$KV":
        name = middle[1]
    if area == "programme" and middle and (middle[0] in LOGGED or middle[0] in _LOG):
        return "log"
    return "minor" if name in patients and patients[name].minor else "clinical"


def _by_class(
    found: list[Purgeable], patients: Mapping[str, Patient], kept: Years
) -> Iterator[tuple[str, str, str, str]]:
    spans = {"clinical": kept.clinical, "minor": kept.minor, "log": kept.log, "faults": kept.faults}
    for name, span in spans.items():
        own = [one for one in found if class_of(one.subject, patients) == name]
        yield name, f"{span:g} years", str(len(own)), str(sum(one.count for one in own))


Below = Callable[[list[Message], datetime], int]


async def _of(
    link: Link,
    stream: str,
    cut_of: Callable[[str], datetime | None],
    below: Below,
    read: Callable[[Stored], Message | None],
) -> list[Purgeable]:
    subjects: dict[str, list[Message]] = {}

    def learn(stored: Stored) -> None:
        message = read(stored)
        if message is not None:
            subjects.setdefault(stored.subject, []).append(message)

    follower = Follower(link.nc, stream, learn, label="cli", whole=True)
    await follower.start()
    await follower.stop()
    found = []
    for subject, messages in sorted(subjects.items()):
        cut = cut_of(subject)
        until = below(messages, cut) if cut is not None else 0
        if until:
            count = sum(one.sequence < until for one in messages)
            found.append(Purgeable(stream, subject, until, count))
    return found


def _commit(stored: Stored) -> Message:
    commit = Commit.model_validate_json(stored.data)
    return Message(stored.sequence, commit.at, commit.start, DUE in stored.headers)


def _fact(stored: Stored) -> Message | None:
    try:
        at = datetime.fromisoformat(json.loads(stored.data)["at"])
    except (KeyError, ValueError, TypeError):
        return None
    return Message(stored.sequence, at)
