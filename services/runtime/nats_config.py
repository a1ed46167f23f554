"""The configuration of a nats-server, written from the table of contracts. Pure text, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts import streams
from services.runtime import permissions

SYSTEM_USER = "sys"
"""The user of the system account: looks at the server itself, sees no stream."""
ACCOUNT = "VIGIL"
USERS = (streams.ADMIN, *streams.SERVICES, SYSTEM_USER)
"""Everybody who may log in."""
KEY_VARIABLE = "JS_KEY"
"""The environment variable with the key that encrypts the streams on disk."""
MAX_PAYLOAD = 512 * 1024
"""Bytes of one message. Twice what a stream takes (see provision), so that its parked copy fits."""


@dataclass(frozen=True)
class Cluster:
    """A node's place in a cluster; routes are the host names of all its nodes."""

    routes: tuple[str, ...]
    port: int = 6222


@dataclass(frozen=True)
class Node:
    """One nats-server: where it listens, where it stores, and how it is protected.

    `passwords` holds a secret per user; where a user is missing, the text refers to the
    environment variable `password_variable(user)`, and the server refuses to start without it.
    `tls` is a folder with cert.pem, key.pem and ca.pem, for clients and routes alike.
    """

    name: str
    store: str
    host: str = "127.0.0.1"
    port: int = 4222
    encrypted: bool = True
    passwords: Mapping[str, str] | None = None
    cluster: Cluster | None = None
    tls: str | None = None


def render(node: Node) -> str:
    """Return the whole configuration file of that node; the same node gives the same text.

    Raises ValueError for a cluster without TLS: its nodes know each other by certificate only.
    """
    if node.cluster and not node.tls:
        raise ValueError(f"{node.name}: a cluster needs tls, or anybody could join it")
    parts = [
        "# Generated from contracts/streams.py; edit that, not this.",
        f"server_name: {_quoted(node.name)}",
        f"listen: {_quoted(f'{node.host}:{node.port}')}",
        f"max_payload: {MAX_PAYLOAD}",
        "max_connections: 200",
        "max_pending: 64MB",
        'write_deadline: "5s"',
        'ping_interval: "10s"',
        "ping_max: 2",
        'lame_duck_duration: "30s"',
        'lame_duck_grace_period: "5s"',
        *([_tls(node.tls)] if node.tls else []),
        _jetstream(node),
        _accounts(node),
        *([_cluster(node.cluster, node.tls)] if node.cluster and node.tls else []),
    ]
    return "\n".join(parts) + "\n"


def password_variable(user: str) -> str:
    """Return the environment variable that holds the password of that user.

    The value may be a bcrypt hash on the server's side. nats-server reads it as a piece of
    configuration, so a plain password must start with a letter and hold letters and digits only.
    """
    return f"VIGIL_NATS_PASSWORD_{user.upper()}"


def bytes_reserved() -> int:
    """Return how many bytes on disk the table promises to its streams and buckets together."""
    return sum(s.max_bytes for s in streams.STREAMS) + sum(b.max_bytes for b in streams.BUCKETS)


def _jetstream(node: Node) -> str:
    # Without `sync_interval: always` the server acknowledges up to two minutes before it syncs.
    cipher = f"  cipher: chachapoly\n  key: ${KEY_VARIABLE}\n" if node.encrypted else ""
    return (
        "jetstream {\n"
        f"  store_dir: {_quoted(node.store)}\n"
        "  sync_interval: always\n"
        f"{cipher}"
        "  max_memory_store: 128MB\n"
        f"  max_file_store: {bytes_reserved() + streams.GIB}\n"
        "}"
    )


def _accounts(node: Node) -> str:
    users = "\n".join(_user(node, user) for user in USERS if user != SYSTEM_USER)
    return (
        "accounts {\n"
        f"  SYS {{ users: [ {{ user: {SYSTEM_USER}, password: {_password(node, SYSTEM_USER)} }} ] }}\n"
        f"  {ACCOUNT} {{\n"
        # Every stream must say how large it may become, or the server refuses it.
        "    jetstream { max_bytes_required: true }\n"
        f"    users: [\n{users}\n    ]\n"
        "  }\n"
        "}\n"
        "system_account: SYS"
    )


def _user(node: Node, user: str) -> str:
    may = permissions.permissions(user)
    deny = f"\n          deny: {_listed(may.deny)}" if may.deny else ""
    return (
        "      {\n"
        f"        user: {user}\n"
        f"        password: {_password(node, user)}\n"
        "        permissions {\n"
        "          publish {\n"
        f"          allow: {_listed(may.publish)}{deny}\n"
        "          }\n"
        f"          subscribe {{ allow: {_listed(may.subscribe)} }}\n"
        "        }\n"
        "      }"
    )


def _cluster(cluster: Cluster, tls: str) -> str:
    routes = "\n".join(f'    "nats://{host}:{cluster.port}"' for host in cluster.routes)
    return (
        "cluster {\n"
        "  name: vigil\n"
        f'  listen: "0.0.0.0:{cluster.port}"\n'
        # Routes carry everything between nodes: only a node with a certificate of our CA may join.
        f"{_tls(tls, '  ', verify=True)}\n"
        f"  routes: [\n{routes}\n  ]\n"
        "}"
    )


def _tls(folder: str, indent: str = "", *, verify: bool = False) -> str:
    lines = [
        "tls {",
        f"  cert_file: {_quoted(f'{folder}/cert.pem')}",
        f"  key_file: {_quoted(f'{folder}/key.pem')}",
        f"  ca_file: {_quoted(f'{folder}/ca.pem')}",
        *(["  verify: true"] if verify else []),
        "}",
    ]
    return "\n".join(indent + line for line in lines)


def _password(node: Node, user: str) -> str:
    secret = (node.passwords or {}).get(user)
    return f"${password_variable(user)}" if secret is None else _quoted(secret)


def _listed(subjects: tuple[str, ...]) -> str:
    return "[\n" + "".join(f"            {_quoted(subject)}\n" for subject in subjects) + "          ]"


def _quoted(text: str) -> str:
    if '"' in text or "\\" in text or "\n" in text:
        raise ValueError(f"{text!r} holds a quote or backslash, which nats.conf can't take here")
    return f'"{text}"'
