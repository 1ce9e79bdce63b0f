"""Variants as documents hold them: the same scene for another canvas, with what differs there."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, JsonValue

from scene.fields import ColourText, Name, Part, mistake, worded
from scene.layout import Layout, LayoutMove, LayoutTransition
from scene.viewport import Viewport

MAX_VARIANTS = 8
"""Of one scene."""
MAX_OVERRIDDEN = 100
"""Layers of one variant."""

Overrides = dict[str, Annotated[JsonValue, worded("must be a value of JSON, whose numbers are finite")]]
"""What is merged into a layer: objects field by field, lists as a whole, null sets back to the default
(RFC 7396)."""


def _at_most(limit: int) -> BeforeValidator:
    """Before each entry is looked at: a flood would be looked at to its end."""

    def check(entries: object) -> object:
        if isinstance(entries, dict) and len(entries) > limit:
            raise mistake(f"has {len(entries)} entries; at most {limit} are allowed")
        return entries

    return BeforeValidator(check)


class Variant(Part):
    """What a scene is like on another canvas; what is left out is as in the scene."""

    viewport: Viewport | None = None
    """The whole of it: nothing of the scene's own is kept."""
    background: ColourText | None = None
    """Instead of the scene's own."""
    layout: Layout | None = None
    """Instead of the scene's own."""
    layout_transition: LayoutTransition | None = None
    """Instead of the scene's own."""
    layers: Annotated[dict[Name, Overrides], _at_most(MAX_OVERRIDDEN)] = Field(default_factory=dict)
    """By a layer's id, what differs of it, as a PATCH of the layer takes it. With ``visible`` a layer is in
    some variants only."""
    layout_moves: Annotated[dict[Name, LayoutMove], _at_most(MAX_OVERRIDDEN)] = Field(default_factory=dict)
    """Written by the farm."""


Variants = Annotated[dict[Name, Variant], _at_most(MAX_VARIANTS)]
"""By name."""
