"""Gradients as the scanline kernel takes them: colours in a row, and where each of them lies."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scene.colour import Colour
from scene.paint import Gradient
from workers.painters.painter import premultiplied

_COLOURS = 4096
_CLEAR = Colour(0, 0, 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Ramp:
    """``colours`` (n, 4) are premultiplied; see ``workers.scanline.paint`` for the rest."""

    colours: NDArray[np.uint8]
    radial: bool = False
    place: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


def ramp_of(
    fill: Colour | None, gradient: Gradient | None, box: tuple[int, int], at: tuple[int, int] = (0, 0)
) -> Ramp:
    """``gradient`` over ``fill`` in a ``box`` (width, height) whose upper left corner lies at ``at``, px."""
    below = np.array([premultiplied(fill or _CLEAR)], np.uint8)
    if gradient is None:
        return Ramp(below)
    places = [place for place, _ in gradient.stops]
    straight = np.array([colour for _, colour in gradient.stops], np.float64)
    along = np.linspace(0, 1, _COLOURS)
    mixed = np.stack([np.interp(along, places, channel) for channel in straight.T], axis=1)
    mixed[:, :3] *= mixed[:, 3:] / 255
    whole = mixed + below * (1 - mixed[:, 3:] / 255)
    colours = (whole + 0.5).astype(np.uint8)
    if gradient.kind == "radial":
        return Ramp(colours, radial=True, place=_outwards(gradient, box, at))
    return Ramp(colours, place=_along(gradient.angle_deg, box, at))


def _outwards(
    gradient: Gradient, box: tuple[int, int], at: tuple[int, int]
) -> tuple[float, float, float, float]:
    across, down = (2 / (gradient.reach * side) for side in box)
    x, y = (corner + share * side for corner, share, side in zip(at, gradient.centre, box, strict=True))
    return (across, down, -x * across, -y * down)


def _along(angle_deg: float, box: tuple[int, int], at: tuple[int, int]) -> tuple[float, float, float, float]:
    # The length of a gradient line: https://www.w3.org/TR/css-images-3/#linear-gradients
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    length = max(abs(box[0] * cos) + abs(box[1] * sin), 1e-6)
    across, down = cos / length, sin / length
    x, y = at[0] + box[0] / 2, at[1] + box[1] / 2
    return (across, down, 0.5 - x * across - y * down, 0.0)
