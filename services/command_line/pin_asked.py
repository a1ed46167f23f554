"""A PIN given at a desk: it counts together with those that came by text."""

import secrets
from datetime import datetime

from contracts.people import Person
from services.command_line.link import Link
from services.command_line.shown import local
from services.command_line.troubles import Trouble
from services.paging.core.pin_faults import too_many_pins
from services.runtime.log import publish_fact
from services.runtime.pin_tries import BUCKET, PinGate


async def refuse_unless_pin_fits(link: Link, person: Person, pin: str, option: str = "") -> None:
    """Raise Trouble when it is not their PIN, or when no PIN is looked at now; ops are told of that."""
    before = f"{option}: " if option else ""
    if not person.pin_hash:
        raise Trouble(f"{before}{person.id} has no PIN; set one with `pin:` in people.yaml, then apply it")
    now = link.clock.now()
    gate = PinGate(await link.bucket(BUCKET))
    found = await gate.tried(person.id, pin, person.pin_hash, f"desk-{secrets.token_hex(8)}", now)
    if isinstance(found, datetime):
        fault = too_many_pins(person.id, found, now, "cli")
        await publish_fact(link.nc, "signals.system_fault", fault.model_dump_json().encode(), fault.id)
        raise Trouble(
            f"{before}too many wrong PINs of {person.id}; none is looked at before {local(found)}. Nothing "
            "was done, and ops are told. On the phone that was paged, taking, calling and reaching still work"
        )
    if found == "wrong":
        raise Trouble(f"{before}that is not the PIN of {person.id}; nothing was done")
