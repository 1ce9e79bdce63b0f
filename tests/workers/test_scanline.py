"""The kernel that shapes are drawn with: exact areas, and wrong sizes refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from workers import scanline

SIDE = 24
ONE = np.array([[255, 255, 255, 255]], np.uint8)
NO_STROKE = np.zeros(4, np.uint8)
corners = st.tuples(st.floats(0, SIDE), st.floats(0, SIDE))


def filled(points: list[tuple[float, float]], *, positive: bool = False) -> NDArray[np.float64]:
    """How much of each pixel the polygon covers, 0..1."""
    polygon = np.array(points, np.float64)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    scanline.fill(np.hstack([polygon, np.roll(polygon, -1, axis=0)]), mask, SIDE, SIDE, positive)
    return mask / 255


def area(points: list[tuple[float, float]]) -> float:
    """Above 0 when they run clockwise on the screen: https://en.wikipedia.org/wiki/Shoelace_formula."""
    x, y = np.array(points).T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


@settings(max_examples=60)
@given(st.lists(corners, min_size=3, max_size=3))
def test_a_triangle_covers_its_area(points: list[tuple[float, float]]) -> None:
    assert filled(points).sum() == pytest.approx(abs(area(points)), abs=0.3)


@settings(max_examples=30)
@given(st.lists(corners, min_size=3, max_size=3))
def test_with_positive_only_what_runs_clockwise_is_inside(points: list[tuple[float, float]]) -> None:
    assert filled(points, positive=True).sum() == pytest.approx(max(area(points), 0), abs=0.3)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-90, 90)), min_size=3, max_size=8))
def test_what_lies_outside_is_cut_off(points: list[tuple[float, float]]) -> None:
    far = [(x + 1000, y) for x, y in points] + [(x, y - 1000) for x, y in points]
    assert filled(points).max() <= 1
    assert filled([(-100, -100), (100, -100), (100, 100), (-100, 100)]).min() == 1
    assert filled(far[: len(points)]).max() == 0


def test_pixels_are_covered_by_their_share() -> None:
    share = filled([(1.25, 1.5), (3.0, 1.5), (3.0, 3.0), (1.25, 3.0)])
    assert share[1, 1] == pytest.approx(0.375, abs=0.003)
    assert share[1, 2] == pytest.approx(0.5, abs=0.003)
    assert share[2, 2] == 1
    assert share.sum() == pytest.approx(1.75 * 1.5, abs=0.01)


def test_a_band_covers_its_area_with_either_end() -> None:
    for ends, more in ((0.0, 0.0), (2.0, 4.0)):
        mask = np.zeros((SIDE, SIDE), np.uint8)
        scanline.stroke(np.array([[5, 12, 19, 12, ends, ends]], np.float64), mask, SIDE, SIDE, 2.0)
        assert mask.sum() / 255 == pytest.approx((14 + more) * 4, abs=0.2)


def test_colours_lie_along_the_ramp_and_the_stroke_outside_the_inner_mask() -> None:
    colours = np.array([[255, 0, 0, 255], [0, 0, 255, 255]], np.uint8)
    out = np.zeros((1, 4, 4), np.uint8)
    mask, inner = np.array([255, 255, 128, 0], np.uint8), np.array([0, 255, 128, 0], np.uint8)
    green = np.array([0, 255, 0, 255], np.uint8)
    scanline.paint(out, 4, 1, colours, False, (0.25, 0, 0, 0), mask, inner, green)
    assert out[0].tolist() == [[0, 255, 0, 255], [255, 0, 0, 255], [0, 0, 128, 128], [0, 0, 0, 0]]


def planes(*bytes_each: int) -> list[NDArray[np.uint8]]:
    return [np.zeros(count, np.uint8) for count in bytes_each]


RAMP = (0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("call", "arguments", "told"),
    [
        ("fill", (*planes(32, 3), 2, 2, False), "mask: has 3 bytes, expected 4"),
        ("fill", (*planes(31, 4), 2, 2, False), "edges"),
        ("fill", (*planes(32, 0), 0, 2, False), "size: is 0 x 2"),
        ("fill", (*planes(32, 0), 2, 99_999, False), "size"),
        ("stroke", (*planes(32, 4), 2, 2, 1.0), "segments"),
        ("stroke", (*planes(48, 5), 2, 2, 1.0), "mask"),
        ("paint", (*planes(15), 2, 2, ONE, False, RAMP, None, None, NO_STROKE), "out"),
        ("paint", (*planes(16), 2, 2, planes(0)[0], False, RAMP, None, None, NO_STROKE), "colours"),
        ("paint", (*planes(16), 2, 2, ONE, False, RAMP, planes(3)[0], None, NO_STROKE), "mask"),
        ("paint", (*planes(16), 2, 2, ONE, False, RAMP, planes(4)[0], planes(3)[0], NO_STROKE), "inner"),
        ("paint", (*planes(16), 2, 2, ONE, False, RAMP, None, None, NO_STROKE[:3]), "stroke"),
    ],
)
def test_a_wrong_size_is_named(call: str, arguments: tuple[Any, ...], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        getattr(scanline, call)(*arguments)
