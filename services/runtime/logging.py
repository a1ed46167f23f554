"""One place configures logging: structlog and the standard library through one formatter.

Nothing identifying may reach a log line. Only keys known to be harmless are let through, whatever
a caller binds; and anything that looks like a phone number is struck out of what remains.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

SAFE_KEYS = frozenset(
    (
        "event level timestamp logger where error reason code status count seconds since through due scale "
        "service child user names pid exit signal version url port path method file "
        "stream subject durable sequence delivered index lane name_of "
        "run patient kind urgency policy round step area fault schedule "
        "page responder attempt channel sid"
    ).split()
)
"""The only keys a log line may have. Ids in them are opaque."""

_PHONE = re.compile(r"\+?\d[\d\s().-]{7,}\d")
_KEEP = frozenset(
    {"timestamp", "sid", "page", "run", "patient", "fault", "due", "through", "since", "url", "subject"}
)


def drop_identifying(
    _logger: object, _method: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Keep the safe keys only, and strike out what looks like a phone number."""
    for key in tuple(entry):
        if key not in SAFE_KEYS and not key.startswith("_"):
            del entry[key]
        elif isinstance(entry[key], str) and key not in _KEEP:
            entry[key] = _PHONE.sub("[number]", entry[key])
    return entry


def quote_nothing(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Reduce a library's own log line to its unfilled first line, the exception's class, and the place.

    What libraries put into their lines (a task's exception, a request, a job) may quote content.
    """
    record: logging.LogRecord | None = entry.get("_record")
    if record is None:
        return entry
    entry["event"] = str(record.msg).partition("\n")[0][:200]
    entry["logger"] = record.name
    entry["where"] = f"{'/'.join(record.pathname.split('/')[-3:])}:{record.lineno}"
    if record.exc_info and record.exc_info[0] is not None:
        entry["error"] = record.exc_info[0].__name__
        if record.exc_info[1] is not None:
            entry["where"] = where(record.exc_info[1]) or entry["where"]
    return entry


def configure(log_format: str = "console", level: str = "info") -> None:
    """Set up logging for this process: `console` for people, `json` for machines; to stderr."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        drop_identifying,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer()
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[quote_nothing, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Libraries below warning may quote requests, and with them phone numbers.
    for noisy in ("twilio", "aiohttp", "uvicorn", "apscheduler", "nats", "faststream", "httpx", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("twilio").setLevel(logging.ERROR)
    sys.excepthook = _say_crash


def _say_crash(kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
    """Say what ended the process; only our own exceptions are known to quote nothing."""
    ours = kind.__module__.startswith("services.")
    structlog.get_logger().critical(
        "process_crashed", error=kind.__name__, where=where(error), reason=str(error) if ours else ""
    )


def where(error: BaseException) -> str:
    """Return the file and line an exception came from: its text may quote content, its place can't."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    if at is None:
        return ""
    name = at.tb_frame.f_code.co_filename.replace("\\", "/")
    return f"{'/'.join(name.split('/')[-3:])}:{at.tb_lineno}"
