"""``python -m coordinator``: drive the farm's streams until SIGTERM or SIGINT."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from threading import Event as Flag

from coordinator.loop import Coordinator
from coordinator.reliever import Limits
from farm.clock import SystemClock
from farm.errors import SettingsError
from farm.log import configure_logging, get_logger
from farm.settings import load_settings
from farm.store.connection import connect

log = get_logger(__name__)


def main() -> None:
    """Run until told to stop; exits with a message when the settings are wrong."""
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.exit(error.message)
    configure_logging(settings, "coordinator")
    stop = Flag()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    name = f"{settings.node_name}-{os.getpid()}-{secrets.token_hex(2)}"
    with connect(settings.broker_url()) as redis:
        coordinator = Coordinator(
            redis,
            SystemClock(),
            name=name,
            lease_ttl_ms=settings.lease_ttl_ms,
            hedge_percent=settings.hedge_percent,
            limits=Limits(
                enabled=settings.degrade,
                min_fps=settings.degrade_min_fps,
                min_height=settings.degrade_min_height,
                batch=settings.fixed_batch(),
            ),
        )
        log.info("up", name=name)
        coordinator.run(stop)
    log.info("down", name=name)


if __name__ == "__main__":
    main()
