"""Blend modes against the published formulas, and what they leave alone."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest

from farm.transport.planes import Planes
from scene.blending import Blend
from tests.workers.farmhand import HEIGHT, WHOLE, WIDTH, Gallery, canvas, same, state_of
from workers import kernel
from workers.blending import MODES, table
from workers.compositor import Compositor
from workers.painters.registry import all_painters
from workers.sprites import MAX_RASTER_PX, Sprites

BLENDS: tuple[Blend, ...] = get_args(Blend)
BELOW, ABOVE = (0.8, 0.4, 0.2), (0.4, 0.6, 0.7)

# B(cb, cs) of https://www.w3.org/TR/compositing-1/#blending for BELOW and ABOVE, worked out by hand.
EXPECTED: dict[Blend, tuple[float, float, float]] = {
    "normal": (0.4, 0.6, 0.7),
    "multiply": (0.32, 0.24, 0.14),
    "screen": (0.88, 0.76, 0.76),
    "overlay": (0.76, 0.48, 0.28),
    "darken": (0.4, 0.4, 0.2),
    "lighten": (0.8, 0.6, 0.7),
    "colorDodge": (1.0, 1.0, 2 / 3),
    "colorBurn": (0.5, 0.0, 0.0),
    "hardLight": (0.64, 0.52, 0.52),
    "softLight": (0.768, 0.4465, 0.2992),
    "difference": (0.4, 0.2, 0.5),
    "exclusion": (0.56, 0.52, 0.62),
    "add": (1.0, 1.0, 0.9),
}


def composed(*layers: dict[str, Any], background: str = "#102030") -> Planes:
    planes = canvas()
    sprites = Sprites(all_painters(Gallery()), 20_000_000)
    assert Compositor(sprites).compose(state_of(*layers, background=background), [WHOLE], planes) == ()
    return planes


def hexed(colour: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(255 * shade):02x}" for shade in colour)


def box(colour: str, **fields: Any) -> dict[str, Any]:
    return {"type": "colour", "colour": colour, **fields}


def test_every_mode_has_its_formula() -> None:
    assert set(BLENDS) == set(MODES) == set(EXPECTED)


@pytest.mark.parametrize("blend", BLENDS)
def test_a_mode_is_what_the_specification_says(blend: Blend) -> None:
    found = [
        table(blend)[round(255 * own), round(255 * below)] / 255
        for below, own in zip(BELOW, ABOVE, strict=True)
    ]
    assert found == pytest.approx(EXPECTED[blend], abs=0.008)


@pytest.mark.parametrize("blend", BLENDS)
def test_the_ends_of_a_mode_stay_in_range_and_hold_their_rules(blend: Blend) -> None:
    modes = table(blend).astype(int)
    shades = np.arange(256)
    neutral = {
        "multiply": 255,
        "screen": 0,
        "darken": 255,
        "lighten": 0,
        "difference": 0,
        "exclusion": 0,
        "add": 0,
    }
    neutral |= {"colorDodge": 0, "colorBurn": 255}
    if blend in neutral:
        assert np.abs(modes[neutral[blend]] - shades).max() <= 1
    if blend == "colorDodge":
        assert (modes[:, 0] == 0).all()
        assert (modes[255, 1:] == 255).all()
    if blend == "colorBurn":
        assert (modes[:, 255] == 255).all()
        assert (modes[0, :255] == 0).all()
    if blend in {"hardLight", "overlay"}:
        assert (table("hardLight") == table("overlay").T).all()


@pytest.mark.parametrize("blend", BLENDS)
def test_a_blended_layer_looks_as_the_formula_over_its_backdrop(blend: Blend) -> None:
    shown = composed(box(hexed(ABOVE), blend=blend), background=hexed(BELOW))
    wanted = composed(box(hexed(EXPECTED[blend])), background=hexed(BELOW))
    for mine, theirs in zip(shown, wanted, strict=True):
        assert np.abs(mine.astype(int) - theirs).max() <= 3


@pytest.mark.parametrize("blend", [blend for blend in BLENDS if blend != "normal"])
def test_opacity_and_alpha_fade_the_blend_alike(blend: Blend) -> None:
    full = composed(box(hexed(ABOVE), blend=blend), background=hexed(BELOW)).y[10, 10].astype(int)
    none = composed(background=hexed(BELOW)).y[10, 10].astype(int)
    by_opacity = composed(box(hexed(ABOVE), blend=blend, opacity=0.5), background=hexed(BELOW)).y[10, 10]
    by_alpha = composed(box(hexed(ABOVE) + "80", blend=blend), background=hexed(BELOW)).y[10, 10]
    assert by_opacity == pytest.approx((full + none) / 2, abs=2)
    assert by_alpha == pytest.approx((full + none) / 2, abs=2)


def test_what_lies_under_the_clear_part_of_a_blended_layer_is_not_touched() -> None:
    picture = {"type": "image", "asset": "a", "fit": "stretch", "size": {"width": WIDTH, "height": HEIGHT}}
    plain = composed(picture)
    blended = composed(picture, {"type": "shape", "shape": "circle", "fill": "#ff0000", "blend": "overlay"})
    assert not same(plain, blended)
    for mine, theirs in zip(plain, blended, strict=True):
        assert (mine[:, :4] == theirs[:, :4]).all()
        assert (mine[:, -4:] == theirs[:, -4:]).all()


def test_what_lies_under_an_opaque_blended_layer_is_drawn() -> None:
    assert not same(
        composed(box("#ff0000"), box("#808080", blend="multiply")),
        composed(box("#808080", blend="multiply")),
    )


def test_a_blended_layer_that_moves_keeps_its_pixels() -> None:
    sprites = Sprites(all_painters(Gallery()), 20_000_000)
    for x in range(6):
        layer = box("#ff8000", size={"width": 20, "height": 20}, position={"x": x, "y": 0}, blend="screen")
        Compositor(sprites).compose(state_of(layer), [WHOLE], canvas())
    stats = sprites.cache.stats()
    assert (stats.misses, stats.entries) == (2, 2)
    assert stats.bytes == 20 * 20 * 4 + 22 * 20 * 4


def test_a_blended_layer_of_too_many_pixels_is_not_drawn_and_said_so() -> None:
    side = int(MAX_RASTER_PX**0.5) + 2
    layer = box("#ffffff", size={"width": side, "height": side}, blend="add")
    planes = canvas()
    problems = Compositor(Sprites(all_painters(Gallery()), 20_000_000)).compose(
        state_of(layer), [WHOLE], planes
    )
    assert [layer_id for layer_id, _ in problems] == ["layer0"]
    assert same(planes, composed())


def test_colours_come_back_from_planes_as_they_went_in() -> None:
    generator = np.random.default_rng(7)
    colours = generator.integers(0, 256, (50, 50, 3), np.uint8).repeat(2, 0).repeat(2, 1)
    rgba = np.dstack([colours, np.full(colours.shape[:2], 255, np.uint8)])
    y, u, v = np.empty((100, 100), np.uint8), np.empty((50, 50), np.uint8), np.empty((50, 50), np.uint8)
    kernel.convert(rgba, y, u, v, np.empty_like(y), np.empty_like(u))
    backdrop = np.arange(256, dtype=np.uint8)[None, :].repeat(256, 0)
    out = np.empty_like(rgba)
    kernel.mix(y, u, v, rgba, np.ascontiguousarray(backdrop), out)
    assert np.abs(out.astype(int) - rgba).max() <= 3


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("y", {0: np.zeros((4, 6), np.uint8)}),
        ("v", {2: np.zeros((4, 4), np.uint8)}),
        ("src", {3: np.zeros((3, 4, 4), np.uint8)}),
        ("src", {3: np.zeros((4, 4), np.uint8)}),
        ("table", {4: np.zeros((256, 255), np.uint8)}),
        ("table", {4: np.zeros((256, 512), np.uint8)[:, :256]}),
        ("out", {5: np.zeros((4, 6, 4), np.uint8)}),
    ],
)
def test_the_kernel_refuses_what_does_not_fit(name: str, changes: dict[int, Any]) -> None:
    half, full = np.zeros((2, 2), np.uint8), np.zeros((4, 4, 4), np.uint8)
    arguments = [full[..., 0].copy(), half, half, full, np.zeros((256, 256), np.uint8), full.copy()]
    for at, value in changes.items():
        arguments[at] = value
    with pytest.raises(ValueError, match=f"^{name}: "):
        kernel.mix(*arguments)
