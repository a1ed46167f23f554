"""The doctor's rules: from what was found to findings, each with its fix. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from contracts.people import Person
from contracts.policies import PolicySet
from contracts.schedules import Shifts
from services.command_line.carrier_account import CarrierFacts, NumberFacts
from services.roster import core

LOW_BALANCE = 20.0
"""In the account's currency: a busy night of texts and calls; a default without a source."""
SKEW_TOLD, SKEW_REFUSED = timedelta(seconds=3), timedelta(seconds=30)
"""The carrier's clock shows whole seconds, so less than two can't be told from none."""
AHEAD = timedelta(days=28)


class Level(StrEnum):
    """How bad a finding is."""

    GOOD = "good"
    LOOK = "look"
    UNCHECKED = "not checked"
    REFUSES = "REFUSES"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `after_start` can only be mended once Vigil runs."""

    level: Level
    what: str
    fix: str = ""
    after_start: bool = False

    @property
    def refuses(self) -> bool:
        """Whether a live start must be refused for it."""
        return self.level is Level.REFUSES

    def __str__(self) -> str:
        return f"{self.level.value:<12}{self.what}" + (f". Fix: {self.fix}" if self.fix else "")


def good(what: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(Level.GOOD, what)


def look(what: str, fix: str) -> Finding:
    """Return a finding that somebody should look at."""
    return Finding(Level.LOOK, what, fix)


def unchecked(what: str, fix: str) -> Finding:
    """Return a finding that could not be made."""
    return Finding(Level.UNCHECKED, what, fix)


def refused(what: str, fix: str, *, after_start: bool = False) -> Finding:
    """Return a finding that refuses a live start."""
    return Finding(Level.REFUSES, what, fix, after_start)


def account(said: CarrierFacts) -> list[Finding]:
    """Judge credentials, account and balance."""
    if said.status is None:
        return [
            unchecked(f"the carrier does not answer ({said.why})", "check VIGIL_CARRIER_URL and the way out")
        ]
    if said.status in (401, 403):
        fix = "set VIGIL_TWILIO_ACCOUNT_SID and VIGIL_TWILIO_AUTH_TOKEN (or the API key) anew"
        return [refused(f"the carrier refuses the credentials ({said.status})", fix)]
    if said.status != 200:
        return [
            unchecked(
                f"the carrier answers {said.status} for the account", "look at its status page, try again"
            )
        ]
    found = [good("the carrier takes the credentials")]
    if said.account_status != "active":
        found.append(refused(f"the account is {said.account_status}", "have the carrier reactivate it"))
    if (said.account_type or "").lower() == "trial":
        found.append(
            refused("the account is a trial: only verified phones get anything", "upgrade the account")
        )
    if said.balance is None:
        found.append(
            unchecked("the balance", "look at it in the carrier's console, and set it to refill itself")
        )
    elif said.balance < LOW_BALANCE:
        left = f"{said.balance:.2f} {said.currency}".strip()
        found.append(refused(f"the balance is low: {left}", "pay in, and set it to refill itself"))
    else:
        found.append(good("the balance is not low"))
    return found


def clock(said: CarrierFacts) -> list[Finding]:
    """Judge this machine's clock by the carrier's."""
    if said.ahead is None:
        return [unchecked("the clock", "compare it with another one, and run an NTP client")]
    off = abs(said.ahead)
    if off < SKEW_TOLD:
        return [good("the clock agrees with the carrier's")]
    way = "ahead of" if said.ahead > timedelta(0) else "behind"
    what = f"this machine's clock is {off.total_seconds():.0f} s {way} the carrier's"
    fix = "run an NTP client"
    return [refused(what, fix) if off > SKEW_REFUSED else look(what, fix)]


def numbers(said: CarrierFacts, public_url: str) -> list[Finding]:
    """Judge webhooks, fallback URLs and abilities of our numbers."""
    found: list[Finding] = []
    if said.numbers is None:
        fix = f"see that each has {public_url}/twilio/sms and {public_url}/twilio/call, and fallbacks"
        found.append(unchecked("webhooks and fallback URLs of our numbers", fix))
    for number, facts in (said.numbers or {}).items():
        if facts is None:
            fix = "rent it, or mend VIGIL_STAFF_NUMBER, VIGIL_IMMINENT_NUMBER, VIGIL_PATIENT_NUMBER"
            found.append(refused(f"{number} is no number of this account", fix))
        else:
            one = (said.registrations or {}).get(number)
            found += _number(number, facts, public_url, in_pool=one is not None and one.pool_takes_texts)
    return found


def _number(number: str, facts: NumberFacts, public_url: str, *, in_pool: bool) -> list[Finding]:
    found: list[Finding] = []
    mend = "`vigil doctor --fix`"
    if facts.application:
        what = f"{number}: an application or trunk is set, so its own webhooks count for nothing"
        found.append(refused(what, mend))
    if in_pool:
        what = f"{number}: texts go to the webhook of its messaging service, not to the number's"
        found.append(refused(what, "in the carrier's console, let the service defer to the sender's webhook"))
    if facts.status_callback.partition("#")[0] != f"{public_url}/twilio/call-ended":
        what = f"{number}: the end of a call is not told to us: a lost call is noticed a minute later"
        found.append(look(what, f"{mend}, or set its status callback to {public_url}/twilio/call-ended"))
    if not facts.voice:
        found.append(refused(f"{number} can't make calls", "rent a number with voice"))
    if not facts.sms:
        found.append(refused(f"{number} can't send texts", "rent a number with SMS"))
    hooks = (
        ("texts", facts.sms_url, facts.sms_method, f"{public_url}/twilio/sms"),
        ("calls", facts.voice_url, facts.voice_method, f"{public_url}/twilio/call"),
    )
    for what, have, method, want in hooks:
        if have.partition("#")[0] != want:
            fix = f"{mend}, or set its webhook to {want}"
            found.append(refused(f"{number}: {what} go to {have or 'nowhere'}", fix))
        elif method.upper() != "POST":
            found.append(refused(f"{number}: {what} come by {method}, and only POST is answered", mend))
    fallbacks = (
        ("texts", facts.sms_fallback_url, "VIGIL_SMS_FALLBACK_URL"),
        ("calls", facts.voice_fallback_url, "VIGIL_CALL_FALLBACK_URL"),
    )
    for what, have, setting in fallbacks:
        if not have:
            fix = (
                "host deploy/fallback elsewhere (it is all that answers while this host is down), name it "
                f"in {setting}, then {mend}"
            )
            found.append(refused(f"{number}: no fallback URL for {what}", fix))
        elif urlsplit(have).netloc == urlsplit(public_url).netloc:
            fix = "use another host: this one is down together with the gateway"
            found.append(look(f"{number}: the fallback URL for {what} is on the gateway's own host", fix))
    return found or [good(f"{number} is set up at the carrier")]


def addresses(public_url: str, nats_url: str, carrier_url: str) -> list[Finding]:
    """Judge the URLs by which others reach us, and we reach others."""
    found = []
    if urlsplit(public_url).scheme != "https":
        found.append(
            refused(f"VIGIL_PUBLIC_URL is not https: {public_url}", "put TLS in front of the gateway")
        )
    else:
        found.append(good("the public URL is https"))
    for url in nats_url.split(","):
        local = urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
        if not local and urlsplit(url).scheme not in ("tls", "wss"):
            found.append(
                refused(f"VIGIL_NATS_URL: {url} is not encrypted", "use tls:// and give NATS a certificate")
            )
    if carrier_url:
        found.append(refused(f"VIGIL_CARRIER_URL is {carrier_url}, not the real carrier", "leave it empty"))
    return found


def calls(fallback_url: str) -> list[Finding]:
    """Judge what a paged person hears while the gateway does not answer."""
    if fallback_url:
        return []
    fix = "host deploy/fallback/voice-page.xml on another host, and name it there"
    return [look("VIGIL_VOICE_FALLBACK_URL is empty: a paged phone hears nothing while we are down", fix)]


def watch(ops_phones: Iterable[str], heartbeat_url: str) -> list[Finding]:
    """Judge whether anybody hears of a fault of Vigil itself."""
    found = []
    if not tuple(ops_phones):
        found.append(
            look("VIGIL_OPS_PHONES is empty: the watchdog can tell nobody", "name the phones of ops")
        )
    if not heartbeat_url:
        fix = "set a URL that alarms when it is not fetched: nothing else tells that this machine is gone"
        found.append(look("VIGIL_HEARTBEAT_URL is empty", fix))
    return found or [good("ops are told of faults, and a heartbeat is sent")]


def coverage(
    policies: PolicySet | None, shifts: Mapping[str, Shifts], people: Mapping[str, Person], now: datetime
) -> list[Finding]:
    """Judge whether somebody can be paged, now and in the next 28 days."""
    if policies is None:
        return [refused("no policies are in force", "run `vigil policy apply FOLDER`")]
    found: list[Finding] = []
    for name in schedules_of(policies):
        compiled = shifts.get(name)
        if compiled is None:
            found.append(refused(f"schedule {name} has no shifts", "run `vigil roster apply FOLDER`"))
            continue
        gaps = core.gaps(compiled, people, now, now + AHEAD)
        found += [_gap(gap, now) for gap in gaps if gap.why is not core.Why.UNVERIFIED]
        found += _unproven(name, [gap for gap in gaps if gap.why is core.Why.UNVERIFIED], now)
    return found or [good("somebody is on call at every moment of the next 28 days")]


def _gap(gap: core.Gap, now: datetime) -> Finding:
    on, span = ", ".join(gap.people), f"{gap.start:%Y-%m-%d %H:%M} to {gap.end:%Y-%m-%d %H:%M} UTC"
    match gap.why:
        case core.Why.FAILING:
            what = f"nobody whose phone works in {gap.schedule} from {span} ({on}: receipts say failed)"
            fix = "`vigil roster phones`, then another number or another person"
        case _nobody:
            who = f" ({on} not reachable)" if on else ""
            what = f"nobody to page in {gap.schedule} from {span}{who}"
            fix = "fill the schedule, then `vigil roster apply FOLDER`"
    return refused(what, fix) if gap.start <= now else look(what, fix)


def _unproven(schedule: str, gaps: Sequence[core.Gap], now: datetime) -> list[Finding]:
    """Judge gaps that are none once phones are verified: one finding, for one code to each mends them."""
    if not gaps:
        return []
    on = ", ".join(dict.fromkeys(person for gap in gaps for person in gap.people))
    span = f"{gaps[0].start:%Y-%m-%d %H:%M} to {gaps[-1].end:%Y-%m-%d %H:%M} UTC"
    what = f"nobody whose phone is verified in {schedule}, at times from {span} ({on})"
    fix = f"`vigil roster verify {gaps[0].people[0]}`, and so on"
    # Pages are tried all the same, and only a running Vigil can send the codes.
    return [refused(what, fix, after_start=True) if gaps[0].start <= now else look(what, fix)]


def phones(
    policies: PolicySet | None,
    shifts: Mapping[str, Shifts],
    people: Mapping[str, Person],
    answered: Mapping[str, datetime],
) -> list[Finding]:
    """Judge whose phone has answered a page (a test page is one) in the 90 days that pages are kept."""
    on_call = {
        shift.person for name in (schedules_of(policies) if policies else ()) if name in shifts
        for shift in shifts[name].shifts
    }  # fmt: skip
    silent = sorted(name for name in on_call if core.reachable(people.get(name)) and name not in answered)
    if not silent:
        return [good("everybody on a schedule has answered a page")] if on_call else []
    fix = f"`vigil page-test {silent[0]}`, and so on, until each has answered"
    return [refused(f"phones not verified: {', '.join(silent)}", fix, after_start=True)]


def schedules_of(policies: PolicySet) -> tuple[str, ...]:
    """Return every schedule that a policy names."""
    targets = [
        target
        for policy in policies.policies
        for target in [t for s in policy.steps for t in s.page] + [t for r in policy.repeat for t in r.add]
    ]
    return tuple(sorted({target.schedule for target in targets if target.schedule}))
