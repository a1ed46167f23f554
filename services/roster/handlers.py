"""From schedules to shifts in the bucket `shifts`. Decides nothing: `core` compiles and compares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Never

from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError, NoKeysError
from nats.js.kv import KeyValue
from pydantic import ValidationError

from contracts.schedules import HORIZON, Calendar, Handoff, Leave, Schedule, Shifts, Swap
from services.roster import core

_TRIES = 3
_NONE: Mapping[str, Never] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Compiled:
    """What one compilation of all schedules did, by schedule id."""

    written: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    """Schedules that could not be compiled, each with its reason; their old shifts still stand."""
    shifts: Mapping[str, Shifts] = field(default_factory=dict, compare=False, repr=False)
    """What was compiled, written or not."""


async def compile_all(
    schedules: Mapping[str, Schedule],
    shifts_kv: KeyValue,
    now: datetime,
    *,
    horizon: timedelta = HORIZON,
    remove_missing: bool = False,
    calendars: Mapping[str, Calendar] = _NONE,
    leaves: Mapping[str, Leave] = _NONE,
    swaps: Mapping[str, Swap] = _NONE,
    handoffs: Mapping[str, Handoff] = _NONE,
) -> Compiled:
    """Compile every schedule and write what changed; one broken schedule stops none of the others.

    Shifts of schedules that are not given stay, unless `remove_missing` says that `schedules`
    is known to be complete: a table read halfway must not take everybody off call. What changes
    shifts is given as its buckets hold it; what is left out there has no effect on what is written.
    Raises the broker's errors, and KeyWrongLastSequenceError after three lost races for a key.
    """
    written: list[str] = []
    unchanged: list[str] = []
    failed: dict[str, str] = {}
    compiled: dict[str, Shifts] = {}
    for name, schedule in sorted(schedules.items()):
        try:
            fresh = core.compile(
                schedule,
                now,
                now + horizon,
                calendar=calendars.get(schedule.calendar or ""),
                leaves=leaves.values(),
                swaps=swaps.values(),
                handoffs=handoffs.values(),
            )
        except Exception as error:
            # Whatever one schedule breaks, the people of all the others must stay on call.
            failed[name] = f"{type(error).__name__}: {error}"
            continue
        compiled[name] = fresh
        (written if await _write(shifts_kv, name, fresh) else unchanged).append(name)
    removed = await _remove_others(shifts_kv, schedules) if remove_missing else ()
    return Compiled(tuple(written), tuple(unchanged), removed, failed, compiled)


async def _write(shifts_kv: KeyValue, name: str, fresh: Shifts) -> bool:
    for attempt in range(1, _TRIES + 1):
        stored, revision = await _stored(shifts_kv, name)
        if not core.worth_writing(stored, fresh):
            return False
        body = fresh.model_dump_json().encode()
        try:
            if revision is None:
                await shifts_kv.create(name, body)
            else:
                await shifts_kv.update(name, body, last=revision)
            return True
        except KeyWrongLastSequenceError:
            # Another copy, or the command line, wrote meanwhile: look whether that was enough.
            if attempt == _TRIES:
                raise
    return False


async def _stored(shifts_kv: KeyValue, name: str) -> tuple[Shifts | None, int | None]:
    try:
        entry = await shifts_kv.get(name)
    except KeyNotFoundError:
        return None, None
    try:
        return Shifts.model_validate_json(entry.value or b""), entry.revision
    except ValidationError:
        # Unreadable shifts put nobody on call, so they are written again whatever they held.
        return None, entry.revision


async def _remove_others(shifts_kv: KeyValue, schedules: Mapping[str, Schedule]) -> tuple[str, ...]:
    try:
        names = await shifts_kv.keys()
    except NoKeysError:
        return ()
    others = tuple(sorted(set(names) - set(schedules)))
    for name in others:
        await shifts_kv.delete(name)
    return others
