"""What a frame shows: the viewport on the canvas, time, births, order, and what is left out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scene.colour import Colour, parse_colour
from scene.content import (
    ColourContent,
    FrameNumberContent,
    ImageContent,
    LayerState,
    ShapeContent,
    TextContent,
)
from scene.document import Scene, parse_scene
from scene.edits import settle_starts
from scene.state import SceneState, scene_at
from scene.time import Segment
from scene.version import SceneVersion
from tests.scene.strategies.basics import canvases, rates, segments
from tests.scene.strategies.documents import scenes

F = Fraction
FPS = F(30)
PLAYING = Segment(from_frame=0, revision=1, scene_time_s=F(0), rate=F(1))
SQUARE = {"id": "a", "type": "shape", "shape": "rectangle", "size": {"width": 100, "height": 100}}


def version(
    *layers: dict[str, Any],
    canvas: tuple[int, int] = (1920, 1080),
    births: dict[int, Fraction] | None = None,
    **document: Any,
) -> SceneVersion:
    """Revision 1 of a scene of ``layers``, born at scene time 0."""
    scene = parse_scene({**document, "layers": list(layers)}, max_layers=50)
    return SceneVersion(1, scene, {1: F(0)} if births is None else births, canvas)


def show(shown: SceneVersion, n: int = 0, segment: Segment = PLAYING) -> SceneState:
    """Frame ``n`` at 30 fps."""
    return scene_at(shown, n, segment, FPS)


def only(state: SceneState) -> LayerState:
    """The only layer."""
    (layer,) = state.layers
    return layer


def moving(target: str = "position.x", **changes: Any) -> dict[str, Any]:
    """A square with one animation: 0 to 60 in 2 s."""
    animation = {"property": target, "from": 0, "to": 60, "duration": 2, **changes}
    return {**SQUARE, "animations": [animation]}


@pytest.mark.parametrize(
    ("canvas", "place", "side"),
    [
        ((1920, 1080), (192, 108), 100),
        ((1280, 720), (128, 72), 66.65625),
        ((1080, 1920), (108, 656.25 + 60.75), 56.25),
        ((3840, 1080), (960 + 192, 108), 100),
    ],
)
def test_the_viewport_is_fitted_into_the_middle_of_the_canvas(
    canvas: tuple[int, int], place: tuple[float, float], side: float
) -> None:
    layer = only(show(version({**SQUARE, "position": {"x": "10%", "y": 108}}, canvas=canvas)))
    assert (layer.x, layer.y) == place
    assert (layer.width, layer.height) == (side, side)


def test_every_content_is_in_canvas_pixels() -> None:
    state = show(
        version(
            {"id": "c", "type": "colour", "colour": "#abc"},
            {"id": "i", "type": "image", "asset": "logo", "fit": "cover", "size": {"height": "50%"}},
            {"id": "t", "type": "text", "text": "x", "fontSize": 20, "weight": "bold", "align": "center"},
            {**SQUARE, "id": "s", "radius": 8, "fill": "#00000080", "stroke": "#fff", "strokeWidth": 4},
            {"id": "n", "type": "frame_number", "bits": 4, "cell": 40},
            canvas=(960, 540),
            background="#010203",
        ),
        n=19,
    )
    white = Colour(255, 255, 255)
    assert state.background == Colour(1, 2, 3)
    assert [layer.content for layer in state.layers] == [
        ColourContent(Colour(0xAA, 0xBB, 0xCC)),
        ImageContent("logo", "cover", 0.5),
        TextContent("x", "sans", 10, "bold", "normal", white, "center", 1.2),
        ShapeContent("rectangle", 4, Colour(0, 0, 0, 128), white, 2),
        FrameNumberContent(number=3, bits=4, cell=20),
    ]
    assert [(layer.width, layer.height) for layer in state.layers] == [
        (960, 540),
        (None, 270),
        (None, None),
        (50, 50),
        (None, None),
    ]


def test_a_frame_numbers_cells_are_marks_bits_and_parity() -> None:
    cells = FrameNumberContent(number=0b1011, bits=4, cell=8).cells()
    assert "".join("W" if cell else "b" for cell in cells) == "Wb" + "WbWW" + "Wb"
    assert FrameNumberContent(number=0b1001, bits=4, cell=8).cells()[-2:] == (False, True)


def test_layers_lie_in_the_order_of_z_index_then_of_the_document() -> None:
    order = [("a", 1), ("b", -1), ("c", 0), ("d", 1), ("e", 0)]
    state = show(version(*[{**SQUARE, "id": name, "zIndex": z} for name, z in order]))
    assert "".join(layer.id for layer in state.layers) == "bcead"


@pytest.mark.parametrize(
    "changes",
    [
        {"visible": False},
        {"opacity": 0},
        {"opacity": 0.001},
        {"size": {"width": 0}},
        {"size": {"height": "0%"}},
        {"animations": [{"property": "opacity", "to": 0, "duration": 0}]},
        {"visible": False, "animations": [{"property": "opacity", "to": 1, "duration": 0}]},
    ],
)
def test_a_layer_that_cannot_show_is_left_out(changes: dict[str, Any]) -> None:
    assert show(version({**SQUARE, **changes})).layers == ()


def test_a_layer_comes_when_its_opacity_does() -> None:
    shown = version({**moving("opacity", to=1), "opacity": 0})
    assert show(shown, 0).layers == ()
    assert only(show(shown, 30)).opacity == 128 / 255


@pytest.mark.parametrize(
    ("segment", "frame", "x"),
    [
        (PLAYING, 30, 30),
        # paused at 1 s from frame 30 on
        (Segment(30, 1, F(1), F(0)), 30, 30),
        (Segment(30, 1, F(1), F(0)), 3000, 30),
        # resumed at frame 3000
        (Segment(3000, 1, F(1), F(1)), 3015, 45),
        # sought back to 0.5 s, at half speed
        (Segment(90, 1, F(1, 2), F(1, 2)), 90, 15),
        (Segment(90, 1, F(1, 2), F(1, 2)), 120, 30),
    ],
)
def test_motion_follows_scene_time_not_frames(segment: Segment, frame: int, x: float) -> None:
    assert only(show(version(moving()), frame, segment)).x == x


def test_an_animation_starts_where_it_says() -> None:
    births = {1: F(5), 2: F(7)}
    starts: list[tuple[object, int]] = [({"revision": 1}, 5), ({"revision": 2}, 7), ("now", 5), (3, 3)]
    for start, second in starts:
        shown = version({**moving(start=start, delay=0.5), "position": {"x": 999}}, births=births)
        frame = second * 30 + 15
        assert [only(show(shown, n)).x for n in (frame - 1, frame, frame + 15)] == [999, 0, 15]


def test_an_animation_of_a_revision_without_a_birth_has_not_started() -> None:
    assert only(show(version(moving(start={"revision": 7})), 10_000)).x == 0
    at_rest = only(show(version(SQUARE)))
    assert only(show(version(moving(start={"revision": 7}), births={}), 10_000)) == at_rest


def test_decimal_times_meet_frames_exactly() -> None:
    looped = version(moving(duration=0.1, delay=0.2, loop=True))
    assert [only(show(looped, n)).x for n in (6, 9, 12, 3006)] == [0, 0, 0, 0]
    assert only(show(looped, 3007)).x == only(show(looped, 7)).x == 20


def test_an_animation_without_from_begins_at_the_layers_own_value() -> None:
    shown = version(
        {
            **SQUARE,
            "position": {"x": "50%"},
            "animations": [{"property": "position.x", "to": "100%", "duration": 2}],
        }
    )
    assert [only(show(shown, n)).x for n in (0, 30, 60, 90)] == [960, 1440, 1920, 1920]


@pytest.mark.parametrize(
    ("target", "attribute", "end"),
    [
        ("position.x", "x", 960),
        ("position.y", "y", 540),
        ("size.width", "width", 960),
        ("size.height", "height", 540),
    ],
)
def test_a_percentage_moves_to_its_share_of_its_own_side(target: str, attribute: str, end: float) -> None:
    assert getattr(only(show(version(moving(target, to="50%")), 60)), attribute) == end


@pytest.mark.parametrize(
    ("target", "attribute"),
    [
        ("position.x", "x"),
        ("position.y", "y"),
        ("size.width", "width"),
        ("size.height", "height"),
        ("rotation", "rotation_deg"),
    ],
)
def test_a_property_moves_its_own_number_only(target: str, attribute: str) -> None:
    rest, moved = only(show(version(SQUARE))), only(show(version(moving(target)), 30))
    for name in LayerState.__slots__:
        expected = 30 if name == attribute else getattr(rest, name)
        assert getattr(moved, name) == expected, name


def test_the_contents_numbers_move_too() -> None:
    shown = version(moving("radius"), {**moving("strokeWidth"), "id": "b"}, canvas=(960, 540))
    round_, stroked = (layer.content for layer in show(shown, 30).layers)
    assert isinstance(round_, ShapeContent)
    assert isinstance(stroked, ShapeContent)
    assert (round_.radius, round_.stroke_width) == (15, 0)
    assert (stroked.radius, stroked.stroke_width) == (0, 15)


def test_rotation_is_one_turn() -> None:
    angles = [(-90, 270), (360, 0), (725, 5), (-1e-12, 0)]
    for written, shown in angles:
        assert only(show(version({**SQUARE, "rotation": written}))).rotation_deg == shown


def test_what_stands_still_is_the_same_object_in_every_frame() -> None:
    shown = version(SQUARE, {**moving(), "id": "b"})
    first, second = show(shown, 10), show(shown, 11)
    assert first.layers[0] is second.layers[0]
    assert first.layers[1] != second.layers[1]
    assert first.layers[1].content is second.layers[1].content


def test_a_slow_end_comes_to_rest() -> None:
    shown = version(moving(easing="easeOutQuart"))
    assert show(shown, 58) == show(shown, 59) == show(shown, 60)


@given(scenes(), canvases, segments, rates, st.integers(100, 400))
def test_a_frame_is_a_pure_function_of_its_number(
    scene: Scene, canvas: tuple[int, int], segment: Segment, fps: Fraction, n: int
) -> None:
    births = {1: F(1), 3: F(2)}
    state = scene_at(SceneVersion(3, scene, births, canvas), n, segment, fps)
    settled = SceneVersion(3, settle_starts(scene, 3), births, canvas)
    assert scene_at(settled, n, segment, fps) == state
    assert hash(state) == hash(scene_at(settled, n, segment, fps))
    for layer in state.layers:
        assert 0 < layer.opacity <= 1
        assert 0 <= layer.rotation_deg < 360
        assert layer.width is None or layer.width > 0
        assert layer.height is None or layer.height > 0
        assert 0 <= layer.anchor_x <= 1
        assert 0 <= layer.anchor_y <= 1


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#fa0", (255, 170, 0, 255)),
        ("#0000FF", (0, 0, 255, 255)),
        ("#01020304", (1, 2, 3, 4)),
    ],
)
def test_colours_are_read(text: str, colour: tuple[int, int, int, int]) -> None:
    assert parse_colour(text) == colour


@pytest.mark.parametrize("text", ["", "#", "fff", "#ffff", "#fffff", "#ggg", "#fff\n", "#１２３"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a colour"):
        parse_colour(text)


def test_an_overloaded_farm_leaves_out_what_is_optional() -> None:
    shown = version(SQUARE, {**SQUARE, "id": "b", "optional": True}, {**SQUARE, "id": "c", "optional": False})
    lean = replace(PLAYING, lean=True)
    assert [layer.id for layer in show(shown).layers] == ["a", "b", "c"]
    assert [layer.id for layer in show(shown, segment=lean).layers] == ["a", "c"]
