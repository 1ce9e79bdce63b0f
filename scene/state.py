"""The picture of one frame as data: what every layer shows, in canvas pixels."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scene.colour import Colour
from scene.content import LayerState
from scene.live import NOTHING_LIVE, Live
from scene.time import Segment
from scene.version import SceneVersion


@dataclass(frozen=True, slots=True)
class SceneState:
    """One frame. ``layers`` are those that can show, from the lowest to the highest."""

    width: int
    height: int
    background: Colour
    layers: tuple[LayerState, ...]


def scene_at(
    version: SceneVersion, n: int, segment: Segment, fps: Fraction, live: Live = NOTHING_LIVE
) -> SceneState:
    """What output frame ``n``, which lies in ``segment``, shows of ``version``; ``live`` is the segment's
    snapshot."""
    time_s = segment.time_at_s(n, fps)
    width, height = version.canvas
    states = [layer.at(n, time_s, live) for layer in version.layers]
    layers = tuple(state for state in states if state is not None)
    return SceneState(width, height, version.background, layers)
