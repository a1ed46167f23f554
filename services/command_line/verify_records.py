"""The reports that were made and who signed them: the bucket `reports`."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from nats.js.errors import KeyWrongLastSequenceError

from contracts.reports import CoverageReport
from contracts.schedules import Schedule
from services.command_line.link import Link
from services.command_line.programme_zone import abbreviated, programme_zone
from services.command_line.shown import local
from services.command_line.troubles import Trouble


async def all_reports(link: Link) -> list[CoverageReport]:
    """Return every report that was recorded, the oldest first. Raises Trouble."""
    return sorted((await link.values("reports", CoverageReport)).values(), key=lambda one: one.made_at)


async def record(
    link: Link, page: str, by: str, through: datetime, version: int, facts: Mapping[str, str], holes: int
) -> CoverageReport:
    """Record a report as it was made; its digest is that of the page."""
    now = link.clock.now()
    digest = digest_of(page)
    made = CoverageReport(
        id=f"{now:%Y%m%dT%H%M%SZ}-{digest[:8]}",
        made_at=now,
        made_by=by,
        through=through,
        digest=digest,
        policy_version=version,
        facts=dict(facts),
        holes=holes,
    )
    await (await link.bucket("reports")).put(made.id, made.model_dump_json().encode())
    return made


async def sign(link: Link, name: str, note: str, page: str | None) -> CoverageReport:
    """Record that a report was signed: that of the page, or the last one made.

    Raises Trouble when there is none, when it was signed already, or when somebody signs it meanwhile.
    """
    meant = _meant(await all_reports(link), page)
    bucket = await link.bucket("reports")
    entry = await bucket.get(meant.id)
    stored = CoverageReport.model_validate_json(entry.value or b"")
    if stored.signed_by:
        zone = programme_zone((await link.values("schedules", Schedule)).values())
        made_at = f"{local(stored.made_at, zone=zone)} {abbreviated(stored.made_at, zone)}"
        raise Trouble(f"the report of {made_at} is already signed by {stored.signed_by}")
    signed = stored.model_copy(update={"signed_by": name, "signed_at": link.clock.now(), "note": note})
    try:
        await bucket.update(meant.id, signed.model_dump_json().encode(), last=entry.revision)
    except KeyWrongLastSequenceError:
        raise Trouble("somebody else signed it at the same moment; look at the next report") from None
    return signed


def digest_of(page: str) -> str:
    """Return the SHA-256 of a page, in hex."""
    return sha256(page.encode()).hexdigest()


def _meant(reports: list[CoverageReport], page: str | None) -> CoverageReport:
    if not reports:
        raise Trouble("no report was made yet; `vigil verify --report FILE.html` makes one")
    if page is None:
        return reports[-1]
    found = next((one for one in reports if one.digest == digest_of(page)), None)
    if found is None:
        raise Trouble(
            "this page is none of the recorded reports, or was changed since; "
            "only a report made from what is in force can be signed"
        )
    return found
