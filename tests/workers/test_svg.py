"""Drawings in SVG: fitted into their box, sharp at any size."""

from __future__ import annotations

import numpy as np
import pytest

from scene.content import SvgContent
from scene.fitting import Fit
from scene.svg import svg_cost_of
from scene.svg_path import path_polygons
from workers.painters.painter import Raster
from workers.painters.svg import MAX_DRAW_MS, rasterised
from workers.painters.svg_layer import SvgPainter

SQUARE = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='5 5 9 9'><path d='M5 5H14V14H5Z'/></svg>"


def drawn(width: float | None, height: float | None, fit: Fit = "contain") -> Raster:
    content, painter = SvgContent(SQUARE, fit, 20, 20), SvgPainter()
    return painter.paint(content, painter.measure(content, width, height), "high")


@pytest.mark.parametrize(
    ("asked", "size"),
    [((None, None), (20, 20)), ((50, None), (50, 50)), ((None, 8), (8, 8)), ((4, 9), (4, 9))],
)
def test_what_is_not_asked_for_follows_from_the_drawing(
    asked: tuple[float | None, float | None], size: tuple[int, int]
) -> None:
    raster = drawn(*asked)
    assert (raster.shape[1], raster.shape[0]) == size


@pytest.mark.parametrize(("fit", "covered"), [("contain", 20), ("cover", 60), ("stretch", 60)])
def test_it_is_fitted_as_asked(fit: Fit, covered: int) -> None:
    alpha = drawn(60, 20, fit)[..., 3]
    assert (alpha[10] == 255).sum() == covered
    assert alpha[0, 30] == alpha[19, 30] == 255


@pytest.mark.parametrize(
    "path",
    [
        "M20 30a9 4 20 11 12 8z",
        "M20 30A3 30 45 0 0 60 60",
        "M10 10q40 60 50 0t20 30",
        "M10 60c9-99 60 99 70 0s-10 10-30-30",
        "m30 30 20-10 10 20h-20v9z",
    ],
)
def test_ink_stays_in_the_corners_by_which_its_cost_is_estimated(path: str) -> None:
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='100' height='100'><path d='{path}'/></svg>"
    corners = [corner for polygon in path_polygons(path) for corner in polygon]
    rows, columns = np.nonzero(rasterised(svg)[..., 3])
    assert min(x for x, _ in corners) <= columns.min() + 1
    assert columns.max() <= max(x for x, _ in corners)
    assert min(y for _, y in corners) <= rows.min() + 1
    assert rows.max() <= max(y for _, y in corners)


def test_what_would_cost_too_much_at_its_size_is_drawn_smaller_and_enlarged() -> None:
    costly = SQUARE.replace("<path", "<path d='M5 5H14V14H5Z'/>" * 20 + "<path")
    content, painter = SvgContent(costly, "stretch", 9, 9), SvgPainter()
    box = painter.measure(content, 2400, 1800)
    assert svg_cost_of(costly, (5, 5, 9, 9)).ms(2400, 1800) > MAX_DRAW_MS
    raster = painter.paint(content, box, "high")
    assert raster.shape == (1800, 2400, 4)
    assert (raster[..., 3] == 255).all()


@pytest.mark.parametrize("fit", ["contain", "cover", "stretch"])
def test_what_reaches_far_beyond_a_large_box_is_drawn_smaller(fit: Fit) -> None:
    # Coordinates of more than 32,767 px would end the process.
    far = "<path d='M-400 5L400 9V-300Z' fill='none' stroke='#fff' stroke-width='2'/>"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'>{far}</svg>"
    painter, content = SvgPainter(), SvgContent(svg, fit, 9, 9)
    raster = painter.paint(content, painter.measure(content, 4000, 3000), "high")
    assert raster.shape == (3000, 4000, 4)
    assert raster.any()
