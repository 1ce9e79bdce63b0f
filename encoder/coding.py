"""What encodes a stream's canvas, and its sound, as its pipeline sees them."""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol

from encoder.flv import Tag


class Coder(Protocol):
    """What encodes pictures; methods raise EncoderFailed."""

    origin_s: Fraction
    """Media time of tick 0."""

    def encode(self, tick: int, *, keyframe: bool) -> list[Tag]:
        """The picture that is on the canvas now, shown at ``tick``."""
        ...

    def flush(self) -> list[Tag]:
        """What is left in the encoder; the last call."""
        ...


class Sound(Protocol):
    """What encodes sound; methods raise EncoderFailed."""

    def until(self, tick: int) -> list[Tag]:
        """The blocks that begin before or with the picture of ``tick`` and were not given yet."""
        ...


class NoSound:
    """Films have none."""

    def until(self, _tick: int) -> list[Tag]:
        """Nothing."""
        return []
