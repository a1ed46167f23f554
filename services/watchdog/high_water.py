"""Keeps the streams' high-water marks up to date where this machine holds the admin's password."""

import nats
import nats.errors
import structlog

from contracts.streams import ADMIN
from services.runtime import provision
from services.runtime.settings import Settings

_log = structlog.get_logger()


async def remember(settings: Settings) -> bool:
    """Raise the marks to what the streams hold now; return whether all is in order.

    Without the admin's password, or without NATS, nothing is done and nothing is wrong: elsewhere
    the watchdog has no rights but its own.
    """
    try:
        password = settings.password(ADMIN)
    except SystemExit:
        return True
    try:
        nc = await nats.connect(
            settings.nats_url.split(","),
            user=ADMIN,
            password=password,
            allow_reconnect=False,
            connect_timeout=2,
            error_cb=_quiet,
        )
    except (nats.errors.Error, OSError):
        return True
    try:
        await provision.remember_marks(nc, marks_file=settings.var / "marks.json")
    except provision.ProvisionError as error:
        _log.error("marks_refused", reason=str(error))
        return False
    except (nats.errors.Error, OSError) as error:
        _log.warning("marks_not_kept", error=type(error).__name__)
    finally:
        await nc.close()
    return True


async def _quiet(_error: Exception) -> None:
    """A refused log-in says itself; the next minute tries again."""
