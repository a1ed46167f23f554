"""`vigil page-test`: one page to one person through the real path, to prove that their phone is reached."""

import asyncio
import secrets
from typing import Annotated

import typer

from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.people import Person
from contracts.signals import Signal
from contracts.values import Kind, Urgency
from services.command_line.escalations import brief_of
from services.command_line.link import Link, linked, me
from services.command_line.shown import put_json
from services.command_line.troubles import Trouble, unknown
from services.roster import core
from services.runtime.log import Log, publish_fact

TEST = "test"
"""The tag of a signal that is only a test; the tag beside it names whom to page: `to:<person>`."""


def page_test(
    person: Annotated[
        str, typer.Argument(help="Id of the responder, as in people.yaml.", show_default=False)
    ],
    wait: Annotated[int, typer.Option(min=0, help="Seconds to wait for the answer.")] = 180,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, and nothing else.")] = False,
) -> None:
    """Page one person for a test, and wait until they answer 1; exit status 1 when they do not."""
    asyncio.run(_test(person, wait, as_json))


async def _test(name: str, wait: int, as_json: bool) -> None:
    async with linked() as link:
        people = await link.values("people", Person)
        if name not in people:
            raise unknown("responder", name, people, "vigil roster phones")
        if not core.reachable(people[name]):
            raise Trouble(
                f"{name} is inactive or has no contact method that works; mend people.yaml, then apply it"
            )
        subject = f"faults.test-{name}"
        before = await _brief(link, subject)
        if before is not None and before.status is not EscalationStatus.CLOSED:
            raise Trouble(f"a test page to {name} is still open as {before.code}; let them answer it first")
        await _publish(link, name)
        if not as_json:
            typer.echo(f"A test page to {name} is on its way; they answer 1.")
        answered = await _answered(link, subject, name, wait, before.run if before else "")
        if as_json:
            put_json({"person": name, "answered": answered})
        if not answered:
            raise Trouble(
                f"{name} did not answer within {wait} s; "
                f"see `vigil escalations test-{name}` for what the carrier said"
            )
    if not as_json:
        typer.echo(f"{name} answered.")


async def _publish(link: Link, name: str) -> None:
    now = link.clock.now()
    signal = Signal(
        id=f"page-test/{name}/{secrets.token_hex(4)}",
        kind=Kind.SYSTEM_FAULT,
        urgency=Urgency.URGENT,
        area=f"test-{name}",
        occurred_at=now,
        received_at=now,
        source="cli",
        tags=(TEST, f"to:{name}"),
        note=f"A test page to {name}, asked for by {me()}: nothing is wrong.",
    )
    await publish_fact(link.nc, f"signals.{signal.kind}", signal.model_dump_json().encode(), signal.id)


async def _answered(link: Link, subject: str, name: str, wait: int, earlier: str) -> bool:
    warned = False
    for _ in range(wait * 2 + 1):
        brief = await _brief(link, subject)
        if brief is not None and brief.run != earlier:
            if brief.holder == name or brief.status is EscalationStatus.CLOSED:
                return brief.holder == name
            if not warned and brief.policy != TEST:
                typer.echo(f"Policy {brief.policy} applies to it, so others may be paged as well.", err=True)
                warned = True
        await asyncio.sleep(0.5)
    return False


async def _brief(link: Link, subject: str) -> EscalationBrief | None:
    return brief_of(await Log(link.nc, "ESCALATIONS").last(subject))
