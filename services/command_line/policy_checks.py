"""What stands in the way of putting policies in force: findings of lint, holes of verify."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import typer

from contracts.policies import Policy
from services.command_line import verify
from services.command_line.link import Link
from services.command_line.scene import Scene, in_force
from services.command_line.troubles import Trouble
from services.programme import Finding, lint

_SHOWN = 5
"""Holes; one broken schedule makes dozens."""


@dataclass(frozen=True)
class Checked:
    """Everything found in a set of policies, against the roster in force."""

    findings: tuple[Finding, ...]
    holes: tuple[str, ...] = ()

    @property
    def broken(self) -> tuple[str, ...]:
        """What keeps them from being put in force, short enough for a record."""
        blocking = [f"{f.code} {f.policy}".strip() for f in self.findings if f.blocking]
        count = "1 hole" if len(self.holes) == 1 else f"{len(self.holes)} holes, the first"
        holes = [f"{count}: {self.holes[0]}"] if self.holes else []
        return (*dict.fromkeys(blocking), *holes)


async def with_roster(link: Link) -> Scene:
    """Return what is in force. Raises Trouble if there is no roster yet."""
    found = await in_force(link, named=False)
    if not found.people or not found.roster.schedules:
        raise Trouble("there are no people or no schedules yet; run `vigil roster apply FOLDER` first")
    return found


async def checked(link: Link, policies: Sequence[Policy], scene: Scene) -> Checked:
    """Return what lint and verify find in these policies against the roster in force."""
    return Checked(linted(policies, scene), tuple(await verify.holes_of(link, policies)))


def linted(policies: Sequence[Policy], scene: Scene) -> tuple[Finding, ...]:
    """Return what lint finds in these policies against the roster of the scene."""
    return lint(policies, scene.roster.schedules.values(), scene.people.values(), scene.shifts.values())


def tell(found: Checked) -> None:
    """Write every finding, and the first holes."""
    tell_findings(found.findings)
    for hole in found.holes[:_SHOWN]:
        typer.echo(f"BLOCKING hole {hole}")
    if len(found.holes) > _SHOWN:
        typer.echo(
            f"... and {len(found.holes) - _SHOWN} more holes; `vigil verify --policies FOLDER` shows all"
        )


def tell_findings(found: Iterable[Finding]) -> None:
    """Write each finding with where it is explained."""
    for finding in found:
        typer.echo(f"{'BLOCKING ' if finding.blocking else ''}{finding} (see {finding.page})")


def finding_json(finding: Finding) -> dict[str, object]:
    """Return a finding as plain values."""
    return {
        "code": finding.code,
        "name": finding.name,
        "blocking": finding.blocking,
        "policy": finding.policy or None,
        "step": finding.step,
        "sentence": finding.sentence,
        "page": finding.page,
    }


def override_of(found: Checked, reason: str | None) -> str:
    """Return what to record of an override; "" if there is nothing to override.

    Raises Trouble when something is broken and no reason is given.
    """
    if reason is not None and not reason.strip():
        raise Trouble("--override: give the reason, in quotes; it is kept with the version")
    if not found.broken:
        return ""
    if reason is None:
        raise Trouble(
            "nothing was changed: mend what is marked BLOCKING, then apply again "
            '(or say why not: --override "...", which is kept with the version)'
        )
    return f"{reason.strip()} ({'; '.join(found.broken)})"
