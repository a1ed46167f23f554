"""Reports of coverage: what `vigil verify` found at one moment, and who signed it."""

from pydantic import Field

from contracts.values import Id, Moment, Value


class CoverageReport(Value):
    """One report for the medical director, as it was made; signing adds who signed and never changes it."""

    id: Id
    made_at: Moment
    made_by: str
    through: Moment
    """The end of what was looked at, UTC."""
    digest: str
    """SHA-256 of the HTML page, in hex: the page that was signed is known again by it."""
    policy_version: int = 0
    facts: dict[str, str] = Field(default_factory=dict)
    """What the next report compares itself with: a name of our own making, and its value."""
    holes: int = 0
    signed_by: str = ""
    signed_at: Moment | None = None
    note: str = ""
