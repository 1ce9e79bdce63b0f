"""`framefarm render` and `framefarm scene`, as people call them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image
from typer.testing import CliRunner

from farm.cli import app
from farm.errors import InputError, SceneInvalid
from farm.offline.scene_file import MAX_BYTES, read_scene
from tests.conftest import wait_until

SCENE = {
    "viewport": {"width": 160, "height": 90},
    "background": "#103050",
    "layers": [
        {
            "id": "box",
            "type": "shape",
            "shape": "rectangle",
            "fill": "#ffffff",
            "size": {"width": 40, "height": 90},
            "animations": [{"property": "position.x", "from": 0, "to": 120, "duration": 1}],
        },
    ],
}


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    path = tmp_path / "scene.json"
    path.write_text(json.dumps(SCENE))
    return path


def framefarm(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The program, in a process of its own."""
    command = [sys.executable, "-m", "farm", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def pixel(path: Path, x: int) -> Any:
    with Image.open(path) as image:
        assert image.size == (160, 90)
        return image.convert("RGB").getpixel((x, 45))


@pytest.mark.parametrize(("at", "white", "blue"), [(0, 20, 140), (1, 140, 20)])
def test_a_moment_is_drawn_into_a_png(scene: Path, tmp_path: Path, at: int, white: int, blue: int) -> None:
    done = framefarm("render", scene, tmp_path / "out.png", "--at", at, "--size", "160x90")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert pixel(tmp_path / "out.png", white) == (255, 255, 255)
    assert all(abs(a - b) <= 2 for a, b in zip(pixel(tmp_path / "out.png", blue), (16, 48, 80), strict=True))


def test_a_film_is_as_long_as_asked_for_and_moves(scene: Path, tmp_path: Path) -> None:
    film = tmp_path / "out.mp4"
    done = framefarm("render", scene, film, "--seconds", 1, "--fps", 25, "--size", "160x90")
    assert (done.returncode, done.stderr) == (0, "")
    count = ["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames,r_frame_rate"]
    told = subprocess.run([*count, "-of", "csv=p=0", str(film)], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "25/1,25"
    last = ["ffmpeg", "-v", "error", "-i", str(film), "-vf", "select=eq(n\\,24)", "-frames:v", "1"]
    subprocess.run([*last, str(tmp_path / "last.png")], check=True)
    assert min(pixel(tmp_path / "last.png", 130)) > 240
    assert max(pixel(tmp_path / "last.png", 20)) < 100


def test_a_layer_that_lacks_its_picture_is_told_and_drawn_as_a_sign(scene: Path, tmp_path: Path) -> None:
    scene.write_text(json.dumps({"layers": [{"id": "logo", "type": "image", "asset": "logo"}]}))
    done = framefarm("render", scene, tmp_path / "out.png", "--assets", tmp_path)
    assert done.returncode == 0
    assert "layer logo: there is no asset 'logo'" in done.stderr


def test_a_show_is_drawn_with_its_takes(tmp_path: Path) -> None:
    show, out = tmp_path / "show.json", tmp_path / "out.png"
    scenes = {"main": {"background": "#ff0000"}, "break": {"background": "#0000ff"}}
    show.write_text(json.dumps({"scenes": scenes, "preview": "break"}))

    takes = ("--take", "1:break", "--take", "2::fade:1")
    done = framefarm("render", show, out, "--size", "160x90", "--scene", "main", "--at", 2.5, *takes)
    assert (done.returncode, done.stderr) == (0, "")
    red, _, blue = pixel(out, 20)
    assert 120 < red < 136
    assert 120 < blue < 136


@pytest.mark.parametrize("out", ["out.png", "out.mp4"])
def test_nothing_is_made_of_a_scene_with_mistakes(scene: Path, tmp_path: Path, out: str) -> None:
    scene.write_text('{"background": "blue-ish"}')
    done = framefarm("render", scene, tmp_path / out)
    assert done.returncode == 1
    assert f"{scene}: background: must be a colour" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scene.json"]


def test_a_film_that_cannot_be_written_ends_both_processes(scene: Path, tmp_path: Path) -> None:
    (tmp_path / "out.mp4.part").symlink_to(tmp_path / "nowhere" / "out.mp4")
    done = framefarm("render", scene, tmp_path / "out.mp4", "--size", "160x90")
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


@contextmanager
def rendering(scene: Path, out: Path) -> Iterator[subprocess.Popen[str]]:
    """A long film that has begun, in a process group of its own, of which nothing is left afterwards."""
    command = [sys.executable, "-m", "farm", "render", str(scene), str(out), "--seconds", "600"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            wait_until(out.with_name(f"{out.name}.part").exists, "the film has begun")
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def test_ctrl_c_ends_it_quietly_and_leaves_nothing(scene: Path, tmp_path: Path) -> None:
    with rendering(scene, tmp_path / "out.mp4") as process:
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=20)
    assert process.returncode not in (0, None)
    assert "Traceback" not in told
    assert [path.name for path in tmp_path.iterdir()] == ["scene.json"]


def test_who_draws_and_who_encodes_end_when_it_is_killed(scene: Path, tmp_path: Path) -> None:
    with rendering(scene, tmp_path / "out.mp4") as process:
        children = psutil.Process(process.pid).children()
        process.kill()
        wait_until(lambda: all(map(has_ended, children)), "both have ended")
    assert len(children) == 2


def has_ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["out.avi"], "must end in .png"),
        (["out.mp4", "--fps", "fast"], "--fps must be between"),
        (["out.mp4", "--fps", "1/0"], "--fps must be between"),
        (["out.mp4", "--fps", "1000"], "--fps must be between"),
        (["out.mp4", "--size", "161x90"], "--size: both sides must be even"),
        (["out.mp4", "--bitrate", "much"], "--bitrate: expected a number"),
        (["nowhere/out.mp4"], "no folder"),
        (["nowhere/out.mp4", "--farm", "http://127.0.0.1:1"], "no folder"),
        (["."], "is a folder"),
    ],
)
def test_wrong_orders_are_refused_before_anything_starts(
    scene: Path, tmp_path: Path, arguments: list[str], told: str
) -> None:
    answer = CliRunner().invoke(app, ["render", str(scene), str(tmp_path / arguments[0]), *arguments[1:]])
    assert isinstance(answer.exception, InputError)
    assert told in answer.exception.message


def test_every_mistake_of_every_file_is_named(scene: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"layers": [{"id": "a", "type": "colour"}, {"id": "a", "type": "text", "text": 3}]}')
    answer = CliRunner().invoke(app, ["scene", "validate", str(scene), str(bad), str(tmp_path / "none.json")])
    assert answer.exit_code == 1
    assert answer.output.splitlines() == [
        f"{scene}: a scene of 1 layer",
        f"{bad}: layers[1].id: is also the id of layers[0]; choose another",
        f"{bad}: layers[0].colour: is required; add it",
        f"{bad}: layers[1].text: must be a text in quotes",
        f"{tmp_path / 'none.json'} cannot be read: No such file or directory",
    ]
    assert CliRunner().invoke(app, ["scene", "validate", str(scene)]).exit_code == 0


def test_a_value_that_the_scene_has_none_of_is_hinted_at(tmp_path: Path) -> None:
    scene = tmp_path / "scene.json"
    scene.write_text(json.dumps({"layers": [{"id": "t", "type": "text", "text": "{data.bid}"}]}))
    answer = CliRunner().invoke(app, ["scene", "validate", str(scene)])
    assert answer.exit_code == 0
    assert "layers[0].text: shows nothing for {data.bid} until it is set" in answer.stdout


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"[]", b"null"])
def test_a_file_that_is_no_scene_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "scene.json"
    path.write_bytes(data)
    with pytest.raises(SceneInvalid):
        read_scene(path)


def test_a_file_that_is_far_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scene.json"
    path.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(InputError, match="no scene is as large"):
        read_scene(path)


def test_a_show_is_told_by_its_scenes(tmp_path: Path) -> None:
    path = tmp_path / "show.json"
    path.write_text(json.dumps({"scenes": {"main": SCENE, "break": {}}, "program": "break"}))
    answer = CliRunner().invoke(app, ["scene", "validate", str(path)])
    assert answer.output == f"{path}: a show of 2 scenes: main, break; break is on program\n"
    path.write_text(json.dumps({"scenes": {"main": SCENE}, "preview": "none"}))
    answer = CliRunner().invoke(app, ["scene", "validate", str(path)])
    assert "preview: must be the name of one of the scenes" in answer.output
    assert (
        json.loads(CliRunner().invoke(app, ["scene", "schema", "--show"]).output)["title"] == "Framefarm show"
    )


def test_the_schema_is_that_of_scenes() -> None:
    answer = CliRunner().invoke(app, ["scene", "schema"])
    schema = json.loads(answer.output)
    assert schema["title"] == "Framefarm scene"
    assert set(SCENE) <= set(schema["properties"])
