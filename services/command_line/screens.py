"""`vigil screen`: what the answers to an instrument come to, and which signal they would make."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from contracts.screens import ScreenResult
from services.command_line import screen_files
from services.command_line.shown import counted, put_json, show, table
from services.command_line.troubles import Told, Trouble
from services.triage import instruments
from services.triage.instruments.scoring.items import (
    Amount,
    AnyInstrument,
    Holds,
    Item,
    Lab,
    Points,
    Words,
    YesNo,
)

app = typer.Typer(cls=Told, no_args_is_help=True, help="Screens, specimens and doses: score, list.")

_THRESHOLDS = typer.Option(
    help="The site's own thresholds (YAML), above the shipped ones.", show_default=False
)
_JSON = typer.Option("--json", help="Plain JSON.")


@app.command()
def score(
    file: Annotated[Path, typer.Argument(help="Answers: .json, .yaml or .csv.", show_default=False)],
    instrument: Annotated[
        str | None, typer.Option(help="Of entries that name none; see `vigil screen list`.")
    ] = None,
    thresholds: Annotated[Path | None, _THRESHOLDS] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Score answers, and show which signal they would make; exit status 1 when something is unclear.

    Nothing is stored or sent. What is missing, impossible or contradictory is told, and never guessed.
    """
    limits = _limits(thresholds)
    filled = screen_files.read(file, instrument)
    try:
        results = [instruments.score(one.instrument, one.answers, limits) for one in filled]
    except instruments.UnknownInstrument as error:
        raise Trouble(f"{file}: {error}") from None
    if as_json:
        put_json([_plain(one.place, result) for one, result in zip(filled, results, strict=True)])
    else:
        for one, result in zip(filled, results, strict=True):
            _show(one, result)
    if any(result.problems for result in results):
        raise typer.Exit(1)


@app.command("list")
def list_them(
    name: Annotated[str | None, typer.Argument(help="One instrument, whole.", show_default=False)] = None,
    thresholds: Annotated[Path | None, _THRESHOLDS] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """List the instruments; of one, its items, what each takes, and every threshold with its source."""
    limits = _limits(thresholds)
    if name is None:
        _list_all(as_json)
        return
    try:
        found = instruments.find(name)
    except instruments.UnknownInstrument as error:
        raise Trouble(str(error)) from None
    written = limits.of(found).model_dump(mode="json", by_alias=True)
    if as_json:
        put_json({**_about(found), "items": [_item(item) for item in found.items], "thresholds": written})
        return
    typer.echo(f"{found.name} ({found.id}), version {found.version}\n{found.source}")
    typer.echo(f"What is unclear: {found.rounds_up}")
    rows = [(item.id, item.says, _takes(item.holds), " ".join(item.codes)) for item in found.items]
    show(table("\nItems", ("item", "what", "takes", "LOINC"), rows))
    show(table("\nThresholds", ("threshold", "figure", "source"), _thresholds(written)))


def _limits(site: Path | None) -> instruments.Thresholds:
    try:
        return instruments.load(site)
    except instruments.ThresholdsError as error:
        raise Trouble(f"the thresholds can't be used:\n{error}") from None


def _show(one: screen_files.Filled, result: ScreenResult) -> None:
    found = instruments.find(result.instrument)
    about = ", ".join(
        text
        for text in (
            one.answers.at.isoformat(timespec="minutes") if one.answers.at else "",
            one.answers.by and f"by {one.answers.by}",
        )
        if text
    )
    typer.echo(f"{one.place}: {found.name}{f' ({about})' if about else ''}")
    rows = [
        ("score", _score(result)),
        ("band", result.band or "none can be given"),
        ("signal", _signal(result)),
    ]
    if result.drove:
        rows.append(("because of", ", ".join(result.drove)))
    for what, held in rows:
        typer.echo(f"  {what:<11} {held}")
    if result.findings:
        findings = [(f.urgency.value if f.urgency else "-", f.says, f.source) for f in result.findings]
        show(table("Findings", ("urgency", "what", "source"), findings))
    if result.problems:
        problems = [(p.what, p.item, p.says, p.mend) for p in result.problems]
        title = f"{counted(len(problems), 'problem')}: the score is not complete until they are mended"
        show(table(title, ("", "item", "what", "how to mend"), problems))
    typer.echo("")


def _score(result: ScreenResult) -> str:
    if result.score is not None:
        return f"{result.score:g}"
    if result.least is None or result.most is None:
        return "none: it is a level" if not result.problems else "none"
    if result.least == result.most:
        return f"none; counts as {result.least:g} until mended"
    return f"none; lies from {result.least:g} to {result.most:g}"


def _signal(result: ScreenResult) -> str:
    if result.urgency is None:
        return "none (and no all-clear: nothing is lowered or closed by it)"
    return f"{result.kind}, {result.urgency} ({result.urgency.word})"


def _plain(place: str, result: ScreenResult) -> dict[str, object]:
    signal = (
        None
        if result.urgency is None
        else {
            "kind": result.kind.value,
            "urgency": result.urgency.value,
            "tags": [finding.code for finding in result.findings if finding.urgency is not None],
        }
    )
    return {"place": place, **result.model_dump(mode="json"), "signal": signal}


def _list_all(as_json: bool) -> None:
    every = instruments.instruments()
    if as_json:
        put_json([_about(one) for one in every])
        return
    rows = [
        (
            one.id,
            one.name,
            one.kind.value,
            f"0-{one.highest}" if one.highest is not None else "-",
            " ".join((*one.panels, *one.totals)) or "-",
        )
        for one in every
    ]
    show(table("Instruments", ("id", "name", "signal", "total", "LOINC panel, total"), rows))


def _about(one: AnyInstrument) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "version": one.version,
        "kind": one.kind.value,
        "highest": one.highest,
        "panels": list(one.panels),
        "totals": list(one.totals),
        "source": one.source,
        "unclear": one.rounds_up,
    }


def _item(item: Item) -> dict[str, object]:
    return {
        "id": item.id,
        "what": item.says,
        "takes": _takes(item.holds),
        "loinc": list(item.codes),
        "needed": item.needed,
    }


def _takes(holds: Holds) -> str:
    match holds:
        case Points():
            return ", ".join(map(str, holds.allowed))
        case YesNo():
            refusal = ", refused" if holds.may_refuse else ""
            return f"yes, no{refusal}" + (" (no gives the point)" if holds.no > holds.yes else "")
        case Amount():
            return f"{_short(holds.low)} to {_short(holds.high)} {holds.unit}".rstrip()
        case Lab():
            return f"positive, negative, invalid, pending, or {holds.unit}"
        case Words():
            listed = ", ".join(dict.fromkeys(holds.words.values()))
            return f"{listed} (several)" if holds.several else listed


def _short(value: Decimal) -> str:
    return f"{value:f}"


def _thresholds(written: object, place: str = "", source: str = "") -> list[tuple[str, str, str]]:
    """Return every figure with the source that stands beside it, as rows."""
    match written:
        case Mapping():
            beside = str(written.get("source", source))
            return [
                row
                for name, held in written.items()
                if name != "source"
                for row in _thresholds(held, f"{place} {name}".strip(), beside)
            ]
        case list():
            return [
                (place, f"from {rung['from']}: {rung['urgency']}", str(rung["source"]))
                for rung in written
                if isinstance(rung, Mapping)
            ]
        case _:
            return [(place, str(written), source)]
