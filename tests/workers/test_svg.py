"""Drawings in SVG: fitted into their box, sharp at any size."""

from __future__ import annotations

import pytest

from scene.content import Fit, SvgContent
from workers.painters.painter import Raster
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
