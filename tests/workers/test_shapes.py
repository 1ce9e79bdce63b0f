"""Shapes, gradients and shadows: areas, colours, edges; and that resvg would draw the same."""

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
MAX_DIFFERENCE, MEAN_DIFFERENCE = 90, 0.6
"""Levels by which resvg may differ, at edges only: our coverage is exact, resvg's is sampled."""

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


def by_resvg(element: str, stroke_px: float) -> Raster:
    """``element``, 200 x 100, in white with a stroke in red inside it."""
    clip = f"<defs><clipPath id='c'><{element}/></clipPath></defs>"
    stroke = f"<{element} fill='none' stroke='red' stroke-width='{2 * stroke_px}' stroke-miterlimit='10'/>"
    fill = "<rect width='200' height='100' fill='white'/>"
    root = "<svg xmlns='http://www.w3.org/2000/svg' width='200' height='100'>"
    return rasterised(f"{root}{clip}<g clip-path='url(#c)'>{fill}{stroke if stroke_px else ''}</g></svg>")


def ring_of(points: tuple[tuple[float, float], ...]) -> str:
    return f"polygon points='{' '.join(f'{x * 200},{y * 100}' for x, y in points)}'"


KITE = ((0.5, 0.0), (1.0, 0.6), (0.5, 1.0), (0.1, 0.6))
NOTCHED = ((0.0, 0.0), (1.0, 0.2), (0.5, 0.5), (0.9, 1.0), (0.1, 0.8))


@pytest.mark.parametrize("stroke_px", [0, 1.5, 9])
@pytest.mark.parametrize(
    ("name", "fields", "element"),
    [
        ("rectangle", {"radius": 20.0}, "rect width='200' height='100' rx='20'"),
        ("circle", {}, "circle cx='100' cy='50' r='50'"),
        ("ellipse", {}, "ellipse cx='100' cy='50' rx='100' ry='50'"),
        ("polygon", {"points": KITE}, ring_of(KITE)),
        ("polygon", {"points": NOTCHED}, ring_of(NOTCHED)),
        ("polygon", {"corners": 4}, ring_of(((0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5)))),
    ],
)
def test_resvg_would_draw_the_same(name: str, fields: dict[str, Any], element: str, stroke_px: float) -> None:
    ours = shape(name, 200, 100, **fields, stroke=RED, stroke_width=stroke_px).astype(int)
    theirs = by_resvg(element, stroke_px).astype(int)
    assert np.abs(ours - theirs).max() <= MAX_DIFFERENCE
    assert np.abs(ours - theirs).mean() < MEAN_DIFFERENCE


@pytest.mark.parametrize(("cap", "width"), [("butt", 6.0), ("round", 6.0), ("square", 6.0), ("round", 1.0)])
def test_resvg_would_draw_the_same_lines(cap: str, width: float) -> None:
    points = ((0.0, 0.2), (0.4, 0.9), (0.5, 0.1), (1.0, 0.7))
    ours = shape("line", 200, 100, points=points, stroke=RED, stroke_width=width, cap=cap).astype(int)
    side = (ours.shape[1] - 200) // 2
    corners = " ".join(f"{x * 200 + side},{y * 100 + side}" for x, y in points)
    look = f"fill='none' stroke='red' stroke-width='{width}' stroke-linecap='{cap}' stroke-linejoin='round'"
    root = f"<svg xmlns='http://www.w3.org/2000/svg' width='{ours.shape[1]}' height='{ours.shape[0]}'>"
    theirs = rasterised(f"{root}<polyline points='{corners}' {look}/></svg>").astype(int)
    assert np.abs(ours - theirs).max() <= MAX_DIFFERENCE
    assert np.abs(ours - theirs).mean() < MEAN_DIFFERENCE


@pytest.mark.parametrize(
    ("name", "fields", "left"),
    [
        ("polygon", {"corners": 3}, 0),
        ("star", {"corners": 5, "inner": 0.4}, 0),
        ("rectangle", {"radius": 30.0}, 0),
        ("ellipse", {}, 0),
        ("polygon", {"points": ((0, 0), (1, 0), (1, 1), (0.9, 1), (0.9, 0.5), (0, 0.5))}, 0),
    ],
)
def test_a_stroke_that_is_wide_enough_leaves_no_fill(name: str, fields: dict[str, Any], left: int) -> None:
    raster = shape(name, 200, 100, **fields, fill=BLUE, stroke=RED, stroke_width=51.0)
    assert raster[..., 2].max() == left


def test_a_stroke_where_sides_cross_is_drawn_too() -> None:
    bow_tie = ((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0))
    raster = shape("polygon", 100, 60, points=bow_tie, fill=BLUE, stroke=RED, stroke_width=4.0)
    assert tuple(raster[30, 10]) == (0, 0, 255, 255)
    assert tuple(raster[30, 1]) == (255, 0, 0, 255)
    assert area(raster) == pytest.approx(100 * 60 / 2, rel=0.02)


@pytest.mark.parametrize("points", [((0.5, 0.5),) * 3, ((0.0, 0.0), (1.0, 1.0)), ((0.2, 0.2), (0.2, 0.2))])
def test_a_polygon_without_area_shows_nothing(points: tuple[tuple[float, float], ...]) -> None:
    assert area(shape("polygon", 40, 40, points=points, stroke=RED, stroke_width=3.0)) < 1


@pytest.mark.parametrize(("cap", "dot"), [("butt", 0.0), ("round", math.pi * 16), ("square", 64.0)])
def test_a_line_without_length_is_its_caps(cap: str, dot: float) -> None:
    raster = shape("line", 40, 40, points=((0.5, 0.5), (0.5, 0.5)), stroke=RED, stroke_width=8.0, cap=cap)
    assert area(raster) == pytest.approx(dot, rel=0.02)


@pytest.mark.parametrize("name", ["circle", "star", "line", "rectangle"])
def test_at_low_quality_edges_are_hard(name: str) -> None:
    content = ShapeContent(name, 9.0, WHITE, WHITE, 3.0)  # type: ignore[arg-type]
    painter = ShapePainter()
    raster = painter.paint(content, painter.measure(content, 50, 40), "low")
    assert set(np.unique(raster[..., 3])) <= {0, 255}
    assert raster.max() == 255


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


def test_edges_are_those_of_a_thousand_samples_in_each_pixel() -> None:
    samples = 32
    y, x = (np.mgrid[0 : 40 * samples, 0 : 60 * samples] + 0.5) / samples
    inside = ((x - 30) / 30) ** 2 + ((y - 20) / 20) ** 2 <= 1
    exact = inside.reshape(40, samples, 60, samples).mean(axis=(1, 3)) * 255
    assert np.abs(shape("ellipse", 60, 40)[..., 3] - exact).max() < 4
