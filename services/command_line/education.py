"""`vigil education`: short resources by text, for patients who want them."""

import asyncio
from typing import Annotated

import typer

from services.command_line.followup_asking import ask
from services.command_line.link import linked
from services.command_line.privacy import changed, living
from services.command_line.shown import put_json, show, table
from services.command_line.troubles import Told, Trouble
from services.followup.resources import shipped

app = typer.Typer(cls=Told, no_args_is_help=True, help="Short resources by text: list, send, opt-in.")
PatientId = Annotated[str, typer.Argument(help="Vigil's id of the patient, pt_...", show_default=False)]


@app.command("list")
def list_resources(
    language: Annotated[str, typer.Option(help="Only in this language, such as es.")] = "",
    topic: Annotated[str, typer.Option(help="Only on this topic.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the resources, by language and topic."""
    found = [
        one
        for one in shipped().values()
        if language in ("", one.language) and topic in ("", one.topic, one.name)
    ]
    if as_json:
        put_json([one.model_dump(mode="json") for one in found])
        return
    rows = [(one.language, one.topic, one.name, one.level, one.text) for one in found]
    show(table("Resources", ("language", "topic", "name", "level", "text"), rows, "There is none."))


@app.command()
def send(
    patient: PatientId,
    topic: Annotated[str, typer.Argument(help="A topic or a name of `vigil education list`.")],
    level: Annotated[str, typer.Option(help="Reading level: plain or fuller.")] = "",
) -> None:
    """Text a patient a resource in their language, as soon as texts may come to them."""
    if not any(topic in (one.name, one.topic) for one in shipped().values()):
        raise Trouble(f"there is no resource {topic!r}; see `vigil education list`")
    asyncio.run(_send(patient, topic, level))


@app.command("opt-in")
def opt_in(
    patient: PatientId,
    end: Annotated[bool, typer.Option("--end", help="They want no more of them.")] = False,
) -> None:
    """Record that a patient wants resources by text, or no more."""
    asyncio.run(_opt_in(patient, end))


async def _send(patient: str, topic: str, level: str) -> None:
    async with linked() as link:
        await ask(link, patient, "send_education", topic=topic, level=level)
    typer.echo(f"{patient}: the crisis line is asked to text it.")


async def _opt_in(name: str, end: bool) -> None:
    async with linked() as link:
        await living(link, name)
        since = None if end else link.clock.now()
        await link.administration().change_patient(
            name, lambda one: one.model_copy(update={"education_since": since})
        )
        said = "wants no resources by text" if end else "wants resources by text"
        await changed(link, name, said)
    typer.echo(f"{name} {said}: recorded.")
