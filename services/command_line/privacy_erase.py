"""`vigil patient hold`, `release`, `erase`: nothing is erased by one person, nor while it must be kept."""

import asyncio
import secrets
from datetime import timedelta
from typing import Annotated

import typer

from contracts.people import Person
from contracts.privacy import ErasureAsked, ErasureRequest, Hold, PatientHeld
from services.command_line.link import Link, linked, me
from services.command_line.pin_asked import refuse_unless_pin_fits
from services.command_line.privacy import ids_of, known, living, record
from services.command_line.privacy_erasure import erase as erase_key
from services.command_line.privacy_erasure import refuse_unless_free
from services.command_line.shown import local
from services.command_line.troubles import Trouble

OPEN_FOR = timedelta(days=7)
"""How long the second person has; a request nobody confirms is forgotten."""
PatientId = Annotated[str, typer.Argument(help="Vigil's id of the patient, pt_...", show_default=False)]


def hold(
    patient: PatientId,
    reason: Annotated[str, typer.Option(help="Which matter; no name, nothing clinical.")],
) -> None:
    """Set a legal hold: nothing of the patient is erased or purged until it is lifted."""
    asyncio.run(_hold(patient, reason))


def release(
    patient: PatientId,
    reason: Annotated[str, typer.Option(help="Why it ends; no name, nothing clinical.")],
) -> None:
    """Lift a legal hold."""
    asyncio.run(_release(patient, reason))


def erase(
    patient: PatientId,
    by: Annotated[str, typer.Option(help="Id of the responder who does this; asks for their PIN.")],
    reason: Annotated[str, typer.Option(help="Why; no name, nothing clinical: it is kept.")] = "",
    confirm: Annotated[
        str, typer.Option(help="Confirm this request, as a second person: the erasure is done.", metavar="ID")
    ] = "",
) -> None:
    """Erase a patient's key, so that nothing of them can be read any more. Two people, and a reason.

    One asks, with --reason; another confirms, with --confirm, within seven days. Each gives their
    PIN. Refused while the record must be kept, under a legal hold, and while anything is open. The
    events stay, without their words: when what happened, and who answered.

    The PINs keep one person from doing it alone by mistake or in haste, and say who did. They do
    not stop somebody who rules this machine: whoever can read the bucket of people can try PINs
    against their hashes, and whoever has the admin's password needs none. Backups made before
    still hold the key: they must go, too.
    """
    if bool(reason) == bool(confirm):
        raise Trouble("give --reason to ask, or --confirm to confirm what another asked")
    asyncio.run(_confirm(patient, confirm, by) if confirm else _ask(patient, reason, by))


async def _hold(name: str, reason: str) -> None:
    async with linked() as link:
        await living(link, name)
        bucket, now = await link.bucket("holds"), link.clock.now()
        for one in await ids_of(link, name):
            made = Hold(patient=one, reason=reason, since=now, by=me())
            await bucket.put(one, made.model_dump_json().encode())
            await _held(link, one, held=True, reason=reason)
    typer.echo(f"{name} is under a legal hold: {reason}.")


async def _release(name: str, reason: str) -> None:
    async with linked() as link:
        await known(link, name)
        holds, bucket, now = await link.values("holds", Hold), await link.bucket("holds"), link.clock.now()
        standing = [holds[one] for one in await ids_of(link, name) if one in holds]
        standing = [one for one in standing if one.lifted_at is None]
        if not standing:
            raise Trouble(f"{name} is under no legal hold")
        for one in standing:
            lifted = one.model_copy(update={"lifted_at": now, "lifted_by": me()})
            await bucket.put(one.patient, lifted.model_dump_json().encode())
            await _held(link, one.patient, held=False, reason=reason)
    typer.echo(f"{name}: the legal hold is lifted.")


async def _held(link: Link, name: str, *, held: bool, reason: str) -> None:
    now = link.clock.now()
    fact = PatientHeld(patient=name, at=now, by=me(), held=held, reason=reason)
    await record(link, "patient_held", fact, f"{name}:{now.isoformat()}:{held}")


async def _ask(name: str, reason: str, by: str) -> None:
    async with linked() as link:
        patient = await living(link, name)
        ids = await ids_of(link, name)
        await refuse_unless_free(link, patient, ids)
        await _proven(link, by)
        now = link.clock.now()
        request = ErasureRequest(
            id=f"er_{secrets.token_hex(5)}",
            patient=name,
            ids=ids,
            reason=reason,
            by=by,
            account=me(),
            at=now,
            until=now + OPEN_FOR,
        )
        await (await link.bucket("erasures")).create(request.id, request.model_dump_json().encode())
        asked = ErasureAsked(patient=name, request=request.id, by=by, at=now, reason=reason)
        await record(link, "erasure_asked", asked, request.id)
    typer.echo(
        f"{request.id}: asked. Somebody else confirms by {local(request.until)}: "
        f"vigil patient erase {name} --confirm {request.id} --by ..."
    )


async def _confirm(name: str, request_id: str, by: str) -> None:
    async with linked() as link:
        requests = await link.values("erasures", ErasureRequest)
        request = requests.get(request_id)
        if request is None or request.patient != name:
            raise Trouble(f"--confirm: there is no request {request_id!r} to erase {name}")
        now = link.clock.now()
        if request.done_at is not None:
            raise Trouble(f"{name} was erased on {request.done_at:%d %b %Y} already")
        if by == request.by:
            raise Trouble(f"--by: {by} asked for it; somebody else confirms")
        if request.confirmed_at is None and now > request.until:
            raise Trouble(f"{request_id} was to be confirmed by {local(request.until)}; ask again")
        patient = await known(link, name)
        if request.confirmed_at is None:
            ids = await ids_of(link, name)
            await refuse_unless_free(link, patient, ids)
            request = request.model_copy(update={"ids": ids})
        await _proven(link, by)
        bucket = await link.bucket("erasures")
        if request.confirmed_at is None:
            request = request.model_copy(
                update={"confirmed_by": by, "confirmed_account": me(), "confirmed_at": now}
            )
            # From here on it is decided: whatever stops it, the same command goes on.
            await bucket.put(request.id, request.model_dump_json().encode())
        async with linked("admin") as admin:
            await erase_key(admin.nc, request, now)
        done = request.model_copy(update={"done_at": now})
        await bucket.put(request.id, done.model_dump_json().encode())
    typer.echo(f"{name} is erased: nothing of them can be read any more. Backups made before still hold it.")


async def _proven(link: Link, by: str) -> None:
    """Ask for the person's PIN. Raises Trouble when they are nobody, or it doesn't fit."""
    person = (await link.values("people", Person)).get(by)
    if person is None or not person.active:
        raise Trouble(f"--by: there is no active responder {by!r}; see `vigil who`")
    asked = typer.prompt(f"PIN of {by}", hide_input=True) if person.pin_hash else ""
    await refuse_unless_pin_fits(link, person, asked, "--by")
