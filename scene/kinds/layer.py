"""What layers of every kind have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from scene.animation import Animation
from scene.bindings import Bindings, check_bindings
from scene.blending import Blend
from scene.effects import MAX_EFFECTS, Crop, Effect, finish_bounds, is_finish_property
from scene.fields import Anchor, Name, Part, Position, Scale, Size, Unit, Within, both_ways, mistake
from scene.glides import Glides
from scene.layout import LayoutMove, Slot

MAX_ANIMATIONS = 50
"""Of one layer."""


def _not_too_many(animations: object) -> object:
    # Before each is looked at: a flood would be looked at to its end.
    if isinstance(animations, list) and len(animations) > MAX_ANIMATIONS:
        raise mistake(f"has {len(animations)} entries; at most {MAX_ANIMATIONS} are allowed")
    return animations


def _few_effects(effects: object) -> object:
    if isinstance(effects, list) and len(effects) > MAX_EFFECTS:
        raise mistake(f"has {len(effects)} entries; at most {MAX_EFFECTS} are allowed")
    return effects


Bounded = BeforeValidator(_not_too_many)
# Tuples are written as JSON lists, which strict validation would refuse.
Several = Field(strict=False, max_length=MAX_ANIMATIONS)


def british(data: dict[str, Any]) -> dict[str, Any]:
    """A layer as it was written, with ``color`` spelt ``colour``: the field and the type."""
    layer = {"colour" if key == "color" and "colour" not in data else key: v for key, v in data.items()}
    if layer.get("type") == "color":
        layer["type"] = "colour"
    return layer


def spelt_alike(data: object) -> object:
    """``data`` with British spelling, if it is an object at all."""
    return british(data) if isinstance(data, dict) else data


def _check_finish_animation(animation: Animation, at: str, bounds: Mapping[str, tuple[float, float]]) -> None:
    """That the layer has what ``animation`` moves, and that it keeps to its bounds."""
    target = animation.target
    if target not in bounds:
        known = ", ".join(name for name in bounds if name.startswith("effects"))
        raise mistake(
            f"must be a number of one of the layer's effects: {known}"
            if known
            else "must be a property that the layer has; it has no such effect",
            f"{at}.property",
        )
    low, high = bounds[target]
    values = [("from", animation.from_), ("to", animation.to)]
    values += [(f"keyframes[{i}].value", frame.value) for i, frame in enumerate(animation.keyframes or ())]
    for name, value in values:
        if isinstance(value, str):
            raise mistake(f"must be a number for {target}", f"{at}.{name}")
        if value is not None and not low <= value <= high:
            raise mistake(f"must be between {low:g} and {high:g} for {target}", f"{at}.{name}")


class LayerBase(Part):
    """What every layer has."""

    id: Name
    """Its name in the scene, by which it is changed."""
    type: str
    position: Position = Position()
    """Where its anchor lies."""
    within: Within = "viewport"
    """What the position is measured in, and what percentages are shares of."""
    size: Size | None = None
    """Of its box; what is left out follows from the content."""
    anchor: Anchor = Anchor()
    """The point of the box that lies at ``position`` and that the box turns around."""
    scale: Annotated[Scale, BeforeValidator(both_ways, json_schema_input_type=float | Scale)] = Scale()
    """How many times its size it is drawn, around its anchor: one number, or one for each direction. Letters,
    strokes and effects grow with it and keep their proportions."""
    opacity: Unit = 1.0
    """0 is clear."""
    rotation: float = Field(0.0, ge=-36_000, le=36_000)
    """Degrees, clockwise."""
    z_index: int = Field(0, ge=-1_000_000, le=1_000_000)
    """Higher ones lie above; of equal ones the later in the document."""
    visible: bool = True
    """Whether it is drawn at all."""
    optional: bool = False
    """Whether it may be left out while the farm has too much to do, before pictures become fewer."""
    blend: Blend = "normal"
    """How its colours meet those below."""
    slot: Slot | None = None
    """Its part in the scene's layout, which then says where it lies and how large it is."""
    glides: Glides = ()
    """The ways of its properties from their values before edits; written by the farm."""
    layout_move: LayoutMove | None = None
    """Written by the farm."""
    crop: Crop = Crop()
    """What is cut off from its sides."""
    effects: Annotated[
        tuple[Annotated[Effect, BeforeValidator(spelt_alike)], ...],
        Field(strict=False, max_length=MAX_EFFECTS),
        BeforeValidator(_few_effects),
    ] = ()
    """One after the other; the crop comes before them, the rotation after."""
    animations: Annotated[tuple[Animation, ...], Several, Bounded] = ()
    """What moves; of two that move the same, the later to begin wins."""

    bindings: Bindings = ()
    """Numbers that follow named values; a layout, and an animation that has begun, decide over them."""

    @field_validator("bindings")
    @classmethod
    def _binds_what_it_has(cls, bindings: Bindings) -> Bindings:
        check_bindings(bindings, cls.model_fields["animations"])
        return bindings

    @field_validator("animations", check_fields=False)
    @classmethod
    def _effects_have_it(cls, animations: tuple[Animation, ...], info: Any) -> tuple[Animation, ...]:
        effects = info.data.get("effects")
        bounds = finish_bounds(effects or ())
        for index, animation in enumerate(animations):
            if effects is not None and is_finish_property(animation.target):
                _check_finish_animation(animation, f"[{index}]", bounds)
        return animations


class ContentSizedLayer(LayerBase):
    """A layer whose size follows from its content where the document gives none."""

    @field_validator("animations", check_fields=False)
    @classmethod
    def _sizes_have_a_beginning(cls, animations: tuple[Animation, ...], info: Any) -> tuple[Animation, ...]:
        size = info.data.get("size") or Size()
        unknown = {"size.width": size.width is None, "size.height": size.height is None}
        for index, animation in enumerate(animations):
            if animation.begins_with_own_value and unknown.get(animation.target):
                need = "is required" if animation.keyframes is None else "need one at 0"
                raise mistake(
                    f"{need}, because the layer has no {animation.target} of its own; add it",
                    f"[{index}].from" if animation.keyframes is None else f"[{index}].keyframes",
                )
        return animations
