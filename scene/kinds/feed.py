"""Layers that show a feed: a picture and what is known of it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scene.animation import BoxAnimation
from scene.feed import FeedFields
from scene.fields import Name
from scene.kinds.layer import Bounded, ContentSizedLayer, Several
from scene.source import PictureSource


class FeedLayer(PictureSource, FeedFields, ContentSizedLayer):
    """A picture on a card, with a caption and what is known of the work that it shows."""

    ways: ClassVar[tuple[str, ...]] = ("asset", "url", "feed")

    type: Literal["feed"]
    feed: Name | None = None
    """A live feed of the stream; the layer shows its newest picture."""
    stale_after: float | None = Field(None, ge=0.5, le=3600)
    """Seconds after which a live feed without a new picture is dim and a lost signal; None for never."""
    animations: Annotated[tuple[BoxAnimation, ...], Several, Bounded] = ()

    @property
    def can_stall(self) -> bool:
        """Whether time alone may change what it shows."""
        return self.feed is not None and self.stale_after is not None
