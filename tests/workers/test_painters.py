"""Painters' pictures: where ink is, how much of it, and how its edges look."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scene.colour import Colour
from scene.content import FrameNumberContent, ImageContent, ShapeContent, TextContent
from tests.workers.farmhand import Gallery
from workers.painters.frame_number import FrameNumberPainter
from workers.painters.image import ImagePainter
from workers.painters.painter import Box, Raster, inked
from workers.painters.shape import ShapePainter
from workers.painters.text import TextPainter

WHITE, RED, BLUE = Colour(255, 255, 255), Colour(255, 0, 0), Colour(0, 0, 255)


def shape(width: int, height: int, **fields: Any) -> Raster:
    defaults = {"shape": "rectangle", "radius": 0.0, "fill": WHITE, "stroke": None, "stroke_width": 0.0}
    content = ShapeContent(**{**defaults, **fields})
    painter = ShapePainter()
    return painter.paint(content, painter.measure(content, width, height), "high")


def text(words: str, **fields: Any) -> TextContent:
    defaults: dict[str, Any] = {
        "font": "sans",
        "font_size": 40.0,
        "weight": "normal",
        "style": "normal",
        "colour": WHITE,
        "align": "left",
        "line_height": 1.2,
    }
    return TextContent(text=words, **{**defaults, **fields})


def written(content: TextContent, width: float | None = None) -> tuple[Box, Raster]:
    painter = TextPainter()
    box = painter.measure(content, width, None)
    raster = painter.paint(content, box, "high")
    assert raster.shape == (box.raster_size[1], box.raster_size[0], 4)
    return box, raster


def ink_span(raster: Raster) -> tuple[int, int]:
    """The first and the last column with ink."""
    columns = np.flatnonzero(raster[..., 3].max(axis=0))
    return int(columns[0]), int(columns[-1])


def is_premultiplied(raster: Raster) -> bool:
    return bool((raster[..., :3] <= raster[..., 3:]).all())


@pytest.mark.parametrize(("width", "height"), [(100, 100), (101, 61), (7, 200), (1, 1)])
def test_a_circle_covers_the_area_of_a_circle(width: int, height: int) -> None:
    alpha = shape(width, height, shape="circle")[..., 3]
    radius = min(width, height) / 2
    area = alpha.sum() / 255
    assert area == pytest.approx(np.pi * radius**2, rel=0.02, abs=0.3)
    assert (alpha == alpha[::-1]).all()
    assert (alpha == alpha[:, ::-1]).all()


def test_a_circle_has_a_smooth_edge_and_a_full_middle() -> None:
    alpha = shape(100, 100, shape="circle")[..., 3]
    assert alpha[50, 50] == 255
    assert alpha[0, 0] == 0
    partial = ((alpha > 0) & (alpha < 255)).sum()
    assert 200 < partial < 600


def test_a_rounded_rectangle_lacks_its_corners_only() -> None:
    alpha = shape(200, 100, radius=20.0)[..., 3]
    missing = (255 * alpha.size - alpha.astype(int).sum()) / 255
    assert missing == pytest.approx((4 - np.pi) * 20**2, rel=0.03)
    assert (alpha[20:80] == 255).all()
    assert (alpha[:, 20:180] == 255).all()


def test_a_radius_beyond_half_the_box_makes_a_pill() -> None:
    assert (shape(80, 40, radius=500.0) == shape(80, 40, radius=20.0)).all()


def test_the_stroke_lies_inside_and_the_fill_does_not_shine_through_it() -> None:
    raster = shape(100, 60, fill=BLUE, stroke=RED, stroke_width=5.0, radius=10.0)
    assert tuple(raster[2, 50]) == (255, 0, 0, 255)
    assert tuple(raster[30, 50]) == (0, 0, 255, 255)
    edge = (raster[..., 3] > 0) & (raster[..., 3] < 255)
    assert (raster[edge][:, 2] == 0).all()


def test_a_stroke_wider_than_the_shape_fills_it() -> None:
    assert (shape(40, 40, fill=BLUE, stroke=RED, stroke_width=90.0)[..., :2] == (255, 0)).all()


def test_half_transparent_colours_are_premultiplied() -> None:
    raster = shape(20, 20, fill=Colour(255, 100, 0, 128), radius=1.0)
    assert tuple(raster[10, 10]) == (128, 50, 0, 128)
    assert is_premultiplied(raster)


@pytest.mark.parametrize("stroke_width", [0.0, 3.0])
def test_only_a_plain_rectangle_is_an_even_colour(stroke_width: float) -> None:
    content = ShapeContent("rectangle", 0.0, RED, BLUE, stroke_width)
    assert ShapePainter().measure(content, 10, 10).even == (None if stroke_width else RED)


def test_text_has_smooth_ink_inside_its_raster() -> None:
    _, raster = written(text("Wagga"))
    alpha = raster[..., 3]
    assert alpha.max() == 255
    assert ((alpha > 0) & (alpha < 255)).sum() > 100
    for edge in (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]):
        assert edge.max() == 0


@pytest.mark.parametrize("font", ["sans", "serif", "mono"])
@pytest.mark.parametrize("style", ["normal", "italic"])
def test_bold_text_has_more_ink(font: str, style: str) -> None:
    normal, bold = (
        written(text("Hamburg", font=font, style=style, weight=weight))[1][..., 3].sum()
        for weight in ("normal", "bold")
    )
    assert bold > 1.1 * normal


def test_text_wraps_at_spaces_into_its_width() -> None:
    narrow, _ = written(text("one two three four"), 160.0)
    wide, _ = written(text("one two three four"))
    assert wide.height == 48
    assert narrow.height % 48 == 0
    assert narrow.height >= 96
    assert narrow.width == 160


def test_a_word_that_is_too_long_is_broken() -> None:
    box, raster = written(text("x" * 60), 200.0)
    first, last = ink_span(raster)
    assert box.height > 48
    assert last - first <= 200


def test_text_is_aligned_in_its_box() -> None:
    spans = [ink_span(written(text("hi", align=align), 300.0)[1]) for align in ("left", "center", "right")]
    (left, _), (first, last), (_, right) = spans
    assert left <= 14 + 4
    assert right >= 300 + 12 - 4
    assert (first + last) / 2 == pytest.approx(162, abs=3)


def test_line_feeds_make_lines() -> None:
    assert written(text("a\n\nb"))[0].height == 3 * 48


def test_text_without_ink_shows_nothing() -> None:
    assert TextPainter().measure(text(" \n "), None, None).empty


def test_emoji_are_drawn_in_colour_beside_text() -> None:
    _, raster = written(text("a 🎉"))
    solid = raster[raster[..., 3] > 200].astype(int)
    colourful = solid.max(axis=1) - solid[:, :3].min(axis=1) > 80
    assert colourful.sum() > 100
    assert is_premultiplied(raster)


def test_other_scripts_come_from_other_fonts() -> None:
    _, hebrew = written(text("שלום"))
    _, unknown = written(text("\U0010ffff" * 4))
    assert not np.array_equal(hebrew, unknown)


@pytest.mark.parametrize("words", ["é", "e\u0301"])
def test_an_accent_stays_with_its_letter(words: str) -> None:
    _, raster = written(text(words, font_size=80.0))
    first, last = ink_span(raster)
    assert last - first < 50


def test_a_frame_number_is_cells_of_black_and_white() -> None:
    content = FrameNumberContent(0b101, 3, 4)
    painter = FrameNumberPainter()
    raster = painter.paint(content, painter.measure(content, None, None), "high")
    assert raster.shape == (4, 28, 4)
    assert raster[2, 2::4, 0].tolist() == [255, 0, 255, 0, 255, 0, 255]
    assert (raster[..., 3] == 255).all()


def image(width: float | None, height: float | None, fit: str = "contain", asset: str = "a") -> Raster:
    content = ImageContent(asset, fit, 2.0)  # type: ignore[arg-type]  # a parameter of the test
    painter = ImagePainter(Gallery())
    box = painter.measure(content, width, height)
    return painter.paint(content, box, "high")


@pytest.mark.parametrize(
    ("asked", "size"),
    [((None, None), (80, 60)), ((20, None), (20, 15)), ((None, 15), (20, 15)), ((50, 10), (50, 10))],
)
def test_an_image_takes_the_size_that_is_not_asked_for_from_the_picture(
    asked: tuple[float | None, float | None], size: tuple[int, int]
) -> None:
    raster = image(*asked)
    assert (raster.shape[1], raster.shape[0]) == size
    assert is_premultiplied(raster)


def test_contain_leaves_room_and_cover_does_not() -> None:
    contained, covered = image(120, 30), image(120, 30, "cover")
    assert ink_span(contained) == (40, 79)
    assert ink_span(covered) == (0, 119)
    assert ink_span(image(120, 30, "stretch")) == (0, 119)


def test_a_missing_image_is_a_dim_box_with_a_mark() -> None:
    raster = image(200, 100, asset="missing")
    assert (raster[..., 3] >= 200).all()
    assert raster[0, 0].max() <= 200
    assert (raster[..., 0] > 100).sum() > 100
    assert is_premultiplied(raster)


def test_a_sheet_is_as_large_as_a_cell_and_shows_the_one_that_is_on() -> None:
    painter, gallery = ImagePainter(Gallery()), Gallery()
    sheet = np.asarray(gallery.picture("a", 0))
    for number, (x, y) in enumerate([(0, 0), (20, 0), (0, 10), (20, 10), (0, 20)]):
        content = ImageContent("a", "contain", 1.0, number, (2, 3))
        box = painter.measure(content, None, None)
        assert (box.width, box.height) == (20, 10)
        assert np.array_equal(painter.paint(content, box, "high"), sheet[y : y + 10, x : x + 20])


def test_a_grid_finer_than_its_picture_has_cells_of_a_pixel() -> None:
    content = ImageContent("a", "contain", 1.0, 99, (100, 100))
    painter = ImagePainter(Gallery())
    box = painter.measure(content, None, None)
    assert painter.paint(content, box, "high").shape == (1, 1, 4)


def test_an_animation_shows_the_frame_that_is_on() -> None:
    painter = ImagePainter(Gallery())
    contents = [ImageContent("a", "contain", 1.0, frame) for frame in (0, 1)]
    first, second = (painter.paint(one, painter.measure(one, None, None), "high") for one in contents)
    assert not np.array_equal(first, second)


def test_ink_takes_its_colour_and_its_alpha() -> None:
    raster = inked(np.array([[0, 128, 255]], np.uint8), Colour(255, 0, 0, 128))
    assert raster.tolist() == [[[0, 0, 0, 0], [64, 0, 0, 64], [128, 0, 0, 128]]]
