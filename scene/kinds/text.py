"""Layers of text."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from scene.animation import TextAnimation
from scene.content import Align, Font, Style, VerticalAlign, Weight
from scene.drawing import BackdropPart, ShadowPart
from scene.fields import ColourText, DrawableText, FontSize, LetterSpacing, Name, TextStroke, mistake
from scene.kinds.layer import Bounded, ContentSizedLayer, Several
from scene.numbers import MAX_VALUE, NumberFormat
from scene.places import known_places


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
    animations: Annotated[tuple[TextAnimation, ...], Several, Bounded] = ()

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
