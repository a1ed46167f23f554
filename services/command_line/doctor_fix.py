"""`vigil doctor --fix`: sets the webhooks of our numbers at the carrier, after showing what changes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import typer

from services.command_line import carrier_account
from services.command_line.carrier_account import CarrierFacts, NumberFacts
from services.command_line.settings import SiteSettings
from services.command_line.shown import show, table
from services.command_line.troubles import Trouble
from services.paging.settings import PagingSettings
from services.runtime.settings import load
from services.runtime.twilio_client import CarrierSettings

SetUp = Callable[[CarrierSettings, str, Mapping[str, str]], Awaitable[str]]


@dataclass(frozen=True)
class Change:
    """One parameter of one number: what it is, and what it becomes."""

    number: str
    sid: str
    parameter: str
    have: str
    want: str


def wanted(public_url: str, sms_fallback: str = "", call_fallback: str = "") -> dict[str, str]:
    """Return how a number of ours is to be set up; a fallback that nobody named is left as it is. Pure."""
    url = public_url.rstrip("/")
    whole = {
        "SmsUrl": f"{url}/twilio/sms",
        "SmsMethod": "POST",
        "SmsFallbackUrl": sms_fallback,
        "SmsFallbackMethod": "GET" if sms_fallback else "",
        "VoiceUrl": f"{url}/twilio/call",
        "VoiceMethod": "POST",
        "VoiceFallbackUrl": call_fallback,
        "VoiceFallbackMethod": "GET" if call_fallback else "",
        "StatusCallback": f"{url}/twilio/call-ended",
    }
    return {name: value for name, value in whole.items() if value}


def changes(numbers: Mapping[str, NumberFacts | None], want: Mapping[str, str]) -> list[Change]:
    """Return what must change. Rules behind a # in a URL are the site's own, and stay. Pure."""
    found: list[Change] = []
    for number, facts in numbers.items():
        if facts is None or not facts.sid:
            continue
        have = _have(facts)
        # The method of a fallback is not shown by every carrier: it goes along with its URL.
        along = {name for name in want if name.endswith("FallbackMethod")}
        for name, value in want.items():
            if name not in along and have[name].partition("#")[0] != value:
                found.append(Change(number, facts.sid, name, have[name], value))
                method = name.removesuffix("Url") + "Method"
                if method in along:
                    found.append(Change(number, facts.sid, method, "", want[method]))
        if facts.application:
            for name in ("SmsApplicationSid", "VoiceApplicationSid", "TrunkSid"):
                found.append(Change(number, facts.sid, name, "set", ""))
    return found


def _have(facts: NumberFacts) -> dict[str, str]:
    return {
        "SmsUrl": facts.sms_url,
        "SmsMethod": facts.sms_method,
        "SmsFallbackUrl": facts.sms_fallback_url,
        "VoiceUrl": facts.voice_url,
        "VoiceMethod": facts.voice_method,
        "VoiceFallbackUrl": facts.voice_fallback_url,
        "StatusCallback": facts.status_callback,
    }


async def mend(*, yes: bool) -> None:
    """Set the webhooks, after asking unless `yes`. Raises Trouble when that can't be done."""
    paging, site = load(PagingSettings), load(SiteSettings)
    ours = dict.fromkeys(n for n in (paging.staff_number, paging.imminent_number, paging.patient_number) if n)
    _refuse_unreachable(paging.public_url, paging.carrier_url)
    said = await carrier_account.ask(paging.carrier(), tuple(ours))
    _refuse_unknown(said)
    want = wanted(paging.public_url, site.sms_fallback_url, site.call_fallback_url)
    due = changes(said.numbers or {}, want)
    if not due:
        typer.echo("The numbers are set up at the carrier as they must be; nothing is changed.")
        return
    rows = ((one.number, one.parameter, one.have or "(nothing)", one.want or "(nothing)") for one in due)
    show(table("At the carrier", ("number", "what", "is", "becomes"), rows))
    if not yes and not typer.confirm("Change this at the carrier?"):
        typer.echo("Nothing is changed.")
        return
    await apply(paging.carrier(), due)


async def apply(carrier: CarrierSettings, due: list[Change], set_up: SetUp = carrier_account.set_up) -> None:
    """Make the changes, one request for each number. Raises Trouble that says which failed."""
    failed: list[str] = []
    for sid, number in dict.fromkeys((one.sid, one.number) for one in due):
        refusal = await set_up(carrier, sid, {one.parameter: one.want for one in due if one.sid == sid})
        if refusal:
            failed.append(f"{number} ({refusal})")
        else:
            typer.echo(f"{number} is set up.")
    if failed:
        raise Trouble(f"the carrier did not change {', '.join(failed)}; set it in its console")


def _refuse_unreachable(public_url: str, carrier_url: str) -> None:
    """Keep a real number from being pointed at what nobody can reach, or at what anybody can read."""
    if carrier_url:
        return
    url = urlsplit(public_url)
    if url.scheme != "https" or url.hostname in ("localhost", "127.0.0.1", "::1"):
        raise Trouble(
            f"VIGIL_PUBLIC_URL is {public_url}: the carrier must reach it by https; put TLS in front of the "
            "gateway, then run this again"
        )


def _refuse_unknown(said: CarrierFacts) -> None:
    if said.status is None:
        raise Trouble(f"the carrier does not answer ({said.why}); check VIGIL_CARRIER_URL and the way out")
    if said.status != 200:
        raise Trouble(f"the carrier refuses the credentials ({said.status}); set VIGIL_TWILIO_* anew")
    if said.numbers is None:
        raise Trouble("the carrier does not tell how our numbers are set up; set them in its console")
    missing = [number for number, facts in said.numbers.items() if facts is None]
    if missing:
        raise Trouble(f"{', '.join(missing)}: no number of this account; rent it, or mend VIGIL_*_NUMBER")
