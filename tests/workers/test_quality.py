"""What the render quality changes: how pictures are scaled, layers turned, and whether edges are smooth."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tests.workers.farmhand import HEIGHT, WHOLE, WIDTH, Gallery, canvas, state_of
from workers.compositor import Compositor
from workers.painters.painter import Quality
from workers.painters.registry import all_painters
from workers.sprites import Sprites

QUALITIES: tuple[Quality, ...] = ("low", "medium", "high")
BAR = {
    "type": "shape",
    "shape": "rectangle",
    "radius": 1,
    "fill": "#ffffff",
    "size": {"width": 70, "height": 20},
    "position": {"x": 64, "y": 48},
    "anchor": {"x": 0.5, "y": 0.5},
    "rotation": 20,
}
DISC = {"type": "shape", "shape": "circle", "fill": "#ffffff", "size": {"width": 61, "height": 61}}
PICTURE = {"type": "image", "asset": "a", "size": {"width": 110, "height": 90}}


def luma(quality: Quality, *layers: dict[str, Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The scene's brightness over black."""
    onto = canvas()
    state = state_of(*layers, background="#000000")
    Compositor(Sprites(all_painters(Gallery()), 1_000_000)).compose(state, [WHOLE], onto, quality)
    assert onto.y.shape == (HEIGHT, WIDTH)
    return onto.y.astype(int)


def shades(picture: np.ndarray[Any, np.dtype[np.int64]]) -> int:
    """How many levels of grey there are between black and white."""
    return len(set(np.unique(picture)) - {16, 235})


@pytest.mark.parametrize("layer", [BAR, DISC], ids=["turned", "round"])
def test_edges_are_hard_at_low_and_smooth_above(layer: dict[str, Any]) -> None:
    assert shades(luma("low", layer)) == 0
    assert shades(luma("medium", layer)) > 20
    assert shades(luma("high", layer)) > 20


@pytest.mark.parametrize("layer", [{**PICTURE, "rotation": 15}, PICTURE], ids=["turned", "scaled"])
def test_each_quality_has_a_filter_of_its_own(layer: dict[str, Any]) -> None:
    pictures = [luma(quality, layer) for quality in QUALITIES]
    assert not any(np.array_equal(a, b) for a, b in pairwise(pictures))


@pytest.mark.parametrize("quality", QUALITIES)
def test_qualities_do_not_share_their_pixels(quality: Quality) -> None:
    sprites = Sprites(all_painters(Gallery()), 1_000_000)
    for before in QUALITIES:
        Compositor(sprites).compose(state_of(DISC), [WHOLE], canvas(), before)
    again = canvas()
    Compositor(sprites).compose(state_of(DISC, background="#000000"), [WHOLE], again, quality)
    assert np.array_equal(again.y, luma(quality, DISC))
