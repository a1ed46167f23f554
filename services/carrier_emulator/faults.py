"""Injected faults: what goes wrong, for whom, how often; seeded, so a run can be repeated."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.carrier_emulator.entries import FaultStruck
from services.carrier_emulator.ledger import Ledger

REST_BEFORE = (
    "auth_fail",
    "http_429",
    "http_5xx",
    "http_error",
    "rfc9457",
    "timeout_before",
    "slow",
    "brownout",
)
REST_AFTER = ("timeout_after", "accepted_but_lost", "reset_after")
SMS = (
    "drop_silently",
    "duplicate_delivery",
    "late_delivery",
    "fail",
    "reorder_parts",
    "outage",
)
VOICE = ("call_fail", "amd_wrong")
WEBHOOK_SHAPE = (
    "bad_signature",
    "wrong_port_in_signature",
    "unknown_status",
    "blank_param",
    "extra_param",
    "plain_http",
    "lower_case_header",
)
WEBHOOK_SCHEDULE = ("lost", "duplicate", "out_of_order", "delay", "replay_old", "burst")
CARRIER = ("port_closed", "clock_jump")
KINDS = frozenset(REST_BEFORE + REST_AFTER + SMS + VOICE + WEBHOOK_SHAPE + WEBHOOK_SCHEDULE + CARRIER)

Arg = str | float


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its kind, what it matches, and how often it strikes.

    `to` and `from_` match whole numbers, or a prefix when they end in *. `path` is a part of the
    REST path or webhook URL, `status` the status a callback tells of. `nth` strikes only the
    nth match; `times` is how many strikes there are in all; `until` is when it stops.
    """

    kind: str
    to: str | None = None
    from_: str | None = None
    path: str | None = None
    status: str | None = None
    nth: int | None = None
    times: int | None = None
    prob: float = 1.0
    until: datetime | None = None
    args: Mapping[str, Arg] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(sorted(KINDS))}")

    def number(self, name: str, default: float) -> float:
        """Return a numeric argument."""
        return float(self.args.get(name, default))

    def text(self, name: str, default: str) -> str:
        """Return a text argument."""
        return str(self.args.get(name, default))

    def matches(self, subject: "Subject") -> bool:
        """Tell whether the fault concerns this subject at all."""
        return (
            _fits(self.to, subject.to)
            and _fits(self.from_, subject.from_)
            and (self.path is None or self.path in subject.path)
            and self.status in (None, subject.status)
        )


@dataclass(frozen=True, slots=True)
class Subject:
    """What a fault may strike: a request, a text, a call or a webhook."""

    name: str
    to: str = ""
    from_: str = ""
    path: str = ""
    status: str = ""


class Faults:
    """The faults in force, with their counters."""

    def __init__(self, seed: int, now: Callable[[], datetime], ledger: Ledger) -> None:
        self.random = random.Random(seed)
        self._now = now
        self._ledger = ledger
        self._faults: dict[int, tuple[Fault, int, int]] = {}
        self._next_id = 1
        self.when_added: list[Callable[[Fault], None]] = []

    def reseed(self, seed: int) -> None:
        """Start again from another seed."""
        self.random = random.Random(seed)

    def add(self, fault: Fault) -> int:
        """Put a fault in force and return its number."""
        number, self._next_id = self._next_id, self._next_id + 1
        self._faults[number] = (fault, 0, 0)
        for tell in self.when_added:
            tell(fault)
        return number

    def remove(self, number: int) -> None:
        """Take one fault out of force."""
        self._faults.pop(number, None)

    def clear(self) -> None:
        """Take every fault out of force."""
        self._faults.clear()

    def in_force(self) -> tuple[tuple[int, Fault, int], ...]:
        """Return number, fault and strikes so far of each fault in force."""
        return tuple((n, fault, struck) for n, (fault, _, struck) in self._faults.items())

    def take(self, kinds: tuple[str, ...], subject: Subject) -> Fault | None:
        """Return the first fault of these kinds that strikes the subject now, and count it."""
        for number, (fault, seen, struck) in tuple(self._faults.items()):
            if fault.kind not in kinds or not fault.matches(subject):
                continue
            strikes = self._strikes(fault, seen + 1, struck)
            self._faults[number] = (fault, seen + 1, struck + strikes)
            if strikes:
                self._ledger.write(FaultStruck(self._now(), fault.kind, subject.name))
                return fault
        return None

    def take_all(self, kinds: tuple[str, ...], subject: Subject) -> tuple[Fault, ...]:
        """Return for each of the kinds the fault that strikes the subject now, if any."""
        if not self._faults:
            return ()
        taken = (self.take((kind,), subject) for kind in kinds)
        return tuple(fault for fault in taken if fault is not None)

    def _strikes(self, fault: Fault, seen: int, struck: int) -> bool:
        if fault.until is not None and self._now() >= fault.until:
            return False
        if fault.times is not None and struck >= fault.times:
            return False
        if fault.nth is not None and seen != fault.nth:
            return False
        return fault.prob >= 1 or self.random.random() < fault.prob


def from_json(values: Mapping[str, object]) -> Fault:
    """Build a fault from the admin API's {fault, match: {...}, args: {...}}."""
    match = values.get("match", {})
    args = values.get("args", {})
    if not isinstance(match, dict) or not isinstance(args, dict):
        raise ValueError("match and args must be objects")
    until = match.get("until")
    fault = Fault(
        kind=str(values.get("fault", values.get("kind", ""))),
        to=match.get("to"),
        from_=match.get("from"),
        path=match.get("path"),
        status=match.get("status"),
        nth=match.get("nth"),
        times=match.get("times"),
        prob=float(match.get("prob", 1.0)),
        args=args,
    )
    return replace(fault, until=datetime.fromisoformat(until)) if until else fault


def _fits(pattern: str | None, number: str) -> bool:
    if pattern is None:
        return True
    if pattern.endswith("*"):
        return number.startswith(pattern[:-1])
    return pattern == number
