"""gunicorn around the app: one process with threads, its log in ours."""

from __future__ import annotations

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from api.http.app import create_app
from api.http.importer import Importer
from api.http.services import EXTENSION
from farm.asset_folder import register_folder
from farm.clock import SystemClock
from farm.errors import StoreUnavailable
from farm.log import get_logger
from farm.settings import Settings
from farm.store.assets import AssetStore
from farm.store.connection import connect

log = get_logger(__name__)

REDIS_TIMEOUT_S = 1.0
"""The driver tries twice, so that a request fails within about two seconds of a Redis that hangs."""
STOP_WITHIN_S = 3


class FarmLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's words, written by the farm's log."""

    def setup(self, cfg: object) -> None:
        """Take gunicorn's own handlers away again."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def register_pictures(settings: Settings, assets: AssetStore) -> None:
    """Keep the pictures of ASSET_DIR, if there is one. Without Redis the API starts all the same."""
    if settings.asset_dir is None:
        return
    try:
        register_folder(settings.asset_dir, assets, max_bytes=settings.asset_max_bytes)
    except StoreUnavailable as error:
        log.warning("the pictures of ASSET_DIR wait for the next start", reason=error.message)


def server_options(settings: Settings) -> dict[str, object]:
    """What gunicorn is told. One process, because threads wait for Redis and nothing here computes."""
    return {
        "bind": f"{settings.host}:{settings.port}",
        "workers": 1,
        "worker_class": "gthread",
        "threads": settings.http_threads,
        "graceful_timeout": STOP_WITHIN_S,
        "keepalive": 15,
        "loglevel": "warning",
        "logger_class": FarmLogger,
        "control_socket_disable": True,
        "proc_name": "framefarm-api",
    }


class HttpServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Serves the API until SIGTERM; requests under way are answered first."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Called by gunicorn before it starts."""
        for name, value in server_options(self._settings).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called by gunicorn after the fork, so that connections to Redis are the serving process's own."""
        redis = connect(self._settings.broker_url(), timeout_s=REDIS_TIMEOUT_S)
        app = create_app(self._settings, redis, SystemClock())
        register_pictures(self._settings, AssetStore(redis, SystemClock(), self._settings))
        Importer(app.extensions[EXTENSION]).start()
        return app
