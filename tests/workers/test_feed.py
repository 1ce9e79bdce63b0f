"""Visual feeds as they are drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scene.colour import Colour
from scene.feed import FeedContent, FeedLook, FeedOverlay, FeedWords
from tests.workers.farmhand import Gallery
from workers.painters.feed import FeedPainter
from workers.painters.feed_layout import NATURAL_WIDTH
from workers.painters.painter import Quality, Raster
from workers.painters.panel import Mark, Panels

NOTHING = FeedWords("", "", "", "", "", "", "", "", "", ())
WORDS = FeedWords(
    caption="A caption that says what this is",
    title="Northern Silence",
    collection="Nightfall",
    creator="Ida Berg",
    price="2.4 ETH",
    price_label="Current bid",
    chain="Ethereum",
    token_id="417",
    status="Auction live",
    traits=(("Sky", "Aurora"), ("Season", "Winter"), ("Rarity", "1 of 9"), ("Artist's proof", "Yes")),
)
LOOK = FeedLook(WORDS, "card", "cover", 1.0, Colour(52, 211, 153), 20.0, 0.5)
FEED = FeedContent("art", "still", None, LOOK)
BARE = replace(FEED, look=replace(LOOK, words=NOTHING))


def drawn(feed: FeedContent, width: float | None = None, height: float | None = None) -> Raster:
    painter = FeedPainter(Gallery())
    box = painter.measure(feed, width, height)
    raster = painter.paint(feed, box, "high")
    assert raster.shape == (box.height, box.width, 4)
    assert (raster[..., :3] <= raster[..., 3:]).all()
    return raster


def over(feed: FeedContent, overlay: FeedOverlay) -> FeedContent:
    return replace(feed, look=replace(feed.look, overlay=overlay))


def test_a_card_is_as_high_as_its_picture_and_its_texts() -> None:
    full, bare = drawn(FEED), drawn(BARE)
    assert full.shape[1] == bare.shape[1] == NATURAL_WIDTH * LOOK.scale
    assert bare.shape[0] == bare.shape[1]
    assert full.shape[0] > bare.shape[0] + 100
    wide = replace(BARE, look=replace(BARE.look, proportion=2.0))
    assert drawn(wide).shape[0] < bare.shape[0]


@pytest.mark.parametrize("overlay", ["bar", "none"])
def test_without_a_panel_the_box_has_the_pictures_proportions(overlay: FeedOverlay) -> None:
    wide = over(replace(FEED, look=replace(LOOK, proportion=2.0)), overlay)
    assert drawn(wide).shape[:2] == (120, 240)
    assert drawn(wide, width=100.0).shape[:2] == (50, 100)


@pytest.mark.parametrize("overlay", ["card", "bar", "none"])
@pytest.mark.parametrize("size", [(1.0, 1.0), (30.0, 200.0), (200.0, 30.0), (301.0, 399.0)])
def test_any_box_is_filled(overlay: FeedOverlay, size: tuple[float, float]) -> None:
    assert drawn(over(FEED, overlay), *size).shape[:2] == (size[1], size[0])


def test_a_low_card_keeps_room_for_its_picture() -> None:
    low = drawn(FEED, 240.0, 300.0)
    # The picture of the gallery is bright; the panel below it is not.
    lit = np.flatnonzero(low[:, 120, :3].max(axis=1) > 120)
    assert lit.min() < 30
    assert drawn(FEED, 240.0, 300.0)[20:120, 20:220, 3].min() == 255


def test_corners_are_round() -> None:
    for overlay in ("card", "bar", "none"):
        alpha = drawn(over(FEED, overlay))[..., 3]
        assert alpha[0, 0] == alpha[-1, -1] == 0
        assert alpha[alpha.shape[0] // 2, alpha.shape[1] // 2] == 255
    square = replace(BARE, look=replace(BARE.look, radius=0.0, overlay="none"))
    assert drawn(square)[0, 0, 3] == 255


def test_what_is_not_known_is_not_drawn() -> None:
    for name in ("caption", "title", "collection", "creator", "price", "traits"):
        gone: dict[str, Any] = {name: () if name == "traits" else ""}
        words = replace(WORDS, **gone)
        less = replace(FEED, look=replace(LOOK, words=words))
        assert drawn(less).shape[0] <= drawn(FEED).shape[0]
        assert drawn(less).shape != drawn(FEED).shape or not np.array_equal(drawn(less), drawn(FEED))


@pytest.mark.parametrize("fit", ["contain", "cover", "stretch"])
def test_a_picture_keeps_its_proportions_in_any_box(fit: str) -> None:
    look = replace(LOOK, words=NOTHING, overlay="none", fit=fit, radius=0.0)  # type: ignore[arg-type]
    raster = drawn(FeedContent("art", "still", None, look), 100.0, 300.0)
    matte = (raster[..., :3] == (4, 8, 16)).all(axis=2)
    assert matte.any() == (fit == "contain")
    if fit == "contain":
        rows = np.flatnonzero(~matte.all(axis=1))
        assert rows[-1] - rows[0] + 1 == 75  # 40 x 30 at a width of 100


def test_a_feed_without_its_picture_shows_a_sign_of_its_state() -> None:
    loading = drawn(FeedContent("", "loading", None, LOOK))
    broken = drawn(FeedContent("", "error", "it is gone", LOOK))
    assert loading.shape == broken.shape == drawn(FEED).shape
    assert not np.array_equal(loading, broken)
    painter = FeedPainter(Gallery())
    assert painter.measure(FeedContent("", "loading", None, LOOK), None, None).problem is None
    assert painter.measure(FeedContent("", "error", "it is gone", LOOK), None, None).problem == "it is gone"
    missing = painter.measure(replace(FEED, picture="missing"), None, None)
    assert missing.problem == "there is no such picture"
    assert missing.unsettled == (missing.width, missing.height)


def test_a_stalled_feed_is_dim_and_says_so() -> None:
    live, stale = (drawn(replace(BARE, state=state)) for state in ("live", "stale"))
    middle = (slice(100, 140), slice(100, 140))
    assert stale[middle].mean() < 0.75 * live[middle].mean()
    still = drawn(BARE)
    assert np.array_equal(live[middle], still[middle])
    assert not np.array_equal(live, still)


def test_the_next_picture_costs_only_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    painter, written = FeedPainter(Gallery()), []
    draw = Panels.drawn

    def counted(panels: Panels, marks: Iterable[Mark], width: int, height: int, quality: Quality) -> Raster:
        written.append(width)
        return draw(panels, marks, width, height, quality)

    monkeypatch.setattr(Panels, "drawn", counted)
    for picture in ("one", "two", "three"):
        feed = replace(FEED, picture=picture)
        painter.paint(feed, painter.measure(feed, None, None), "high")
    assert len(written) == 2
