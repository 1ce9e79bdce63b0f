"""The viewport: how it lies on canvases, its safe area, places measured from its corners, its grid."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scene.content import ShapeContent, TextContent
from scene.document import Scene, parse_scene
from scene.fitting import Fitting, fit_viewport
from scene.grid import snapped
from scene.mistakes import Mistake, SceneMistakes
from scene.state import scene_at
from scene.time import Segment
from scene.version import SceneVersion
from scene.viewport import Box, Viewport, ViewportFit

BOX = {"id": "a", "type": "shape", "shape": "rectangle", "size": {"width": 100, "height": 50}}
SAFE = {
    "width": 1000,
    "height": 500,
    "safeArea": {"left": 50, "top": "10%", "right": "5%", "bottom": 100},
}
"""Leaves 900 x 350 from 50, 50 on."""


def scene(*layers: dict[str, Any], **fields: Any) -> Scene:
    return parse_scene({**fields, "layers": list(layers)}, max_layers=50)


def box_of(shown: Scene, canvas: tuple[int, int] = (1000, 500), time_s: int = 0) -> Box:
    """Where the only layer lies, canvas px."""
    version = SceneVersion(1, shown, {1: Fraction(0)}, canvas)
    [layer] = scene_at(version, 0, Segment(0, 1, Fraction(time_s), Fraction(0)), Fraction(30)).layers
    assert layer.width is not None
    assert layer.height is not None
    return Box(
        layer.x - layer.anchor_x * layer.width,
        layer.y - layer.anchor_y * layer.height,
        layer.width,
        layer.height,
    )


@pytest.mark.parametrize(
    ("fit", "canvas", "expected"),
    [
        ("contain", (500, 500), (50, 150, 50, 25)),
        ("contain", (2000, 500), (600, 50, 100, 50)),
        ("cover", (500, 500), (-150, 50, 100, 50)),
        ("cover", (2000, 500), (200, -150, 200, 100)),
        ("stretch", (500, 500), (50, 50, 50, 50)),
        ("stretch", (2000, 1000), (200, 100, 200, 100)),
    ],
)
def test_a_viewport_lies_on_a_canvas_as_its_fit_says(
    fit: ViewportFit, canvas: tuple[int, int], expected: tuple[float, ...]
) -> None:
    viewport = {"width": 1000, "height": 500, "fit": fit}
    layer = {**BOX, "position": {"x": 100, "y": 50}}
    assert box_of(scene(layer, viewport=viewport), canvas) == expected


def test_stretching_leaves_letters_strokes_and_corners_in_proportion() -> None:
    fitting = fit_viewport((1000, 500), (500, 500), "stretch")
    assert fitting == Fitting(0.5, 1.0, 0, 0)
    assert (fitting.length(20), fitting.width(20), fitting.height(20)) == (10, 10, 20)


@given(
    st.tuples(st.integers(16, 8192), st.integers(16, 8192)),
    st.tuples(st.integers(2, 4096), st.integers(2, 4096)),
)
def test_contain_shows_all_cover_fills_all_stretch_does_both(
    viewport: tuple[int, int], canvas: tuple[int, int]
) -> None:
    near = 1 / 16
    for fit, shows_all, fills_all in (
        ("contain", True, False),
        ("cover", False, True),
        ("stretch", True, True),
    ):
        fitting = fit_viewport(viewport, canvas, fit)  # type: ignore[arg-type]  # the three there are
        for place, side, whole in ((fitting.x, 0, canvas[0]), (fitting.y, 1, canvas[1])):
            first, last = place(0), place(viewport[side])
            if shows_all:
                assert -near <= first <= last <= whole + near
            if fills_all:
                assert first <= near
                assert last >= whole - near
            assert abs(first + last - whole) <= near


@pytest.mark.parametrize(
    ("origin", "corner"),
    [
        ("topLeft", (60, 70)),
        ("top", (510, 70)),
        ("topRight", (960, 70)),
        ("left", (60, 245)),
        ("center", (510, 245)),
        ("right", (960, 245)),
        ("bottomLeft", (60, 420)),
        ("bottom", (510, 420)),
        ("bottomRight", (960, 420)),
    ],
)
def test_a_place_is_measured_from_its_origin_in_the_safe_area(
    origin: str, corner: tuple[float, float]
) -> None:
    layer = {**BOX, "within": "safe", "position": {"x": 10, "y": 20, "origin": origin}}
    assert box_of(scene(layer, viewport=SAFE))[:2] == corner


def test_percentages_are_shares_of_the_area_that_a_layer_lies_in() -> None:
    sizes = {"position": {"x": "50%", "y": "100%"}, "size": {"width": "10%", "height": "20%"}}
    assert box_of(scene({**BOX, **sizes}, viewport=SAFE)) == (500, 500, 100, 100)
    assert box_of(scene({**BOX, **sizes, "within": "safe"}, viewport=SAFE)) == (500, 400, 90, 70)


def test_a_shape_without_a_size_fills_its_area() -> None:
    layer = {**BOX, "size": {}, "within": "safe"}
    assert box_of(scene(layer, viewport=SAFE)) == (50, 50, 900, 350)


def content_of(layer: dict[str, Any], time_s: int = 0) -> TextContent | ShapeContent:
    """What the only layer shows on a canvas as large as the viewport."""
    version = SceneVersion(1, scene({"id": "a", **layer}, viewport=SAFE), {1: Fraction(0)}, (1000, 500))
    [shown] = scene_at(version, 0, Segment(0, 1, Fraction(time_s), Fraction(0)), Fraction(30)).layers
    assert isinstance(shown.content, TextContent | ShapeContent)
    return shown.content


@pytest.mark.parametrize(("within", "shorter_px"), [("viewport", 500), ("safe", 350)])
def test_measures_may_be_shares_of_the_shorter_side(within: str, shorter_px: float) -> None:
    text = {"type": "text", "text": "x", "within": within, "fontSize": "10%", "letterSpacing": "-1%"}
    letters = content_of({**text, "stroke": "#000", "strokeWidth": "2%"})
    assert isinstance(letters, TextContent)
    measures = (letters.font_size, letters.letter_spacing, letters.stroke_width)
    assert measures == (0.1 * shorter_px, -0.01 * shorter_px, 0.02 * shorter_px)
    box = {**BOX, "within": within, "radius": "4%", "strokeWidth": "2%"}
    grows = {"property": "radius", "from": "0%", "to": "20%", "duration": 1}
    shape = content_of(box)
    assert isinstance(shape, ShapeContent)
    assert (shape.radius, shape.stroke_width) == (0.04 * shorter_px, 0.02 * shorter_px)
    grown = content_of({**box, "animations": [grows]}, time_s=1)
    assert isinstance(grown, ShapeContent)
    assert grown.radius == 0.2 * shorter_px


def test_a_share_beyond_the_bound_is_the_bound() -> None:
    letters = content_of({"type": "text", "text": "x", "fontSize": "900%", "strokeWidth": "900%"})
    assert isinstance(letters, TextContent)
    assert (letters.font_size, letters.stroke_width) == (1000, 100)


@pytest.mark.parametrize(
    "way",
    [
        {"property": "position.x", "from": -300, "to": -100},
        {"property": "position.x", "keyframes": [{"at": 0, "value": 0}, {"at": 1, "value": -100}]},
        {"property": "position", "path": [[0, 0], [-100, 0]]},
    ],
)
def test_animations_are_measured_from_there_too(way: dict[str, Any]) -> None:
    place = {"x": 0, "y": 0, "origin": "topRight"}
    layer = {**BOX, "within": "safe", "position": place, "animations": [{**way, "duration": 1}]}
    assert box_of(scene(layer, viewport=SAFE), time_s=1)[:2] == (850, 50)


def test_a_layout_says_where_a_layer_lies_whatever_it_measures_from() -> None:
    layer = {**BOX, "slot": "main", "within": "safe", "position": {"x": 7, "y": 7, "origin": "bottom"}}
    layout = {"type": "grid", "margin": "10%"}
    assert box_of(scene(layer, viewport=SAFE, layout=layout)) == (50, 50, 900, 400)
    layout |= {"within": "safe"}
    assert box_of(scene(layer, viewport=SAFE, layout=layout)) == (100, 100, 800, 250)


def test_the_large_picture_fills_the_viewport_and_small_ones_keep_to_the_safe_area() -> None:
    small = {**BOX, "slot": "side"}
    large = {**BOX, "id": "b", "slot": "main"}
    layout = {"type": "pictureInPicture", "margin": 0, "within": "safe"}
    shown = scene(small, large, viewport=SAFE, layout=layout)
    version = SceneVersion(1, shown, {1: Fraction(0)}, (1000, 500))
    state = scene_at(version, 0, Segment(0, 1, Fraction(0), Fraction(0)), Fraction(30))
    boxes = [(layer.x, layer.y, layer.width, layer.height) for layer in state.layers]
    assert boxes == [(725, 312.5, 225, 87.5), (0, 0, 1000, 500)]


@pytest.mark.parametrize(
    ("viewport", "path", "reason"),
    [
        (
            {"safeArea": {"left": "60%", "right": "40%"}},
            "viewport.safeArea",
            "leaves nothing of the viewport's width; make left and right smaller",
        ),
        (
            {"height": 200, "safeArea": {"top": 100, "bottom": 100}},
            "viewport.safeArea",
            "leaves nothing of the viewport's height; make top and bottom smaller",
        ),
        ({"fit": "fill"}, "viewport.fit", "must be 'contain', 'cover' or 'stretch'"),
        ({"grid": {}}, "viewport.grid.size", "is required; add it"),
        ({"grid": {"size": 0.5}}, "viewport.grid.size", "must be at least 1.0"),
    ],
)
def test_mistakes_are_named(viewport: dict[str, Any], path: str, reason: str) -> None:
    with pytest.raises(SceneMistakes) as caught:
        scene(viewport=viewport)
    assert caught.value.mistakes == [Mistake(path, reason)]


GRID = {"width": 1000, "height": 500, "grid": {"size": 20}}


def test_what_an_edit_writes_snaps_to_the_grid() -> None:
    old = scene(viewport=GRID)
    new = scene({**BOX, "position": {"x": 129, "y": 130}, "size": {"width": 111, "height": 3}}, viewport=GRID)
    [layer] = snapped(old, new).layers
    assert (layer.position.x, layer.position.y) == (120, 140)
    assert layer.size is not None
    assert (layer.size.width, layer.size.height) == (120, 20)


def test_lines_are_the_viewports_whatever_a_place_is_measured_from() -> None:
    place = {"x": -33, "y": "10%", "origin": "topRight"}
    viewport = {**GRID, "width": 990}
    [layer] = snapped(scene(viewport=viewport), scene({**BOX, "position": place}, viewport=viewport)).layers
    assert (layer.position.x, layer.position.y) == (-30, "10%")


def test_what_an_edit_leaves_alone_stays_where_it_is() -> None:
    place = {"x": 129, "y": 133}
    old = scene({**BOX, "position": place}, viewport=GRID)
    new = scene({**BOX, "position": {**place, "y": 134}, "opacity": 0.5}, viewport=GRID)
    [layer] = snapped(old, new).layers
    assert (layer.position.x, layer.position.y) == (129, 140)
    assert snapped(old, old) is old


@pytest.mark.parametrize("grid", [{}, {"grid": {"size": 20, "snap": False}}])
def test_without_a_grid_that_snaps_nothing_does(grid: dict[str, Any]) -> None:
    new = scene({**BOX, "position": {"x": 129, "y": 133}}, viewport=grid)
    assert snapped(scene(viewport=grid), new) is new


def test_the_whole_viewport_is_an_area_too() -> None:
    assert Viewport(width=640, height=360).area("viewport") == (0, 0, 640, 360)
