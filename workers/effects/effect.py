"""What an effect is: it says how far it reaches, then changes a raster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

from workers.painters.painter import Raster

Margin = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""


@dataclass(frozen=True, slots=True)
class Area:
    """Where in a raster the layer's box lies, without what is cropped."""

    left: int
    top: int
    width: int
    height: int


S_contra = TypeVar("S_contra", contravariant=True)


class Effect(Protocol[S_contra]):
    """One family of effects. Both methods are pure."""

    def spread(self, state: S_contra) -> Margin:
        """How much larger the raster becomes."""
        ...

    def apply(self, raster: Raster, state: S_contra, area: Area) -> Raster:
        """A changed copy of ``raster``, larger by the spread. No colour is above its alpha."""
        ...


class Inside:
    """An effect that reaches nowhere."""

    def spread(self, _state: object) -> Margin:
        """Nothing."""
        return (0, 0, 0, 0)
