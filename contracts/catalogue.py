"""The event catalogue in Markdown, made from the tables and the docstrings. Pure: no I/O."""

import inspect
from collections.abc import Iterable, Iterator
from datetime import timedelta

from contracts import carrier, payloads, streams
from contracts.commits import Commit
from contracts.values import Value

Row = tuple[str, ...]


def markdown() -> str:
    """Return the whole catalogue: streams, buckets, then every event and value with its fields."""
    parts = [
        "### Streams",
        "",
        *_table(("stream", "subjects", "appended by", "heard by", "followed by", "kept"), _streams()),
        "",
        "*Heard by* has a durable consumer: each message once, whatever happens. *Followed by* reads along.",
        "",
        "### Buckets",
        "",
        *_table(("bucket", "value", "holds", "written by", "read by"), _buckets()),
        "",
        "### Subjects",
        "",
        *_table(("subject", "message", "says"), _subjects()),
        "",
        *_values("Events of an escalation", "ESCALATIONS", payloads.ESCALATION_EVENTS),
        *_values("Events of a page", "PAGES", payloads.PAGE_EVENTS),
        *_values("Events of a conversation", "CONVERSATIONS", payloads.CONVERSATION_EVENTS),
        *_values("Events of an attendance", "ATTENDANCES", payloads.ATTENDANCE_EVENTS),
        *_values("Events of a delivery", "DELIVERIES", payloads.DELIVERY_EVENTS),
        *_values("Events of a follow-up", "FOLLOWUPS", payloads.FOLLOWUP_EVENTS),
        *_values("Facts of the carrier", "CARRIER", payloads.members(carrier.CarrierFact)),
        *_values("Other facts", "PROGRAMME, SIGNALS, OVERDUE, PARKED", _other_facts()),
        *_values("The commit and its briefs", "headers of the three streams of commits", _commit_values()),
        *_values("Values in buckets", "KV", tuple(v for v in payloads.BUCKET_VALUES.values() if v)),
    ]
    return "\n".join(parts).rstrip() + "\n"


def fields(value: type[Value]) -> str:
    """Return the fields in a row: `name`, or `name?` where a reader may miss it."""
    return " ".join(
        f"`{name}`" if info.is_required() else f"`{name}?`"
        for name, info in value.model_fields.items()
        if name != "type"
    )


def summary(value: type[Value]) -> str:
    """Return the first paragraph of the docstring, in one line."""
    return " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split())


def type_name(value: type[Value]) -> str:
    """Return the event's `type`, or the class name of a value that has none."""
    info = value.model_fields.get("type")
    return str(info.default) if info is not None else value.__name__


def _streams() -> Iterator[Row]:
    for stream in streams.STREAMS:
        yield (
            stream.name,
            _code(stream.subjects),
            ", ".join(service for service, _ in stream.appended_by),
            ", ".join(f"{d.service} (`{d.name}`)" for d in stream.durables) or "nobody",
            ", ".join(stream.followed_by) or "nobody",
            f"{_kept(stream.max_age)}, up to {_size(stream.max_bytes)}",
        )


def _buckets() -> Iterator[Row]:
    for bucket in streams.BUCKETS:
        value = payloads.BUCKET_VALUES[bucket.name]
        yield (
            bucket.name,
            f"`{value.__name__}`" if value else "the runtime's own",
            bucket.holds,
            ", ".join(bucket.written_by),
            ", ".join(bucket.read_by),
        )


def _subjects() -> Iterator[Row]:
    for one in payloads.SUBJECTS:
        match one:
            case payloads.Facts():
                yield (f"`{one.subject}`", _code(v.__name__ for v in one.values), one.says)
            case payloads.Commits():
                yield (f"`{one.subject}`", f"`Commit`, brief `{one.brief.__name__}`", one.says)


def _values(title: str, where: str, values: tuple[type[Value], ...]) -> list[str]:
    rows = [(f"`{type_name(value)}`", summary(value), fields(value)) for value in values]
    return [f"### {title} ({where})", "", *_table(("type", "meaning", "fields"), rows), ""]


def _other_facts() -> tuple[type[Value], ...]:
    return tuple(
        value
        for one in payloads.SUBJECTS
        if isinstance(one, payloads.Facts) and one.stream != "CARRIER"
        for value in one.values
        if not one.name.startswith("overdue_") or one.name == "overdue_pages"
    )


def _commit_values() -> tuple[type[Value], ...]:
    briefs = dict.fromkeys(one.brief for one in payloads.SUBJECTS if isinstance(one, payloads.Commits))
    return (Commit, *briefs)


def _table(head: Row, rows: Iterable[Row]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _kept(age: timedelta | None) -> str:
    return f"{age.days} d" if age else "for ever"


def _size(size: int) -> str:
    return f"{size // streams.GIB} GiB" if size >= streams.GIB else f"{size // streams.MIB} MiB"
