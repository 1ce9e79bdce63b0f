"""Benchmarks: what they draw, and what of it holds without a clock."""

from __future__ import annotations

from fractions import Fraction

import pytest

from farm.clock import ManualClock
from farm.errors import NotFound
from farm.settings import load_settings
from scene.document import parse_scene
from workers.assets import AssetPictures
from workers.bench.measure import Measured, canvas_bytes, measured
from workers.bench.shows import (
    CHANGED_SHARES,
    LAYER_COUNTS,
    Document,
    ShowPictures,
    changed_share,
    still_layers,
    typical_show,
)
from workers.offline.film import Film, Shot
from workers.painters.registry import all_painters

SHOT = Shot(320, 180, Fraction(10))


def measured_of(document: Document) -> Measured:
    pictures = AssetPictures(ShowPictures(), ManualClock(), load_settings({}), 8_000_000, settled_ns=0)
    scene = parse_scene(document, max_layers=100)
    film = Film(scene, SHOT, all_painters(pictures), 32_000_000)
    result = measured(scene, film, SHOT, 1.5)
    assert not film.draw(0), "a layer could not be drawn"
    return result


def test_the_typical_show_needs_no_new_pixels_once_it_was_seen() -> None:
    typical = measured_of(typical_show())
    assert typical.frames == 15
    assert typical.hit_rate == 1
    assert 0.05 < typical.changed_share < 0.7
    assert typical.peak_bytes < canvas_bytes(SHOT) / 4
    assert 0 < typical.estimate_ms < 5


@pytest.mark.parametrize("count", [LAYER_COUNTS[0], LAYER_COUNTS[-1]])
def test_layers_that_stand_still_change_nothing(count: int) -> None:
    document = still_layers(count)
    assert len(document["layers"]) == count
    result = measured_of(document)
    assert result.changed_share == pytest.approx(measured_of(still_layers(1)).changed_share)
    assert result.hit_rate == 1


def test_a_larger_layer_changes_more() -> None:
    shares = [measured_of(changed_share(share)).changed_share for share in CHANGED_SHARES]
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_show_has_its_own_pictures_only() -> None:
    with pytest.raises(NotFound):
        ShowPictures().data("other")
