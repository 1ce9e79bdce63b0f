"""Texts with more than letters: strokes, shadows, backdrops, spacing, lines that are cut."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scene.colour import Colour
from scene.content import TextContent
from scene.paint import Backdrop, Shadow
from tests.workers.test_painters import ink_span, is_premultiplied, text, written
from workers.painters.painter import Raster
from workers.painters.text import TextPainter
from workers.typography.fonts import Faces
from workers.typography.layout import Typesetter

WHITE, RED, BLUE = Colour(255, 255, 255), Colour(255, 0, 0), Colour(0, 0, 255)


def lines(content: TextContent, width: float | None) -> list[str]:
    laid_out = Typesetter(Faces()).lay_out(content, width)
    return ["".join(run.text for run in line.runs) for line in laid_out.lines]


def rows_with_ink(raster: Raster) -> tuple[int, int]:
    rows = np.flatnonzero(raster[..., 3].max(axis=1))
    return int(rows[0]), int(rows[-1])


def in_box(height: float, **fields: Any) -> tuple[int, int, int]:
    """The first and last row with ink, counted from the box's top, and the box's height."""
    painter, content = TextPainter(), text("x", **fields)
    box = painter.measure(content, None, height)
    first, last = rows_with_ink(painter.paint(content, box, "high"))
    return first - box.margin[1], last - box.margin[1], box.height


def test_a_stroke_lies_around_the_letters_and_below_them() -> None:
    _, plain = written(text("l", font_size=100.0, weight="bold"))
    box, stroked = written(text("l", font_size=100.0, weight="bold", stroke=RED, stroke_width=6.0))
    (left, right), (far_left, far_right) = ink_span(plain), ink_span(stroked)
    grown = box.margin[0] - 30
    assert far_left == pytest.approx(left + grown - 6, abs=1)
    assert far_right == pytest.approx(right + grown + 6, abs=1)
    assert is_premultiplied(stroked)
    row = stroked[stroked.shape[0] // 2]
    assert tuple(row[(far_left + far_right) // 2]) == (255, 255, 255, 255)
    assert tuple(row[far_left + 3]) == (255, 0, 0, 255)


def test_a_shadow_moves_with_its_offset() -> None:
    box, raster = written(text("I", shadow=Shadow(50, 0, 0, RED)))
    assert box.margin[2] - box.margin[0] == 50
    ink = raster[..., 3] > 128
    letter, shadow = ink & (raster[..., 2] > 128), ink & (raster[..., 2] == 0)
    assert np.array_equal(np.roll(letter, 50, axis=1), shadow)


def test_a_backdrop_lies_behind_the_box_with_its_padding() -> None:
    box, raster = written(text("I", backdrop=Backdrop(BLUE, 20, 0)))
    assert box.margin == (20, 20, 20, 20)
    assert tuple(raster[0, 0]) == (0, 0, 255, 255)
    assert (raster[..., 3] == 255).all()
    assert (raster[..., 0] == 255).any()


def test_ink_reaches_beyond_a_small_backdrop() -> None:
    box, raster = written(text("g", line_height=0.5, backdrop=Backdrop(BLUE, 0, 0)))
    assert box.margin == (12, 12, 12, 12)
    assert tuple(raster[0, 0]) == (0, 0, 0, 0)
    assert tuple(raster[13, 13])[3] == 255


def test_letter_spacing_stands_between_letters_only() -> None:
    plain, spaced = (written(text("Hll", letter_spacing=by))[0] for by in (0.0, 10.0))
    assert spaced.width == plain.width + 20


def test_spaced_letters_keep_their_kerning() -> None:
    plain, spaced = (written(text("AVAVAV", font_size=100.0, letter_spacing=by))[0] for by in (0.0, 1.0))
    assert spaced.width == pytest.approx(plain.width + 5, abs=1)


def test_joined_scripts_are_not_spaced() -> None:
    plain, spaced = (written(text("سلام", letter_spacing=by)) for by in (0.0, 10.0))
    assert np.array_equal(plain[1], spaced[1])


def test_spaced_right_to_left_letters_keep_their_order() -> None:
    _, plain = written(text("אi", font_size=80.0))
    _, spaced = written(text("אi", font_size=80.0, letter_spacing=0.01))
    assert plain.shape[0] == spaced.shape[0]
    assert ink_span(plain)[0] == pytest.approx(ink_span(spaced)[0], abs=1)


def test_of_too_many_lines_the_last_one_ends_in_an_ellipsis() -> None:
    content = text("one two three four five six", max_lines=2)
    assert lines(content, 160.0) == ["one two", "three…"]
    assert all(line.width <= 160 for line in Typesetter(Faces()).lay_out(content, 160.0).lines)


def test_lines_that_are_few_enough_are_whole() -> None:
    assert lines(text("one two three", max_lines=2), 160.0) == ["one two", "three"]
    assert lines(text("a\nb\nc", max_lines=2), None) == ["a", "b…"]


def test_an_ellipsis_stands_even_where_nothing_fits() -> None:
    assert lines(text("wide\nwords", max_lines=1), 1.0) == ["…"]


def test_a_soft_hyphen_shows_where_a_line_ends_only() -> None:
    assert lines(text("extra\u00adordinary"), 200.0) == ["extra-", "ordinary"]


@pytest.mark.parametrize("align", ["top", "middle", "bottom"])
def test_text_stands_where_it_is_aligned(align: str) -> None:
    first, last, height = in_box(200.0, vertical_align=align)
    assert height == 200
    place = {"top": last < 48, "middle": abs(first + last - 200) < 24, "bottom": first > 152}
    assert place[align]


def test_text_that_is_too_high_begins_at_the_top_however_it_is_aligned() -> None:
    assert in_box(10.0, vertical_align="bottom") == in_box(10.0)


@pytest.mark.parametrize("spacing", [-6.0, 0.0, 13.0])
@pytest.mark.parametrize("width", [60.0, 133.0, 250.0])
def test_no_line_is_wider_than_asked_for(spacing: float, width: float) -> None:
    content = text("a few words, some-hyphens", letter_spacing=spacing, font_size=24.0)
    for line in Typesetter(Faces()).lay_out(content, width).lines:
        assert line.width <= width


def test_a_text_that_changes_its_colour_is_set_once() -> None:
    painter = TextPainter()
    first = text("Glad \U0001f600 to see you", stroke=BLUE, stroke_width=2.0)
    other = replace(first, colour=RED, stroke=WHITE)
    drawn = [
        painter.paint(content, painter.measure(content, None, None), "high") for content in (first, other)
    ]
    alone = TextPainter()
    assert np.array_equal(drawn[1], alone.paint(other, alone.measure(other, None, None), "high"))
    assert np.array_equal(drawn[0], painter.paint(first, painter.measure(first, None, None), "high"))
