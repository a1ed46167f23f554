"""Where files may be fetched from: the carrier's own API, and the hosts to which it redirects.

A webhook's signature has held when its addresses come here; the rule is for the day on which that is
not enough. Credentials go to the API alone. Pure: whether a name leads into a private network is looked
at where it is resolved (`is_public`).
"""

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

_API_HOST = re.compile(r"api(\.[a-z0-9-]+){0,2}\.twilio\.com")
_FILE = re.compile(r"/2010-04-01/Accounts/[A-Za-z0-9]+/Messages/[A-Za-z0-9]+/Media/([A-Za-z0-9]+)")
_MEDIA_SID = re.compile(r"ME[0-9a-f]{32}")


class Forbidden(Exception):
    """Nothing is fetched from there."""


def media_id(url: str, text: str, place: int) -> str:
    """Return the id of a file: the carrier's own where its address has one."""
    found = urlsplit(url).path.rpartition("/")[2]
    return found if _MEDIA_SID.fullmatch(found) else f"{text}-{place}"


def at_carrier(url: str, base_url: str) -> str:
    """Return the address to ask with credentials; raises Forbidden for any but the carrier's files.

    `base_url` is that of another carrier than Twilio (the emulator), which stands for its host.
    """
    asked = _split(url)
    if not _FILE.fullmatch(asked.path) or asked.query or asked.fragment:
        raise Forbidden("it is no file of a message")
    if base_url and _origin(asked) == _origin(_split(base_url)):
        return url
    if asked.scheme != "https" or not _API_HOST.fullmatch(asked.netloc.lower()):
        raise Forbidden("it is not the carrier's own host")
    if not base_url:
        return url
    base = _split(base_url)
    return urlunsplit((base.scheme, base.netloc, asked.path, "", ""))


def redirected(location: str, before: str, base_url: str, hosts: Sequence[str]) -> str:
    """Return the address that a redirect leads to; raises Forbidden unless it is one of the carrier's stores.

    `hosts` are domains; what is below them counts, too.
    """
    url = urljoin(before, location)
    asked = _split(url)
    if base_url and _origin(asked) == _origin(_split(base_url)):
        return url
    if asked.scheme != "https" or asked.username or asked.port not in (None, 443):
        raise Forbidden("a redirect to something else than plain https")
    name = (asked.hostname or "").lower()
    if not any(name == host or name.endswith(f".{host}") for host in hosts):
        raise Forbidden("a redirect to a host that is not named in VIGIL_MEDIA_HOSTS")
    return url


def is_public(address: str) -> bool:
    """Return whether an IP address lies outside of private, local and reserved networks."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_global and not found.is_multicast


def _split(url: str) -> SplitResult:
    try:
        asked = urlsplit(url)
        _ = asked.port
    except ValueError:
        raise Forbidden("it is no address") from None
    return asked


def _origin(url: SplitResult) -> tuple[str, str]:
    return url.scheme, url.netloc.lower()
