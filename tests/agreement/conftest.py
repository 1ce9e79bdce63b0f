"""An independent renderer: the system's Chromium with an empty page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import chromium


@pytest.fixture(scope="package")
def page() -> Iterator[Page]:
    """One tab for all tests of this folder: they change nothing that lasts."""
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 800, "height": 600})
        yield context.new_page()
        context.close()
