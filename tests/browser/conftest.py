"""A control room to look at: servers, a farm that reports, and a browser."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from api.http.app import create_app
from api.realtime.servers import realtime_servers
from farm.clock import SystemClock
from farm.perf.ports import free_port
from farm.settings import Settings
from farm.store.connection import FarmRedis, connect
from tests.browser.chromium import chromium
from tests.browser.farm_on_air import ADMIN_TOKEN, put_on_air

PATIENCE_MS = 15_000


class ControlRoom(NamedTuple):
    """Where the dashboard is, and the Redis behind it."""

    url: str
    redis: FarmRedis


@contextmanager
def _http_server(settings: Settings, redis_url: str) -> Iterator[None]:
    client = connect(redis_url)
    server = make_server(
        "127.0.0.1", settings.port, create_app(settings, client, SystemClock()), threaded=True
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()
    client.close()


@contextmanager
def _realtime(settings: Settings) -> Iterator[None]:
    """The realtime servers in a thread with a loop of its own."""
    ready = threading.Event()
    stop = threading.Event()

    async def main() -> None:
        async with realtime_servers(settings, SystemClock()):
            ready.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    assert ready.wait(15)
    yield
    stop.set()
    thread.join()


@pytest.fixture
def control_room(redis: FarmRedis, redis_url: str, tmp_path: Path) -> Iterator[ControlRoom]:
    """The dashboard of a farm with three streams, one of them on air."""
    settings = Settings.model_validate(
        {
            "port": free_port(),
            "ws_port": free_port(),
            "health_port": free_port(),
            "metrics_port": free_port(),
            "rtmp_port": free_port(),
            "rtmp_stat_port": free_port(),
            "redis_url": redis_url,
            "admin_token": ADMIN_TOKEN,
            "state_dir": tmp_path,
        }
    )
    put_on_air(redis)
    with _http_server(settings, redis_url), _realtime(settings):
        yield ControlRoom(f"http://127.0.0.1:{settings.port}", redis)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium. Not kept longer than for these tests: while it is, this thread has a loop."""
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh tab that fails the test when the page's script throws or its policy is broken."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE_MS)
    broken: list[str] = []
    tab.on("pageerror", lambda error: broken.append(str(error)))
    tab.on("console", lambda line: broken.append(line.text) if "Content Security" in line.text else None)
    yield tab
    context.close()
    assert not broken
