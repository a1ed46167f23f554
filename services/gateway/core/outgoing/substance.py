"""What tells of substance use: content that 42 CFR Part 2 protects. In doubt it does."""

from collections.abc import Collection

from contracts.values import Kind

INSTRUMENTS = frozenset(
    {
        "agonist-doses",
        "audit",
        "audit-c",
        "breath-alcohol",
        "ciwa-ar",
        "cows",
        "dast-10",
        "injection-doses",
        "taper-doses",
        "urine",
    }
)
"""Instruments whose name alone tells of it. Of injections some are naltrexone and buprenorphine."""
OTHER_DOSES = frozenset({"lithium-doses", "clozapine-doses"})
"""Doses that tell of no substance use."""
_WORDS = frozenset(
    "addiction alcohol buprenorphine craving drug drugs methadone naltrexone opioid opioids overdose "
    "relapse substance sud withdrawal".split()
)


def tells(kind: Kind, tags: Collection[str]) -> bool:
    """Return whether kind and tags of a signal tell of substance use."""
    match kind:
        case Kind.SUBSTANCE_POSITIVE | Kind.WITHDRAWAL:
            return True
        case Kind.DOSE_MISSED if OTHER_DOSES.isdisjoint(tags):
            return True
        case _:
            return any(tag in INSTRUMENTS or not _WORDS.isdisjoint(_words(tag)) for tag in tags)


def programme_is(programme: str | None, part2: Collection[str]) -> bool:
    """Return whether everything about its patients is protected; `*`: of every programme, or none."""
    return "*" in part2 or (programme is not None and programme.lower() in part2)


def _words(tag: str) -> list[str]:
    return tag.lower().replace("-", "_").split("_")
