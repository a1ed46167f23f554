"""`vigil policy simulate`: who is paged how and when, if this happened then and people did that."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from contracts.policies import Policy
from contracts.values import Kind, Urgency
from services.command_line import simulate_case, simulate_json, simulate_shown, simulate_worst, words
from services.command_line.scene import scene
from services.command_line.shown import put_json, show
from services.command_line.simulate_case import Case
from services.command_line.simulate_shown import Played
from services.command_line.troubles import Trouble
from services.escalation.core import routing
from services.escalation.rehearsal.behaviours import SCENARIOS, scenario
from services.escalation.rehearsal.engine import rehearse

_SHOWN = SCENARIOS[:3]
_LENGTHS = {
    Urgency.IMMINENT: timedelta(minutes=30),
    Urgency.URGENT: timedelta(hours=1),
    Urgency.SOON: timedelta(hours=24),
    Urgency.ROUTINE: timedelta(hours=72),
}
_LONGEST = timedelta(days=28)


def simulate(
    at: Annotated[str, typer.Option(help="When: 03:10, or 2026-11-24T03:10; now if left out.")] = "",
    kind: Annotated[
        Kind | None,
        typer.Option(
            parser=words.kind, metavar=words.KINDS, help="What happened; patient_alert if left out."
        ),
    ] = None,
    urgency: Annotated[
        Urgency | None,
        typer.Option(parser=words.urgency, metavar=words.URGENCIES, help="How urgent; imminent if left out."),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag of signal or patient; may repeat.")] = None,
    patient: Annotated[str, typer.Option(help="A patient, whose tags and therapist count.")] = "",
    therapist: Annotated[str, typer.Option(help="The responder who treats the patient.")] = "",
    policies: Annotated[
        Path | None, typer.Option(help="Folder of policies, instead of those in force.")
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option(help="Folder with people.yaml and schedules.yaml, instead of those in force."),
    ] = None,
    what_if: Annotated[
        str, typer.Option("--if", help=f"{', '.join(SCENARIOS)}; the first three if left out.")
    ] = "",
    hours: Annotated[float, typer.Option(min=0, help="For how long; by urgency if left out.")] = 0,
    until: Annotated[str, typer.Option(help="Until when, written like --at.")] = "",
    zone: Annotated[str, typer.Option(help="IANA zone to read and show; the programme's if left out.")] = "",
    any_time: Annotated[
        bool, typer.Option("--any-time", help="The worst minute of the 28 days from --at on.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Plain JSON.")] = False,
) -> None:
    """Show who would be paged how and when. Nothing is sent, and nothing is changed."""
    if what_if and what_if not in SCENARIOS:
        raise Trouble(f"--if: there is no {what_if!r}; there are {', '.join(SCENARIOS)}")
    if any_time and (what_if or hours or until):
        raise Trouble("--any-time has nobody answer in each of 28 days; leave out --if, --hours and --until")
    case = simulate_case.case(
        asyncio.run(scene(policies, roster, patient)),
        at=at,
        kind=kind or Kind.PATIENT_ALERT,
        urgency=urgency or Urgency.IMMINENT,
        tags=tuple(tag or ()),
        patient=patient,
        therapist=therapist,
        zone=zone,
    )
    if any_time:
        kinds = (kind,) if kind else tuple(one for one in Kind if one is not Kind.SYSTEM_FAULT)
        found = simulate_worst.find(case, kinds, (urgency,) if urgency else tuple(reversed(Urgency)))
        simulate_worst.tell(case, found, as_json)
        return
    end = _end(case, hours, until)
    played = [play(case, name, end) for name in ((what_if,) if what_if else _SHOWN)]
    if as_json:
        put_json(_json(case, played))
    else:
        _show(case, played)


def play(case: Case, name: str, end: datetime) -> Played:
    """Play one scenario until then."""
    chosen = scenario(name)
    world = case.world
    rehearsal = rehearse([case.signal()], lambda _: world, chosen.behave, end, phones=chosen.phones)
    return Played(case.scene, chosen, rehearsal, case.zone, case.at)


def _end(case: Case, hours: float, until: str) -> datetime:
    if hours and until:
        raise Trouble("--hours and --until say the same; give one of them")
    end = case.moment(until) if until else case.at + (timedelta(hours=hours) or _LENGTHS[case.urgency])
    if end < case.at:
        raise Trouble("--until lies before the signal; add the day: 2026-11-25T06:00")
    if end > case.at + _LONGEST:
        raise Trouble("no more than 28 days are played; shorten --hours or --until")
    if end > case.scene.through:
        through = simulate_shown.clock(case.scene.through, case.zone, None)
        raise Trouble(f"shifts are compiled until {through}; name an earlier --at or --until")
    return end


def _show(case: Case, played: list[Played]) -> None:
    at = simulate_shown.clock(case.at, case.zone, None)
    show(
        f"{case.kind.value}, {case.urgency.value}, {at} {case.at.astimezone(case.zone):%Z} ({case.zone.key})",
        f"{_tags(case)}; {case.scene.origin}.",
        *_routed(case),
    )
    for one in played:
        show("", *simulate_shown.timetable(one))
    show("", *simulate_shown.summary(played), "", _afterwards(case, played))


def _tags(case: Case) -> str:
    tags = f"tags {', '.join(case.tags)}" if case.tags else "no tags"
    therapist = case.scene.named(case.therapist) if case.therapist else "none"
    return f"{tags[0].upper()}{tags[1:]}; therapist: {therapist}"


def _routed(case: Case) -> list[str]:
    routed = routing.route(case.scene.policies, case.kind, case.urgency, case.tags, case.at)
    if routed.policy is None:
        return ["No policy applies, so everybody is paged at once."]
    title = f" ({routed.policy.title})" if routed.policy.title else ""
    before = [f"{name} {why}" for name, why in routed.tried]
    because = f"; before it, {'; '.join(before)}" if before else ", the first of all"
    return [f"Policy {routed.policy.id}{title}{because}."]


def _afterwards(case: Case, played: list[Played]) -> str:
    rehearsal = played[0].rehearsal
    policy: Policy = rehearsal.policies[0]
    told = simulate_shown.holds(policy, case.urgency, worklist=not policy.steps)
    due = rehearsal.due_at
    if due is None or not policy.steps:
        return told
    acts = simulate_shown.clock(due, case.zone, case.at)
    return f"{told}\nUnanswered, it goes on: in the first of these it acts again at {acts}."


def _json(case: Case, played: list[Played]) -> dict[str, object]:
    routed = routing.route(case.scene.policies, case.kind, case.urgency, case.tags, case.at)
    policy = played[0].rehearsal.policies[0]
    return {
        "at": case.at.astimezone(case.zone).isoformat(),
        "zone": case.zone.key,
        "kind": case.kind.value,
        "urgency": case.urgency.value,
        "tags": list(case.tags),
        "therapist": case.therapist,
        "origin": case.scene.origin,
        "policy": policy.id,
        "policy_version": case.scene.policies.version,
        "not_these": [{"policy": name, "why": why} for name, why in routed.tried],
        "reach_within_seconds": int(policy.reach_within.total_seconds()),
        "resolve_within_seconds": int(policy.resolve_within.total_seconds()),
        "scenarios": [simulate_json.as_json(one) for one in played],
    }
