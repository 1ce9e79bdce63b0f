"""Effects and crops in documents: what is refused and why, what moves, and what it comes to on the canvas."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, get_args

import pytest

from scene.content import LayerState
from scene.document import parse_scene
from scene.effects import NUMBERS, AnyEffect, Blur, ChromaKey, Mask
from scene.finish import PLAIN, Blurred, Finish, Masked, Pixelated, Recoloured, Shadowed
from scene.mistakes import SceneMistakes
from scene.state import scene_at
from scene.time import Segment
from scene.version import SceneVersion
from tests.scene.strategies.looks import EFFECTS


def scene(**fields: Any) -> dict[str, Any]:
    layer = {"id": "a", "type": "colour", "colour": "#ff0000", **fields}
    return {"viewport": {"width": 200, "height": 100}, "layers": [layer]}


def mistakes(**fields: Any) -> dict[str, str]:
    """The reasons by path inside the layer."""
    with pytest.raises(SceneMistakes) as caught:
        parse_scene(scene(**fields), max_layers=1)
    return {mistake.path.removeprefix("layers[0]."): mistake.reason for mistake in caught.value.mistakes}


def state(n: int = 0, *, scale: int = 1, **fields: Any) -> LayerState:
    """The layer at frame ``n`` of 10 a second, on a canvas ``scale`` times as large as the viewport."""
    version = SceneVersion(
        1, parse_scene(scene(**fields), max_layers=1), {1: Fraction(0)}, (200 * scale, 100 * scale)
    )
    (layer,) = scene_at(version, n, Segment(0, 1, Fraction(0), Fraction(1)), Fraction(10)).layers
    return layer


def moving(**changes: Any) -> list[dict[str, Any]]:
    return [{"property": "effects[0].radius", "to": 10, "duration": 1, **changes}]


BLUR = {"type": "blur", "radius": 4}
KINDS = ", ".join(f"'{kind}'" for kind in EFFECTS)


@pytest.mark.parametrize(
    ("fields", "path", "reason"),
    [
        ({"effects": BLUR}, "effects", "must be a list"),
        ({"effects": [BLUR] * 9}, "effects", "has 9 entries; at most 8 are allowed"),
        ({"effects": [BLUR, 7]}, "effects[1]", "must be an object with fields"),
        ({"effects": [{"radius": 4}]}, "effects[0].type", "is required; add it"),
        ({"effects": [{"type": "blurr"}]}, "effects[0].type", f"must be one of {KINDS}"),
        ({"effects": [{"type": "blur"}]}, "effects[0].radius", "is required; add it"),
        ({"effects": [{**BLUR, "radius": 201}]}, "effects[0].radius", "must be at most 200.0"),
        ({"effects": [{**BLUR, "x": 1}]}, "effects[0].x", "is not a field that exists here; remove it"),
        (
            {"effects": [{"type": "tint", "colour": "red"}]},
            "effects[0].colour",
            'must be a colour such as "#f80", "#ff8800" or "#ff880080"',
        ),
        ({"crop": {"left": -1}}, "crop.left", "must be at least 0.0"),
        (
            {"animations": moving()},
            "animations[0].property",
            "must be a property that the layer has; it has no such effect",
        ),
        (
            {"effects": [BLUR], "animations": moving(property="effects[1].radius")},
            "animations[0].property",
            "must be a number of one of the layer's effects: effects[0].radius",
        ),
        (
            {
                "effects": [{"type": "mask", "shape": "circle"}],
                "animations": moving(property="effects[0].shape"),
            },
            "animations[0].property",
            (
                "must be a number of one of the layer's effects: "
                "effects[0].radius, effects[0].inset, effects[0].feather"
            ),
        ),
        (
            {"effects": [BLUR], "animations": moving(to=300)},
            "animations[0].to",
            "must be between 0 and 200 for effects[0].radius",
        ),
        (
            {"effects": [BLUR], "animations": moving(to="5%")},
            "animations[0].to",
            "must be a number for effects[0].radius",
        ),
        (
            {
                "effects": [BLUR],
                "animations": [
                    {
                        "property": "effects[0].radius",
                        "keyframes": [{"at": 0, "value": 1}, {"at": 1, "value": -1}],
                    }
                ],
            },
            "animations[0].keyframes[1].value",
            "must be between 0 and 200 for effects[0].radius",
        ),
        (
            {"animations": moving(property="crop.top", **{"from": -3})},
            "animations[0].from",
            "must be between 0 and 8192 for crop.top",
        ),
    ],
)
def test_a_mistake_is_named_with_its_path_and_what_to_do(
    fields: dict[str, Any], path: str, reason: str
) -> None:
    assert mistakes(**fields) == {path: reason}


def test_every_number_of_every_effect_can_be_animated() -> None:
    assert {kind.model_fields["type"].annotation.__args__[0] for kind in NUMBERS} == set(EFFECTS)  # type: ignore[union-attr]
    assert set(NUMBERS) == set(get_args(AnyEffect))
    assert NUMBERS[Blur] == {"radius": (0, 200)}
    assert set(NUMBERS[Mask]) == {"radius", "inset", "feather"}
    assert set(NUMBERS[ChromaKey]) == {"tolerance", "softness", "spill"}
    for kind, numbers in NUMBERS.items():
        annotations = {name for name, field in kind.model_fields.items() if field.annotation is float}
        assert annotations == set(numbers)


def test_a_layer_without_any_is_plain() -> None:
    assert state().finish == PLAIN
    assert state().finish.is_plain


def test_effects_keep_their_order_and_lengths_are_canvas_pixels() -> None:
    finish = state(scale=2, effects=[{"type": "roundedCorners", "radius": 5}, BLUR], crop={"left": 3}).finish
    assert finish == Finish((6, 0, 0, 0), (Masked("rectangle", 10, 0, 0, invert=False), Blurred(8)))


@pytest.mark.parametrize(
    "effect",
    [
        {"type": "blur", "radius": 0},
        {"type": "brightness", "amount": 1},
        {"type": "contrast", "amount": 1},
        {"type": "saturation", "amount": 1},
        {"type": "hue", "degrees": 720},
        {"type": "tint", "colour": "#ff0000", "amount": 0},
        {"type": "pixelate", "size": 1},
    ],
)
def test_an_effect_that_changes_nothing_is_left_out(effect: dict[str, Any]) -> None:
    assert state(effects=[effect]).finish.is_plain


def test_a_shadow_and_a_glow_are_one_kind() -> None:
    shadow, glow = state(effects=[{"type": "dropShadow"}, {"type": "glow", "strength": 2}]).finish.effects
    assert isinstance(shadow, Shadowed)
    assert isinstance(glow, Shadowed)
    assert (shadow.x, shadow.y, shadow.strength) == (0, 8, 1)
    assert (glow.x, glow.y, glow.strength) == (0, 0, 2)


@pytest.mark.parametrize("kind", ["saturation", "hue"])
def test_grey_stays_grey(kind: str) -> None:
    amount = {"degrees": 77} if kind == "hue" else {"amount": 2.5}
    (effect,) = state(effects=[{"type": kind, **amount}]).finish.effects
    assert isinstance(effect, Recoloured)
    for row in (effect.red, effect.green, effect.blue):
        assert sum(row) == pytest.approx(1, abs=0.002)


def test_a_number_of_an_effect_moves_from_its_own_value() -> None:
    fields: dict[str, Any] = {"effects": [BLUR, {"type": "pixelate", "size": 8}], "animations": moving()}
    assert [state(n, **fields).finish.effects[0] for n in (0, 5, 10)] == [Blurred(4), Blurred(7), Blurred(10)]
    assert state(5, **fields).finish.effects[1] == Pixelated(8)


def test_an_overshoot_ends_at_the_effects_bounds() -> None:
    fields: dict[str, Any] = {"effects": [BLUR], "animations": moving(to=0, easing="easeOutBack")}
    assert min(len(state(n, **fields).finish.effects) for n in range(11)) == 0


def test_a_crop_moves() -> None:
    wipe = moving(property="crop.right", to=200)
    assert [state(n, animations=wipe).finish.crop[2] for n in (0, 5, 10)] == [0, 100, 200]


def test_a_still_finish_is_made_once() -> None:
    fade: list[dict[str, Any]] = [{"property": "opacity", "from": 0.1, "to": 1, "duration": 1}]
    version = SceneVersion(
        1, parse_scene(scene(effects=[BLUR], animations=fade), max_layers=1), {1: Fraction(0)}, (200, 100)
    )
    states = [scene_at(version, n, Segment(0, 1, Fraction(0), Fraction(1)), Fraction(10)) for n in (1, 2)]
    assert states[0].layers[0].finish is states[1].layers[0].finish


def test_color_is_understood_as_colour() -> None:
    (layer,) = parse_scene(scene(effects=[{"type": "tint", "color": "#123456"}]), max_layers=1).layers
    assert layer.effects[0].model_dump()["colour"] == "#123456"
