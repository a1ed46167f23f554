"""What each service may say and hear on NATS: the least it needs, derived from the table of contracts.

A service hears its own answers (a reply inbox that carries its name) and `vigil.retry.<service>`,
nothing else: every fact reaches it through a consumer or a direct get that is named here.
Refusals are not silent on the server, but a client only sees them in its `error_cb`.
"""

from dataclasses import dataclass

from contracts import streams

_MAY_ASK_RETRIES = ("cli", "console")


@dataclass(frozen=True)
class Permissions:
    """Subjects a user may publish to (`deny` wins over `publish`) and may subscribe to."""

    publish: tuple[str, ...]
    deny: tuple[str, ...]
    subscribe: tuple[str, ...]


def permissions(user: str) -> Permissions:
    """Return what that user may do: everything for the admin, the least for a service.

    Raises ValueError for a name that is no service of the table.
    """
    if user == streams.ADMIN:
        return Permissions(publish=(">",), deny=(), subscribe=(">",))
    if user not in streams.SERVICES:
        raise ValueError(f"{user!r} is no service; the table knows {', '.join(streams.SERVICES)}")
    publish = {
        *_appends(user),
        *_heard(user),
        *_followed(user),
        *_buckets(user),
        *_audits(user),
        *(("vigil.retry.*",) if user in _MAY_ASK_RETRIES else ()),
    }
    return Permissions(
        publish=tuple(sorted(publish)),
        deny=tuple(sorted(set(_not_theirs(user)))),
        subscribe=(f"{inbox_prefix(user)}.>", retry_subject(user)),
    )


def inbox_prefix(user: str) -> str:
    """Return the prefix of the reply inboxes of that user, without a dot at its end.

    It is what `nats.connect(inbox_prefix=...)` wants. FastStream's subscribers take bytes with
    the dot: `f"{inbox_prefix(user)}.".encode()`; without it they hear nothing and say nothing.
    """
    return "_INBOX" if user == streams.ADMIN else f"_INBOX_{user}"


def retry_subject(service: str) -> str:
    """Return the subject on which a service is asked to try its parked messages again."""
    return f"vigil.retry.{service}"


def _appends(user: str) -> list[str]:
    return [
        subject
        for stream in streams.STREAMS
        for service, subjects in stream.appended_by
        if service == user
        for subject in subjects
    ]


def _heard(user: str) -> list[str]:
    return [
        subject
        for stream in streams.STREAMS
        for durable in stream.durables
        if durable.service == user
        for subject in (
            f"$JS.API.CONSUMER.MSG.NEXT.{stream.name}.{durable.name}",
            f"$JS.API.CONSUMER.INFO.{stream.name}.{durable.name}",
            f"$JS.ACK.{stream.name}.{durable.name}.>",
            # The form with domain and account hash, which newer servers may use.
            f"$JS.ACK.*.*.{stream.name}.{durable.name}.>",
        )
    ]


def _followed(user: str) -> list[str]:
    followed = [stream.name for stream in streams.STREAMS if user in stream.followed_by]
    return [subject for name in followed for subject in _reading(name)]


def _buckets(user: str) -> list[str]:
    subjects: list[str] = []
    for bucket in streams.BUCKETS:
        if user in bucket.read_by:
            # Listing keys goes through a nameless push consumer, which stalls when nobody answers
            # its flow control.
            subjects += [
                *_reading(bucket.stream),
                f"$JS.API.CONSUMER.CREATE.{bucket.stream}",
                f"$JS.API.CONSUMER.INFO.{bucket.stream}.*",
                f"$JS.FC.{bucket.stream}.>",
            ]
        if user in bucket.written_by:
            subjects += [f"$KV.{bucket.name}.>", f"$JS.API.STREAM.INFO.{bucket.stream}"]
    return subjects


def _audits(user: str) -> tuple[str, ...]:
    return ("$JS.API.STREAM.INFO.*", "$JS.API.CONSUMER.INFO.*.*") if user == "watchdog" else ()


def _reading(stream: str) -> tuple[str, ...]:
    """Direct gets (last of a subject, by sequence) and ephemeral consumers."""
    return (
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.DIRECT.GET.{stream}",
        f"$JS.API.DIRECT.GET.{stream}.>",
        f"$JS.API.CONSUMER.CREATE.{stream}.>",
        f"$JS.API.CONSUMER.MSG.NEXT.{stream}.*",
        f"$JS.API.CONSUMER.DELETE.{stream}.*",
    )


def _not_theirs(user: str) -> list[str]:
    """The durables of a followed stream: a follower may not alter them nor take their messages."""
    subjects: list[str] = []
    for stream in streams.STREAMS:
        if user not in stream.followed_by:
            continue
        for durable in stream.durables:
            subjects += [
                f"$JS.API.CONSUMER.CREATE.{stream.name}.{durable.name}",
                f"$JS.API.CONSUMER.CREATE.{stream.name}.{durable.name}.>",
                f"$JS.API.CONSUMER.DELETE.{stream.name}.{durable.name}",
            ]
            if durable.service != user:
                subjects.append(f"$JS.API.CONSUMER.MSG.NEXT.{stream.name}.{durable.name}")
    return subjects
