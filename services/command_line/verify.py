"""`vigil verify`: proves, for every minute ahead, how soon somebody who can be reached is paged.

Terms. First page: how long until somebody who can be reached has been paged. If 1 (or 2) are silent:
how long until a second (third) person who counts separately has been paged, so that somebody is left
whichever one (two) of them do not answer. All paged: until everybody whom the policy pages in all its
rounds has been. Each figure is that of the worst minute. A person counts with a contact method that
is verified, alive and not failing; people who share a phone count once, and so does a person who
stands at two steps. A hole is a span in which a figure passes the limit of its urgency, or in which
nobody who counts is paged in all rounds of the policy.
"""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from contracts.policies import Policy
from contracts.reports import CoverageReport
from services.command_line import verify_records, verify_report, verify_scene, verify_shown
from services.command_line.drill_results import Drill, read_drills
from services.command_line.link import Link, linked, me
from services.command_line.shown import local, show
from services.command_line.troubles import Trouble
from services.command_line.verify_scene import Scene
from services.escalation.coverage import facts, findings
from services.escalation.coverage.findings import Finding
from services.escalation.coverage.plan import Plan
from services.escalation.coverage.prove import verify as prove
from services.escalation.coverage.result import Coverage
from services.process import make_clock
from services.roster import core
from services.runtime.settings import Settings, load

DAYS = 28


def verify(
    days: Annotated[int, typer.Option(min=1, max=84, help="How many days ahead.")] = DAYS,
    policies: Annotated[Path | None, typer.Option(help="Policies of a folder, not those in force.")] = None,
    roster: Annotated[Path | None, typer.Option(help="People and schedules of a folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Plain JSON.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write one HTML page; with --sign-off: the page to sign.")
    ] = None,
    sign_off: Annotated[str, typer.Option(help="Who signs the last report (or that of --report).")] = "",
    note: Annotated[str, typer.Option(help="What they want kept with it.")] = "",
) -> None:
    """Prove that somebody is paged in time at every minute ahead; exit status 1 when there is a hole.

    With both folders no running Vigil is needed.
    """
    if sign_off:
        page = _read(report) if report is not None else None
        asyncio.run(_sign(sign_off, note, page, as_json))
    elif note:
        raise Trouble("--note belongs to --sign-off; say who signs")
    elif asyncio.run(_verify(timedelta(days=days), policies, roster, as_json, report)):
        raise typer.Exit(1)


async def holes_of(link: Link, policies: Sequence[Policy]) -> list[str]:
    """Return the holes there would be with these policies and the roster in force, each as a sentence.

    Phones that were never verified count here: they are the roster's trouble and not the policies'.
    """
    scene = await verify_scene.in_force(link)
    plan = scene.plan
    judged = Plan(
        policies=plan.policies.model_copy(update={"policies": tuple(policies)}),
        shifts=plan.shifts,
        people=verify_scene.trusted(plan.people),
        sites=plan.sites,
        therapists=plan.therapists,
    )
    coverage = prove(judged, scene.now, scene.now + timedelta(days=DAYS))
    return [f"{hole.code} {local(hole.at)}: {findings.hole_sentence(hole)}" for hole in coverage.holes]


async def _verify(
    ahead: timedelta, policies: Path | None, folder: Path | None, as_json: bool, report: Path | None
) -> int:
    """Prove, show, and write the report if one is wanted; return how many holes there are."""
    if policies is not None and folder is not None:
        scene = verify_scene.of_folders(verify_scene.nothing(_now()), policies, folder)
        judged = _judge(scene, ahead)
        if report is not None:
            _write(report, verify_report.page(scene, *judged, made_by=me()))
        _show(scene, *judged, as_json)
        if report is not None and not as_json:
            typer.echo(
                f"Report: {report}. It was made from files, so it is not recorded and can't be signed."
            )
        return _holes(judged[1])
    async with linked() as link:
        scene = await verify_scene.in_force(link)
        scene = verify_scene.of_folders(scene, policies, folder, link.seals())
        judged = _judge(scene, ahead)
        made = None
        if report is not None:
            recorded = policies is None and folder is None
            made = await _report(link, scene, *judged, report, recorded)
    _show(scene, *judged, as_json)
    if report is not None and not as_json:
        typer.echo(_about(report, made))
    return _holes(judged[1])


def _judge(scene: Scene, ahead: timedelta) -> tuple[Coverage, tuple[Finding, ...]]:
    plan = scene.plan
    if not plan.people or not plan.shifts:
        raise Trouble(
            "there is no roster to verify; run `vigil roster apply FOLDER`, or give --roster FOLDER"
        )
    coverage = prove(plan, scene.now, scene.now + ahead)
    gaps = [
        gap for one in plan.shifts.values() for gap in core.gaps(one, plan.people, scene.now, coverage.end)
    ]
    return coverage, (*findings.of(coverage, plan), *verify_shown.gap_findings(gaps))


def _holes(found: Sequence[Finding]) -> int:
    return sum(finding.blocking for finding in found)


def _show(scene: Scene, coverage: Coverage, found: Sequence[Finding], as_json: bool) -> None:
    if as_json:
        told = verify_shown.plain(coverage, found, scene.origin, scene.remark, scene.zone.key)
        typer.echo(json.dumps(told))
        return
    title = f"Every minute from {local(coverage.start)} to {local(coverage.end)}\n{scene.origin}"
    show(verify_shown.rows_table(title, coverage))
    holes = [finding for finding in found if finding.blocking]
    others = [finding for finding in found if not finding.blocking]
    for finding in (*holes[: verify_shown.MOST], *others):
        typer.echo(verify_shown.finding_line(finding))
    if len(holes) > verify_shown.MOST:
        typer.echo(f"... and {len(holes) - verify_shown.MOST} more holes; --json or --report lists all.")
    typer.echo(f"{len(holes)} holes, the first at {local(_first(holes))}." if holes else "No hole.")
    typer.echo(" ".join(part for part in (verify_shown.ASSUMPTION, scene.remark) if part))


def _first(holes: Sequence[Finding]) -> datetime:
    return min(hole.at for hole in holes if hole.at is not None)


async def _report(
    link: Link, scene: Scene, coverage: Coverage, found: Sequence[Finding], file: Path, recorded: bool
) -> CoverageReport | None:
    earlier = await verify_records.all_reports(link)
    drills: list[Drill] = await read_drills(link)
    page = verify_report.page(scene, coverage, found, made_by=me(), earlier=earlier, drills=drills)
    _write(file, page)
    if not recorded:
        return None
    known = facts.facts(coverage, scene.plan)
    version = coverage.policy_version
    return await verify_records.record(link, page, me(), coverage.end, version, known, _holes(found))


def _write(file: Path, page: str) -> None:
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise Trouble(f"--report: {file} can't be written ({error.strerror})") from None


def _about(file: Path, made: CoverageReport | None) -> str:
    if made is None:
        return f"Report: {file}. It was made from files, so it is not recorded and can't be signed."
    return (
        f"Report: {file}, recorded as {made.id}. To sign it: "
        f'vigil verify --sign-off "NAME" --note "..." --report {file}'
    )


async def _sign(name: str, note: str, page: str | None, as_json: bool) -> None:
    async with linked() as link:
        signed = await verify_records.sign(link, name, note, page)
    if as_json:
        typer.echo(signed.model_dump_json(exclude={"facts"}))
        return
    typer.echo(
        f"Signed by {signed.signed_by}: the report of {local(signed.made_at)} "
        f"({signed.holes} holes, digest {signed.digest[:12]}). The next report shows it."
    )


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise Trouble(f"--report: {file} can't be read ({why})") from None


def _now() -> datetime:
    clock = make_clock(load(Settings))
    try:
        return clock.now()
    finally:
        clock.stop()
