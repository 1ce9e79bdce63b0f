"""Status cards."""

from __future__ import annotations

import numpy as np
import pytest

from scene.card import CardContent
from scene.colour import Colour
from workers.painters.card import NATURAL_WIDTH, CardPainter
from workers.painters.painter import Raster

CARD = CardContent("A title", ("One line", "Another"), "live", None, 0.5)


def drawn(content: CardContent, width: float | None = None, height: float | None = None) -> Raster:
    painter = CardPainter()
    box = painter.measure(content, width, height)
    raster = painter.paint(content, box, "high")
    assert raster.shape == (box.height, box.width, 4)
    assert (raster[..., :3] <= raster[..., 3:]).all()
    return raster


def changed(content: CardContent, **fields: object) -> CardContent:
    names = ("title", "lines", "state", "accent", "scale")
    return CardContent(**{name: fields.get(name, getattr(content, name)) for name in names})  # type: ignore[arg-type]


def test_a_card_is_as_wide_as_cards_are_and_as_high_as_its_texts() -> None:
    height, width = drawn(CARD).shape[:2]
    assert width == NATURAL_WIDTH * CARD.scale
    fewer = drawn(changed(CARD, lines=("One line",)))
    empty = drawn(changed(CARD, title="", lines=()))
    assert empty.shape[0] < fewer.shape[0] < height
    assert height > drawn(changed(CARD, lines=("One line", ""))).shape[0] - 2


def test_a_narrow_card_wraps_its_texts() -> None:
    long = changed(CARD, lines=("a line that is much too long for so narrow a card " * 2,))
    assert drawn(long, width=160).shape[0] > drawn(long).shape[0]


def bright(row: Raster) -> bool:
    """Whether a row has ink of a text."""
    return bool((row[:, :3].min(axis=1) > 180).any())


def test_a_low_card_has_smaller_texts_and_shows_all_of_them() -> None:
    natural = drawn(CARD)
    low = drawn(CARD, height=natural.shape[0] * 0.6)
    lowest_ink = [max(row for row in range(len(raster)) if bright(raster[row])) for raster in (natural, low)]
    assert lowest_ink[1] < low.shape[0] - 4
    assert lowest_ink[1] < lowest_ink[0]


@pytest.mark.parametrize("size", [(1.0, 1.0), (20.0, 8.0), (90.0, 300.0)])
def test_a_card_of_any_size_can_be_drawn(size: tuple[float, float]) -> None:
    drawn(CARD, *size)


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Another"},
        {"lines": ("Another", "One line")},
        {"state": "paused"},
        {"accent": Colour(1, 200, 3)},
    ],
)
def test_all_that_a_card_says_can_be_seen(other: dict[str, object]) -> None:
    first, second = drawn(CARD, 320, 200), drawn(changed(CARD, **other), 320, 200)
    assert np.abs(first.astype(int) - second).max() > 40


def test_an_accent_replaces_the_states_colour() -> None:
    raster = drawn(changed(CARD, accent=Colour(1, 200, 3)))
    assert (raster == (1, 200, 3, 255)).all(axis=-1).sum() > 50


def test_a_card_of_next_to_no_size_is_drawn() -> None:
    drawn(changed(CARD, scale=0.005), 5, 3)
