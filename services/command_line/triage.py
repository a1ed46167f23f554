"""`vigil triage`: how the rules read texts: measured on a file of labelled ones, or explained on one."""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from services.command_line.troubles import Told, Trouble
from services.triage.texts import reading, rule_files
from services.triage.texts.carrier_words import asks_to_stop, opt_out
from services.triage.texts.evaluation.figures import Counts, Figures, Judged, measure
from services.triage.texts.evaluation.labelled import LabelError, Labelled, parse
from services.triage.texts.normalise import line_of
from services.triage.texts.rulebook import Rulebook
from services.triage.texts.values import Hit
from services.triage.texts.yaml_lines import RuleError

app = typer.Typer(cls=Told, no_args_is_help=True, help="How the rules read texts: measure, explain.")


@app.command()
def evaluate(
    file: Annotated[
        Path, typer.Argument(help="CSV with the columns text,label[,classes].", show_default=False)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Figures only, no text.")] = False,
) -> None:
    """Measure the rules on labelled texts: precision, recall, confusion by class, and every miss.

    Two plain lists of keywords are measured on the same texts, to be beaten.
    """
    figures = measure(_texts(file), _rules())
    if as_json:
        typer.echo(json.dumps(_plain(figures, quiet), ensure_ascii=False, indent=2))
        return
    for line in (*_shown(figures), *(() if quiet else _misses(figures))):
        typer.echo(line)


@app.command()
def explain(
    text: Annotated[
        str, typer.Argument(help="One text; - reads it from standard input, out of the shell's history.")
    ],
) -> None:
    """Explain how a text is read: how loud, of which classes, and by which words and rules.

    The text is neither stored nor sent anywhere.
    """
    written = sys.stdin.read() if text == "-" else text
    rules = _rules()
    read = reading.read(written, rules)
    typer.echo(f"urgency: {read.urgency}")
    typer.echo(f"classes: {', '.join(read.classes) or 'none'}")
    for hit in read.hits:
        typer.echo(_hit(hit, rules))
    typer.echo(f"read as: {' '.join(line_of(written, rules.spelling).words)}")
    if opt_out(written):
        typer.echo("opts out: yes, a keyword as the whole text")
    elif asks_to_stop(written):
        typer.echo("asks to stop: yes, in plain words; a person decides")


def _rules() -> Rulebook:
    try:
        return rule_files.shipped()
    except RuleError as error:
        raise Trouble(f"the rules can't be used:\n{error}") from None


def _texts(file: Path) -> tuple[Labelled, ...]:
    try:
        return parse(file.read_text("utf-8-sig"), str(file))
    except OSError as error:
        raise Trouble(f"{file}: cannot be read ({error.strerror}); name a CSV file") from None
    except UnicodeDecodeError:
        raise Trouble(f"{file}: is no UTF-8 text; save it as CSV in UTF-8") from None
    except LabelError as error:
        raise Trouble(str(error)) from None


def _hit(hit: Hit, rules: Rulebook) -> str:
    rule = next(rule for rule in rules.rules if rule.id == hit.rule)
    loud = "raises to imminent" if hit.raises else "label only"
    return f"  {hit.risk}: {hit.words!r}\n    {hit.rule}, {loud}; {rule.source}"


def _shown(figures: Figures) -> Iterable[str]:
    yield f"{figures.texts} texts"
    yield ""
    yield f"{'imminent':<26}{'recall':>9}{'precision':>11}{'false alarms':>14}   found/missed/false/quiet"
    for name, counts in (("the rules", figures.imminent), *figures.baselines.items()):
        yield _row(name if counts is figures.imminent else f"keywords, {name}", counts)
    if figures.classes:
        yield ""
        yield "by class"
        yield from (_row(risk.value, counts) for risk, counts in figures.classes.items())
        yield ""
        yield "classes read otherwise (labelled -> read instead: texts)"
        yield from (f"  {was} -> {read}: {times}" for (was, read), times in figures.confusion.items())


def _row(name: str, counts: Counts) -> str:
    shares = f"{counts.recall:>9.1%}{counts.precision:>11.1%}{counts.false_alarm_rate:>14.1%}"
    return f"{name:<26}{shares}   {counts.found}/{counts.missed}/{counts.false_alarms}/{counts.quiet}"


def _misses(figures: Figures) -> Iterable[str]:
    for title, judged in (("missed", figures.missed), ("false alarms", figures.false_alarms)):
        yield ""
        yield f"{title}: {len(judged)}"
        yield from (_miss(each) for each in judged)


def _miss(judged: Judged) -> str:
    raised = ", ".join(f"{hit.rule} {hit.words!r}" for hit in judged.reading.hits if hit.raises)
    return f"  {judged.labelled.text!r}{': ' + raised if raised else ''}"


def _plain(figures: Figures, quiet: bool) -> dict[str, object]:
    made: dict[str, object] = {
        "texts": figures.texts,
        "imminent": _counts(figures.imminent),
        "keywords": {name: _counts(counts) for name, counts in figures.baselines.items()},
        "classes": {risk.value: _counts(counts) for risk, counts in figures.classes.items()},
        "confusion": [
            {"labelled": was, "read": read, "texts": times}
            for (was, read), times in figures.confusion.items()
        ],
    }
    if not quiet:
        made |= {"missed": _judged(figures.missed), "false_alarms": _judged(figures.false_alarms)}
    return made


def _counts(counts: Counts) -> dict[str, float]:
    return {
        "recall": round(counts.recall, 4),
        "precision": round(counts.precision, 4),
        "false_alarm_rate": round(counts.false_alarm_rate, 4),
        "found": counts.found,
        "missed": counts.missed,
        "false_alarms": counts.false_alarms,
        "quiet": counts.quiet,
    }


def _judged(judged: Sequence[Judged]) -> list[dict[str, object]]:
    return [
        {"text": each.labelled.text, "rules": [hit.rule for hit in each.reading.hits if hit.raises]}
        for each in judged
    ]
