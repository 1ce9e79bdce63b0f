"""``python -m farm.flower``: Flower on FLOWER_PORT, looking at the farm's workers.

With FLOWER_PASSWORD it listens on HOST and asks for the user "admin" and that password. Without one it
listens on loopback only, and lets nobody change anything.
"""

from __future__ import annotations

import logging
import signal
import sys
from typing import Any, NoReturn

from celery import Celery
from flower.app import Flower
from flower.options import default_options
from flower.urls import settings as web_settings

from farm.errors import SettingsError
from farm.log import configure_logging, get_logger
from farm.settings import Settings, load_settings
from farm.store import keys
from farm.store.primary import split_urls

USER = "admin"
MAX_TASKS = 5_000
log = get_logger(__name__)


def flower_options(settings: Settings) -> dict[str, Any]:
    """Flower's options for these settings; ``basic_auth`` is a secret.

    Celery's events cost the workers messages for each frame, so Flower asks for them only with TASK_EVENTS.
    """
    password = settings.flower_password
    return {
        "port": settings.flower_port,
        "address": "127.0.0.1" if password is None else settings.host,
        "basic_auth": [] if password is None else [f"{USER}:{password.get_secret_value()}"],
        "read_only": password is None,
        "enable_events": settings.task_events,
        "max_tasks": MAX_TASKS,
        "persistent": False,
        "purge_offline_workers": 600,
    }


def make_flower(settings: Settings) -> Flower:
    """Flower over a Celery app that knows the farm's broker and queue, and none of its tasks."""
    app = Celery("framefarm", broker=";".join(split_urls(settings.broker_url())), set_as_current=False)
    app.conf.update(task_default_queue=keys.QUEUE, accept_content=["json"], worker_hijack_root_logger=False)
    for name, value in flower_options(settings).items():
        setattr(default_options, name, value)
    # Flower's own default for the cookie secret: random, new at each start.
    web = {**web_settings, "cookie_secret": default_options.cookie_secret}
    return Flower(capp=app, options=default_options, **web)


def _leave(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(0)


def main() -> None:
    """Run Flower until SIGTERM or SIGINT."""
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.exit("\n".join(f"framefarm: {line}" for line in error.message.splitlines()))
    configure_logging(settings, "flower")
    logging.getLogger("tornado.access").setLevel(logging.WARNING)
    flower = make_flower(settings)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    port = flower.start_http_server()
    log.info("listening", address=flower.options.address, port=port, sign_in=bool(flower.options.basic_auth))
    if not settings.task_events:
        log.warning("workers show themselves to Flower only with TASK_EVENTS=true")
    try:
        flower.start()
    finally:
        flower.stop()


if __name__ == "__main__":
    main()
