"""The compiled kernel against the same sums in numpy: exact where it is integer, within 1 where it rounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from workers import kernel

Bytes = NDArray[np.uint8]


def divided(product: NDArray[np.int64]) -> NDArray[np.int64]:
    """x / 255, rounded to nearest."""
    return (2 * product + 255) // 510


def noise(seed: int, *shape: int, high: int = 256) -> Bytes:
    return np.random.default_rng(seed).integers(0, high, shape, np.uint8)


def premultiplied(seed: int, height: int, width: int) -> Bytes:
    """A random raster with colours below their alpha."""
    rgba = noise(seed, height, width, 4).astype(np.int64)
    rgba[..., :3] = divided(rgba[..., :3] * rgba[..., 3:])
    return rgba.astype(np.uint8)


def converted(rgba: Bytes) -> tuple[Bytes, Bytes, Bytes, Bytes, Bytes]:
    height, width = rgba.shape[:2]
    y, clear = (np.empty((height, width), np.uint8) for _ in range(2))
    u, v, clear_half = (np.empty((height // 2, width // 2), np.uint8) for _ in range(3))
    kernel.convert(rgba, y, u, v, clear, clear_half)
    return y, u, v, clear, clear_half


def test_every_product_of_two_bytes_is_divided_exactly() -> None:
    dst = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 256, 1)
    inverse = np.repeat(np.arange(256, dtype=np.uint8)[None, :], 256, 0)
    expected = divided(dst.astype(np.int64) * inverse)
    kernel.over(dst, np.zeros_like(dst), np.ascontiguousarray(inverse), 255)
    assert (dst == expected).all()


@given(st.integers(0, 2**32), st.integers(1, 70), st.integers(1, 9), st.integers(0, 255))
def test_over_blends_and_fades_as_its_formula_says(seed: int, width: int, height: int, opacity: int) -> None:
    dst, alpha = noise(seed, height, width), noise(seed + 1, height, width).astype(np.int64)
    src = divided(alpha * 235).astype(np.uint8)
    clear = 255 - divided(alpha * opacity)
    expected = divided(src.astype(np.int64) * opacity) + divided(dst * clear)
    kernel.over(dst, src, (255 - alpha).astype(np.uint8), opacity)
    assert (dst == expected).all()


@st.composite
def rows_with_runs(draw: st.DrawFn) -> Bytes:
    """The inverse alpha of a sprite that is clear, soft or opaque in runs."""
    height, width = draw(st.integers(1, 5)), draw(st.integers(1, 60))
    runs = st.lists(st.tuples(st.sampled_from([0, 0, 255, 255, 7, 200]), st.integers(1, 20)), max_size=6)
    rows = []
    for _ in range(height):
        row = [value for value, length in draw(runs) for _ in range(length)]
        rows.append((row + [255] * width)[:width])
    return np.array(rows, np.uint8)


@given(rows_with_runs(), st.integers(0, 2**32), st.sampled_from([255, 255, 90]), st.data())
def test_spans_change_nothing_but_the_work(
    inverse: Bytes, seed: int, opacity: int, data: st.DataObject
) -> None:
    height, width = inverse.shape
    src = divided((255 - inverse).astype(np.int64) * 200).astype(np.uint8)
    spans = np.empty((height, 4), np.int32)
    kernel.spans(src, inverse, spans)
    left = data.draw(st.integers(0, width - 1))
    right = data.draw(st.integers(left + 1, width))
    expected = noise(seed, height, right - left)
    drawn = expected.copy()
    part = np.s_[:, left:right]
    kernel.over(expected, src[part], inverse[part], opacity)
    kernel.over(drawn, src[part], inverse[part], opacity, spans, left)
    assert (drawn == expected).all()


@given(rows_with_runs())
def test_spans_tell_what_shows_and_the_longest_run_that_hides(inverse: Bytes) -> None:
    spans = np.empty((inverse.shape[0], 4), np.int32)
    kernel.spans(255 - inverse, inverse, spans)
    for row, (begins, hides, bares, ends) in zip(inverse, spans, strict=True):
        shown = np.flatnonzero(row != 255)
        assert (begins, ends) == ((shown[0], shown[-1] + 1) if shown.size else (begins, begins))
        assert (row[hides:bares] == 0).all()
        solid = "".join("#" if value == 0 else " " for value in row)
        assert bares - hides == max(map(len, solid.split()), default=0)


def test_spans_from_nowhere_draw_inside_the_plane_only() -> None:
    whole = np.zeros((3, 40), np.uint8)
    wild = np.array([[-9, 5, 2, 99], [2**30, -(2**30), 2**31 - 1, -1], [0, 99, 99, 3]], np.int32)
    src, inverse = np.full((3, 20), 9, np.uint8), np.full((3, 20), 128, np.uint8)
    kernel.over(whole[:, 10:30], src, inverse, 255, wild, -7)
    assert not whole[:, :10].any()
    assert not whole[:, 30:].any()


@given(st.integers(0, 2**32), st.integers(0, 255), st.integers(0, 255))
def test_tint_blends_one_value(seed: int, value: int, alpha: int) -> None:
    dst = noise(seed, 5, 37)
    expected = divided(np.array(value * alpha, np.int64)) + divided(dst.astype(np.int64) * (255 - alpha))
    kernel.tint(dst, value, alpha)
    assert (dst == expected).all()


@given(st.integers(0, 2**32), st.integers(1, 70), st.integers(0, 255))
def test_cross_is_the_mean_that_its_weight_says(seed: int, width: int, weight: int) -> None:
    dst, src = noise(seed, 3, width), noise(seed + 1, 3, width)
    expected = divided(dst.astype(np.int64) * (255 - weight) + src.astype(np.int64) * weight)
    kernel.cross(dst, src, weight)
    assert (dst == expected).all()


@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(-70_000, 70_000), st.integers(1, 65_536))
def test_wipe_mixes_between_low_and_high(seed: int, width: int, low: int, span: int) -> None:
    dst, src = noise(seed, 3, width), noise(seed + 1, 3, width)
    order = np.random.default_rng(seed).integers(0, 65_536, (3, width), np.uint16)
    share = np.clip((low + span - order.astype(np.float64)) / span, 0, 1)
    expected = dst * (1 - share) + src * share
    kernel.wipe(dst, src, order.view(np.uint8), low, low + span)
    assert np.abs(dst - expected).max() <= 1


def test_a_slice_is_drawn_and_its_surroundings_are_not() -> None:
    plane = np.zeros((8, 8), np.uint8)
    kernel.tint(plane[2:4, 3:7], 200, 255)
    assert plane.sum() == 200 * 8
    assert (plane[2:4, 3:7] == 200).all()


@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(1, 6))
def test_convert_is_bt709_limited_within_one(seed: int, half_width: int, half_height: int) -> None:
    rgba = premultiplied(seed, 2 * half_height, 2 * half_width)
    r, g, b, a = (rgba[..., i] / 255 for i in range(4))
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    quarters = [
        channel.reshape(half_height, 2, half_width, 2).mean(axis=(1, 3))
        for channel in (
            224 * (b - luma) / 1.8556 + 128 * a,
            224 * (r - luma) / 1.5748 + 128 * a,
            255 * (1 - a),
        )
    ]
    y, u, v, clear, clear_half = converted(rgba)
    assert np.abs(y - (16 * a + 219 * luma)).max() <= 1
    assert (clear == 255 - rgba[..., 3]).all()
    for plane, expected in zip((u, v, clear_half), quarters, strict=True):
        assert np.abs(plane - expected).max() <= 1


@pytest.mark.parametrize(
    ("red", "green", "blue", "expected"),
    [  # ITU-R BT.709 colour bars at 100 %, limited range
        (255, 255, 255, (235, 128, 128)),
        (255, 255, 0, (219, 16, 138)),
        (0, 255, 255, (188, 154, 16)),
        (0, 255, 0, (173, 42, 26)),
        (255, 0, 255, (78, 214, 230)),
        (255, 0, 0, (63, 102, 240)),
        (0, 0, 255, (32, 240, 118)),
        (0, 0, 0, (16, 128, 128)),
    ],
)
def test_colour_bars_have_their_published_values(
    red: int, green: int, blue: int, expected: tuple[int, int, int]
) -> None:
    y, u, v, _, _ = converted(np.full((2, 2, 4), (red, green, blue, 255), np.uint8))
    assert np.abs(np.array([y[0, 0], u[0, 0], v[0, 0]], np.int64) - expected).max() <= 1


def spans(height: int) -> NDArray[np.int32]:
    return np.zeros((height, 4), np.int32)


def plane(height: int, width: int) -> Bytes:
    return np.zeros((height, width), np.uint8)


def dissolve(y: Bytes, src_v: Bytes | None = None, to_light: Bytes | None = None) -> None:
    height, width = y.shape
    u, v, src_u = (plane(height // 2, width // 2) for _ in range(3))
    src_v, to_light = u if src_v is None else src_v, plane(1, 512) if to_light is None else to_light
    kernel.dissolve(y, u, v, plane(height, width), src_u, src_v, 9, to_light, plane(1, 4096))


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: kernel.over(plane(4, 4), plane(4, 5), plane(4, 4), 255), "src"),
        (lambda: kernel.over(plane(4, 4), plane(4, 4), plane(2, 4), 255), "inverse_alpha"),
        (lambda: kernel.over(plane(4, 4), plane(4, 4), plane(4, 4), 256), "opacity"),
        (lambda: kernel.over(plane(4, 4), plane(4, 4), plane(4, 4), 255, spans(3)), "spans"),
        (
            lambda: kernel.over(plane(4, 4), plane(4, 4), plane(4, 4), 255, np.zeros((4, 3), np.int32)),
            "spans",
        ),
        (lambda: kernel.spans(plane(4, 4), plane(4, 5), spans(4)), "inverse_alpha"),
        (lambda: kernel.over(plane(4, 8)[:, ::2], plane(4, 4), plane(4, 4), 1), "dst"),
        (lambda: kernel.tint(plane(4, 4), -1, 1), "value"),
        (lambda: kernel.tint(plane(4, 4), 1, 300), "alpha"),
        (lambda: kernel.cross(plane(4, 4), plane(4, 2), 255), "src"),
        (lambda: kernel.cross(plane(4, 4), plane(4, 4), 256), "weight"),
        (lambda: kernel.wipe(plane(4, 4), plane(4, 4), plane(4, 4), 0, 1), "order"),
        (lambda: kernel.wipe(plane(4, 4), plane(4, 4), plane(4, 9)[:, 1:], 0, 1), "order"),
        (lambda: kernel.wipe(plane(4, 4), plane(4, 4), plane(4, 8), 1, 1), "high"),
        (lambda: dissolve(plane(3, 4)), "y"),
        (lambda: dissolve(plane(4, 4), src_v=plane(4, 4)), "src_v"),
        (lambda: dissolve(plane(4, 4), to_light=plane(1, 256)), "to_light"),
        (lambda: converted(np.zeros((3, 4, 4), np.uint8)), "rgba"),
        (lambda: kernel.convert(np.zeros((4, 4, 4), np.uint8), *[plane(4, 4)] * 5), "u"),
    ],
)
def test_a_wrong_argument_is_named(call: object, named: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=f"^{named}: "):
        call()


def test_a_read_only_plane_is_not_drawn_on() -> None:
    frozen = plane(4, 4)
    frozen.flags.writeable = False
    with pytest.raises((ValueError, BufferError), match=r"(?i)read-?only|not writable"):
        kernel.tint(frozen, 1, 255)
