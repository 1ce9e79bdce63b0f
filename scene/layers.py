"""The kinds of layers that a scene document may hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from scene.animation import (
    Animation,
    BoxAnimation,
    ColourAnimation,
    Loop,
    PlacingAnimation,
    ShapeAnimation,
    Start,
    TextAnimation,
)
from scene.bindings import Bindings, check_bindings
from scene.blending import Blend
from scene.card import MAX_CARD_CHARS, MAX_CARD_LINES, CardState
from scene.character import CharacterState, Role
from scene.content import Align, Font, ShapeName, Style, VerticalAlign, Weight
from scene.drawing import MAX_CORNERS, BackdropPart, GradientPart, Points, ShadowPart
from scene.effects import MAX_EFFECTS, Crop, Effect, finish_bounds, is_finish_property
from scene.feed import FeedFields
from scene.fields import (
    Anchor,
    ColourText,
    DrawableText,
    FontSize,
    LetterSpacing,
    Name,
    Part,
    Position,
    Radius,
    Size,
    Spacing,
    TextStroke,
    Unit,
    Within,
    mistake,
)
from scene.fitting import Fit
from scene.glides import Glides
from scene.layout import LayoutMove, Slot
from scene.numbers import MAX_VALUE, NumberFormat
from scene.paint import LineCap
from scene.places import known_places
from scene.playback import FrameTimes, SpriteSheet
from scene.rig import NEUTRAL
from scene.source import PictureSource
from scene.svg import SvgText

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


_Bounded = BeforeValidator(_not_too_many)
# Tuples are written as JSON lists, which strict validation would refuse.
_Several = Field(strict=False, max_length=MAX_ANIMATIONS)


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
    opacity: Unit = 1.0
    """0 is clear."""
    rotation: float = Field(0.0, ge=-36_000, le=36_000)
    """Degrees, clockwise."""
    z_index: int = Field(0, ge=-1_000_000, le=1_000_000)
    """Higher ones lie above; of equal ones the later in the document."""
    visible: bool = True
    """Whether it is drawn at all."""
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
    animations: Annotated[tuple[Animation, ...], _Several, _Bounded] = ()
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


class ColourLayer(LayerBase):
    """An even colour; where the document gives no size it fills the viewport."""

    type: Literal["colour"]
    colour: ColourText
    """Of the whole box."""
    animations: Annotated[tuple[ColourAnimation, ...], _Several, _Bounded] = ()


class ImageLayer(PictureSource, ContentSizedLayer):
    """An uploaded picture; an animated one (GIF, APNG, WebP) or a sheet of sprites plays."""

    type: Literal["image"]
    fit: Fit = "contain"
    """How the picture lies in a box of other proportions."""
    speed: float = Field(1.0, ge=0.01, le=100)
    """How many times as fast as the picture itself says."""
    loop: Loop = True
    """Whether, or how often, it plays again."""
    start: Start = "now"
    """When it begins to play."""
    sprite: SpriteSheet | None = None
    """Plays the cells of the picture instead of its own frames."""
    frame_ms: FrameTimes | None = None
    """Of an animated picture; written by the farm, which knows the picture."""
    animations: Annotated[tuple[BoxAnimation, ...], _Several, _Bounded] = ()

    @property
    def moving(self) -> bool:
        """Whether it shows more than one picture."""
        return self.sprite is not None or self.frame_ms is not None


class SvgLayer(ContentSizedLayer):
    """A drawing that comes with the scene: plain shapes and gradients, as SVG text."""

    type: Literal["svg"]
    svg: SvgText
    """Paths, shapes, groups and gradients; nothing that refers to another file."""
    fit: Fit = "contain"
    """How the drawing lies in a box of other proportions."""
    animations: Annotated[tuple[BoxAnimation, ...], _Several, _Bounded] = ()


class TextLayer(ContentSizedLayer):
    """Text of one style; wraps where ``size.width`` is given."""

    type: Literal["text"]
    text: Annotated[DrawableText, AfterValidator(known_places)]
    """Line feeds begin new lines; emoji and every script with a font are drawn. ``{data.NAME}``, or
    ``{data.NAME:FORMAT}``, shows that value of the scene's ``data``."""
    font: Font = "sans"
    """The family."""
    font_asset: Name | None = None
    """An uploaded font, by its id or its name. It draws what it has; the family draws the rest."""
    font_size: FontSize = 48.0
    """Viewport px, or a share of the shorter side of what the layer lies in."""
    weight: Weight = "normal"
    """How heavy the letters are."""
    style: Style = "normal"
    """Upright or italic."""
    colour: ColourText = "#ffffff"
    """Of the letters."""
    align: Align = "left"
    """Of each line in the box."""
    line_height: float = Field(1.2, ge=0.5, le=5)
    """In font sizes."""
    value: float | None = Field(None, ge=-MAX_VALUE, le=MAX_VALUE)
    """Every ``{value}`` in the text shows it; without one the text stays as it was written."""
    format: NumberFormat = "f"
    """How the value is written, such as ``f``, ``,.2f``, ``+f``, ``03f``, ``.1%`` or ``mm:ss``."""
    vertical_align: VerticalAlign = "top"
    """In a box of a given height."""
    letter_spacing: LetterSpacing = 0.0
    """Between letters, viewport px or a share; scripts whose letters join are left alone."""
    max_lines: int | None = Field(None, ge=1, le=200)
    """Of more lines the last that fits ends in an ellipsis."""
    stroke: ColourText | None = None
    """Around the letters, below their colour."""
    stroke_width: TextStroke = 0.0
    """Viewport px, or a share of the shorter side."""
    shadow: ShadowPart | None = None
    """Below the letters."""
    background: BackdropPart | None = None
    """A box behind the text."""
    animations: Annotated[tuple[TextAnimation, ...], _Several, _Bounded] = ()

    @model_validator(mode="after")
    def _moves_a_value_that_it_has(self) -> TextLayer:
        found: list[tuple[str, str]] = []
        found += [(f".animations[{i}]", animation.target) for i, animation in enumerate(self.animations)]
        found += [(f".bindings[{i}]", binding.target) for i, binding in enumerate(self.bindings)]
        for at, target in found:
            if target == "value" and self.value is None:
                raise mistake(
                    "needs a number to move: give the layer a value, and {value} a place in its text",
                    f"{at}.property",
                )
        return self


class ShapeLayer(LayerBase):
    """A shape in the layer's box; where the document gives no size it fills the viewport."""

    type: Literal["shape"]
    shape: ShapeName
    """A circle is the largest one in the middle of the box; an ellipse touches its sides."""
    radius: Radius = 0.0
    """Of a rectangle's corners: viewport px, or a share of the shorter side."""
    fill: ColourText | None = None
    """Of its area; a line has none."""
    stroke: ColourText | None = None
    """Inside its outline; of a line, around it."""
    stroke_width: Spacing = 0.0
    """Viewport px, or a share of the shorter side."""
    points: Points | None = None
    """Of a polygon, which is closed, or a line: ``[x, y]`` each, shares of the box."""
    corners: int = Field(5, ge=3, le=MAX_CORNERS)
    """Of a polygon without points, or of a star."""
    inner: Unit = 0.5
    """How far out the inner corners of a star lie."""
    cap: LineCap = "butt"
    """How a line ends."""
    gradient: GradientPart | None = None
    """Painted over the fill."""
    shadow: ShadowPart | None = None
    """Below the shape."""

    @field_validator("points")
    @classmethod
    def _enough_points(cls, points: Points | None, info: ValidationInfo) -> Points | None:
        if points is not None and len(points) < 3 and info.data.get("shape") == "polygon":
            raise mistake("has 2 entries; a polygon needs at least 3")
        return points

    animations: Annotated[tuple[ShapeAnimation, ...], _Several, _Bounded] = ()


class FrameNumberLayer(LayerBase):
    """The output frame's number as a row of black and white cells, for machines to read."""

    type: Literal["frame_number"]
    bits: int = Field(24, ge=1, le=53)
    """How many of the number's lowest bits are shown."""
    cell: int = Field(32, ge=2, le=256)
    """The side of a cell in viewport px."""
    size: None = Field(None, description="A frame number's size follows from its cells.")
    slot: None = Field(None, description="No layout can size a frame number.")
    animations: Annotated[tuple[PlacingAnimation, ...], _Several, _Bounded] = ()


_CardText = Annotated[DrawableText, Field(max_length=MAX_CARD_CHARS)]


class CardLayer(ContentSizedLayer):
    """A status card: a badge with a stream's state, a title and lines of text on a panel."""

    type: Literal["card"]
    title: _CardText
    """In large letters."""
    lines: Annotated[tuple[_CardText, ...], Field(strict=False, max_length=MAX_CARD_LINES)] = ()
    """Below the title."""
    state: CardState = "live"
    """What the badge says."""
    accent: ColourText | None = None
    """Replaces the state's own colour."""
    animations: Annotated[tuple[BoxAnimation, ...], _Several, _Bounded] = ()


class FeedLayer(PictureSource, FeedFields, ContentSizedLayer):
    """A picture on a card, with a caption and what is known of the work that it shows."""

    ways: ClassVar[tuple[str, ...]] = ("asset", "url", "feed")

    type: Literal["feed"]
    feed: Name | None = None
    """A live feed of the stream; the layer shows its newest picture."""
    stale_after: float | None = Field(None, ge=0.5, le=3600)
    """Seconds after which a live feed without a new picture is dim and a lost signal; None for never."""
    animations: Annotated[tuple[BoxAnimation, ...], _Several, _Bounded] = ()

    @property
    def can_stall(self) -> bool:
        """Whether time alone may change what it shows."""
        return self.feed is not None and self.stale_after is not None


class CharacterLayer(ContentSizedLayer):
    """A character made of parts, which breathes, blinks and speaks; as large as fits into its box."""

    type: Literal["character"]
    character: Name
    """The name of a built-in one, or the id of an uploaded package."""
    role: Role = "host"
    """What it is in the show, for programs that look for their host."""
    state: CharacterState = "idle"
    """A character that speaks without a voice to follow moves its mouth as if it had one."""
    emotion: Name = NEUTRAL
    """An expression of the character; one that it has not is drawn as "neutral"."""
    mirrored: bool = False
    """Looks the other way."""
    animations: Annotated[tuple[BoxAnimation, ...], _Several, _Bounded] = ()


AnyLayer = (
    ColourLayer
    | ImageLayer
    | SvgLayer
    | TextLayer
    | ShapeLayer
    | FrameNumberLayer
    | CardLayer
    | FeedLayer
    | CharacterLayer
)
Layer = Annotated[Annotated[AnyLayer, Field(discriminator="type")], BeforeValidator(spelt_alike)]
