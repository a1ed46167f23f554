"""`vigil patient`: who is a patient, and their privacy. What identifies somebody is sealed, shown masked."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer
from pydantic import ValidationError

from contracts.people import Alias, Patient, Person
from contracts.privacy import Hours, Texting
from contracts.programme import Content, PatientRevealed
from contracts.values import Sealed
from services.administration import Administration, new_patient_id
from services.command_line import privacy_consent, privacy_erase, privacy_record
from services.command_line.link import Link, linked, me
from services.command_line.privacy import known, record
from services.command_line.shown import masked
from services.command_line.troubles import Told, Trouble
from services.programme import PatientDraft
from services.runtime.sealing import SealError

app = typer.Typer(
    cls=Told, no_args_is_help=True, help="Patients: who they are, what they agreed to, who read what."
)
PatientId = Annotated[str, typer.Argument(help="Vigil's id of the patient, pt_...", show_default=False)]
_CONTENT: tuple[Content, ...] = ("name", "preferred_name", "phone", "address", "safety_plan")
_PRIVACY = "Privacy"


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
    preferred_name: Annotated[str, typer.Option(help="How they want to be called; sealed.")] = "",
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
        preferred_name = typer.prompt("Preferred name", default=preferred_name, show_default=False)
        phone = typer.prompt("Phone, E.164", default=phone, show_default=False)
        address = typer.prompt("Address", default=address, show_default=False)
        safety_plan = typer.prompt("Safety plan", default=safety_plan, show_default=False)
    written = {"id": new_patient_id(), "name": name, "language": language}
    written |= {"address": address, "safety_plan": safety_plan, "preferred_name": preferred_name}
    written |= {"phone": phone} if phone else {}
    written |= {"therapist": therapist} if therapist else {}
    asyncio.run(_add(_draft(written), source, outside_id))


@app.command()
def show(
    patient: PatientId,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show all in full; that is recorded.")] = False,
    why: Annotated[str, typer.Option(help="What for; recorded. No name, nothing clinical.")] = "",
) -> None:
    """Show what is known of a patient; name, phone and address only with --reveal."""
    if reveal and not why.strip():
        raise Trouble("--why: say what for; that you saw it, and why, goes on record")
    asyncio.run(_show(patient, reveal, why))


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


async def _show(name: str, reveal: bool, why: str) -> None:
    async with linked() as hands:
        patient, now = await known(hands, name), hands.clock.now()
        administration = hands.administration()
        if reveal:
            shown = tuple(field for field in _CONTENT if getattr(patient, field))
            shown += ("contacts",) if patient.contacts else ()
            shown += ("not_safe",) if patient.not_safe and patient.not_safe.note else ()
            fact = PatientRevealed(patient=name, by=me(), at=now, shown=shown, why=why)
            # On record before anything is on the screen.
            await record(hands, "patient_revealed", fact, f"{name}:{fact.by}:{now.isoformat()}")
        for field in _CONTENT:
            content = await _content(field, getattr(patient, field), administration, reveal)
            typer.echo(f"{field.replace('_', ' ')}: {content}")
        for contact in patient.contacts:
            called = await _content("name", contact.name, administration, reveal)
            phone = await _content("phone", contact.phone, administration, reveal)
            stands = f"until {contact.expires_on}" if contact.holds(now.date()) else "NO LONGER HOLDS"
            typer.echo(f"contact {contact.id}: {called}, phone {phone}, {contact.scope}, {stands}")
        if patient.not_safe is not None and patient.not_safe.note is not None:
            note = await _content("not_safe", patient.not_safe.note, administration, reveal)
            typer.echo(f"why it is not safe to text: {note}")
    for line in privacy_lines(patient, now):
        typer.echo(line)
    if reveal:
        typer.echo("That you saw this in full is on record.")
    else:
        typer.echo("Masked; --reveal shows it in full and puts that on record.")


def privacy_lines(patient: Patient, now: datetime) -> list[str]:
    """Return what anybody may see of a patient: language, therapist, and what may be texted."""
    given = patient.text_consent
    said = "none"
    if given is not None:
        said = f"risk notice {given.risk_notice_version}, {given.accepted_at:%d %b %Y}, by {given.by}"
        said += f"; TAKEN BACK {given.revoked_at:%d %b %Y}" if given.revoked_at else ""
    may = {Texting.FREE: "may be sent", Texting.NEUTRAL: "only neutral words", Texting.CALL: "no: call"}
    texts = may[patient.texting(now)]
    if patient.opted_out_at:
        texts = "opted out, only calls reach them"
    elif patient.not_safe is not None:
        texts += f" now (not safe: {patient.not_safe.when}{_span(patient.not_safe.hours)})"
    lines = [f"language: {patient.language}", f"therapist: {patient.therapist or 'none'}"]
    lines += [f"texts: {texts}", f"consent to be texted: {said}"]
    lines += [f"quiet hours:{_span(patient.quiet_hours)}"] if patient.quiet_hours else []
    lines += [f"ERASED {patient.erased_at:%d %b %Y}: only this id is left"] if patient.erased_at else []
    return lines


def _span(hours: Hours | None) -> str:
    return f" {hours.start:%H:%M}-{hours.end:%H:%M} {hours.zone}" if hours is not None else ""


async def _content(field: str, sealed: Sealed | None, administration: Administration, reveal: bool) -> str:
    if sealed is None:
        return "none"
    if not reveal and field != "phone":
        return "sealed"
    try:
        content = await administration.revealed(sealed)
    except SealError:
        return "unreadable: the key was erased, or is another site's"
    return content if reveal else masked(content)


async def _link(patient: str, into: str) -> None:
    async with linked() as hands:
        for name in (patient, into):
            await known(hands, name)
        await hands.administration().link(patient, into)
    typer.echo(f"{patient} is {into} from now on.")


for command in (
    privacy_consent.consent,
    privacy_consent.safety,
    privacy_consent.contact,
    privacy_record.reads,
    privacy_record.disclosed,
    privacy_record.export,
    privacy_erase.hold,
    privacy_erase.release,
    privacy_erase.erase,
):
    app.command(rich_help_panel=_PRIVACY)(command)
