"""The shows to measure with: valid scenes whose motion is what other programs are told."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from farm.errors import FarmError
from farm.perf import compare
from farm.perf.compare import likeness
from farm.perf.shows import ffmpeg, gstreamer
from farm.perf.shows.catalogue import SHOWS
from farm.perf.shows.show import CANVAS, Show, Slide
from scene.document import parse_scene
from scene.state import scene_at
from scene.time import Segment
from scene.version import SceneVersion


@pytest.fixture(scope="module", params=sorted(SHOWS))
def show(request: pytest.FixtureRequest) -> Show:
    return SHOWS[request.param]()


def test_a_show_is_a_scene_that_can_be_put_on_air(show: Show) -> None:
    scene = parse_scene(show.scene({piece.name: "a1b2c3" for piece in show.pieces}), max_layers=50)
    assert [layer.id for layer in scene.layers] == [piece.name for piece in show.pieces]


def test_a_show_begins_with_a_picture_that_covers_the_canvas(show: Show) -> None:
    background = show.pieces[0]
    assert (background.size, background.x, background.y) == (CANVAS, 0, 0)
    assert background.pictures[0].mode == "RGB"


def test_the_pictures_of_a_piece_have_one_size(show: Show) -> None:
    for piece in show.pieces:
        assert {picture.size for picture in piece.pictures} == {piece.size}


def test_a_show_is_the_same_every_time(show: Show) -> None:
    again = SHOWS[show.name]()
    assert [piece.sheet() for piece in again.pieces] == [piece.sheet() for piece in show.pieces]


@pytest.mark.parametrize("frame", [0, 7, 239, 240, 241, 3000])
def test_the_scene_moves_as_the_show_says(frame: int) -> None:
    show = SHOWS["reference"]()
    scene = parse_scene(show.scene({piece.name: "a1b2c3" for piece in show.pieces}), max_layers=50)
    version = SceneVersion(1, scene, {1: Fraction(0)}, CANVAS)
    fps = Fraction(60)
    state = scene_at(version, frame, Segment(0, 1, Fraction(0), Fraction(1)), fps)
    places = {layer.id: (layer.x, layer.y) for layer in state.layers}
    for piece in show.pieces:
        if piece.slide is not None:
            wanted = float(piece.slide.at_px(frame / fps))
            shown = places[piece.name][0 if piece.slide.axis == "x" else 1]
            assert shown == pytest.approx(wanted, abs=1 / 32)


def test_a_slide_that_comes_back_goes_the_way_it_came() -> None:
    slide = Slide("x", 0, 100, 2, yoyo=True)
    assert [slide.at_px(Fraction(second)) for second in (0, 1, 2, 3, 4)] == [0, 50, 100, 50, 0]
    once = Slide("x", 0, 100, 2)
    assert [once.at_px(Fraction(second)) for second in (0, 1, 2, 3)] == [0, 50, 0, 50]


def test_ffmpegs_graph_names_every_piece_and_moves_those_that_move() -> None:
    show = SHOWS["reference"]()
    graph = ffmpeg.graph(show, 60)
    assert graph.count("loop=loop=-1") == len(show.pieces)
    assert graph.count("overlay=") == len(show.pieces) - 1
    assert graph.count("eval=frame") == sum(piece.slide is not None for piece in show.pieces)
    assert "x='round(-1000+1200*(1-abs(mod(t/4,2)-1)))'" in graph


def test_ffmpeg_draws_the_same_picture_of_a_moving_show(tmp_path: Path) -> None:
    show = SHOWS["ticker"]()
    ffmpeg.write_pictures(show, tmp_path)
    assert likeness(show, tmp_path, 30, times_s=[6.2]) > 45


without_gstreamer = pytest.mark.skipif(gstreamer.missing() is not None, reason="GStreamer is not here")


@without_gstreamer
def test_gstreamer_draws_the_same_picture_of_a_moving_show(tmp_path: Path) -> None:
    show = SHOWS["reference"]()
    ffmpeg.write_pictures(show, tmp_path)
    assert likeness(show, tmp_path, 30, times_s=[6.2], their_picture=compare._gstreamers) > 45


@without_gstreamer
def test_gstreamers_frames_cost_cpu(tmp_path: Path) -> None:
    show = SHOWS["still"]()
    ffmpeg.write_pictures(show, tmp_path)
    assert gstreamer.cpu_s(show, tmp_path, 30, 10, 6000) > 0


def test_without_gstreamer_there_is_a_note(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(gstreamer, "SYSTEM_PYTHON", tmp_path / "python3")
    assert "gstreamer1.0-plugins-ugly" in (gstreamer.missing() or "")
    third = compare._Third(SHOWS["still"](), tmp_path, 30, 10)
    third.play()
    assert set(third.result(5.0).values()) == {None}


def test_what_gstreamer_is_told_of_a_show_is_its_motion() -> None:
    show = SHOWS["reference"]()
    order = gstreamer.order(show, Path("somewhere"), 60, range(240, 244))
    assert order["frames"] == 4
    pieces = dict(zip((piece.name for piece in show.pieces), order["pieces"], strict=True))
    assert pieces["banner"]["x"] == [200, 195, 190, 185]
    assert (pieces["banner"]["y"], pieces["chat"]["x"]) == ([880], [1420])
    assert pieces["feed"]["shown"] == [0, 0, 1, 1]
    assert len(pieces["host"]["files"]) == 8


def test_pictures_that_differ_are_not_compared(tmp_path: Path) -> None:
    show = SHOWS["still"]()
    ffmpeg.write_pictures(show, tmp_path)
    less = Show(show.name, show.about, show.pieces[:1])
    with pytest.raises(FarmError, match="the pictures differ"):
        likeness(less, tmp_path, 30, theirs=show, times_s=[0.5])
