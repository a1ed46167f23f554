"""Every text to the ops phones: what is wrong, since when, what to look at; one GSM-7 segment, no PHI."""

from datetime import datetime
from zoneinfo import ZoneInfo

SEGMENT = 160


def unreachable(since: str) -> str:
    """NATS does not answer."""
    return (
        f"VIGIL OPS: NATS does not answer since {since}. Nobody can be paged. "
        "Look at: nats-server process and log, disk, network."
    )


def late(service: str, count: int, since: str) -> str:
    """Deadlines of a service's stream have passed and nobody acted."""
    return (
        f"VIGIL OPS: {service} is overdue since {since} ({count} open). Pages may be late. "
        "Look at: is it running? its log, vigil doctor."
    )


def stalled(service: str, since: str) -> str:
    """A service does not work through what waits for it."""
    return (
        f"VIGIL OPS: {service} handles nothing since {since}. Stopped, hung or cut off? "
        "Look at: its process and log; restart it."
    )


def missing(name: str, since: str) -> str:
    """A stream or durable of the table is not there."""
    return (
        f"VIGIL OPS: {name} is missing in NATS since {since}. Wrong store or key? "
        "Stop before anything recreates it; see the runbook."
    )


def recovered(what: str, since: str, now: str) -> str:
    """A trouble that was told is over."""
    return f"VIGIL OPS: well again at {now}: {what} (was in trouble since {since})."


def filling(stream: str, percent: int) -> str:
    """The note of the fault of a stream that fills up."""
    return f"Stream {stream} is {percent} % full and will refuse when full; see the runbook."


def rewound(stream: str, before: int, now: int) -> str:
    """The note of the fault of a stream that lost its end."""
    return f"Stream {stream} went back from {before} to {now}: events are lost; see the runbook."


def outgoing(count: int, since: str) -> str:
    """The note of the fault of deliveries that nobody acts on."""
    return f"{count} deliveries to other systems wait since {since} and are not tried; see vigil recipients."


def undue(stream: str, count: int) -> str:
    """The note of the fault of open aggregates that nothing will look at again."""
    return f"{stream}: {count} open without a deadline, so nothing acts on them again; look at each by hand."


def at(moment: datetime, zone: str) -> str:
    """Return the time of day on the wall clock of the zone (IANA)."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"
