"""Connection overrides in a webhook URL's fragment: #ct= &rt= &tt= &rc= &rp=."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from services.carrier_emulator.behaviour import Behaviour

_RANGES = {"ct": (100, 10_000), "rt": (100, 15_000), "tt": (100, 15_000), "rc": (0, 5)}
POLICIES = frozenset({"4xx", "5xx", "ct", "rt", "all"})


@dataclass(frozen=True, slots=True)
class Overrides:
    """How long to wait for a webhook, and how often to try again after which failures."""

    connect_seconds: float
    read_seconds: float
    total_seconds: float
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})
    bad_policy: bool = False

    def retries_after(self, failure: str) -> bool:
        """Tell whether this class of failure (4xx, 5xx, ct, rt) is worth another attempt."""
        return failure in self.policy or ("all" in self.policy and failure in POLICIES)


def parse(url: str, behaviour: Behaviour) -> tuple[str, Overrides]:
    """Return the URL without its fragment, and what the fragment asks for."""
    bare, _, fragment = url.partition("#")
    asked = dict(parse_qsl(fragment))
    total = behaviour.webhook_total_real_seconds
    policy = frozenset(asked.get("rp", "ct").replace(" ", "").split(","))
    known = policy & POLICIES
    return bare, Overrides(
        connect_seconds=_millis(asked, "ct", behaviour.webhook_connect_real_seconds),
        read_seconds=_millis(asked, "rt", total),
        total_seconds=_millis(asked, "tt", total),
        retries=int(_within(asked, "rc", 1)),
        policy=known or frozenset({"ct"}),
        bad_policy=known != policy,
    )


def _millis(asked: dict[str, str], name: str, default_seconds: float) -> float:
    return _within(asked, name, default_seconds * 1000) / 1000


def _within(asked: dict[str, str], name: str, default: float) -> float:
    if not asked.get(name, "").isdecimal():
        return default
    low, high = _RANGES[name]
    return min(max(float(asked[name]), low), high)
