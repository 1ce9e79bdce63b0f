"""Layers that show a stream's state."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from scene.animation import BoxAnimation
from scene.card import MAX_CARD_CHARS, MAX_CARD_LINES, ShownState
from scene.fields import ColourText, DrawableText
from scene.kinds.layer import Bounded, ContentSizedLayer, Several
from scene.standing import known_stream_places

_CardText = Annotated[DrawableText, Field(max_length=MAX_CARD_CHARS), AfterValidator(known_stream_places)]


class CardLayer(ContentSizedLayer):
    """A status card: a badge with a stream's state, a title and lines of text on a panel."""

    type: Literal["card"]
    title: _CardText
    """In large letters. ``{stream.state}``, ``{stream.uptime}``, ``{stream.fps}`` and ``{stream.size}`` show
    how the stream stands, here and in the lines."""
    lines: Annotated[tuple[_CardText, ...], Field(strict=False, max_length=MAX_CARD_LINES)] = ()
    """Below the title."""
    state: ShownState = "stream"
    """What the badge says; "stream" is how the stream stands that shows the card: live or paused."""
    accent: ColourText | None = None
    """Replaces the state's own colour."""
    animations: Annotated[tuple[BoxAnimation, ...], Several, Bounded] = ()
