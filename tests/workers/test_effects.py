"""Effects against published formulas and independent references, and what they keep."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farm.transport.planes import Planes
from scene.finish import EffectState, Finish
from tests.scene.strategies.basics import Document
from tests.scene.strategies.looks import EFFECTS, crops, effects
from tests.workers.farmhand import HEIGHT, WHOLE, WIDTH, Gallery, canvas, same, state_of
from workers.compositor import Compositor
from workers.effects.blur import blurred, reach
from workers.effects.effect import Area
from workers.effects.registry import EFFECTS as REGISTRY
from workers.finishing import finished, finished_box
from workers.painters.painter import Box, Raster
from workers.painters.registry import all_painters
from workers.sprites import Sprites

WHITE = {"type": "colour", "colour": "#ffffff"}
PICTURE = {"type": "image", "asset": "a", "fit": "stretch"}


def finish_of(*documents: Document, **fields: Any) -> Finish:
    return state_of({**WHITE, **fields, "effects": list(documents)}).layers[0].finish


def effect_of(document: Document) -> EffectState:
    (effect,) = finish_of(document).effects
    return effect


def applied(raster: Raster, **document: Any) -> Raster:
    effect = effect_of(document)
    area = Area(0, 0, raster.shape[1], raster.shape[0])
    return REGISTRY[type(effect)].apply(raster, effect, area)


def noise(alpha: int | None = None, height: int = 40, width: int = 60) -> Raster:
    """Premultiplied pixels of any colour, of this alpha or of any."""
    generator = np.random.default_rng(5)
    straight = generator.integers(0, 256, (height, width, 4), np.uint8)
    if alpha is not None:
        straight[..., 3] = alpha
    colours = (straight[..., :3].astype(int) * straight[..., 3:] + 127) // 255
    return np.dstack([colours.astype(np.uint8), straight[..., 3]])


def composed(*layers: dict[str, Any]) -> Planes:
    planes = canvas()
    problems = Compositor(Sprites(all_painters(Gallery()), 20_000_000)).compose(
        state_of(*layers), [WHOLE], planes
    )
    assert problems == ()
    return planes


@pytest.mark.parametrize("sigma", [0.5, 1, 1.9, 2, 3, 5, 8, 13.5, 30])
def test_a_blur_is_a_gaussian(sigma: float) -> None:
    side = 2 * reach(sigma) + 61
    pixels = np.zeros((side, side), np.uint8)
    pixels[side // 2 - 12 : side // 2 + 13, side // 2 - 20 : side // 2 + 21] = 255
    exact = cv2.GaussianBlur(pixels.astype(np.float64), (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
    assert np.abs(blurred(pixels, sigma) - exact).max() <= 255 * 0.04


@pytest.mark.parametrize("sigma", [0.7, 2, 2.4, 3, 7, 20])
def test_a_blur_stays_in_its_place_and_within_its_reach(sigma: float) -> None:
    side = 2 * reach(sigma) + 15
    pixels = np.zeros((side, side), np.uint8)
    pixels[reach(sigma) : -reach(sigma), reach(sigma) : -reach(sigma)] = 255
    found = blurred(pixels, sigma).astype(int)
    assert np.abs(found - found[::-1]).max() <= 2
    assert np.abs(found - found[:, ::-1]).max() <= 2
    assert found.sum() == pytest.approx(15 * 15 * 255, rel=0.05)


# Straight colours in 0..1; https://www.w3.org/TR/filter-effects-1/#ShorthandEquivalents
@pytest.mark.parametrize("alpha", [255, 128])
@pytest.mark.parametrize(
    ("document", "matrix", "offset"),
    [
        ({"type": "brightness", "amount": 1.5}, np.eye(3) * 1.5, (0, 0, 0)),
        ({"type": "contrast", "amount": 2}, np.eye(3) * 2, (-0.5, -0.5, -0.5)),
        (
            {"type": "tint", "colour": "#ff8000", "amount": 0.25},
            np.eye(3) * 0.75,
            (0.25, 0.25 * 128 / 255, 0),
        ),
        ({"type": "saturation", "amount": 0}, np.array([[0.213, 0.715, 0.072]] * 3), (0, 0, 0)),
        (
            {"type": "hue", "degrees": 180},
            np.array([[-0.574, 1.43, 0.144], [0.426, 0.43, 0.144], [0.426, 1.43, -0.856]]),
            (0, 0, 0),
        ),
    ],
)
def test_a_tone_is_the_specifications_matrix(
    document: Document, matrix: Any, offset: tuple[float, ...], alpha: int
) -> None:
    raster = noise(alpha)
    straight = raster[..., :3] / alpha
    expected = np.clip(straight @ matrix.T + np.array(offset), 0, 1) * alpha
    changed = applied(raster, **document)
    assert (changed[..., 3] == alpha).all()
    assert np.abs(changed[..., :3] - expected).max() <= 1.01


def test_a_shadow_lies_below_and_shifted() -> None:
    raster = np.full((10, 12, 4), 255, np.uint8)
    shown = applied(raster, type="dropShadow", x=5, y=-3, radius=0, colour="#00000080")
    assert shown.shape == (13, 17, 4)
    assert (shown[3:, :12] == 255).all()
    assert (shown[:10, 12:] == (0, 0, 0, 128)).all()
    assert (shown[:3, :5] == 0).all()


@pytest.mark.parametrize("shift", [-25, -4, 0, 4, 25])
def test_a_blurred_shadow_has_room(shift: int) -> None:
    raster = np.full((10, 12, 4), 255, np.uint8)
    shown = applied(raster, type="dropShadow", x=shift, y=0, radius=3, colour="#0000ff")
    far = applied(raster, type="dropShadow", x=100, y=0, radius=3, colour="#0000ff")
    shadow = far[:, 12:]
    total = int(shadow[..., 3].sum())
    assert total == pytest.approx(120 * 255, rel=0.05)
    assert int(np.maximum(shown[..., 3], 0).sum()) <= total + 120 * 255


def test_a_glow_is_all_around_and_denser_with_strength() -> None:
    raster = np.full((20, 20, 4), 255, np.uint8)
    weak, strong = (applied(raster, type="glow", radius=4, strength=by, colour="#ff0000") for by in (1, 3))
    assert weak.shape == (20 + 2 * reach(4), 20 + 2 * reach(4), 4)
    assert (strong[..., 3] >= weak[..., 3]).all()
    assert strong[..., 3].sum() > 1.2 * weak[..., 3].sum()
    assert np.abs(weak.astype(int) - weak[:, ::-1]).max() <= 2


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"type": "mask", "shape": "circle"}, np.pi * 30**2),
        ({"type": "mask", "shape": "ellipse"}, np.pi * 30 * 50),
        ({"type": "mask", "shape": "rectangle", "inset": 10}, 80 * 40),
        ({"type": "mask", "shape": "circle", "inset": 200}, 0),
        ({"type": "mask", "shape": "ellipse", "invert": True}, 6000 - np.pi * 30 * 50),
        ({"type": "roundedCorners", "radius": 20}, 6000 - (4 - np.pi) * 20**2),
        ({"type": "roundedCorners", "radius": 500}, 6000 - (4 - np.pi) * 30**2),
    ],
)
def test_a_mask_shows_the_area_of_its_shape(document: Document, expected: float) -> None:
    shown = applied(np.full((60, 100, 4), 255, np.uint8), **document)
    assert shown[..., 3].sum() / 255 == pytest.approx(expected, rel=0.01, abs=1)
    assert (shown[..., 0] == shown[..., 3]).all()
    assert (shown == shown[::-1, ::-1]).all()


def test_a_feather_is_soft_inwards() -> None:
    edge = applied(np.full((60, 100, 4), 255, np.uint8), type="mask", shape="rectangle", feather=20)[30, :, 3]
    edge = edge.astype(int)
    assert edge[0] < 5
    assert edge[10] == pytest.approx(128, abs=25)
    assert (edge[21:-21] == 255).all()
    assert (np.diff(edge[:50]) >= 0).all()


def test_a_vignette_colours_the_corners_and_leaves_the_middle() -> None:
    raster = noise(200, 60, 100)
    shown = applied(raster, type="vignette", amount=1, size=0.5, colour="#ffffff")
    assert (shown[..., 3] == 200).all()
    assert (shown[20:40, 35:65] == raster[20:40, 35:65]).all()
    assert (shown[0, 0] >= 190).all()


def test_pixels_are_means_of_blocks_from_the_boxs_corner() -> None:
    raster = noise(255, 20, 30)
    shown = applied(raster, type="pixelate", size=10)
    for y in (0, 10):
        for x in (0, 10, 20):
            block = shown[y : y + 10, x : x + 10]
            assert (block == block[0, 0]).all()
            mean = raster[y : y + 10, x : x + 10].reshape(-1, 4).mean(axis=0)
            assert np.abs(block[0, 0] - mean).max() <= 1
    effect = effect_of({"type": "pixelate", "size": 10})
    moved = REGISTRY[type(effect)].apply(np.pad(raster, ((3, 0), (4, 0), (0, 0))), effect, Area(4, 3, 30, 20))
    assert (moved[3:, 4:] == shown).all()


def test_a_chroma_key_clears_its_colour_light_and_dark_and_keeps_others() -> None:
    colours = [(0, 255, 0), (10, 240, 10), (255, 0, 0), (255, 255, 255), (20, 20, 20), (200, 150, 120)]
    raster = np.array([[(*colour, 255) for colour in colours]], np.uint8)
    shown = applied(raster, type="chromaKey", colour="#00ff00", tolerance=0.2, softness=0.1)
    assert (shown[0, :2, 3] == 0).all()
    assert (shown[0, 2:] == raster[0, 2:]).all()


def test_spill_takes_the_keys_light_off_what_remains() -> None:
    raster = np.array([[(120, 200, 120, 255)]], np.uint8)
    plain = applied(raster, type="chromaKey", tolerance=0.05, softness=0.01, spill=0)
    clean = applied(raster, type="chromaKey", tolerance=0.05, softness=0.01, spill=1)
    assert tuple(plain[0, 0]) == (120, 200, 120, 255)
    assert tuple(clean[0, 0]) == (120, 120, 120, 255)


@settings(max_examples=80, deadline=None)
@given(st.lists(effects(), max_size=3), crops, st.integers(1, 50), st.integers(1, 40))
def test_the_finished_raster_has_the_finished_boxs_size_and_is_premultiplied(
    documents: list[Document], crop: Document, width: int, height: int
) -> None:
    finish = finish_of(*documents, crop=crop)
    painted = Box(width, height, (3, 0, 2, 1))
    box = finished_box(painted, finish)
    if box.empty:
        return
    before = noise(None, *painted.raster_size[::-1])
    kept = before.copy()
    raster = finished(before, painted, finish)
    assert raster.dtype == np.uint8
    assert raster.shape == (box.raster_size[1], box.raster_size[0], 4)
    assert (raster[..., :3] <= raster[..., 3:]).all()
    assert (before == kept).all(), "a raster may be cached; no effect changes what it is given"


def test_every_kind_of_effect_is_drawn() -> None:
    documents: dict[str, Document] = {
        "blur": {"radius": 3},
        "brightness": {"amount": 2},
        "contrast": {"amount": 2},
        "saturation": {"amount": 2},
        "hue": {"degrees": 90},
        "tint": {"colour": "#00ff00"},
        "mask": {"shape": "circle"},
        "roundedCorners": {"radius": 9},
        "pixelate": {"size": 9},
        "chromaKey": {"colour": "#8040a0"},
    }
    size = {"width": 60, "height": 40}
    plain = composed({**PICTURE, "size": size})
    for kind in EFFECTS:
        assert not same(
            plain, composed({**PICTURE, "size": size, "effects": [{"type": kind, **documents.get(kind, {})}]})
        )


@pytest.mark.parametrize("rotation", [0, 30])
def test_a_crop_cuts_and_moves_nothing(rotation: int) -> None:
    box = {
        "position": {"x": 64, "y": 48},
        "anchor": {"x": 0.5, "y": 0.5},
        "size": {"width": 40, "height": 30},
    }
    crop = {"left": 7, "top": 3, "right": 0, "bottom": 5}
    cut = composed({**WHITE, **box, "rotation": rotation, "crop": crop})
    # The same pixels as a smaller box around the same point.
    anchor = {"x": (20 - 7) / 33, "y": (15 - 3) / 22}
    smaller = {**WHITE, **box, "rotation": rotation, "size": {"width": 33, "height": 22}, "anchor": anchor}
    assert same(cut, composed(smaller))


def test_a_crop_of_all_shows_nothing() -> None:
    assert same(composed({**WHITE, "crop": {"left": WIDTH / 2, "right": WIDTH / 2}}), composed())
    assert same(composed({**WHITE, "crop": {"top": HEIGHT * 2}}), composed())


def test_effects_are_kept_with_the_pixels_of_a_layer_that_moves() -> None:
    sprites = Sprites(all_painters(Gallery()), 20_000_000)
    for x in range(6):
        layer = {
            **WHITE,
            "size": {"width": 20, "height": 20},
            "position": {"x": x, "y": 4},
            "effects": [{"type": "glow"}],
        }
        Compositor(sprites).compose(state_of(layer), [WHOLE], canvas())
    assert (sprites.cache.stats().misses, sprites.cache.stats().entries) == (2, 2)
