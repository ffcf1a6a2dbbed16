"""How a cluster is named: `ray`, or `ray://HOST:PORT`."""

from __future__ import annotations

from openwork.errors import Reason

LOCAL, REMOTE = "ray", "ray://"
SLURM = "slurm"
PORT = 10_001
"""of a Ray client server, where the address has none"""


def wrong_address(where: str) -> list[Reason]:
    """Why this names no cluster; nothing where it does."""
    if where == LOCAL:
        return []
    if where == SLURM:
        what = "SLURM's jobs are waited for too long to be batches: Ray is started within one of them"
        return [Reason("--on", what, "docs/cluster.md has the script; in it write --on ray")]
    if not where.startswith(REMOTE):
        return [Reason("--on", f"{where!r} is no cluster", "write ray, or ray://HOST:PORT")]
    host, port = host_and_port(where)
    if not host or not 0 < port < 65_536:
        return [Reason("--on", f"{where!r} has no host, or no port from 1 to 65535", "write ray://HOST:10001")]
    return []


def host_and_port(where: str) -> tuple[str, int]:
    """Of a `ray://` address; port 0 where it has one that is no number."""
    host, colon, port = where.removeprefix(REMOTE).rpartition(":")
    if not colon:
        return port, PORT
    return host, int(port) if port.isascii() and port.isdecimal() else 0
