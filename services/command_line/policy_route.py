"""`vigil policy route`: which policy a signal gets and why, and why each earlier one does not."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from contracts.policies import Policy, PolicySet
from contracts.values import Kind, Urgency
from services.command_line import words
from services.command_line.link import Link, linked
from services.command_line.moments import moment_here
from services.command_line.policy_versions import what_for
from services.command_line.scene import policy_set
from services.command_line.shown import local, put_json, show, table
from services.command_line.troubles import Trouble
from services.escalation.core import hours, routing
from services.programme import load_policies


@dataclass(frozen=True)
class Asked:
    """The signal that is asked about."""

    kind: Kind
    urgency: Urgency
    tags: tuple[str, ...]
    at: datetime

    def __str__(self) -> str:
        tags = f", tagged {', '.join(self.tags)}" if self.tags else ", no tags"
        return f"{self.kind.value}, {self.urgency.value}{tags}, {local(self.at)} {self.at.astimezone():%Z}"


def route(
    kind: Annotated[
        Kind, typer.Option(parser=words.kind, metavar=words.KINDS, help="What happened.", show_default=False)
    ],
    urgency: Annotated[
        Urgency,
        typer.Option(
            parser=words.urgency, metavar=words.URGENCIES, help="How urgent it is.", show_default=False
        ),
    ],
    tag: Annotated[list[str] | None, typer.Option(help="A tag of the signal; may repeat.")] = None,
    patient: Annotated[str, typer.Option(help="The patient's id: their tags count too.")] = "",
    at: Annotated[str, typer.Option(help="Another moment than now: 14:30, or 2026-11-24T02:10.")] = "",
    folder: Annotated[
        Path | None, typer.Option("--policies", help="Folder of policies; those in force if left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Plain JSON.")] = False,
) -> None:
    """Show which policy a signal gets and why, and why each one before it does not apply."""
    asyncio.run(_route(kind, urgency, tuple(tag or ()), patient, at, folder, as_json))


async def _route(
    kind: Kind,
    urgency: Urgency,
    tags: tuple[str, ...],
    patient: str,
    at: str,
    folder: Path | None,
    as_json: bool,
) -> None:
    async with linked() as link:
        now = link.clock.now()
        when = moment_here(at, now) if at else now
        given = (*tags, *(await _patient_tags(link, patient, when)))
        current = policy_set(load_policies(folder)) if folder else await link.policy_store().current()
    if current is None:
        raise Trouble("no policies are in force, so everyone is paged; run `vigil policy apply FOLDER`")
    asked = Asked(kind, urgency, tuple(dict.fromkeys(given)), when)
    found = routing.route(current, kind, urgency, asked.tags, when)
    if as_json:
        put_json(_json(asked, current, found))
    else:
        _tell(asked, current, found)


async def _patient_tags(link: Link, patient: str, at: datetime) -> tuple[str, ...]:
    if not patient:
        return ()
    known = await link.administration().patient(patient)
    if known is None:
        raise Trouble(f"--patient: there is no patient {patient!r}; `vigil patient add` makes one")
    return routing.tags_of(known, at)


def _tell(asked: Asked, current: PolicySet, found: routing.Routed) -> None:
    by_id = {policy.id: policy for policy in current.policies}
    rows = [(str(by_id[name].order), name, "no", why) for name, why in found.tried]
    if found.policy is not None:
        rows.append((str(found.policy.order), found.policy.id, "YES", f"is for {what_for(found.policy)}"))
    show(table(str(asked), ("order", "policy", "applies", "why"), rows))
    if found.policy is None:
        typer.echo("No policy applies: everyone is paged at once, and ops are told. Add a last resort.")
    else:
        typer.echo(_what_then(asked, found.policy))


def _what_then(asked: Asked, policy: Policy) -> str:
    if not policy.steps:
        return f"{policy.id} pages nobody: it is a worklist entry."
    first = " + ".join(target.label for target in policy.steps[0].page)
    begins = hours.paging_begins(policy, asked.urgency, asked.at)
    when = "at once" if begins <= asked.at else f"at {local(begins)}, for until then it is quiet"
    return f"{policy.id} pages {first} {when}."


def _json(asked: Asked, current: PolicySet, found: routing.Routed) -> dict[str, object]:
    begins = hours.paging_begins(found.policy, asked.urgency, asked.at) if found.policy else asked.at
    return {
        "kind": asked.kind.value,
        "urgency": asked.urgency.value,
        "tags": list(asked.tags),
        "at": asked.at.isoformat(),
        "version": current.version or None,
        "policy": found.policy.id if found.policy else None,
        "why": f"is for {what_for(found.policy)}" if found.policy else "no policy applies",
        "tried": [{"policy": name, "why_not": why} for name, why in found.tried],
        "pages_from": begins.isoformat() if found.policy is None or found.policy.steps else None,
    }
