"""Whether the ports of the settings are free, said before anything is started."""

from __future__ import annotations

import errno
import socket

from farm.errors import SettingsError
from farm.settings import Settings


def wanted_ports(settings: Settings) -> dict[str, tuple[str, int]]:
    """Setting name to (address, port) of everything that ``framefarm up`` listens on."""
    wanted = {
        "PORT": (settings.host, settings.port),
        "WS_PORT": (settings.host, settings.ws_port),
        "METRICS_PORT": (settings.host, settings.metrics_port),
        "HEALTH_PORT": (settings.host, settings.health_port),
        "RTMP_PORT": (settings.host, settings.rtmp_port),
        "RTMP_STAT_PORT": ("127.0.0.1", settings.rtmp_stat_port),
    }
    if settings.private_redis():
        wanted["REDIS_PORT"] = (settings.redis_bind, settings.redis_port)
    return wanted


def check_ports(settings: Settings) -> None:
    """Raises SettingsError with one line for each port that is taken, or named twice."""
    wanted = wanted_ports(settings)
    mistakes = []
    seen: dict[int, str] = {}
    for name, (address, port) in wanted.items():
        if port in seen:
            mistakes.append(f"{name} and {seen[port]} are both {port}; give each its own port")
        elif problem := _problem(address, port):
            mistakes.append(f"{name}: port {port} {problem}; free it or set {name} to another one")
        seen.setdefault(port, name)
    if mistakes:
        raise SettingsError("\n".join(mistakes), {"mistakes": mistakes})


def _problem(address: str, port: int) -> str | None:
    """Why nobody can listen there now; None when one can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return "is taken by another program"
            return f"cannot be used on {address} ({error.strerror})"
    return None
