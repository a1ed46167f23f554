"""`vigil roster verify` and `vigil roster phones`: which phones are known to reach their people."""

import asyncio
from zoneinfo import ZoneInfo

import typer

from contracts.people import ContactMethod, Person
from services.command_line.link import Link, linked, me
from services.command_line.programme_zone import abbreviated, on_clock
from services.command_line.roster_words import named
from services.command_line.shown import local, masked, put_json, show, table
from services.command_line.troubles import Trouble
from services.command_line.whole_roster import read
from services.roster import verifying
from services.runtime.sealing import Seals


async def verify(person: str, method: str, code: str, *, as_json: bool) -> None:
    """Send a code to a phone, or enter the one that came."""
    async with linked() as link:
        roster = await read(link)
        held = roster.person(person)
        told = await (_enter(link, held, code) if code else _ask(link, held, method, roster.clock))
    if as_json:
        put_json(told)
    else:
        typer.echo(str(told["said"]))
    if told["verified"] is False:
        raise typer.Exit(1)


async def phones(*, as_json: bool) -> None:
    """Show every person's contact methods: which are verified, fail, or are dead."""
    async with linked() as link:
        roster, seals = await read(link), link.seals()
    told, rows = [], []
    for name, person in roster.people.items():
        for method in person.methods:
            number = masked(seals.unseal(method.phone))
            rows.append(
                (
                    named(name, roster.people, seals),
                    method.id,
                    method.channel.value,
                    number,
                    _stands(person, method, roster.clock),
                )
            )
            told.append(_json(person, method, seals))
        if not person.methods:
            rows.append((named(name, roster.people, seals), "", "", "", "NO CONTACT METHOD"))
    if as_json:
        put_json(told)
        return
    columns = ("person", "method", "by", "number", "stands")
    show(table(on_clock("Phones", roster.clock), columns, rows, "Nobody is on the roster."))
    said = [(named(name, roster.people, seals), *_what(one)) for name, one in roster.people.items()]
    if any(role or speaks for _, role, speaks in said):
        show(table("What patients are told of them", ("person", "role", "speaks"), said, ""))


async def _ask(link: Link, person: Person, name: str, zone: ZoneInfo | None) -> dict[str, object]:
    if not person.methods:
        raise Trouble(f"{person.id} has no contact method; add one to people.yaml, then apply it")
    if name and not any(one.id == name for one in person.methods):
        raise Trouble(f"--method: {person.id} has {', '.join(one.id for one in person.methods)}")
    unproven = [one for one in person.methods if not (one.verified_at or one.dead_since)]
    chosen = next((one for one in person.methods if one.id == name), (unproven or list(person.methods))[0])
    sent = await verifying.ask(
        link.nc,
        await link.bucket("verifications"),
        person,
        chosen,
        verifying.new_code(),
        link.clock.now(),
        me(),
    )
    number = masked(link.seals().unseal(chosen.phone))
    if sent is None:
        why = chosen.dead_reason or "opted out, or unusable"
        raise Trouble(f"{chosen.id} of {person.id} ({number}) is dead: {why}; give them another number")
    until = f"{local(sent.expires_at, zone=zone)} {abbreviated(sent.expires_at, zone)}"
    said = (
        f"A code is on its way to {person.id} by {chosen.channel.value} ({number}), good until "
        f"{until}. They text it back, or tell it to you: "
        f"vigil roster verify {person.id} --code ......"
    )
    return {"person": person.id, "method": chosen.id, "sent": True, "verified": None, "said": said}


async def _enter(link: Link, person: Person, code: str) -> dict[str, object]:
    if not (len(code) == 6 and code.isdecimal()):
        raise Trouble("--code: is no code; write the six digits that were sent")
    verifications, people = await asyncio.gather(link.bucket("verifications"), link.bucket("people"))
    checked = await verifying.enter(verifications, people, person.id, code, link.clock.now())
    if checked.right is None:
        left = f"{checked.left} tries left" if checked.left else "a new code is needed"
        said = f"That is not the code; {left}."
        return {"person": person.id, "method": None, "sent": False, "verified": False, "said": said}
    await verifying.done(verifications, checked.right)
    said = f"{checked.right.method} of {person.id} is verified."
    return {
        "person": person.id,
        "method": checked.right.method,
        "sent": False,
        "verified": True,
        "said": said,
    }


def _stands(person: Person, method: ContactMethod, zone: ZoneInfo | None) -> str:
    if not person.active:
        return "inactive"
    if method.dead_since:
        return f"DEAD since {local(method.dead_since, zone=zone)}: {method.dead_reason or 'unusable'}"
    if method.failing_since:
        since = local(method.failing_since, zone=zone)
        return f"FAILING since {since}, carrier code {method.failing_code or 'unknown'}"
    return f"verified {local(method.verified_at, zone=zone)}" if method.verified_at else "NOT VERIFIED"


def _what(person: Person) -> tuple[str, str]:
    return person.role, " ".join(person.languages)


def _json(person: Person, method: ContactMethod, seals: Seals) -> dict[str, object]:
    known = method.model_dump(
        mode="json",
        include={
            "id",
            "channel",
            "verified_at",
            "failing_since",
            "failing_code",
            "dead_since",
            "dead_reason",
        },
    )
    number = masked(seals.unseal(method.phone))
    what = {"role": person.role, "languages": list(person.languages)}
    return {"person": person.id, "active": person.active, **what, "number": number, **known}
