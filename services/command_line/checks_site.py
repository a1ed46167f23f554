"""The doctor's rules about what a site must see to itself: registration, agreements, phones, drills. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from contracts.people import Person
from contracts.reports import CoverageReport
from services.command_line.carrier_account import CarrierFacts
from services.command_line.carrier_registration import Registration, Standing
from services.command_line.checks import Finding, good, look, refused, unchecked
from services.command_line.drill_results import Drill
from services.roster import core

READ_AGAIN = timedelta(days=365)
"""How long the carrier's own answers count as read: it changes them. A default without a source."""
DRILL_EVERY = timedelta(days=30)
"""How old the last drill of a schedule may be. A default without a source."""
BEHIND = 1_000
"""How many messages the ledger may be behind the log. A default without a source."""
COMPARED = timedelta(minutes=10)
"""How old the last comparison with the carrier's lists may be: ten rounds."""
_COUNTED = ("answered", "unanswered", "nobody")


def registration(said: CarrierFacts, affirmed: Mapping[str, date]) -> list[Finding]:
    """Judge whether our numbers may send texts."""
    found: list[Finding] = []
    unknown: list[str] = []
    for number, one in (said.registrations or {}).items():
        if one.standing is Standing.UNKNOWN:
            unknown.append(number)
        else:
            found.append(_registration(number, one))
    if said.registrations and not unknown:
        return found
    which = ", ".join(unknown) or "our numbers"
    if "registration" in affirmed:
        return [*found, good(f"{which}: affirmed to be registered on {affirmed['registration']}")]
    what = f"whether {which} are registered (10DLC campaign, or toll-free verification)"
    fix = (
        "see that the carrier's console says approved, then affirm it: "
        "VIGIL_AGREEMENTS=registration=<date>. Unregistered texts are blocked (30034, 30032)"
    )
    return [*found, unchecked(what, fix)]


def _registration(number: str, one: Registration) -> Finding:
    if one.standing is Standing.GOOD:
        return good(f"{number}: the {one.what} is approved")
    if one.standing is Standing.NOT_NEEDED:
        return good(f"{number} is no US or Canadian number: nothing to register")
    blocked = "until then its texts are blocked"
    if one.what != "10DLC campaign":
        fix = f"submit the toll-free verification in the carrier's console; {blocked} (30032)"
    elif one.standing is Standing.WAITING:
        fix = f"wait, or ask the carrier; {blocked} (30034)"
    elif not one.brand:
        fix = f"register the brand, then a campaign, and put the number into its service; {blocked} (30034)"
    else:
        where = "for its messaging service" if one.pooled else "and put the number into its messaging service"
        fix = f"register a campaign {where}; {blocked} (30034)"
    return refused(f"{number}: the {one.what} is {_words(one.standing)}", fix)


def _words(standing: Standing) -> str:
    return "not approved yet" if standing is Standing.WAITING else standing.value


def agreements(affirmed: Mapping[str, date], said: CarrierFacts, today: date) -> list[Finding]:
    """Judge what nobody but the site can know: the agreement with the carrier, its own STOP and HELP."""
    found: list[Finding] = []
    late = sorted(name for name, day in affirmed.items() if day > today)
    if late:
        found.append(
            refused(f"VIGIL_AGREEMENTS: {', '.join(late)} lies in the future", "write when it was seen to")
        )
    if "baa" in affirmed:
        found.append(good(f"the business-associate agreement with the carrier is of {affirmed['baa']}"))
    else:
        fix = (
            "sign one before any patient's words pass through the carrier (45 CFR 164.502(e)), then affirm "
            "it: VIGIL_AGREEMENTS=baa=<date it was signed>"
        )
        found.append(refused("no business-associate agreement with the carrier is affirmed", fix))
    return [*found, _opt_out(affirmed.get("opt_out"), said, today)]


def _opt_out(read: date | None, said: CarrierFacts, today: date) -> Finding:
    pooled = [number for number, one in (said.registrations or {}).items() if one.pooled]
    where = f" (Advanced Opt-Out of the service that has {', '.join(pooled)})" if pooled else ""
    affirm = "then affirm it: VIGIL_AGREEMENTS=opt_out=<date>"
    if read is None:
        return unchecked(
            "the carrier's own answers to STOP and HELP",
            f"read them in its console{where}; they must not contradict Vigil's, above all not on the "
            f"crisis line; {affirm}",
        )
    if today - read > READ_AGAIN:
        return look(
            f"the carrier's own answers to STOP and HELP were last read on {read}",
            f"read them again, {affirm}",
        )
    return good(f"the carrier's own answers to STOP and HELP were read on {read}")


def unverified(people: Mapping[str, Person]) -> list[Finding]:
    """Name every phone of the roster that nobody has shown to reach its owner."""
    found = []
    for name, person in sorted(people.items()):
        methods = [m for m in person.methods if not (m.verified_at or m.dead_since)] if person.active else []
        if methods:
            which = ", ".join(f"{one.id} ({one.channel.value})" for one in methods)
            other = f" --method {methods[0].id}" if len(person.methods) > 1 else ""
            fix = f"`vigil roster verify {name}{other}`, once Vigil runs"
            found.append(look(f"{name}: never verified: {which}", fix))
    living = any(core.reachable(person) for person in people.values())
    return found or ([good("every phone on the roster was verified")] if living else [])


def reports(made: Iterable[CoverageReport], version: int, now: datetime) -> list[Finding]:
    """Judge the last coverage report: that of these policies, still ahead, without holes, signed."""
    last = max(made, key=lambda one: one.made_at, default=None)
    make = "`vigil verify --report FILE.html`, then have it signed: `vigil verify --sign-off NAME`"
    if last is None:
        return [look("coverage was never reported", make)]
    found = []
    if last.policy_version != version:
        found.append(
            look(
                f"the last coverage report is of policies v{last.policy_version}, in force are v{version}",
                make,
            )
        )
    if last.through <= now:
        found.append(look(f"the last coverage report looked ahead to {last.through:%Y-%m-%d}", make))
    if last.holes:
        fix = "`vigil verify` shows them; mend policies or roster, then make the report again"
        found.append(look(f"the last coverage report has {last.holes} holes", fix))
    if not last.signed_by:
        fix = "`vigil verify --sign-off NAME`, by whoever answers for it"
        found.append(look(f"the coverage report of {last.made_at:%Y-%m-%d} is not signed", fix))
    return found or [good(f"the coverage report of {last.made_at:%Y-%m-%d} is signed and holds")]


def drills(held: Iterable[Drill], schedules: Iterable[str], now: datetime) -> list[Finding]:
    """Judge when each schedule that policies page was last drilled, and whether anybody answered."""
    last: dict[str, Drill] = {}
    for one in sorted(held, key=lambda drill: drill.at):
        if one.outcome in _COUNTED:
            last[one.schedule] = one
    names = sorted(set(schedules))
    old = [name for name in names if name not in last or now - last[name].at > DRILL_EVERY]
    found = []
    if old:
        since = ", ".join(f"{name} ({_last(last.get(name))})" for name in old)
        found.append(look(f"no drill within {DRILL_EVERY.days} days: {since}", f"`vigil drill {old[0]}`"))
    for name in names:
        if name not in old and last[name].outcome != "answered":
            what = f"the last drill of {name}, on {last[name].at:%Y-%m-%d}, found nobody who answered"
            found.append(look(what, f"`vigil drill --results {name}`, then drill again"))
    return found or ([good(f"every schedule was drilled within {DRILL_EVERY.days} days")] if names else [])


def _last(drill: Drill | None) -> str:
    return f"last on {drill.at:%Y-%m-%d}" if drill else "never"


def compared(marks: Mapping[str, datetime], now: datetime) -> list[Finding]:
    """Judge whether the gateway still asks the carrier for what its webhooks may have lost."""
    found = []
    for name in ("texts", "calls"):
        at = marks.get(name)
        if at is not None and now - at > COMPARED:
            what = f"{name} were last compared with the carrier's list at {at:%Y-%m-%d %H:%M} UTC"
            fix = "see that the gateway runs, knows VIGIL_TWILIO_ACCOUNT_SID, and reaches the carrier"
            found.append(look(what, fix))
    return found


def ledger(messages: int | None, why: str) -> list[Finding]:
    """Judge how far the ledger is behind the log; None: nobody can say, because of `why`."""
    if messages is None:
        return [
            look(f"the ledger can't be read: {why}", "see services/ledger/README.md; pages need no ledger")
        ]
    if messages > BEHIND:
        fix = "see whether it runs (`vigil run ledger`) and what its log says; nothing is lost meanwhile"
        return [look(f"the ledger is {messages} messages behind the log", fix)]
    return [good("the ledger is up with the log")]
