"""Layers that show a picture."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from scene.animation import BoxAnimation, Loop, Start
from scene.fitting import Fit
from scene.kinds.layer import Bounded, ContentSizedLayer, Several
from scene.playback import FrameTimes, SpriteSheet
from scene.source import PictureSource


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
    animations: Annotated[tuple[BoxAnimation, ...], Several, Bounded] = ()

    @property
    def moving(self) -> bool:
        """Whether it shows more than one picture."""
        return self.sprite is not None or self.frame_ms is not None
