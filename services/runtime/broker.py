"""The connection to NATS, with the settings that survive a restart of the server.

The defaults give up for ever after 60 attempts and take minutes to notice a dead peer.
"""

import structlog
from faststream import AckPolicy
from faststream.nats import NatsBroker
from faststream.security import SASLPlaintext
from nats.aio.client import Client

_log = structlog.get_logger()


async def _troubled(error: Exception) -> None:
    text = str(error)
    if "permissions violation" in text.lower():
        # A refused subject shows itself only here; the request itself merely times out.
        _log.error("nats_refused", error=type(error).__name__, reason=text)
    else:
        # Ten a second while the server is away; that it is away is said once, below.
        _log.debug("nats_error", error=type(error).__name__)


async def _reconnected() -> None:
    _log.info("nats_reconnected")


def make_broker(url: str, user: str, password: str) -> NatsBroker:
    """Return a broker of that user; its policy of acknowledgement is MANUAL (see consume.py)."""

    async def disconnected() -> None:
        client = broker._connection
        if client is not None and not client.is_closed:
            # At an orderly end it is closed already, and nothing needs to be said.
            _log.warning("nats_disconnected", user=user)

    broker = NatsBroker(
        url.split(","),
        security=SASLPlaintext(user, password),
        ack_policy=AckPolicy.MANUAL,
        # Injection hands every message to a thread and back; under load each time waits for the
        # interpreter's lock, and a page takes five times as long.
        apply_types=False,
        inbox_prefix=f"_INBOX_{user}",
        name=user,
        allow_reconnect=True,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.1,  # type: ignore[arg-type]  # nats-py sleeps this long; fractions are fine
        connect_timeout=2,
        ping_interval=3,
        max_outstanding_pings=2,
        graceful_timeout=5.0,
        error_cb=_troubled,
        disconnected_cb=disconnected,
        reconnected_cb=_reconnected,
        logger=None,
    )
    return broker


async def client_of(broker: NatsBroker) -> Client:
    """Connect and return the broker's own nats-py client."""
    await broker.connect()
    connection = broker._connection
    assert connection is not None
    # FastStream's own callback raises when a password is refused. At the start that is welcome; later it
    # would end nats-py's reconnecting without a word, and a server set right again would find us deaf.
    connection._error_cb = _troubled
    return connection
