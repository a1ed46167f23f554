"""Patients as staff name them at the command line: by their id here, or by the id another system has."""

from collections.abc import Callable

from contracts.people import Alias, Patient
from services.command_line.link import Link
from services.command_line.troubles import Trouble


async def finder(link: Link) -> Callable[[str], str | None]:
    """Return what finds the id of a patient named `pt_...` or `<source>:<id there>`; None: there is none."""
    patients = set(await link.values("patients", Patient))
    aliases = await link.values("aliases", Alias)
    seals = link.seals()

    def find(name: str) -> str | None:
        if name in patients:
            return name
        source, _, outside = name.partition(":")
        for ref in seals.phone_refs(f"{source}\0{outside}") if outside else ():
            if ref in aliases:
                return aliases[ref].patient
        return None

    return find


async def found(link: Link, names: list[str]) -> dict[str, str]:
    """Return name -> id. Raises Trouble that names everybody who is unknown."""
    find = await finder(link)
    ids = {name: find(name) for name in dict.fromkeys(names)}
    unknown = [name for name, patient in ids.items() if patient is None]
    if unknown:
        raise Trouble(
            f"no patient here is {', '.join(unknown)}; write pt_..., or <source>:<id there>. "
            "Nothing was entered"
        )
    return {name: patient for name, patient in ids.items() if patient is not None}
