"""Which picture of a moving one shows at a moment of scene time.

Decided in whole numbers like everything about time: a frame that falls exactly on an edge shows the later
picture, on every worker.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Annotated

from pydantic import Field, model_validator

from scene.fields import Part, mistake

MAX_FRAMES = 600
"""Of one moving picture."""

MAX_FRAME_MS = 60_000
"""A picture of an animation stands no longer than this."""

FRAME = "frame"
"""What a playback sets among a layer's values: the number of the picture that shows, from 0."""

FrameTimes = Annotated[
    tuple[Annotated[int, Field(ge=1, le=MAX_FRAME_MS)], ...],
    Field(strict=False, min_length=2, max_length=MAX_FRAMES),
]
"""Milliseconds that each picture of an animation stands; two pictures or more."""


class SpriteSheet(Part):
    """Pictures side by side in one, in equal cells, row by row from the upper left."""

    columns: int = Field(ge=1, le=100)
    """Cells in a row."""
    rows: int = Field(1, ge=1, le=100)
    """Rows of cells."""
    frames: int | None = Field(None, ge=1, le=MAX_FRAMES)
    """How many cells play; all when it is left out."""
    fps: float = Field(12.0, ge=0.1, le=120)
    """Cells per second."""

    @model_validator(mode="after")
    def _fits(self) -> SpriteSheet:
        cells = self.columns * self.rows
        if self.frames is None and cells > MAX_FRAMES:
            raise mistake(f"has {cells} cells; at most {MAX_FRAMES} can play, so say how many", ".frames")
        if self.frames is not None and self.frames > cells:
            raise mistake(f"must be at most {cells}, the number of cells", ".frames")
        return self

    @property
    def length(self) -> int:
        """How many cells play."""
        return self.frames or self.columns * self.rows


@dataclass(frozen=True, slots=True)
class Playback:
    """A moving picture's frames on the time line. It takes the place of a track of a layer."""

    begins_s: Fraction
    ends: tuple[int, ...]
    """When each frame ends, counted in ticks from the beginning of a play; rising."""
    ticks_per_s: Fraction
    plays: int | None
    """How often it plays in all; None for ever. The last frame stays."""
    target: str = FRAME

    def value_at(self, time_s: Fraction) -> float | None:
        """The number of the frame that shows at ``time_s``; None before the beginning."""
        elapsed_s = time_s - self.begins_s
        if elapsed_s < 0:
            return None
        play, tick = divmod(int(elapsed_s * self.ticks_per_s), self.ends[-1])
        if self.plays is not None and play >= self.plays:
            return len(self.ends) - 1
        return bisect_right(self.ends, tick)


def animated(frame_ms: Sequence[int], begins_s: Fraction, speed: Fraction, plays: int | None) -> Playback:
    """Frames that stand for ``frame_ms`` milliseconds each, ``speed`` times as fast."""
    return Playback(begins_s, tuple(accumulate(frame_ms)), 1000 * speed, plays)


def sprites(length: int, begins_s: Fraction, cells_per_s: Fraction, plays: int | None) -> Playback:
    """``length`` cells of a sheet."""
    return Playback(begins_s, tuple(range(1, length + 1)), cells_per_s, plays)
