"""`vigil patient`: add, show and link patients. What identifies somebody is sealed, and shown masked."""

import asyncio
from typing import Annotated, Literal

import typer
from pydantic import ValidationError

from contracts.people import Alias, Patient, Person
from contracts.programme import PatientRevealed
from contracts.values import Sealed
from services.administration import new_patient_id
from services.command_line.link import Link, linked, me
from services.command_line.shown import masked
from services.command_line.troubles import Told, Trouble
from services.programme import PatientDraft
from services.runtime.log import publish_fact
from services.runtime.sealing import Seals

app = typer.Typer(cls=Told, no_args_is_help=True, help="Patients: add, show, link.")
PatientId = Annotated[str, typer.Argument(help="Vigil's id of the patient, pt_...", show_default=False)]
Content = Literal["name", "phone", "address", "safety_plan"]
_CONTENT: tuple[Content, ...] = ("name", "phone", "address", "safety_plan")


@app.command()
def add(
    ask: Annotated[
        bool,
        typer.Option(
            "--ask",
            help="Ask for name, phone, address and safety plan, and keep them out of the shell's history.",
        ),
    ] = False,
    name: Annotated[str, typer.Option(help="Name; sealed.")] = "",
    phone: Annotated[str, typer.Option(help="Phone, E.164, such as +12025550123; sealed.")] = "",
    address: Annotated[str, typer.Option(help="Where the patient lives; sealed.")] = "",
    safety_plan: Annotated[str, typer.Option(help="A note on the safety plan; sealed.")] = "",
    therapist: Annotated[str, typer.Option(help="Id of the responder who treats the patient.")] = "",
    language: Annotated[str, typer.Option(help="Two letters, such as en or es.")] = "en",
    source: Annotated[str, typer.Option(help="The other system that knows the patient, ...")] = "",
    outside_id: Annotated[str, typer.Option(help="... and its id there.")] = "",
) -> None:
    """Add a patient; prints the id that Vigil gave."""
    if bool(source) != bool(outside_id):
        raise Trouble("--source and --outside-id belong together; give both or none")
    if ask:
        name = typer.prompt("Name", default=name, show_default=False)
        phone = typer.prompt("Phone, E.164", default=phone, show_default=False)
        address = typer.prompt("Address", default=address, show_default=False)
        safety_plan = typer.prompt("Safety plan", default=safety_plan, show_default=False)
    written = {"id": new_patient_id(), "name": name, "language": language}
    written |= {"address": address, "safety_plan": safety_plan}
    written |= {"phone": phone} if phone else {}
    written |= {"therapist": therapist} if therapist else {}
    asyncio.run(_add(_draft(written), source, outside_id))


@app.command()
def show(
    patient: PatientId,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show all in full; that is recorded.")] = False,
) -> None:
    """Show what is known of a patient; name, phone and address only with --reveal."""
    asyncio.run(_show(patient, reveal))


@app.command()
def link(
    patient: PatientId,
    into: Annotated[str, typer.Argument(help="The id that stands for both from now on.", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Say that two ids are one person; an open escalation of the first joins the second's."""
    if patient == into:
        raise Trouble("both ids are the same; name the id that was given twice, then the one that stays")
    if not yes:
        typer.confirm(f"{patient} and {into} are one person. This can't be taken back. Link?", abort=True)
    asyncio.run(_link(patient, into))


def _draft(written: dict[str, str]) -> PatientDraft:
    try:
        return PatientDraft.model_validate(written)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = str(first["loc"][0]) if first["loc"] else "patient"
        raise Trouble(f"--{field}: {first['msg'].removeprefix('Value error, ')}") from None


async def _add(draft: PatientDraft, source: str, outside_id: str) -> None:
    async with linked() as hands:
        seals = hands.seals()
        if draft.therapist and draft.therapist not in await hands.values("people", Person):
            raise Trouble(f"--therapist: there is no responder {draft.therapist!r}; see `vigil who`")
        for what, refs in (
            ("--phone", seals.phone_refs(draft.phone) if draft.phone else ()),
            ("--outside-id", seals.phone_refs(f"{source}\0{outside_id}") if outside_id else ()),
        ):
            if owner := await _owner(hands, refs):
                raise Trouble(f"{what}: belongs to patient {owner} already; see `vigil patient show {owner}`")
        patient = await hands.administration().put_patient(draft, source, outside_id)
    typer.echo(patient.id)


async def _owner(hands: Link, refs: tuple[str, ...]) -> str:
    if not refs:
        return ""
    aliases = await hands.values("aliases", Alias)
    return next((aliases[ref].patient for ref in refs if ref in aliases), "")


async def _show(name: str, reveal: bool) -> None:
    async with linked() as hands:
        patient = await _known(hands, name)
        seals = hands.seals()
        if reveal:
            shown = tuple(field for field in _CONTENT if getattr(patient, field))
            fact = PatientRevealed(patient=name, by=me(), at=hands.clock.now(), shown=shown)
            # On record before anything is on the screen.
            await publish_fact(
                hands.nc,
                f"programme.patient_revealed.{name}",
                fact.model_dump_json().encode(),
                f"revealed:{name}:{fact.by}:{fact.at.isoformat()}",
            )
    for field in _CONTENT:
        typer.echo(f"{field.replace('_', ' ')}: {_content(field, getattr(patient, field), seals, reveal)}")
    typer.echo(f"language: {patient.language}")
    typer.echo(f"therapist: {patient.therapist or 'none'}")
    typer.echo(f"texts: {'opted out, only calls reach them' if patient.opted_out_at else 'may be sent'}")
    if reveal:
        typer.echo("That you saw this in full is on record.")
    else:
        typer.echo("Masked; --reveal shows it in full and puts that on record.")


def _content(field: str, sealed: Sealed | None, seals: Seals, reveal: bool) -> str:
    if sealed is None:
        return "none"
    if reveal:
        return seals.unseal(sealed)
    return masked(seals.unseal(sealed)) if field == "phone" else "sealed"


async def _link(patient: str, into: str) -> None:
    async with linked() as hands:
        for name in (patient, into):
            await _known(hands, name)
        await hands.administration().link(patient, into)
    typer.echo(f"{patient} is {into} from now on.")


async def _known(hands: Link, name: str) -> Patient:
    if not name.replace("_", "").replace("-", "").isalnum():
        raise Trouble(f"{name!r} is no id; ids look like pt_a1b2c3")
    patient = await hands.administration().patient(name)
    if patient is None:
        raise Trouble(f"there is no patient {name}; `vigil patient add` makes one")
    return patient
