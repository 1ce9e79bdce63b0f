"""Layers that show a stream's state."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from scene.animation import BoxAnimation
from scene.card import MAX_CARD_CHARS, MAX_CARD_LINES, CardState
from scene.fields import ColourText, DrawableText
from scene.kinds.layer import Bounded, ContentSizedLayer, Several

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
    animations: Annotated[tuple[BoxAnimation, ...], Several, Bounded] = ()
