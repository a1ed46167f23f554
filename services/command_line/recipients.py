"""`vigil recipients`: other systems that are told as FHIR, of what, on what ground; and what they are not."""

import asyncio
import json
import secrets
from datetime import date, datetime
from typing import Annotated

import typer
from pydantic import ValidationError

from contracts.commits import Commit
from contracts.deliveries import STANDING_GROUNDS, Recipient, Resource, subject_of
from contracts.people import Patient
from contracts.privacy import Ground, SharingConsent
from contracts.programme import PatientRevealed
from contracts.values import Kind, Sealed, Urgency
from services.command_line.deliveries import parked_deliveries
from services.command_line.link import Link, linked, me
from services.command_line.privacy import changed, living, record
from services.command_line.shown import local, put_json, show, table
from services.command_line.troubles import Told, Trouble, unknown
from services.runtime.log import Log

app = typer.Typer(
    cls=Told,
    no_args_is_help=True,
    help="Other systems that are told of escalations as FHIR: which, of what, on what ground.",
)
Name = Annotated[str, typer.Argument(help="Id of the recipient.", show_default=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
_EXCEPTIONS = ", ".join(one.value for one in STANDING_GROUNDS if one is not Ground.CONSENT)


@app.command("list")
def list_recipients(as_json: AsJson = False) -> None:
    """List who is told, of what, and on what ground."""
    asyncio.run(_list(as_json))


@app.command()
def put(
    name: Name,
    url: Annotated[str, typer.Option(help="Base of its FHIR R4 server; https.", show_default=False)],
    title: Annotated[str, typer.Option(help="Its name, as it stands on what is sent; default: the id.")] = "",
    consent: Annotated[
        bool, typer.Option("--consent", help="Only what each patient consented to (`recipients consent`).")
    ] = False,
    exception: Annotated[str, typer.Option(help=f"Or an exception for all patients: {_EXCEPTIONS}.")] = "",
    basis: Annotated[str, typer.Option(help="Where the agreement is kept on which an exception rests.")] = "",
    kind: Annotated[list[Kind] | None, typer.Option(help="Only this kind of escalation; repeat it.")] = None,
    resource: Annotated[list[Resource] | None, typer.Option(help="Only this resource; repeat it.")] = None,
    least: Annotated[Urgency, typer.Option(help="Nothing less urgent.")] = Urgency.ROUTINE,
    substance: Annotated[
        bool, typer.Option("--substance", help="Substance-use content may go, labelled, as consents allow.")
    ] = False,
    identity: Annotated[
        bool, typer.Option("--identity", help="Name and phone may go, as consents allow; else our id alone.")
    ] = False,
    off: Annotated[bool, typer.Option("--off", help="Keep it, and tell it nothing.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Add or change a recipient. Its bearer token is a setting: VIGIL_RECIPIENT_TOKENS.

    What is told begins with what happens from then on. Consents are looked up each time something leaves.
    """
    ground = _ground(consent, exception, basis)
    fields = {
        "id": name,
        "name": title or name,
        "base_url": url,
        "kinds": tuple(kind or ()),
        "resources": tuple(resource or Resource),
        "least": least,
        "ground": ground,
        "basis": basis,
        "substance": substance,
        "identity": identity,
        "active": not off,
        "by": me(),
    }
    asyncio.run(_put(fields, dry_run))


@app.command()
def remove(name: Name, dry_run: DryRun = False) -> None:
    """Tell it nothing more. What is on its way is parked; what it has, it keeps."""
    asyncio.run(_remove(name, dry_run))


@app.command()
def consent(
    patient: Annotated[str, typer.Argument(help="Vigil's id of the patient, pt_...", show_default=False)],
    name: Name,
    until: Annotated[str, typer.Option(help="Last day on which it holds, YYYY-MM-DD.")] = "",
    document: Annotated[str, typer.Option(help="Where the signed consent is kept.")] = "",
    covers: Annotated[str, typer.Option(help="What it covers; sealed, goes along.")] = "",
    substance: Annotated[
        bool, typer.Option("--substance", help="It covers substance-use records (42 CFR Part 2).")
    ] = False,
    identity: Annotated[bool, typer.Option("--identity", help="It covers name and phone.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="The patient takes it back.")] = False,
) -> None:
    """Record that a patient consented to a recipient being told, or takes that back; it holds at once."""
    if revoke:
        asyncio.run(_revoke(patient, name))
        return
    if not document.strip() or not covers.strip():
        raise Trouble("give --document, where the signed consent is kept, and --covers: 42 CFR 2.31 and 2.32")
    try:
        ends = date.fromisoformat(until)
    except ValueError:
        raise Trouble("--until: say on which day the consent ends, such as 2027-11-24") from None
    asyncio.run(_consent(patient, name, ends, document, covers, substance, identity))


@app.command()
def parked(as_json: AsJson = False) -> None:
    """List what was to be told and was not, with why; `vigil parked retry gateway` tries all of it now."""
    asyncio.run(_parked(as_json))


@app.command()
def answer(
    name: Name,
    delivery: Annotated[str, typer.Argument(help="Id of the parked delivery.", show_default=False)],
    why: Annotated[str, typer.Option(help="What for; recorded. No name, nothing clinical.")],
) -> None:
    """Show what a recipient answered when it refused; it may quote what was sent, so it is put on record."""
    if not why.strip():
        raise Trouble("--why: say what for; it is recorded")
    asyncio.run(_answer(name, delivery, why))


def _ground(consent: bool, exception: str, basis: str) -> Ground:
    if consent == bool(exception):
        raise Trouble(f"on what ground? Give --consent, or --exception ({_EXCEPTIONS}); not both")
    if consent:
        return Ground.CONSENT
    try:
        ground = Ground(exception)
    except ValueError:
        raise Trouble(f"--exception: {exception!r} is none of {_EXCEPTIONS}") from None
    if ground not in STANDING_GROUNDS:
        raise Trouble(f"--exception: {exception} is for a single case; a recipient rests on {_EXCEPTIONS}")
    if not basis.strip():
        raise Trouble("--basis: where is the agreement kept on which it rests?")
    return ground


async def _list(as_json: bool) -> None:
    async with linked() as link:
        found = await link.values("recipients", Recipient)
    if as_json:
        put_json([json.loads(one.model_dump_json()) for one in found.values()])
        return
    rows = [
        (
            one.id,
            one.name,
            one.base_url,
            ", ".join(one.kinds) or "every kind",
            f"{one.ground.value}{f' ({one.basis})' if one.basis else ''}",
            "yes" if one.substance else "no",
            "yes" if one.identity else "no",
            "on" if one.active else "off",
        )
        for one in found.values()
    ]
    columns = ("id", "name", "address", "told of", "ground", "substance use", "name and phone", "now")
    show(table("Who is told", columns, rows, "Nobody: nothing leaves."))


async def _put(fields: dict[str, object], dry_run: bool) -> None:
    async with linked() as link:
        try:
            made = Recipient.model_validate({**fields, "at": link.clock.now()})
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise Trouble(
                f"{_OPTIONS.get(where, where)}: {first['msg'].removeprefix('Value error, ')}"
            ) from None
        before = (await link.values("recipients", Recipient)).get(made.id)
        if not dry_run:
            await (await link.bucket("recipients")).put(made.id, made.model_dump_json().encode())
    done = "would be" if dry_run else "is"
    typer.echo(f"{made.id} {done} {'changed' if before else 'added'}: {made.base_url}, {made.ground.value}.")


async def _remove(name: str, dry_run: bool) -> None:
    async with linked() as link:
        await _known(link, name)
        if not dry_run:
            await (await link.bucket("recipients")).delete(name)
    typer.echo(f"{name} {'would be' if dry_run else 'is'} told nothing more.")


async def _consent(
    who: str, name: str, ends: date, document: str, covers: str, substance: bool, identity: bool
) -> None:
    async with linked() as link:
        patient = await living(link, who)
        await _known(link, name)
        now = link.clock.now()
        if ends < patient.today(now):
            raise Trouble(f"--until: {ends} is past")
        administration = link.administration()
        own = await administration.patient_seals(who)
        made = SharingConsent(
            id=f"sh_{secrets.token_hex(4)}",
            recipient=name,
            substance=substance,
            identity=identity,
            covers=own.seal(covers),
            document=document,
            given_at=now,
            expires_on=ends,
            by=me(),
        )
        await administration.change_patient(
            who, lambda one: one.model_copy(update={"sharing": (*one.sharing, made)})
        )
        said = "".join((", substance use" if substance else "", ", name and phone" if identity else ""))
        await changed(link, who, f"consent {made.id} to {name} until {ends}{said}")
    typer.echo(made.id)


async def _revoke(who: str, name: str) -> None:
    async with linked() as link:
        patient = await living(link, who)
        if not any(one.recipient == name and one.revoked_at is None for one in patient.sharing):
            raise Trouble(f"{who} has no consent to {name} that could be taken back")
        now = link.clock.now()
        await link.administration().change_patient(who, lambda one: _without(one, name, now))
        await changed(link, who, f"consent to {name} taken back")
    typer.echo(f"{who}: consent to {name} is taken back; nothing more leaves to it.")


def _without(patient: Patient, name: str, now: datetime) -> Patient:
    sharing = tuple(
        one.model_copy(update={"revoked_at": now})
        if one.recipient == name and one.revoked_at is None
        else one
        for one in patient.sharing
    )
    return patient.model_copy(update={"sharing": sharing})


async def _parked(as_json: bool) -> None:
    async with linked() as link:
        found = await parked_deliveries(link)
    if as_json:
        put_json(
            [
                {"recipient": one.recipient, "delivery": one.id, **json.loads(one.brief.model_dump_json())}
                for one in found
            ]
        )
        return
    rows = [
        (
            local(one.brief.at),
            one.recipient,
            one.brief.resource.value,
            one.brief.patient,
            one.brief.why,
            str(one.brief.attempts),
            one.id,
        )
        for one in found
    ]
    columns = ("parked", "recipient", "what", "about", "why", "tries", "delivery")
    show(table("Not told", columns, rows, "None: whoever is to be told was told, or will be."))


async def _answer(name: str, delivery: str, why: str) -> None:
    async with linked() as link:
        stored = await Log(link.nc, "DELIVERIES").last(subject_of(name, delivery))
        state = Commit.model_validate_json(stored.data).state if stored is not None else {}
        if not state.get("diagnostics"):
            raise Trouble(f"{name} has refused no {delivery}; see `vigil recipients parked`")
        now, patient = link.clock.now(), str(state["patient"])
        fact = PatientRevealed(patient=patient, by=me(), at=now, shown=("disclosures",), why=why)
        # On record before anything can be read.
        await record(link, "patient_revealed", fact, f"{patient}:{fact.by}:{now.isoformat()}")
        said = await link.administration().revealed(Sealed.model_validate(state["diagnostics"]))
    typer.echo(f"HTTP {state.get('http')}: {said}")


async def _known(link: Link, name: str) -> Recipient:
    found = await link.values("recipients", Recipient)
    if name not in found:
        raise unknown("recipient", name, found)
    return found[name]


_OPTIONS = {"base_url": "--url", "id": "the id", "ground": "--exception"}
