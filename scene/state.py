"""The picture of one frame as data: what every layer shows, in canvas pixels."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scene.colour import Colour
from scene.content import LayerState
from scene.live import NOTHING_LIVE, Live
from scene.standing import Standing
from scene.time import Segment
from scene.transitions import Mixing
from scene.version import SceneVersion


@dataclass(frozen=True, slots=True)
class SceneState:
    """One frame. ``layers`` are those that can show, from the lowest to the highest."""

    width: int
    height: int
    background: Colour
    layers: tuple[LayerState, ...]
    mix: Mix | None = None
    """While a transition makes one picture of two: the other one. This is the one that comes."""


@dataclass(frozen=True, slots=True)
class Mix:
    """A moment of a transition."""

    transition: Mixing
    progress: int
    """From the outgoing picture to the incoming one, between 0 and ``scene.onair.STEPS``."""
    outgoing: SceneState


def scene_at(
    version: SceneVersion, n: int, segment: Segment, fps: Fraction, live: Live = NOTHING_LIVE
) -> SceneState:
    """What output frame ``n``, which lies in ``segment``, shows of ``version``; ``live`` is the segment's
    snapshot."""
    time_s = segment.time_at_s(n, fps)
    width, height = version.canvas
    standing = Standing(n, fps, version.canvas, paused=segment.rate == 0)
    shown = version.needed if segment.lean else version.layers
    states = [layer.at(n, time_s, live, standing) for layer in shown]
    layers = tuple(state for state in states if state is not None)
    return SceneState(width, height, version.background, layers)
