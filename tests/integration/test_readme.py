"""The README's calls work when pasted."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from farm.up.demo import DEMO_SCENE
from tests.conftest import wait_until
from tests.integration.running_farm import TOKEN, RunningFarm

README = Path(__file__).parents[2] / "README.md"
CALLS = re.findall(r"^```sh\n(curl .*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)


def test_the_readme_has_calls_to_try() -> None:
    assert len(CALLS) >= 6


def test_every_call_of_the_readme_works_in_its_order(farm: RunningFarm) -> None:
    farm.call("POST", "/streams", {"id": "demo", "scene": json.loads(DEMO_SCENE.read_text())})
    for call in CALLS:
        pasted = call.replace("localhost:4200", f"127.0.0.1:{farm.settings.port}")
        answer = subprocess.run(
            ["bash", "-c", pasted],
            env={"TOKEN": TOKEN, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            check=True,
        )
        body = json.loads(answer.stdout)
        assert body["success"], (call, body)
        if "/start" in call:
            wait_until(lambda: farm.call("GET", "/streams/mine/status")["isLive"], "the stream is live")
    assert farm.call("GET", "/streams/demo/layers/headline")["text"] == "Hello from curl."


@pytest.mark.parametrize(
    "command", ["debug read", "debug test-stream", "perf edit", "worker", "token", "up", "render"]
)
def test_every_command_of_the_readme_exists(command: str) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "farm", *command.split(), "--help"], capture_output=True, check=False
    )
    assert shown.returncode == 0, shown.stderr
