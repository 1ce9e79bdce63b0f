"""What ``framefarm up`` runs: one Service for each process, in the order of their start."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from farm.services import reaching_private_redis, redis_command, redis_password_file, rtmp_command
from farm.settings import Settings
from farm.transport.leftovers import SHARE_PREFIX
from farm.transport.ring import SHM_DIR

ENCODER = "encoder"
FORKS = "forks"
PRELOADED = (
    "api.__main__",
    "api.http.__main__",
    "coordinator.__main__",
    "encoder.node",
    "encoder.process",
    "farm.up.opening",
    "workers.__main__",
)
"""What the fork server imports: our programs, with all that they import."""
LAZY = (
    "PIL._webp",
    "billiard.popen_fork",
    "billiard.sharedctypes",
    "billiard.synchronize",
    "celery.app.control",
    "celery.app.events",
    "celery.app.log",
    "celery.apps.worker",
    "celery.backends.base",
    "celery.concurrency.prefork",
    "celery.events",
    "celery.fixups.django",
    "celery.loaders.app",
    "celery.worker.autoscale",
    "celery.worker.components",
    "celery.worker.consumer.connection",
    "celery.worker.consumer.delayed_delivery",
    "encodings.idna",
    "gunicorn.http.wsgi",
    "gunicorn.workers.gthread",
    "kombu.transport.redis",
    "workers.strategy",
)
"""What these programs import only when they run."""


@dataclass(frozen=True)
class Service:
    """One process to keep alive."""

    name: str
    command: Sequence[str]
    """A program and its arguments; or, of a module of ours, its name and the arguments."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to the supervisor's own environment."""
    foundation: bool = False
    """Started before all others and stopped after them: the servers that the rest stands on."""
    foreign: bool = False
    """Not ours: its output is plain lines, and only worth showing as such."""
    module: bool = False
    """``command`` is a module, to be forked from the parent that has imported it already."""


TUNING = {
    "PYTHONUNBUFFERED": "1",
    # Nothing here is linear algebra, for which numpy would start a thread per core.
    "OPENBLAS_NUM_THREADS": "1",
    # So that pictures that are no longer needed go back to the system: without a fixed threshold glibc
    # lets it grow to their size, and keeps them.
    "MALLOC_MMAP_THRESHOLD_": "262144",
}
"""What has to be in the environment before a process of ours begins."""


def own_environment(settings: Settings) -> dict[str, str]:
    """What our services get on top of the user's environment, so that all of them read the same settings."""
    environment = {
        "LOG_FORMAT": settings.log_format,
        "STATE_DIR": str(settings.state_dir.resolve()),
        "FORK_SERVER": str(fork_server_path(settings)),
        **TUNING,
    }
    if settings.raster_share_dir is None and os.access(SHM_DIR, os.W_OK):
        environment["RASTER_SHARE_DIR"] = str(own_share_dir(settings))
    if password := reaching_private_redis(settings).redis_password:
        environment["REDIS_PASSWORD"] = password.get_secret_value()
    return environment


def fork_server_path(settings: Settings) -> Path:
    """Where the fork server of this farm listens."""
    return settings.state_dir.resolve() / "forks.sock"


def own_share_dir(settings: Settings) -> Path:
    """Where the workers of this farm hold sprites in common, unless the settings name another place."""
    mark = hashlib.sha256(str(settings.state_dir.resolve()).encode()).hexdigest()[:12]
    return SHM_DIR / f"{SHARE_PREFIX}{mark}"


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
    forks = [sys.executable, "-m", "farm.forking", environment["FORK_SERVER"], *PRELOADED, *LAZY]
    planned.append(Service(FORKS, forks, environment, foundation=True))
    planned.append(Service("api", ["api"], environment, module=True))
    for number in range(1, settings.coordinator_processes + 1):
        name = "coordinator" if number == 1 else f"coordinator-{number}"
        planned.append(Service(name, ["coordinator"], environment, module=True))
    planned.append(Service(ENCODER, ["encoder"], environment, module=True))
    for number in range(1, settings.worker_processes + 1):
        name = f"worker-{number}"
        planned.append(Service(name, ["workers", "--name", name], environment, module=True))
    if flower:
        command = [sys.executable, "-m", "farm.flower"]
        planned.append(Service("flower", command, environment, foreign=True))
    return planned
