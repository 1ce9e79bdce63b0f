"""The picture as a whole: colours, places, opacity, what is hidden, and what a failing painter costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farm.errors import DrawFailed, StoreUnavailable
from farm.transport.planes import Planes
from scene.content import ShapeContent
from scene.state import SceneState
from tests.workers.farmhand import HEIGHT, WHOLE, WIDTH, Gallery, canvas, same, state_of
from workers import compositor as compositor_module
from workers.compositor import Compositor
from workers.painters.painter import Box, Quality, Raster
from workers.painters.registry import Painters, all_painters
from workers.raster import Sprite
from workers.sprites import MAX_RASTER_PX, Sprites

PAINTERS = all_painters(Gallery())


def composed(state: SceneState, painters: Painters = PAINTERS, quality: Quality = "high") -> Planes:
    planes = canvas()
    Compositor(Sprites(painters, 20_000_000)).compose(state, [WHOLE], planes, quality)
    return planes


def colour(value: str, x: float = 0, y: float = 0, **fields: Any) -> dict[str, Any]:
    size = fields.pop("size", {"width": 32, "height": 32})
    return {"type": "colour", "colour": value, "position": {"x": x, "y": y}, "size": size, **fields}


@pytest.mark.parametrize(
    ("background", "expected"),
    [("#ffffff", (235, 128, 128)), ("#ff0000", (63, 102, 240)), ("#000000", (16, 128, 128))],
)
def test_the_background_is_bt709_limited(background: str, expected: tuple[int, int, int]) -> None:
    planes = composed(state_of(background=background))
    for plane, value in zip(planes, expected, strict=True):
        assert np.abs(plane.astype(int) - value).max() <= 1


def test_a_transparent_background_is_seen_over_black() -> None:
    assert (composed(state_of(background="#ffffff00")).y == 16).all()
    assert abs(int(composed(state_of(background="#ffffff80")).y[0, 0]) - (16 + 235) // 2) <= 2


@pytest.mark.parametrize(("x", "y"), [(10, 10), (11, 10), (10, 11), (11, 11), (-5, -7), (121, 93)])
def test_an_even_colour_at_any_place_is_what_its_raster_would_be(x: int, y: int) -> None:
    """Odd edges of an even colour cover half a chroma sample, as those of a raster do."""
    box = {"position": {"x": x, "y": y}, "size": {"width": 21, "height": 13}}
    even = composed(state_of({"type": "shape", "shape": "rectangle", "fill": "#ff8020c0", **box}))
    stroked = {"stroke": "#ff8020c0", "strokeWidth": 0, "radius": 1e-9}
    raster = composed(
        state_of({"type": "shape", "shape": "rectangle", "fill": "#ff8020c0", **box, **stroked})
    )
    for one, other in zip(even, raster, strict=True):
        assert np.abs(one.astype(int) - other).max() <= 1


def test_positions_are_snapped_to_whole_pixels() -> None:
    at = [composed(state_of(colour("#ffffff", x))) for x in (10, 10.45, 9.5, 10.5)]
    assert same(at[0], at[1])
    assert same(at[0], at[2])
    assert not same(at[0], at[3])


def test_opacity_fades_every_kind_alike() -> None:
    half = [
        composed(state_of(colour("#ffffff", opacity=0.5), background="#000000")),
        composed(
            state_of(
                {
                    "type": "shape",
                    "shape": "circle",
                    "fill": "#ffffff",
                    "size": {"width": 32, "height": 32},
                    "opacity": 0.5,
                },
                background="#000000",
            )
        ),
    ]
    assert abs(int(half[0].y[16, 16]) - 126) <= 1
    assert abs(int(half[1].y[16, 16]) - int(half[0].y[16, 16])) <= 1


@pytest.mark.parametrize("quality", ["low", "medium", "high"])
def test_a_square_that_is_turned_keeps_its_area_and_its_middle(quality: Quality) -> None:
    square = colour("#ffffff", 64, 48, anchor={"x": 0.5, "y": 0.5}, size={"width": 40, "height": 40})
    for degrees in (0, 30, 45, 90, 200):
        state = state_of({**square, "rotation": degrees}, background="#000000")
        ink = (composed(state, quality=quality).y.astype(float) - 16) / 219
        y, x = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
        assert ink.sum() == pytest.approx(1600, rel=0.02)
        assert (ink * x).sum() / ink.sum() == pytest.approx(64, abs=0.6)
        assert (ink * y).sum() / ink.sum() == pytest.approx(48, abs=0.6)


def test_a_layer_turns_clockwise_around_its_anchor() -> None:
    bar = colour("#ffffff", 20, 20, size={"width": 40, "height": 4}, rotation=90)
    ink = composed(state_of(bar, background="#000000")).y > 120
    assert ink[22:58, 17:19].all()
    assert ink.sum() == pytest.approx(160, abs=50)


def test_a_higher_layer_hides_a_lower_one() -> None:
    planes = composed(state_of(colour("#ffffff"), colour("#000000", zIndex=1)))
    assert planes.y[16, 16] == 16
    planes = composed(state_of(colour("#ffffff", zIndex=2), colour("#000000", zIndex=1)))
    assert planes.y[16, 16] == 235


box = st.fixed_dictionaries({"width": st.integers(1, 130), "height": st.integers(1, 100)})
place = st.fixed_dictionaries({"x": st.integers(-20, 120), "y": st.integers(-20, 90)})
covering = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("colour"), "colour": st.sampled_from(["#ff0000", "#00ff0080"]), "size": box}
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("shape"),
            "shape": st.sampled_from(["rectangle", "circle"]),
            "fill": st.just("#3060ff"),
            "radius": st.integers(0, 30),
            "size": box,
        }
    ),
    st.just({"type": "image", "asset": "a", "size": {"width": 90, "height": 70}, "fit": "cover"}),
    st.just({"type": "frame_number", "bits": 4, "cell": 9}),
).flatmap(
    lambda layer: st.fixed_dictionaries(
        {"position": place, "opacity": st.sampled_from([1, 1, 0.5]), "rotation": st.sampled_from([0, 0, 20])}
    ).map(lambda where: {**layer, **where})
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(covering, min_size=2, max_size=6))
def test_leaving_out_what_is_hidden_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, layers: list[dict[str, Any]]
) -> None:
    state = state_of(*layers)
    skipping = composed(state)
    with monkeypatch.context() as patch:
        patch.setattr(compositor_module, "opaque_part", lambda _layer, _pixels: None)
        everything = composed(state)
    assert same(skipping, everything)


def test_what_is_hidden_is_not_even_painted() -> None:
    sprites = Sprites(PAINTERS, 20_000_000)
    circle = {"type": "shape", "shape": "circle", "fill": "#fff", "size": {"width": 20, "height": 20}}
    Compositor(sprites).compose(state_of(circle, colour("#000", size=None)), [WHOLE], canvas())
    assert sprites.cache.stats().entries == 0


class Broken:
    """A shape painter that raises what it is given, and counts how often it was asked."""

    def __init__(self, error: Exception, in_measure: bool = False) -> None:
        self._error = error
        self._in_measure = in_measure
        self.asked = 0

    def measure(self, _content: ShapeContent, _width: float | None, _height: float | None) -> Box:
        if self._in_measure:
            raise self._error
        return Box(20, 20)

    def paint(self, _content: ShapeContent, _box: Box, _quality: Quality) -> Raster:
        self.asked += 1
        raise self._error


CIRCLE = {"type": "shape", "shape": "circle", "fill": "#ffffff", "position": {"x": 5, "y": 5}}


@pytest.mark.parametrize("in_measure", [False, True])
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (DrawFailed("no such font"), "no such font"),
        (ZeroDivisionError(), "the painter failed (ZeroDivisionError)"),
    ],
)
def test_a_painter_that_raises_costs_its_layer_only(error: Exception, reason: str, in_measure: bool) -> None:
    broken = Broken(error, in_measure)
    sprites = Sprites({**PAINTERS, ShapeContent: broken}, 20_000_000)
    planes = canvas()
    for _ in range(3):
        problems = Compositor(sprites).compose(state_of(colour("#ff0000"), CIRCLE), [WHOLE], planes)
        assert problems == (("layer1", reason),)
    assert same(planes, composed(state_of(colour("#ff0000"))))
    assert broken.asked == (0 if in_measure else 1)


def test_when_redis_is_away_the_frame_is_lost_and_not_drawn_wrongly() -> None:
    sprites = Sprites({**PAINTERS, ShapeContent: Broken(StoreUnavailable("away"))}, 20_000_000)
    with pytest.raises(StoreUnavailable):
        Compositor(sprites).compose(state_of(CIRCLE), [WHOLE], canvas())


def test_a_missing_picture_is_reported_and_shown_as_missing() -> None:
    planes = canvas()
    state = state_of({"type": "image", "asset": "missing", "size": {"width": 60, "height": 40}})
    problems = Compositor(Sprites(PAINTERS, 20_000_000)).compose(state, [WHOLE], planes)
    assert problems == (("layer0", "there is no such picture"),)
    assert not same(planes, composed(state_of()))


def test_a_layer_of_too_many_pixels_is_not_drawn_but_an_even_colour_is() -> None:
    side = MAX_RASTER_PX**0.5 + 1
    size = {"width": 8000, "height": 8000}
    assert side < 8000
    planes = canvas()
    state = state_of(colour("#ff0000", -4000, -4000, size=size), {**CIRCLE, "size": size})
    problems = Compositor(Sprites(PAINTERS, 20_000_000)).compose(state, [WHOLE], planes)
    assert [layer for layer, _ in problems] == ["layer1"]
    assert "8000 x 8000 pixels" in problems[0][1]
    assert (planes.y == 63).all()


def test_a_layer_that_moves_keeps_its_pixels() -> None:
    sprites = Sprites(PAINTERS, 20_000_000)
    for x in range(8):
        state = state_of({**CIRCLE, "size": {"width": 20, "height": 20}, "position": {"x": x, "y": 4}})
        Compositor(sprites).compose(state, [WHOLE], canvas())
    stats = sprites.cache.stats()
    assert (stats.misses, stats.hits, stats.entries) == (2, 6, 2)


def test_sprites_know_the_part_that_hides_all_below() -> None:
    sprites = Sprites(PAINTERS, 20_000_000)
    state = state_of(
        {
            "type": "shape",
            "shape": "rectangle",
            "radius": 10,
            "fill": "#ffffff",
            "position": {"x": 11, "y": 11},
            "size": {"width": 60, "height": 60},
        }
    )
    placed = sprites.placed(state.layers[0])
    assert placed is not None
    sprite = sprites.pixels(placed, "high")
    assert isinstance(sprite, Sprite)
    assert sprite.opaque is not None
    x, y, width, height = sprite.opaque
    assert width >= 56
    assert height >= 38
    assert (sprite.clear.y[y : y + height, x : x + width] == 0).all()
