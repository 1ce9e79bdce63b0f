"""What is to be on air of a stream, in the words of who decides when its frames are drawn."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from coordinator.degrade import Measures
from farm.messages import VariantOf


class Order(NamedTuple):
    """What is to be on air."""

    revision: int
    """The newest scene revision; 0 when there is none yet."""
    playing: bool
    started_wall_ms: int | None
    """Which start of the stream; a new one begins at scene time 0."""
    quality: str = "high"
    """How finely to draw, from the next epoch on."""
    replacing: bool = False
    """The process that gives credit is about to be replaced by one for a newer generation."""
    snapshot: int = 0
    """The newest of what is live, see :mod:`scene.live`; 0 when nothing is."""
    batch: int = 1
    """So many frames are ordered together, unless the next tick would wait for one of them."""
    variant_of: VariantOf | None = None
    """Where the scene of a rendition comes from."""
    free: bool = False
    """Frame n of a free stream shows frame ``first_frame`` + n of the scene, whoever encodes it."""
    first_frame: int = 0
    hold: int = 1
    """Every so many ticks get a new picture."""
    scale: Fraction = Fraction(1)
    """How much smaller than the canvas to draw."""
    lean: bool = False
    """Without the layers that are optional."""
    ahead: int = 0
    """So many frames more are ordered than the credit asks for, so that the first of a batch isn't late."""
    priority: str = "normal"
    """Whose frames are drawn first when workers are short: one of ``farm.tasks.LANES``."""


def relieved(order: Order, measures: Measures) -> Order:
    """``order`` as an overloaded stream gets it."""
    return order._replace(
        batch=measures.batch,
        ahead=measures.ahead,
        hold=measures.hold,
        scale=measures.scale,
        lean=measures.lean,
    )
