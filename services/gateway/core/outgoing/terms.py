"""What the site says of everything that leaves."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Terms:
    """The site's settings on what leaves."""

    part2: Collection[str]
    """Programmes all of whose records 42 CFR Part 2 protects, in small letters; `*`: every one."""
    notice: str
    """The notice of 42 CFR 2.32."""
    tokens: Mapping[str, str] = field(repr=False)
    """Recipient -> bearer token."""
