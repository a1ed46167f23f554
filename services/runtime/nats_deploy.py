"""The configurations in deploy/nats, written from the table by `python -m services.runtime.nats_deploy`."""

import sys
from collections.abc import Mapping
from pathlib import Path

from services.runtime import nats_config

STORE = "/var/lib/vigil/nats"
TLS = "/etc/vigil/tls"
HOSTS = ("nats-1", "nats-2", "nats-3")
"""Host names of the cluster's nodes; its certificates must carry them."""


def files(store: str = STORE, tls: str = TLS) -> Mapping[str, str]:
    """Return file name -> text: one node for one machine, three nodes for three machines."""
    single = nats_config.Node(name="vigil", store=store)
    cluster = nats_config.Cluster(routes=HOSTS)
    nodes = {
        f"cluster-{number}.conf": nats_config.Node(
            name=host, store=store, host="0.0.0.0", cluster=cluster, tls=tls
        )
        for number, host in enumerate(HOSTS, start=1)
    }
    return {name: nats_config.render(node) for name, node in {"server.conf": single, **nodes}.items()}


def write(folder: Path) -> None:
    """Write them into that folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "deploy/nats"))
