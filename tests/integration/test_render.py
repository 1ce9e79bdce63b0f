"""Renders through a whole farm, undisturbed and while everything that belongs to them is killed in turn."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.conftest import wait_until
from tests.integration.conftest import StartFarm
from tests.integration.running_farm import TOKEN, RunningFarm

FRAMES, FPS = 300, 10
SIZE = (320, 180)
SEGMENT_FRAMES = 50
SCENE = {
    "viewport": {"width": 320, "height": 180},
    "background": "#203060",
    "layers": [
        {"id": "number", "type": "frame_number", "position": {"x": 20, "y": 20}},
        {
            "id": "box",
            "type": "shape",
            "shape": "star",
            "fill": "#ffcc00",
            "size": {"width": 60, "height": 60},
            "animations": [{"property": "position.x", "from": 0, "to": 260, "duration": 7}],
        },
    ],
}
LOSSLESS = "0"
FRAMEFARM = [sys.executable, "-m", "farm", "render"]


@pytest.fixture(scope="module")
def renderer(start_farm: StartFarm) -> RunningFarm:
    # Slow enough for whoever is to be killed while it renders.
    return start_farm(RENDER_RETRY_MS="300", FAULT_SLOW_MS="10")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scene") / "scene.json"
    path.write_text(json.dumps(SCENE))
    return path


def command(farm: RunningFarm, scene: Path, out: Path, *options: str) -> list[str]:
    """A film of FRAMES frames, by the farm, without loss."""
    shot = ["--seconds", str(FRAMES / FPS), "--fps", str(FPS), "--size", "320x180", "--crf", LOSSLESS]
    there = ["--farm", f"http://127.0.0.1:{farm.settings.port}", "--token", TOKEN]
    return [*FRAMEFARM, str(scene), str(out), *shot, *there, *options]


def frames_of(film: Path) -> NDArray[np.uint8]:
    """Every frame, decoded by somebody else: (n, bytes of I420)."""
    decoding = ["ffmpeg", "-v", "error", "-i", str(film), "-map", "0:v", "-fps_mode", "passthrough"]
    decoding += ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]
    data = subprocess.run(decoding, capture_output=True, check=True, timeout=60).stdout
    return np.frombuffer(data, np.uint8).reshape(-1, SIZE[0] * SIZE[1] * 3 // 2)


def drawn_here(scene: Path) -> NDArray[np.uint8]:
    """The same frames without a farm, before anybody encodes them."""
    drawing = [sys.executable, "-m", "workers.offline", str(scene), "--seconds", str(FRAMES / FPS)]
    drawing += ["--fps", str(FPS), "--size", "320x180"]
    film = subprocess.run(drawing, capture_output=True, check=True, timeout=60).stdout
    mark = b"FRAME\n"
    pictures = np.frombuffer(film[film.index(mark) :], np.uint8)
    return pictures.reshape(FRAMES, -1)[:, len(mark) :]


def streams(farm: RunningFarm) -> list[str]:
    return [stream["id"] for stream in farm.call("GET", "/streams")["streams"]]


def render(farm: RunningFarm) -> dict[str, object]:
    """How far the only render is."""
    [stream] = streams(farm)
    told: dict[str, object] = farm.call("GET", f"/streams/{stream}/render")
    return told


def test_a_film_that_is_cut_in_every_way_has_every_frame_as_it_is_drawn_without_a_farm(
    renderer: RunningFarm, scene: Path, tmp_path: Path
) -> None:
    out = tmp_path / "film.mp4"

    def beyond(frames: int) -> None:
        wait_until(lambda: int(str(render(renderer)["done"])) > frames, f"frame {frames} is rendered", 60)

    with subprocess.Popen(command(renderer, scene, out)) as client:
        wait_until(lambda: streams(renderer), "the render is there", 30)
        beyond(SEGMENT_FRAMES)
        client.kill()
    renderer.service("worker-1").kill()
    for process in renderer.encoder_processes():
        process.kill()
    beyond(2 * SEGMENT_FRAMES)
    renderer.kill_everything()
    renderer.start()
    done = subprocess.run(
        command(renderer, scene, out, "--resume"), capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"{FRAMES} of {FRAMES} frames" in done.stderr
    assert streams(renderer) == []
    assert np.array_equal(frames_of(out), drawn_here(scene))


def test_ctrl_c_cancels_a_render_and_leaves_nothing(
    renderer: RunningFarm, scene: Path, tmp_path: Path
) -> None:
    with subprocess.Popen(
        command(renderer, scene, tmp_path / "film.webm"), stderr=subprocess.PIPE, text=True
    ) as client:
        wait_until(lambda: streams(renderer) and render(renderer)["done"], "it is being rendered", 30)
        client.send_signal(signal.SIGINT)
        _, told = client.communicate(timeout=30)
    assert client.returncode == 130
    assert "cancelled" in told
    assert "Traceback" not in told
    assert streams(renderer) == []
    assert list(tmp_path.iterdir()) == []
    assert list((renderer.state_dir / "renders").iterdir()) == []
