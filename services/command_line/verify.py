"""`vigil verify`: proves, for every minute ahead, how soon somebody who can be reached is paged.

Terms. First page: how long until somebody who can be reached has been paged. If 1 (or 2) are silent:
how long until a second (third) person who counts separately has been paged, so that somebody is left
whichever one (two) of them do not answer. All paged: until everybody whom the policy pages in all its
rounds has been. Each figure is that of the worst minute. A person counts with a contact method that
is verified, alive and not failing; people who share a phone count once, and so does a person who
stands at two steps. A hole is a span in which a figure passes the limit of its urgency, or in which
nobody who counts is paged in all rounds of the policy.

Of what is in force, all that is open now is looked at too: whether each has a deadline that lies ahead.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from contracts.people import Patient
from contracts.policies import Policy
from contracts.reports import CoverageReport
from contracts.schedules import Schedule
from services.command_line import verify_records, verify_report, verify_shown
from services.command_line.drill_results import Drill, read_drills
from services.command_line.link import Link, linked, me, this_moment
from services.command_line.people_of_files import trusted
from services.command_line.programme_zone import on_clock, programme_zone
from services.command_line.scene import Scene, in_force, nothing, of_folders
from services.command_line.shown import counted, local, put_json, show
from services.command_line.troubles import Trouble
from services.command_line.verify_deadlines import findings_now
from services.escalation.coverage import facts, findings
from services.escalation.coverage.findings import Finding
from services.escalation.coverage.prove import verify as prove
from services.escalation.coverage.result import Coverage
from services.roster import core

DAYS = 28


def verify(
    days: Annotated[int, typer.Option(min=1, max=84, help="How many days ahead.")] = DAYS,
    policies: Annotated[Path | None, typer.Option(help="Policies of a folder, not those in force.")] = None,
    roster: Annotated[Path | None, typer.Option(help="People and schedules of a folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Plain JSON.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write one HTML page; with --sign-off: the page to sign.")
    ] = None,
    sign_off: Annotated[
        str | None, typer.Option(help="Who signs the last report (or that of --report).")
    ] = None,
    note: Annotated[str, typer.Option(help="What they want kept with it.")] = "",
) -> None:
    """Prove that somebody is paged in time at every minute ahead; exit status 1 when there is a hole.

    Of the roster and policies in force it is also shown whether all that is open now has a deadline ahead.

    With both folders no running Vigil is needed.
    """
    if sign_off is not None:
        if not sign_off.strip():
            raise Trouble("--sign-off: say who signs, by name")
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
    scene = await _in_force(link)
    judged = replace(
        scene.plan,
        policies=scene.policies.model_copy(update={"policies": tuple(policies)}),
        people=trusted(scene.people),
    )
    coverage = prove(judged, scene.now, scene.now + timedelta(days=DAYS))
    return [
        f"{hole.code} {local(hole.at, zone=scene.zone)}: {findings.hole_sentence(hole)}"
        for hole in coverage.holes
    ]


async def _in_force(link: Link) -> Scene:
    patients = await link.values("patients", Patient)
    treating = sorted({one.therapist for one in patients.values() if one.therapist is not None})
    return replace(await in_force(link), therapists=tuple(treating))


async def _verify(
    ahead: timedelta, policies: Path | None, folder: Path | None, as_json: bool, report: Path | None
) -> int:
    """Prove, show, and write the report if one is wanted; return how many holes there are."""
    if policies is not None and folder is not None:
        scene = of_folders(nothing(this_moment()), policies, folder)
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
        scene = of_folders(await _in_force(link), policies, folder, link.seals())
        coverage, found = _judge(scene, ahead)
        if policies is None and folder is None:
            found = (*await findings_now(link), *found)
        judged = coverage, found
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
        told = verify_shown.plain(coverage, found, scene.origin, scene.remark, scene.roster_zone.key)
        put_json(told)
        return
    zone = scene.zone
    start, end = local(coverage.start, zone=zone), local(coverage.end, zone=zone)
    title = f"{on_clock(f'Every minute from {start} to {end}', zone)}\n{scene.origin}"
    holes = [finding for finding in found if finding.blocking]
    if holes:
        # Whoever reads one line reads this one.
        typer.echo(verify_shown.first_hole_line(holes, zone))
    show(verify_shown.rows_table(title, coverage))
    others = [finding for finding in found if not finding.blocking]
    kinds_of_hole = verify_shown.together(holes)
    for finding in kinds_of_hole[: verify_shown.MOST]:
        typer.echo(verify_shown.finding_line(finding, zone))
    left = sum(finding.times for finding in kinds_of_hole[verify_shown.MOST :])
    if left:
        typer.echo(f"... and {counted(left, 'more hole')}; --json or --report lists all.")
    for finding in verify_shown.together(others):
        typer.echo(verify_shown.finding_line(finding, zone))
    typer.echo(f"{counted(len(holes), 'hole')}." if holes else "No hole.")
    typer.echo(" ".join(part for part in (verify_shown.ASSUMPTION, scene.remark) if part))


async def _report(
    link: Link, scene: Scene, coverage: Coverage, found: Sequence[Finding], file: Path, recorded: bool
) -> CoverageReport | None:
    earlier = await verify_records.all_reports(link)
    drills: list[Drill] = await read_drills(link)
    versions = (await link.policy_store().history())[::-1]
    page = verify_report.page(
        scene, coverage, found, made_by=me(), earlier=earlier, drills=drills, versions=versions
    )
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
        zone = programme_zone((await link.values("schedules", Schedule)).values())
    if as_json:
        put_json(signed.model_dump(mode="json", exclude={"facts"}))
        return
    typer.echo(
        f"Signed by {signed.signed_by}: the report of {local(signed.made_at, zone=zone)} "
        f"({counted(signed.holes, 'hole').lower()}, digest {signed.digest[:12]}). The next report shows it."
    )


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise Trouble(f"--report: {file} can't be read ({why})") from None
