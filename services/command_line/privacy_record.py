"""`vigil patient reads`, `disclosed`, `export`: what was read, what was told, and what leaves."""

import asyncio
import secrets
from pathlib import Path
from typing import Annotated, Literal

import typer

from contracts.privacy import (
    ErasureAsked,
    PatientChanged,
    PatientDisclosed,
    PatientErased,
    PatientExported,
    PatientHeld,
)
from contracts.programme import PatientRevealed
from services.command_line.link import linked, me
from services.command_line.moments import moment_here
from services.command_line.privacy import Logged, ids_of, known, living, log_of, record
from services.command_line.privacy_export import gather
from services.command_line.privacy_ground import EXCEPTIONS, Grounds, grounds
from services.command_line.privacy_page import as_html, as_json
from services.command_line.settings import RecordSettings
from services.command_line.shown import local, show, table
from services.command_line.troubles import Trouble
from services.runtime.nats_secrets import write_private
from services.runtime.settings import load

PatientId = Annotated[str, typer.Argument(help="Vigil's id of the patient, pt_...", show_default=False)]


def reads(patient: PatientId) -> None:
    """Show who read, changed, took out, was told or erased what of a patient, and when."""
    asyncio.run(_reads(patient))


def disclosed(
    patient: PatientId,
    to: Annotated[str, typer.Option(help="Name of the medical personnel who were told; sealed.")],
    affiliation: Annotated[str, typer.Option(help="The health-care facility they belong to; sealed.")],
    by: Annotated[str, typer.Option(help="Who told them.")],
    nature: Annotated[str, typer.Option(help="The nature of the emergency; sealed. `-`: ask for it.")] = "-",
    told: Annotated[str, typer.Option(help="What they were told; sealed.")] = "",
    at: Annotated[str, typer.Option(help="When, if not now: 03:25, or 2026-11-24T03:25.")] = "",
) -> None:
    """Record that medical personnel were told without consent in an emergency, 42 CFR 2.51.

    The rule wants it in the record at once, with these four: whom and where they belong, by whom,
    when, and the nature of the emergency.
    """
    if nature == "-":
        nature = typer.prompt("Nature of the emergency")
    for option, said in (("--to", to), ("--affiliation", affiliation), ("--by", by), ("--nature", nature)):
        if not said.strip():
            raise Trouble(f"{option}: 42 CFR 2.51(c) wants it; write it down")
    asyncio.run(_disclosed(patient, (to, affiliation, by, nature, told), at))


def export(
    patient: PatientId,
    to: Annotated[str, typer.Option(help="For whom it is; sealed in the log.")],
    purpose: Annotated[str, typer.Option(help="What for, such as `records request`; no name.")],
    consent: Annotated[
        str, typer.Option(help="Where the patient's signed consent to this is kept; or --exception.")
    ] = "",
    scope: Annotated[str, typer.Option(help="What the consent covers; sealed in the log, goes along.")] = "",
    exception: Annotated[
        str, typer.Option(help=f"Without consent, because of: {', '.join(EXCEPTIONS)}.", metavar="WHICH")
    ] = "",
    basis: Annotated[
        str, typer.Option(help="The order or agreement on which the exception rests: where it is kept.")
    ] = "",
    form: Annotated[Literal["json", "html"], typer.Option("--format", help="json or html.")] = "json",
    out: Annotated[
        Path | None, typer.Option(help="File to write, for its owner's eyes only; else to the terminal.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Write out one patient's record: all that is known, the conversation, what happened, who read it.

    The notice of 42 CFR 2.32 goes with it (VIGIL_PART2_NOTICE), with whom it is for, what for, and
    the consent or the exception on which it leaves; the log says the same. Whether that ground holds
    is for a person to know: a subpoena alone is none. Of somebody erased it says so, and what is left.
    """
    for option, said in (("--to", to), ("--purpose", purpose)):
        if not said.strip():
            raise Trouble(f"{option}: say it; it is accounted for (45 CFR 164.528)")
    ground = grounds(consent, scope, exception, basis)
    if not yes:
        typer.confirm(f"Everything about {patient} will be written in clear, for {to}. Go on?", abort=True)
    asyncio.run(_export(patient, to, purpose, ground, form, out))


async def _reads(name: str) -> None:
    async with linked() as link:
        await known(link, name)
        facts = await log_of(link, await ids_of(link, name))
    rows = [(local(fact.at), fact.by, _said(fact)) for fact in facts]
    show(table(f"What was done with the record of {name}", ("when", "by", "what"), rows))


def _said(fact: Logged) -> str:
    match fact:
        case PatientRevealed(shown=shown, why=why):
            return f"read in full: {', '.join(shown) or 'nothing'}" + (f" ({why})" if why else "")
        case PatientExported(form=form, purpose=purpose, ground=ground):
            return f"taken out as {form}: {purpose}" + (f" ({ground.replace('_', ' ')})" if ground else "")
        case PatientDisclosed():
            return "told to medical personnel in an emergency (42 CFR 2.51)"
        case PatientChanged(what=what):
            return f"changed: {what}"
        case PatientHeld(held=held, reason=reason):
            return f"legal hold {'set' if held else 'lifted'}: {reason}"
        case ErasureAsked(request=request, reason=reason):
            return f"asked to erase ({request}): {reason}"
        case PatientErased(confirmed_by=second, reason=reason):
            return f"ERASED, confirmed by {second}: {reason}"


async def _disclosed(name: str, said: tuple[str, str, str, str, str], at: str) -> None:
    to, affiliation, by, nature, told = said
    async with linked() as link:
        await living(link, name)
        own = await link.administration().patient_seals(name)
        now = link.clock.now()
        when = moment_here(at, now) if at else now
        if when > now:
            raise Trouble(f"--at: {at} is still to come")
        fact = PatientDisclosed(
            id=f"ds_{secrets.token_hex(6)}",
            patient=name,
            to=own.seal(to),
            affiliation=own.seal(affiliation),
            by=by,
            at=when,
            nature=own.seal(nature),
            told=own.sealed(told),
            recorded_by=me(),
            recorded_at=now,
        )
        await record(link, "patient_disclosed", fact, fact.id)
    typer.echo(f"{fact.id}: recorded. This goes with what they were given:")
    typer.echo(load(RecordSettings).part2_notice)


async def _export(
    name: str, to: str, purpose: str, ground: Grounds, form: Literal["json", "html"], out: Path | None
) -> None:
    settings = load(RecordSettings)
    async with linked() as link:
        await known(link, name)
        own = await link.administration().patient_seals(name)
        now = link.clock.now()
        fact = PatientExported(
            patient=name,
            by=me(),
            at=now,
            to=own.seal(to),
            purpose=purpose,
            form=form,
            notice=True,
            ground=ground.ground,
            basis=ground.basis,
            scope=own.sealed(ground.scope),
        )
        # On record before anything can be read.
        await record(link, "patient_exported", fact, f"{name}:{now.isoformat()}")
        leaving = {
            "notice": settings.part2_notice,
            "to": to,
            "purpose": purpose,
            "ground": ground.sentence,
            "at": now.isoformat(),
            "by": fact.by,
        }
        found = await gather(link, name, leaving)
    text = as_json(found) if form == "json" else as_html(found)
    if out is None:
        typer.echo(text)
        return
    write_private(out, text)
    typer.echo(f"{out} written; that it was, and for whom, is on record. Send it the way your rules ask for.")
