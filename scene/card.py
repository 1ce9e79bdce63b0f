"""A status card: what a stream says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scene.colour import Colour

CardState = Literal["idle", "waiting", "starting", "live", "paused", "stopping", "failed"]
"""The states of a stream."""

ShownState = Literal[CardState, "stream"]
"""One of them, or that of the stream that shows the card."""

MAX_CARD_LINES = 8
MAX_CARD_CHARS = 200
"""Of a card's title, and of each of its lines."""


@dataclass(frozen=True, slots=True)
class CardContent:
    """A panel with the state as a badge, a title and lines below it.

    ``scale`` is canvas pixels per viewport pixel; ``accent`` replaces the state's own colour.
    """

    title: str
    lines: tuple[str, ...]
    state: CardState
    accent: Colour | None
    scale: float
