"""`vigil patient consent`, `safety`, `contact`: what a patient agreed to, and what is safe for them."""

import asyncio
import secrets
from datetime import date, datetime
from typing import Annotated, Literal

import typer
from pydantic import ValidationError

from contracts.people import Patient
from contracts.privacy import ContactScope, NotSafe, SupportContact, TextConsent
from services.command_line.link import linked, me
from services.command_line.privacy import changed, hours, living
from services.command_line.troubles import Trouble
from services.programme import PatientDraft

PatientId = Annotated[str, typer.Argument(help="Vigil's id of the patient, pt_...", show_default=False)]
Zone = Annotated[str, typer.Option(help="Time zone of the hours.")]


def consent(
    patient: PatientId,
    risk_notice: Annotated[
        str,
        typer.Option(help="Version of the notice of the risk of texting that they were given, and accept."),
    ] = "",
    revoke: Annotated[bool, typer.Option("--revoke", help="They take the consent back.")] = False,
    quiet: Annotated[
        str, typer.Option(help="When texts that are not urgent wait: 21:00-08:00; `none` ends it.")
    ] = "",
    zone: Zone = "America/New_York",
    ask_name: Annotated[
        bool, typer.Option("--ask-name", help="Ask how they want to be called; sealed.")
    ] = False,
) -> None:
    """Record that a patient agreed to be texted, and how they want to be.

    Who texts first is answered without it. An opt-out (STOP) is not undone by it.
    """
    if not (risk_notice or revoke or quiet or ask_name):
        raise Trouble("nothing to record; give --risk-notice, --revoke, --quiet or --ask-name")
    if risk_notice and revoke:
        raise Trouble("--risk-notice and --revoke contradict each other; give one")
    spoken = typer.prompt("Preferred name", default="", show_default=False) if ask_name else None
    asyncio.run(_consent(patient, risk_notice, revoke, quiet, zone, spoken))


def safety(
    patient: PatientId,
    not_safe: Annotated[
        Literal["always", "hours", "neutral"] | None,
        typer.Option(help="Never text; not at these hours; or only neutral words.", show_default=False),
    ] = None,
    at: Annotated[str, typer.Option("--hours", help="Which hours: 17:00-08:00.")] = "",
    zone: Zone = "America/New_York",
    ask_note: Annotated[bool, typer.Option("--ask-note", help="Ask for a note on why; sealed.")] = False,
    clear: Annotated[bool, typer.Option("--clear", help="It is safe to text them.")] = False,
) -> None:
    """Mark a patient as not safe to text; staff are told then, and a person calls."""
    if clear == (not_safe is not None):
        raise Trouble("give --not-safe or --clear, and not both")
    if not_safe == "hours" and not at:
        raise Trouble("--hours: say which, such as 17:00-08:00")
    note = typer.prompt("Note", default="", show_default=False) if ask_note else ""
    asyncio.run(_safety(patient, not_safe, at, zone, note))


def contact(
    patient: PatientId,
    scope: Annotated[
        ContactScope,
        typer.Option(
            help="What they may be told: only `call us`; that the patient is enrolled; how they are."
        ),
    ] = ContactScope.WELFARE_ONLY,
    until: Annotated[
        str, typer.Option(help="Last day on which the consent holds, YYYY-MM-DD.", show_default=False)
    ] = "",
    document: Annotated[str, typer.Option(help="Where the signed consent is kept.")] = "",
    revoke: Annotated[
        str, typer.Option(help="Id of a contact whose consent is taken back.", metavar="CONTACT")
    ] = "",
) -> None:
    """Add somebody whom the patient lets us ask for help; asks for name, phone and relation.

    Nobody is told anything without it, a minor's parents neither.
    """
    if revoke:
        asyncio.run(_revoke(patient, revoke))
        return
    try:
        ends = date.fromisoformat(until)
    except ValueError:
        raise Trouble("--until: say on which day the consent ends, such as 2027-11-24") from None
    name = typer.prompt("Name of the contact")
    phone = typer.prompt("Phone, E.164", default="", show_default=False)
    relation = typer.prompt("Relation", default="", show_default=False)
    asyncio.run(_contact(patient, (name, phone, relation), scope, ends, document))


async def _consent(name: str, notice: str, revoke: bool, quiet: str, zone: str, spoken: str | None) -> None:
    span = hours(quiet, zone, "--quiet") if quiet and quiet != "none" else None
    async with linked() as link:
        await living(link, name)
        administration, now = link.administration(), link.clock.now()
        own = await administration.patient_seals(name)
        called = own.sealed(spoken)

        def change(before: Patient) -> Patient:
            update: dict[str, object] = {}
            if notice:
                update["text_consent"] = TextConsent(risk_notice_version=notice, accepted_at=now, by=me())
            if revoke:
                if before.text_consent is None:
                    raise Trouble(f"{name} has given no consent that could be taken back")
                update["text_consent"] = before.text_consent.model_copy(update={"revoked_at": now})
            if quiet:
                update["quiet_hours"] = span
            if spoken is not None:
                update["preferred_name"] = called
            return before.model_copy(update=update)

        await administration.change_patient(name, change)
        said = [
            *([f"consent to be texted, risk notice {notice}"] if notice else []),
            *(["consent to be texted taken back"] if revoke else []),
            *([f"quiet hours {quiet}"] if quiet else []),
            *(["preferred name"] if spoken is not None else []),
        ]
        await changed(link, name, "; ".join(said))
    typer.echo(f"{name}: {'; '.join(said)}: recorded.")


async def _safety(
    name: str, when: Literal["always", "hours", "neutral"] | None, at: str, zone: str, note: str
) -> None:
    span = hours(at, zone, "--hours") if at else None
    async with linked() as link:
        await living(link, name)
        administration = link.administration()
        own = await administration.patient_seals(name)
        marked = None
        if when is not None:
            marked = NotSafe(when=when, hours=span, note=own.sealed(note), since=link.clock.now(), by=me())
        await administration.change_patient(name, lambda one: one.model_copy(update={"not_safe": marked}))
        said = f"not safe to text: {when}{f' {at}' if at else ''}" if when else "safe to text"
        await changed(link, name, said)
    typer.echo(f"{name}: {said}: recorded.")


async def _contact(
    name: str, asked: tuple[str, str, str], scope: ContactScope, ends: date, document: str
) -> None:
    called, phone, relation = asked
    async with linked() as link:
        await living(link, name)
        now = link.clock.now()
        if ends < now.date():
            raise Trouble(f"--until: {ends} is past")
        try:
            phone = PatientDraft(id=name, phone=phone or None).phone or ""
        except ValidationError:
            raise Trouble("the phone is no number in E.164, such as +12025550123") from None
        administration = link.administration()
        own = await administration.patient_seals(name)
        made = SupportContact(
            id=f"sc_{secrets.token_hex(4)}",
            name=own.seal(called),
            relation=own.sealed(relation),
            phone=own.sealed(phone),
            phone_ref=link.seals().phone_ref(phone) if phone else None,
            scope=scope,
            given_at=now,
            expires_on=ends,
            by=me(),
            document=document,
        )
        await administration.change_patient(
            name, lambda one: one.model_copy(update={"contacts": (*one.contacts, made)})
        )
        await changed(link, name, f"contact {made.id}, {scope}, until {ends}")
    typer.echo(made.id)


async def _revoke(name: str, contact: str) -> None:
    async with linked() as link:
        patient = await living(link, name)
        if not any(one.id == contact for one in patient.contacts):
            there = ", ".join(one.id for one in patient.contacts) or "none"
            raise Trouble(f"--revoke: {name} has {there}")
        now = link.clock.now()
        await link.administration().change_patient(name, lambda one: _without(one, contact, now))
        await changed(link, name, f"contact {contact} taken back")
    typer.echo(f"{contact}: the consent is taken back.")


def _without(patient: Patient, contact: str, now: datetime) -> Patient:
    contacts = tuple(
        one.model_copy(update={"revoked_at": now}) if one.id == contact and one.revoked_at is None else one
        for one in patient.contacts
    )
    return patient.model_copy(update={"contacts": contacts})
