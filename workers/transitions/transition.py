"""What a kind of transition is to the compositor."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from farm.transport.planes import Planes
from scene.geometry import Rect
from scene.onair import STEPS
from scene.transitions import Direction

HEADINGS: dict[Direction, tuple[int, int]] = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


class Scenery(NamedTuple):
    """Three pictures of one size."""

    target: Planes
    """Holds the outgoing picture, and then the result."""
    incoming: Planes
    spare: Planes
    """Anything; it may be drawn on."""


class Mixer(Protocol):
    """Draws a moment of one kind of transition."""

    def __call__(self, scenery: Scenery, transition: Any, progress: int, /) -> None:
        """Bring ``scenery.target`` to ``progress``, between 0 and STEPS. ``transition`` is one of the kind
        that the mixer is registered for."""
        ...


def weight(progress: int) -> int:
    """How much of the incoming picture shows, 0..255."""
    return round(255 * progress / STEPS)


def moved(picture: Planes, target: Planes, x: int, y: int) -> None:
    """Copy ``picture`` to ``x``, ``y`` of ``target``, both even; what lies outside is cut off."""
    height, width = target.y.shape
    part = (max(0, -x), max(0, -y), width - abs(x), height - abs(y))
    place: Rect = (max(0, x), max(0, y), part[2], part[3])
    for there, here in zip(target.crop(place), picture.crop(part), strict=True):
        there[...] = here


def way(direction: Direction, progress: int, width: int, height: int) -> tuple[int, int, int, int]:
    """The way of a picture that leaves the canvas towards ``direction``: so far in x and y, even pixels, and
    in all."""
    x, y = HEADINGS[direction]
    done = round((width if x else height) * progress / STEPS / 2) * 2
    return x * done, y * done, x * width, y * height
