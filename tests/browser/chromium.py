"""The system's Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window, closed at the end."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "chromium is not installed; run `make setup`, or `apt-get install chromium`"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, headless=True, args=CHROMIUM_ARGUMENTS)
        yield running
        running.close()
