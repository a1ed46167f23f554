"""`vigil tasks send-plan`, `text-contact`, `end-care`: what a person decides about a patient's follow-up."""

import asyncio
from typing import Annotated, Literal

import typer

from contracts.people import Patient
from contracts.privacy import TextConsent
from services.command_line.followup_asking import ask
from services.command_line.link import linked, me
from services.command_line.privacy import changed, living
from services.command_line.troubles import Trouble

PatientId = Annotated[str, typer.Argument(help="Vigil's id of the patient, pt_...", show_default=False)]


def end_care(
    patient: PatientId,
    why: Annotated[Literal["died", "readmitted", "declined"], typer.Option(help="Why no more texts come.")],
) -> None:
    """End a patient's caring contacts. Open tasks stay: a person closes them."""
    asyncio.run(_asked(patient, "end_care", f"no caring contact comes any more ({why})", why=why))


def send_plan(patient: PatientId) -> None:
    """Text a patient their safety plan: they are asked for a word first (PLAN), for half an hour.

    It needs a consent of its own (`plan-consent`). Without it, or without the word, a task to read it
    out is made.
    """
    asyncio.run(_asked(patient, "send_plan", "the patient is asked for the word; the plan follows it"))


def plan_consent(
    patient: PatientId,
    risk_notice: Annotated[
        str, typer.Option(help="Version of the notice that they were given, and accept.")
    ] = "",
    revoke: Annotated[bool, typer.Option("--revoke", help="They take it back.")] = False,
) -> None:
    """Record that a patient agrees to have their safety plan texted, or does so no more."""
    if bool(risk_notice) == revoke:
        raise Trouble("give --risk-notice or --revoke, and not both")
    asyncio.run(_plan_consent(patient, risk_notice))


def text_contact(
    patient: PatientId,
    contact: Annotated[str, typer.Argument(help="Id of the support contact, sc_...", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Ask a support contact, by text, that the patient calls. Nothing else ever sends it.

    The consent is looked at in the second of sending. The text names no patient, no programme and no
    crisis, and comes from VIGIL_CONTACT_NUMBER.
    """
    if not yes:
        typer.confirm(f"{contact} of {patient} is texted now. Send it?", abort=True)
    asyncio.run(_asked(patient, "text_contact", f"{contact} was texted", contact=contact))


async def _asked(patient: str, what: str, said: str, **fields: str) -> None:
    async with linked() as link:
        await ask(link, patient, what, **fields)
    typer.echo(f"{patient}: {said}.")


async def _plan_consent(name: str, notice: str) -> None:
    async with linked() as link:
        before = await living(link, name)
        now = link.clock.now()
        if not notice and before.plan_text_consent is None:
            raise Trouble(f"{name} has given no consent that could be taken back")

        def change(one: Patient) -> Patient:
            given = TextConsent(risk_notice_version=notice, accepted_at=now, by=me())
            if not notice and one.plan_text_consent is not None:
                given = one.plan_text_consent.model_copy(update={"revoked_at": now})
            return one.model_copy(update={"plan_text_consent": given})

        await link.administration().change_patient(name, change)
        said = f"safety plan by text, notice {notice}" if notice else "safety plan by text: taken back"
        await changed(link, name, said)
    typer.echo(f"{name}: {said}: recorded.")
