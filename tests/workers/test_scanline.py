"""The kernel that rasters are made with: exact areas, cubic interpolation, and wrong sizes refused."""

from __future__ import annotations

from typing import Any

import cv2
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


def noise(height: int, width: int, seed: int = 1) -> NDArray[np.uint8]:
    """A premultiplied raster."""
    raster = np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)
    raster[..., :3] = np.minimum(raster[..., :3], raster[..., 3:])
    return raster


def turned(raster: NDArray[np.uint8], size: tuple[int, int], *matrix: float) -> NDArray[np.uint8]:
    out = np.zeros((size[1], size[0], 4), np.uint8)
    a, b, c, d, e, f = matrix
    scanline.turn(out, *size, raster, raster.shape[1], raster.shape[0], (a, b, c, d, e, f))
    return out


def test_one_raster_over_another() -> None:
    above, below = noise(9, 7), noise(9, 7, 2)
    out = np.empty_like(above)
    scanline.lay(out, above, below)
    clear = 255 - above[..., 3:].astype(int)
    assert np.abs(out - (above + below * clear / 255)).max() <= 0.5


def test_what_is_moved_by_whole_pixels_is_not_changed() -> None:
    raster = noise(12, 17)
    out = turned(raster, (30, 20), 1, 0, -5, 0, 1, -3)
    assert np.array_equal(out[3:15, 5:22], raster)
    assert out.sum() == raster.sum()


def test_what_is_turned_is_interpolated_as_opencv_does() -> None:
    raster = noise(60, 90)
    cos, sin = np.cos(0.4), np.sin(0.4)
    there = np.array([[cos, -sin, 30.25], [sin, cos, 3.5]])
    theirs = cv2.warpAffine(raster, there, (130, 110), flags=cv2.INTER_CUBIC)
    theirs = np.minimum(theirs, theirs[..., 3:])
    ours = turned(raster, (130, 110), *cv2.invertAffineTransform(there).ravel())
    # OpenCV rounds places and weights otherwise, which noise shows most.
    assert np.abs(ours.astype(int) - theirs).max() <= 12
    assert np.abs(ours.astype(int) - theirs).mean() < 0.6
    assert (ours[..., :3] <= ours[..., 3:]).all()


angles = st.one_of(st.floats(-4, 4), st.sampled_from([0.0, np.pi / 2, np.pi]))


@settings(max_examples=80)
@given(st.integers(1, 9), st.integers(1, 9), angles, st.floats(-20, 20), st.floats(-1.5, 1.5))
def test_nothing_but_the_raster_is_seen_however_small_it_is(
    width: int, height: int, angle: float, shift: float, scale: float
) -> None:
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    matrix = (cos, sin, shift, -sin, cos, shift / 2)
    # The same raster in memory that is clear, and in memory that is not.
    raster, around = noise(height, width), np.full((3, height * width * 4), 255, np.uint8)
    around[1] = raster.ravel()
    inside = around[1].reshape(height, width, 4)
    out = turned(inside, (24, 18), *matrix)
    assert np.array_equal(out, turned(raster, (24, 18), *matrix))
    clear_around = np.pad(raster, ((4, 4), (4, 4), (0, 0)))
    moved = turned(clear_around, (24, 18), cos, sin, shift + 4, -sin, cos, shift / 2 + 4)
    assert np.abs(out.astype(int) - moved).max() <= 1


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
        ("lay", planes(15, 16, 16), "out"),
        ("lay", planes(16, 12, 16), "above"),
        ("lay", planes(16, 16, 12), "below"),
        ("turn", (*planes(15), 2, 2, *planes(16), 2, 2, (*RAMP, 0.0, 0.0)), "out"),
        ("turn", (*planes(16), 2, 2, *planes(15), 2, 2, (*RAMP, 0.0, 0.0)), "raster"),
        ("turn", (*planes(16), 2, 2, *planes(16), 0, 2, (*RAMP, 0.0, 0.0)), "size"),
    ],
)
def test_a_wrong_size_is_named(call: str, arguments: tuple[Any, ...], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        getattr(scanline, call)(*arguments)


wild = st.floats(allow_nan=True, allow_infinity=True, width=64) | st.sampled_from(
    [0.0, 1.0, 2.5, 5e-324, 1e-310]
)


@settings(max_examples=300)
@given(st.lists(st.tuples(wild, wild, wild, wild), min_size=1, max_size=4), wild)
def test_no_number_leads_out_of_the_picture(edges: list[tuple[float, ...]], half: float) -> None:
    """What is written beyond the mask would be seen in what lies around it."""
    around = np.full((7, 5), 77, np.uint8)
    mask = around[1:6].reshape(-1)
    mask[:] = 0
    scanline.fill(np.array(edges), mask, 5, 5, False)
    scanline.stroke(np.array([(*edge, -1.0, 0.5) for edge in edges]), mask, 5, 5, half)
    assert (around[[0, 6]] == 77).all()


@settings(max_examples=200)
@given(st.tuples(wild, wild, wild, wild))
def test_a_ramp_of_any_numbers_has_only_its_own_colours(ramp: tuple[float, float, float, float]) -> None:
    colours = np.array([[9, 9, 9, 255], [7, 7, 7, 255]], np.uint8)
    for radial in (False, True):
        out = np.zeros((3, 3, 4), np.uint8)
        scanline.paint(out, 3, 3, colours, radial, ramp, None, None, np.zeros(4, np.uint8))
        assert set(out[..., 0].ravel()) <= {7, 9}


def test_an_edge_of_next_to_no_height_is_none() -> None:
    """Its slope is beyond all numbers."""
    mask = np.zeros((4, 4), np.uint8)
    scanline.fill(
        np.array([[0.0, 1.0, 1e300, np.nextafter(1.0, 2)], [3.0, 0.0, 1.0, 5e-324]]), mask, 4, 4, False
    )
    assert mask.max() == 0


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 1e300, -1_000_001.0])
@pytest.mark.parametrize("place", range(6))
def test_a_turn_by_no_number_is_refused(wrong: float, place: int) -> None:
    matrix = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    matrix[place] = wrong
    raster = np.zeros((4, 4, 4), np.uint8)
    with pytest.raises(ValueError, match="matrix: expected numbers"):
        scanline.turn(np.zeros((4, 4, 4), np.uint8), 4, 4, raster, 4, 4, tuple(matrix))  # type: ignore[arg-type]
