"""`vigil doctor`: is this set-up fit to page people, and if not, what has to be mended?"""

import asyncio
from datetime import date, datetime
from typing import Annotated

import structlog
import typer

from contracts.commits import BRIEF
from contracts.pages import PageBrief, PageStatus
from contracts.people import Person
from contracts.schedules import Schedule, Shifts
from contracts.streams import SERVICES
from services.command_line import carrier_account, checks, checks_site, doctor_fix
from services.command_line.checks import Finding, Level
from services.command_line.drill_results import read_drills
from services.command_line.ledger_books import behind
from services.command_line.link import Link, connect, linked, me
from services.command_line.settings import SiteSettings
from services.command_line.troubles import Trouble
from services.command_line.verify_records import all_reports
from services.paging.settings import PagingSettings
from services.process import make_clock
from services.programme import lint
from services.runtime import provision
from services.runtime.follow import Follower, Table
from services.runtime.log import Stored
from services.runtime.settings import Settings, load
from services.watchdog.settings import WatchdogSettings

__all__ = ["Finding", "Level", "doctor", "examine"]


def doctor(
    override: Annotated[
        str, typer.Option(help="Exit with 0 whatever refuses: the reason, which is logged.")
    ] = "",
    fix: Annotated[
        bool, typer.Option("--fix", help="First set the webhooks of our numbers at the carrier.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --fix: do not ask.")] = False,
) -> None:
    """Check a production set-up, and say for each finding what to do; exit status 1 refuses a live start."""
    if fix:
        asyncio.run(doctor_fix.mend(yes=yes))
    findings = asyncio.run(_all())
    for level in (Level.REFUSES, Level.LOOK, Level.UNCHECKED, Level.GOOD):
        for finding in findings:
            if finding.level is level:
                typer.echo(str(finding))
    refusing = sum(finding.refuses for finding in findings)
    if not refusing:
        typer.echo("Nothing refuses a live start.")
    elif override:
        structlog.get_logger().error("doctor_overridden", user=me(), count=refusing, reason=override)
        typer.echo(f"{refusing} findings refuse a live start; overridden: {override}")
    else:
        typer.echo(f"{refusing} findings refuse a live start.")
        raise typer.Exit(1)


async def examine(link: Link) -> list[Finding]:
    """Return every finding about the set-up that this link leads to."""
    today = link.clock.now().date()
    return [*await _carrier(link.settings, today), *_watch(), *await _stored(link)]


async def _all() -> list[Finding]:
    try:
        async with linked() as link:
            return await examine(link)
    except (Trouble, SystemExit) as error:
        fix = "start NATS, or mend the setting"
        settings = load(Settings)
        today = make_clock(settings).now().date()
        return [*await _carrier(settings, today), *_watch(), checks.refused(str(error), fix)]


async def _carrier(settings: Settings, today: date) -> list[Finding]:
    try:
        paging, affirmed = load(PagingSettings), load(SiteSettings).affirmed()
    except SystemExit as error:
        return [checks.refused(str(error), "set it, see .env.example")]
    url = paging.public_url.rstrip("/")
    ours = dict.fromkeys(n for n in (paging.staff_number, paging.imminent_number, paging.patient_number) if n)
    said = await carrier_account.ask(paging.carrier(), tuple(ours))
    found = [*checks.account(said), *checks.clock(said)]
    if said.status == 200:
        found += checks.numbers(said, url)
        found += checks_site.registration(said, affirmed)
    found += checks_site.agreements(affirmed, said, today)
    if settings.clock_scale != 1:
        found.append(checks.refused("VIGIL_CLOCK_SCALE is not 1: time runs wrong", "leave it out"))
    found += checks.addresses(url, settings.nats_url, paging.carrier_url)
    return [*found, *checks.calls(paging.voice_fallback_url)]


def _watch() -> list[Finding]:
    try:
        settings = load(WatchdogSettings)
    except SystemExit as error:
        return [checks.refused(str(error), "set it, see .env.example")]
    return checks.watch(settings.phones(), settings.heartbeat_url)


async def _stored(link: Link) -> list[Finding]:
    missing = await _provisioned(link)
    if missing:
        return [checks.refused(one, "run `vigil provision`") for one in missing]
    people, shifts = await link.values("people", Person), await link.values("shifts", Shifts)
    policies = await link.administration().policies()
    found = [checks.good("streams, buckets and durables are provisioned")]
    if policies is not None:
        schedules = await link.values("schedules", Schedule)
        for danger in lint(policies.policies, schedules.values(), people.values(), shifts.values()):
            fix = "mend the policy, then `vigil policy apply FOLDER`"
            found.append((checks.refused if danger.blocking else checks.look)(str(danger), fix))
    now = link.clock.now()
    found += checks.coverage(policies, shifts, people, now)
    found += checks.phones(policies, shifts, people, await _answered(link))
    found += checks_site.unverified(people)
    if policies is not None:
        found += checks_site.reports(await all_reports(link), policies.version, now)
        found += checks_site.drills(await read_drills(link), checks.schedules_of(policies), now)
    found += checks_site.ledger(*await behind(link))
    return [*found, *checks_site.compared(await _marks(link), now)]


async def _marks(link: Link) -> dict[str, datetime]:
    """Return up to when the gateway has compared the carrier's lists with what came in."""
    table = Table(link.nc, "carrier_marks")
    await table.start()
    await table.stop()
    return {name: datetime.fromisoformat(raw.decode()) for name, raw in table.raw.items()}


async def _provisioned(link: Link) -> list[str]:
    """Return what is missing, looked at with the admin's rights; each service sees only its own part."""
    nc = await connect(link.settings, "admin")
    troubles: list[str] = []
    try:
        for service in SERVICES:
            try:
                await provision.check(nc, service)
            except provision.ProvisionError as error:
                troubles.append(str(error))
    finally:
        await nc.close()
    return troubles


async def _answered(link: Link) -> dict[str, datetime]:
    """Return when each responder last answered a page, from the headers of PAGES."""
    found: dict[str, datetime] = {}

    def learn(stored: Stored) -> None:
        raw = stored.headers.get(BRIEF)
        brief = PageBrief.model_validate_json(raw) if raw else None
        if brief is not None and brief.status is PageStatus.ACKNOWLEDGED:
            at = brief.answered_at or brief.asked_at
            found[brief.responder] = max(at, found.get(brief.responder, at))

    follower = Follower(link.nc, "PAGES", learn, headers_only=True, label="cli")
    await follower.start()
    await follower.stop()
    return found
