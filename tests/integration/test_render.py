"""Renders through a whole farm: as a free stream, undisturbed and while its workers are killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from farm.debug.checkable import checkable_scene
from tests.conftest import wait_until
from tests.integration.conftest import StartFarm
from tests.integration.running_farm import PLACE, RunningFarm

FRAMES = 900
SIZE = (640, 360)


@pytest.fixture(scope="module")
def renderer(start_farm: StartFarm) -> RunningFarm:
    return start_farm(RENDER_RETRY_MS="300")


def begin(farm: RunningFarm, stream: str) -> Path:
    """Start a render; the file that it makes."""
    config = {"PACE": "free", "FRAMES": FRAMES, "STREAM_RESOLUTION": "640x360"}
    order = {"id": stream, "scene": checkable_scene(*SIZE, PLACE), "config": config}
    farm.call("POST", "/streams", order)
    farm.call("POST", f"/streams/{stream}/start")
    return farm.state_dir / "renders" / stream / "render.flv"


def finish(farm: RunningFarm, stream: str) -> None:
    def finished() -> bool:
        status = farm.call("GET", f"/streams/{stream}/status")
        assert status["state"] != "failed", status["reason"]
        return (status["state"], status["reason"]) == ("idle", "finished")

    wait_until(finished, f"{stream} is rendered", 60)


def test_a_render_is_the_same_though_its_workers_are_killed(renderer: RunningFarm) -> None:
    calm = begin(renderer, "calm")
    finish(renderer, "calm")
    rough = begin(renderer, "rough")
    part = rough.with_name("render.flv.part")
    wait_until(part.exists, "it is being rendered")
    renderer.service("worker-1").kill()
    wait_until(lambda: renderer.call("GET", "/streams/rough/status")["frameCount"], "it goes on")
    renderer.service("worker-2").kill()
    finish(renderer, "rough")
    assert rough.read_bytes() == calm.read_bytes()
    assert calm.stat().st_size > FRAMES * 100
    assert not part.exists()
