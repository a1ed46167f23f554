"""`vigil signal`: report that something happened to a patient, through the gateway, as a system would."""

import asyncio
import json
import secrets
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import typer

from contracts.values import Kind, Urgency
from services.command_line import demo, words
from services.command_line.settings import CommandSettings
from services.command_line.troubles import Trouble
from services.process import make_clock
from services.runtime.settings import Settings, load

_SECONDS = 10.0


def signal(
    kind: Annotated[
        Kind | None,
        typer.Argument(parser=words.kind, metavar=words.KINDS, help="What happened.", show_default=False),
    ] = None,
    patient: Annotated[
        str, typer.Argument(help="Whom it is about: pt_..., or the id your system has.", show_default=False)
    ] = "",
    urgency: Annotated[
        Urgency,
        typer.Option(parser=words.urgency, metavar=words.URGENCIES, help="How fast a person must act."),
    ] = Urgency.URGENT,
    tag: Annotated[list[str] | None, typer.Option(help="Tags, for policies to choose by.")] = None,
    file: Annotated[Path | None, typer.Option(help="A whole CloudEvent as JSON, instead.")] = None,
) -> None:
    """Report a signal to the gateway: somebody is paged, as its policy says."""
    settings, own = load(Settings), load(CommandSettings)
    source, token = _identity(settings, own)
    if file is not None:
        event = _from_file(file)
    elif kind is None or not patient:
        raise Trouble("give a kind and a patient, or --file event.json; see `vigil signal --help`")
    elif kind is Kind.SYSTEM_FAULT:
        raise Trouble("faults of the system come from its own parts; to test a phone use `vigil page-test`")
    else:
        event = _event(kind, patient, urgency, tag or [], source, make_clock(settings).now().isoformat())
    answer = asyncio.run(_post(f"{own.gateway()}/v1/signals", event, token))
    said = "was known already; nothing new happens" if answer.get("duplicate") else "is stored"
    typer.echo(f"Signal {answer.get('signal')} about {answer.get('patient')} {said}.")
    for warning in answer.get("warnings", ()):
        typer.echo(f"But: {warning}")
    typer.echo(f"See `vigil escalations {answer.get('patient')}`.")


def _identity(settings: Settings, own: CommandSettings) -> tuple[str, str]:
    source, token = own.signal_source, own.signal_token.get_secret_value()
    if not token and source in own.source_tokens:
        token = own.source_tokens[source].get_secret_value()
    if not token and (secret := demo.read(settings.var)) is not None:
        return demo.SOURCE, secret.source_token
    if not token:
        raise Trouble(
            f"VIGIL_SIGNAL_TOKEN: not set, and VIGIL_SOURCE_TOKENS has no token for {source!r}; "
            "give the gateway one for it and set it here"
        )
    return source, token


def _from_file(file: Path) -> dict[str, Any]:
    try:
        event = json.loads(file.read_bytes())
    except OSError as error:
        raise Trouble(f"--file: {file} cannot be read ({error.strerror}); name another file") from None
    except ValueError as error:
        raise Trouble(f"--file: {file} is no JSON ({error}); write one CloudEvent") from None
    if not isinstance(event, dict):
        raise Trouble(f"--file: {file} must hold one JSON object, a CloudEvent")
    return event


def _event(
    kind: Kind, patient: str, urgency: Urgency, tags: list[str], source: str, now: str
) -> dict[str, Any]:
    data: dict[str, Any] = {"urgency": urgency.value, "tags": tags}
    event = {
        "specversion": "1.0",
        "id": secrets.token_hex(8),
        "source": source,
        "type": f"vigil.signal.{kind.value}",
        "time": now,
        "data": data,
    }
    if patient.startswith("pt_"):
        data["patient"] = patient
    else:
        event["subject"] = patient
    return event


async def _post(url: str, event: dict[str, Any], token: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/cloudevents+json"}
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as http,
            http.post(url, data=json.dumps(event), headers=headers) as reply,
        ):
            status, text = reply.status, await reply.text()
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise Trouble(
            f"VIGIL_GATEWAY_URL: no gateway answers at {url} ({type(error).__name__}), "
            "so the signal may not be stored; start Vigil or name the right URL, then send it again"
        ) from None
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Trouble(f"{url} answered {status}, but not as a gateway does; is VIGIL_GATEWAY_URL right?")
    if status >= 300:
        said = "; ".join(str(answer[part]) for part in ("error", "fix") if part in answer)
        raise Trouble(f"the gateway refused the signal ({status}), {answer.get('field', 'it')}: {said}")
    return answer
