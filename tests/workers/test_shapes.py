"""Shapes that resvg draws, gradients and shadows: areas, colours, edges."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from farm.errors import DrawFailed
from scene.colour import Colour
from scene.content import ShapeContent
from scene.paint import Gradient, Shadow
from workers.painters.painter import Raster
from workers.painters.shape import ShapePainter
from workers.painters.svg import rasterised

WHITE, RED, BLUE = Colour(255, 255, 255), Colour(255, 0, 0), Colour(0, 0, 255)
RED_TO_BLUE = ((0.0, RED), (1.0, BLUE))


def shape(name: str, width: int, height: int, **fields: Any) -> Raster:
    given = {"shape": name, "radius": 0.0, "fill": WHITE, "stroke": None, "stroke_width": 0.0, **fields}
    content = ShapeContent(**given)
    painter = ShapePainter()
    box = painter.measure(content, width, height)
    raster = painter.paint(content, box, "high")
    assert raster.shape == (box.raster_size[1], box.raster_size[0], 4)
    assert (raster[..., :3] <= raster[..., 3:]).all()
    return raster


def area(raster: Raster) -> float:
    return float(raster[..., 3].sum() / 255)


def star_area(corners: int, inner: float, radius: float) -> float:
    return corners * inner * radius**2 * math.sin(math.pi / corners)


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("ellipse", {}, math.pi * 100 * 50),
        ("polygon", {"points": ((0, 0), (1, 0), (0.5, 1))}, 200 * 100 / 2),
        ("polygon", {"corners": 4}, 200 * 100 / 2),
        ("polygon", {"corners": 6}, 6 / 2 * math.sin(math.pi / 3) * 100 * 50),
        ("star", {"corners": 5, "inner": 0.5}, star_area(5, 0.5, 100) / 2),
        ("star", {"corners": 7, "inner": 1.0}, 7 / 2 * math.sin(2 * math.pi / 7) * 100 * 50),
        ("line", {"stroke": RED, "stroke_width": 8.0}, 200 * 8),
        ("line", {"stroke": RED, "stroke_width": 8.0, "cap": "square"}, 208 * 8),
        ("line", {"stroke": RED, "stroke_width": 8.0, "cap": "round"}, 200 * 8 + math.pi * 16),
    ],
)
def test_a_shape_covers_the_area_that_geometry_says(
    name: str, fields: dict[str, Any], expected: float
) -> None:
    assert area(shape(name, 200, 100, **fields)) == pytest.approx(expected, rel=0.01)


def test_resvg_and_our_own_circle_agree() -> None:
    ours = shape("circle", 80, 80, stroke=RED, stroke_width=9.0).astype(int)
    theirs = shape("ellipse", 80, 80, stroke=RED, stroke_width=9.0).astype(int)
    # Coverage from a distance and from resvg's samples differ by less than a fifth of a pixel.
    assert np.abs(ours - theirs).max() <= 51
    assert np.abs(ours - theirs).mean() < 0.7


def test_edges_are_smooth() -> None:
    alpha = shape("star", 100, 100)[..., 3]
    assert ((alpha > 0) & (alpha < 255)).sum() > 150


def test_the_stroke_lies_inside_the_outline_and_no_fill_shows_beyond_it() -> None:
    raster = shape("ellipse", 100, 60, fill=BLUE, stroke=RED, stroke_width=6.0)
    assert tuple(raster[3, 50]) == (255, 0, 0, 255)
    assert tuple(raster[30, 50]) == (0, 0, 255, 255)
    assert area(raster) == pytest.approx(math.pi * 50 * 30, rel=0.01)
    edge = (raster[..., 3] > 0) & (raster[..., 3] < 255)
    assert (raster[edge][:, 2] <= 2).all()


@pytest.mark.parametrize(
    ("angle", "first", "last"),
    [(0.0, (25, 0), (25, 99)), (90.0, (0, 50), (49, 50)), (180.0, (25, 99), (25, 0))],
)
def test_a_linear_gradient_runs_at_its_angle(
    angle: float, first: tuple[int, int], last: tuple[int, int]
) -> None:
    raster = shape("rectangle", 100, 50, gradient=Gradient("linear", RED_TO_BLUE, angle))
    assert raster[first][0] >= 249
    assert raster[last][2] >= 249
    assert raster[25, 50].tolist() == pytest.approx([127, 0, 127, 255], abs=4)


def test_a_radial_gradient_runs_outwards_from_its_centre() -> None:
    gradient = Gradient("radial", RED_TO_BLUE, centre=(0.25, 0.5), reach=0.5)
    raster = shape("rectangle", 100, 100, gradient=gradient)
    assert raster[50, 25][0] > 240
    assert tuple(raster[50, 60]) == (0, 0, 255, 255)


def test_a_clear_gradient_shows_the_fill_below() -> None:
    gradient = Gradient("linear", ((0.0, BLUE), (1.0, BLUE._replace(alpha=0))))
    raster = shape("rectangle", 100, 10, fill=RED, gradient=gradient)
    assert raster[5, 99][0] > 250
    assert raster[5, 0][2] > 250
    assert (raster[..., 3] == 255).all()


def test_a_shadow_lies_where_it_is_offset_to_in_its_colour() -> None:
    raster = shape("rectangle", 40, 40, shadow=Shadow(10, 6, 0, Colour(255, 0, 0, 128)))
    assert raster.shape[:2] == (46, 50)
    assert tuple(raster[20, 20]) == (255, 255, 255, 255)
    assert tuple(raster[44, 45]) == (128, 0, 0, 128)
    assert tuple(raster[2, 45]) == (0, 0, 0, 0)


def test_a_blurred_shadow_fades_out_within_its_margin() -> None:
    content = ShapeContent("circle", 0, WHITE, None, 0, shadow=Shadow(-5, 0, 20, Colour(0, 0, 0)))
    box = ShapePainter().measure(content, 60, 60)
    assert box.margin == (35, 30, 25, 30)
    alpha = ShapePainter().paint(content, box, "high")[..., 3]
    middle = alpha[60, :36].astype(int)
    assert (np.diff(middle) >= 0).all()
    assert middle[0] <= 1
    assert middle[-1] > 100


def test_what_resvg_cannot_read_is_a_failed_drawing() -> None:
    with pytest.raises(DrawFailed, match="cannot be read"):
        rasterised("<svg")
