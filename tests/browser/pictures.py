"""``make pictures``: pictures for the README, taken of a running farm: its dashboard and its demo."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import CHROMIUM_ARGUMENTS
from tests.conftest import wait_until
from tests.integration.running_farm import TOKEN, RunningFarm

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SETTLED_FRAMES = 600
CHROMIUM = "/usr/bin/chromium"


def frames(farm: RunningFarm) -> int:
    """How many frames the demo has sent."""
    return int(farm.call("GET", "/streams/demo/status")["frameCount"])


def take_frame(farm: RunningFarm, path: Path) -> None:
    """One decoded frame of the demo stream, as a viewer gets it."""
    command = [
        "ffmpeg",
        "-nostdin",
        "-loglevel",
        "error",
        "-y",
        "-i",
        farm.play_url("demo"),
        "-frames:v",
        "1",
    ]
    subprocess.run([*command, str(path)], check=True, timeout=60)


def take_dashboard(farm: RunningFarm, browser: Browser, path: Path, *, width: int, height: int) -> None:
    """The dashboard with its live preview."""
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="dark")
    page.goto(f"http://127.0.0.1:{farm.settings.port}/#token={TOKEN}")
    page.wait_for_selector("#preview:not([hidden])")
    page.wait_for_timeout(4000)  # tiles and charts fill with what the farm reports each second
    page.screenshot(path=path)
    page.close()


def main() -> None:
    """Take all pictures into docs/pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state, sync_playwright() as playwright:
        farm = RunningFarm(Path(state), {}, demo=True)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        try:
            farm.start()
            wait_until(lambda: farm.call("GET", "/streams")["streams"], "the demo is made")
            wait_until(lambda: frames(farm) > SETTLED_FRAMES, "the demo plays", 60)
            take_frame(farm, PICTURES / "demo.png")
            take_dashboard(farm, browser, PICTURES / "dashboard.png", width=1440, height=900)
            take_dashboard(farm, browser, PICTURES / "dashboard-phone.png", width=390, height=844)
        finally:
            browser.close()
            farm.stop()
    sys.stdout.write(f"pictures are in {PICTURES}\n")


if __name__ == "__main__":
    main()
