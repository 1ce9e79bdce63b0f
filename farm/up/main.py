"""``framefarm up``: what is checked first; then this process becomes the supervisor.

That one is a program of its own (``python -m farm.up``), because what it imports all services share with it:
it must be what they need, and no command line.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import psutil

from farm.errors import SettingsError, StoreUnavailable
from farm.forking.kinship import adopt_orphans
from farm.log import configure_logging, get_logger
from farm.settings import Settings
from farm.store.connection import connect
from farm.store.primary import Places
from farm.up.plan import ENCODER, TUNING
from farm.up.ports import check_ports
from farm.up.supervisor import Roster

log = get_logger(__name__)


def run(settings: Settings, *, demo: bool, flower: bool) -> NoReturn:
    """Run a farm until SIGINT or SIGTERM. Raises SettingsError when it cannot start."""
    if settings.log_format == "auto":  # people read this one, also when it goes to a file
        settings = settings.model_copy(update={"log_format": "pretty"})
    configure_logging(settings, "up")
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    adopt_orphans()
    _end_leftovers(Roster(settings.state_dir).claim())
    check_ports(settings)
    _check_redis(settings)
    options = [option for option, wanted in (("--demo", demo), ("--flower", flower)) if wanted]
    environment = {**os.environ, **TUNING, "LOG_FORMAT": settings.log_format}
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", "farm.up", *options], environment)  # noqa: S606  no shell involved


def _check_redis(settings: Settings) -> None:
    """Raises SettingsError when the user's own Redis does not answer."""
    if settings.redis_url is None:
        return
    try:
        connect(settings.broker_url()).ping()
    except StoreUnavailable as error:
        where = ", ".join(f"{place.host}:{place.port}" for place in Places(settings.redis_url).in_turn())
        raise SettingsError(
            f"REDIS_URL ({where}): {error.message}; start it, correct the "
            "setting, or leave it out and the farm runs a Redis of its own"
        ) from error


def _end_leftovers(left: dict[str, psutil.Process]) -> None:
    """End the services of a supervisor that was killed; its encoder processes go on and are adopted."""
    if not left:
        return
    log.warning(
        "ending what a killed farm left behind; its encoder processes go on", services=", ".join(left)
    )
    for name, process in left.items():
        # Asked to end, an encoder node would end its streams first.
        process.kill() if name == ENCODER else process.terminate()
    _, stubborn = psutil.wait_procs(left.values(), timeout=8)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=2)
