"""A programme of three sites with holidays, written as files, to be broken in ways of your choice."""

from pathlib import Path
from typing import Any

import yaml

from tests.support.site import DEPLOY

SITES = ("north", "south", "west")
FROZEN = {"VIGIL_CLOCK_EPOCH": "2026-11-16T12:00:00+00:00", "VIGIL_CLOCK_SCALE": "0.0000001"}
"""Settings under which it is always that moment."""


def programme(folder: Path) -> Path:
    """Write people, schedules and holidays; return the folder."""
    people = [_person(f"{site}_{number}") for site in SITES for number in range(8)]
    people += [_person(f"director_{number}") for number in range(2)]
    for number, person in enumerate(people):
        phone = f"+1202555{100 + number:04d}"
        person["methods"] = [{"sms": phone}, {"voice": phone}]
    schedules = [
        _schedule(f"{duty}_{site}", site, [f"{site}_{first + number}" for number in range(4)])
        for site in SITES
        for duty, first in (("primary", 0), ("backup", 4))
    ]
    schedules.append(_schedule("director", "north", ["director_0", "director_1"]))
    days = [
        "2026-11-26 Thanksgiving",
        "2026-12-25 Christmas Day",
        {"name": "New Year", "rule": "FREQ=YEARLY;BYYEARDAY=1", "from": "2026-01-01", "to": "2028-01-01"},
    ]
    write(folder / "people.yaml", {"people": people})
    write(folder / "schedules.yaml", {"schedules": schedules})
    write(folder / "holidays.yaml", {"calendars": [{"id": "federal", "days": days}]})
    return folder


def policies(folder: Path) -> Path:
    """Write an imminent policy for each site, one for urgent ones, and a last resort; return the folder."""
    for number, site in enumerate(SITES):
        steps = [_step(f"primary_{site}", 3), _step(f"backup_{site}", 3), _step("director", 3)]
        applies = {"urgencies": ["imminent"], "tags": [f"site:{site}"]}
        write(folder / f"imminent_{site}.yaml", _policy(10 + number, applies, steps))
    steps = [_step("primary_north", 5), _step("backup_north", 5), _step("director", 5)]
    write(folder / "urgent.yaml", _policy(20, {"urgencies": ["urgent", "soon"]}, steps))
    steps = [{"page": ["everyone"], "wait": "3m"}]
    write(folder / "last_resort.yaml", _policy(99, None, steps))
    return folder


def change(file: Path, path: str, value: Any) -> None:
    """Set what stands at `schedules.0.rotations`; None removes it."""
    tree = yaml.safe_load(file.read_text())
    *above, last = [int(word) if word.isdigit() else word for word in path.split(".")]
    place = tree
    for word in above:
        place = place[word]
    if value is None:
        del place[last]
    else:
        place[last] = value
    write(file, tree)


def write(file: Path, tree: Any) -> None:
    """Write a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(tree, sort_keys=False))


def shipped() -> tuple[str, ...]:
    """Return the options that name the shipped policies and the demo's roster."""
    return "--policies", str(DEPLOY / "policies"), "--roster", str(DEPLOY / "demo")


def _person(who: str) -> dict[str, Any]:
    return {"id": who, "name": who.replace("_", " ").title(), "site": who.partition("_")[0]}


def _schedule(name: str, site: str, people: list[str]) -> dict[str, Any]:
    rotation = {"people": people, "every": "week", "starts_on": "2024-01-01", "handoff_at": "08:00"}
    return {"id": name, "site": site, "calendar": "federal", "rotations": [rotation]}


def _step(schedule: str, minutes: int) -> dict[str, Any]:
    return {"page": [{"schedule": schedule}], "wait": f"{minutes}m"}


def _policy(order: int, applies: dict[str, Any] | None, steps: list[Any]) -> dict[str, Any]:
    rounds = [{"add": [{"schedule": "director"}]}, {"add": ["everyone"]}]
    body = {"title": "Drawn up for a test", "order": order, "steps": steps, "repeat": rounds}
    return body | ({"applies": applies} if applies else {})
