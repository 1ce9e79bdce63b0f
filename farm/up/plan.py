"""What ``framefarm up`` runs: one Service for each process, in the order of their start."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from farm.services import reaching_private_redis, redis_command, redis_password_file, rtmp_command
from farm.settings import Settings

ENCODER = "encoder"


@dataclass(frozen=True)
class Service:
    """One process to keep alive."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to the supervisor's own environment."""
    foundation: bool = False
    """Started before all others and stopped after them: the servers that the rest stands on."""
    foreign: bool = False
    """Not ours: its output is plain lines, and only worth showing as such."""


def own_environment(settings: Settings) -> dict[str, str]:
    """What our services get on top of the user's environment, so that all of them read the same settings."""
    environment = {
        "LOG_FORMAT": settings.log_format,
        "PYTHONUNBUFFERED": "1",
        "STATE_DIR": str(settings.state_dir.resolve()),
    }
    if password := reaching_private_redis(settings).redis_password:
        environment["REDIS_PASSWORD"] = password.get_secret_value()
    return environment


def services(settings: Settings, *, flower: bool = False) -> list[Service]:
    """Every process of the farm. Writes the configuration files of redis and nginx into the state directory.

    Raises SettingsError when a program that is needed is not installed.
    """
    state = settings.state_dir.resolve()
    planned: list[Service] = []
    if settings.private_redis():
        configuration = redis_password_file(settings).resolve()
        command = redis_command(state / "redis", settings.redis_port, configuration, bind=settings.redis_bind)
        planned.append(Service("redis", command, foundation=True, foreign=True))
    command = rtmp_command(
        state / "rtmp",
        listen=f"{settings.host}:{settings.rtmp_port}",
        stat_listen=f"127.0.0.1:{settings.rtmp_stat_port}",
        on_publish_url=f"http://127.0.0.1:{settings.port}/rtmp/publish",
    )
    planned.append(Service("rtmp", command, foundation=True, foreign=True))

    environment = own_environment(settings)
    planned.append(Service("api", _python("api"), environment))
    planned.append(Service("coordinator", _python("coordinator"), environment))
    planned.append(Service(ENCODER, _python("encoder"), environment))
    for number in range(1, settings.worker_processes + 1):
        name = f"worker-{number}"
        planned.append(Service(name, [*_python("workers"), "--name", name], environment))
    if flower:
        planned.append(Service("flower", _python("farm.flower"), environment, foreign=True))
    return planned


def _python(package: str) -> list[str]:
    return [sys.executable, "-m", package]
