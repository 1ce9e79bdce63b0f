"""Films: every frame is the full frame, whatever was drawn before it; pictures as viewers see them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from farm.clock import ManualClock
from farm.errors import NotFound
from farm.settings import load_settings
from farm.transport.planes import i420_bytes, planes_in
from scene.colour import parse_colour
from scene.document import Scene, parse_scene
from tests.scene.strategies.basics import rates
from tests.scene.strategies.documents import scenes
from tests.workers.farmhand import Gallery, same
from workers.assets import AssetPictures
from workers.offline.film import Film, Shot
from workers.offline.folder import AssetFolder
from workers.offline.picture import rgb
from workers.offline.timing import with_pictures_told
from workers.painters.registry import all_painters
from workers.raster import ycc


def film(scene: Scene, fps: Fraction = Fraction(30)) -> Film:
    return Film(scene, Shot(160, 90, fps), all_painters(Gallery()), 20_000_000)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scenes(), rates, st.lists(st.integers(0, 90), min_size=2, max_size=5))
def test_a_frame_looks_the_same_after_any_others(scene: Scene, fps: Fraction, order: list[int]) -> None:
    drawn = film(scene, fps)
    for n in order:
        drawn.draw(n)
    alone = film(scene, fps)
    alone.draw(order[-1])
    assert same(drawn.planes, alone.planes)


def test_output_frames_are_counted_from_the_films_first_and_scene_time_is_not() -> None:
    mover: dict[str, object] = {
        "id": "mover",
        "type": "colour",
        "colour": "#ffffff",
        "size": {"width": 20, "height": 20},
        "position": {"x": 0, "y": 60},
        "animations": [{"property": "position.x", "from": 0, "to": 120, "duration": 2, "start": 0}],
    }
    number: dict[str, object] = {"id": "number", "type": "frame_number", "bits": 8, "cell": 8}
    moves, counts = (parse_scene({"layers": [layer]}, max_layers=1) for layer in (mover, number))

    def drawn(scene: Scene, frame: int, first: int) -> bytes:
        taken = film(scene)
        taken.first = first
        taken.draw(frame)
        return taken.buffer.tobytes()

    assert drawn(moves, 33, first=30) == drawn(moves, 33, first=0)
    assert drawn(counts, 33, first=30) == drawn(counts, 3, first=0) != drawn(counts, 33, first=0)


@pytest.mark.parametrize(
    ("time_s", "fps", "frame"),
    [
        (0.0, Fraction(30), 0),
        (2.0, Fraction(30), 60),
        (0.1, Fraction(25), 2),
        (1.0, Fraction(30_000, 1001), 30),
    ],
)
def test_a_moment_is_its_nearest_frame(time_s: float, fps: Fraction, frame: int) -> None:
    assert Shot(160, 90, fps).frame_at(time_s) == frame


@pytest.mark.parametrize(
    "colour", ["#000000", "#ffffff", "#ff0000", "#00ff00", "#0000ff", "#808080", "#e0a060"]
)
def test_a_colour_comes_back_as_it_was_written(colour: str) -> None:
    wanted = parse_colour(colour)
    planes = planes_in(np.empty(i420_bytes(8, 8), np.uint8), 8, 8)
    for plane, value in zip(planes, ycc(wanted), strict=True):
        plane.fill(value)
    assert np.abs(rgb(planes).astype(int) - wanted[:3]).max() <= 2


@pytest.mark.parametrize("name", ["logo", "logo.png"])
def test_a_file_is_an_asset_by_its_name_with_or_without_suffix(tmp_path: Path, name: str) -> None:
    Image.new("RGB", (6, 4), "red").save(tmp_path / "logo.png")
    folder = AssetFolder(tmp_path, max_bytes=10_000)
    pictures = AssetPictures(folder, ManualClock(), load_settings({}), 1_000_000, settled_ns=0)
    state = pictures.state(name)
    assert (state.width, state.height, state.problem, state.settled) == (6, 4, None, True)


@pytest.mark.parametrize("name", ["nothing", "..", "."])
def test_what_is_no_file_of_the_folder_is_no_asset(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        AssetFolder(tmp_path, max_bytes=10).data(name)


def test_without_a_folder_the_way_to_give_one_is_told() -> None:
    with pytest.raises(NotFound, match="--assets"):
        AssetFolder(None, max_bytes=10).data("logo")


def test_a_picture_that_is_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "big.png").write_bytes(b"x" * 5000)
    settings = load_settings({"ASSET_MAX_BYTES": "1000"})
    source = AssetFolder(tmp_path, max_bytes=settings.asset_max_bytes)
    assert len(source.data("big.png")) == 1001
    problem = AssetPictures(source, ManualClock(), settings, 1_000_000).state("big.png").problem
    assert problem is not None
    assert "at most 1,000" in problem


def test_an_animated_picture_plays(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("#ff0000", "#0000ff")]
    frames[0].save(tmp_path / "blink.gif", save_all=True, append_images=frames[1:], duration=500, loop=0)
    document = {
        "viewport": {"width": 40, "height": 40},
        "layers": [{"id": "a", "type": "image", "asset": "blink"}],
    }
    folder = AssetFolder(tmp_path, max_bytes=100_000)
    scene = with_pictures_told(parse_scene(document, max_layers=1), folder, load_settings({}))
    pictures = AssetPictures(folder, ManualClock(), load_settings({}), 1_000_000, settled_ns=0)
    played = Film(scene, Shot(40, 40, Fraction(10)), all_painters(pictures), 1_000_000)
    reds = []
    for n in range(12):
        played.draw(n)
        reds.append(int(rgb(played.planes)[20, 20, 0]) > 128)
    assert reds == [True] * 5 + [False] * 5 + [True] * 2


def test_a_picture_that_is_not_there_has_no_times(tmp_path: Path) -> None:
    scene = parse_scene({"layers": [{"id": "a", "type": "image", "asset": "none"}]}, max_layers=1)
    assert with_pictures_told(scene, AssetFolder(tmp_path, max_bytes=100), load_settings({})) == scene
