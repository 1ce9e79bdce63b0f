"""Ports of loopback for servers that are started for a while."""

from __future__ import annotations

import random
import socket
from contextlib import suppress
from pathlib import Path

OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
LOWEST, HIGHEST = 10_000, 65_536
MOST_TRIES = 100


def free_port() -> int:
    """A TCP port that nobody listens on at the moment.

    Not one of those that Linux gives to outgoing connections (ip(7), ``ip_local_port_range``): while there is
    no server on such a port, whoever looks for one may be connected to itself, and keep the server from
    coming back.
    """
    lowest_outgoing = int(OUTGOING.read_text().split()[0])
    highest = lowest_outgoing if lowest_outgoing >= LOWEST + MOST_TRIES else HIGHEST
    candidates = random.sample(range(LOWEST, highest), MOST_TRIES)
    return next(port for port in candidates if _is_free(port))


def _is_free(port: int) -> bool:
    with suppress(OSError), socket.socket() as probe:
        probe.bind(("127.0.0.1", port))
        return True
    return False
