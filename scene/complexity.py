"""What a scene costs to draw, estimated from its areas, effects and motion, without drawing it.

The scene is looked at, two frames in a row, at moments of its first seconds. What differs between them has
to be drawn: areas are blended anew, and a layer that looks otherwise is painted anew first. The rates are
those that ``framefarm perf compose`` measures on one core of a 2-core x86-64 host; its column "guess" is
this estimate. It is good to a factor of about two: enough to tell a light scene from a heavy one, and which
of its layers makes it so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scene.changes import changed_between
from scene.content import LayerState
from scene.document import Scene
from scene.extent import extent_of, ink_size
from scene.finish import Blurred, Keyed, Masked, Pixelated, Recoloured, Shadowed, Vignetted
from scene.geometry import Rect, area, even_inside, merge_rects, overlap
from scene.painting import paint_ns
from scene.state import SceneState, scene_at
from scene.time import Segment
from scene.version import SceneVersion

MOMENTS = 24
EVERY_S = Fraction(2, 5)
"""Between the moments that are looked at: an odd share of what animations usually last."""
MAX_NAMED = 5
"""So many of the most expensive layers are named."""

_CLEAR_NS, _BLEND_NS, _OVERLAY_NS = 0.15, 0.3, 12.0
"""A pixel of the background; of a layer over it; of one with a blend mode."""
_CONVERT_NS, _TURN_NS = 1.0, 15.0
"""A pixel of a new sprite; of one that is turned."""
_STILL_NS, _MOVING_NS, _FRAME_NS = 2_500.0, 45_000.0, 30_000.0
"""A layer that stands still; one that moves; a frame."""
_EFFECT_NS: dict[type, float] = {
    Blurred: 5.0,
    Recoloured: 6.0,
    Shadowed: 16.0,
    Masked: 9.0,
    Vignetted: 20.0,
    Pixelated: 9.0,
    Keyed: 80.0,
}
"""A pixel of the layer; another effect costs as much as the dearest."""

_REASONS = {
    "content": "is painted anew while it changes",
    "effects": "has effects that change",
    "turn": "turns",
    "move": "moves",
    "still": "is large, or lies where others move",
}


@dataclass(frozen=True, slots=True)
class LayerCost:
    """What a layer adds to a frame, in ms of CPU on average, and what makes it so."""

    id: str
    ms: float
    reason: str


@dataclass(frozen=True, slots=True)
class Complexity:
    """Milliseconds of one core's time."""

    score: float
    """Percent of one core that drawing takes at the stream's rate. Above 100 one worker is not enough."""
    frame_ms: float
    """A frame on average: what changed since the one before."""
    peak_ms: float
    """The dearest of those that were looked at."""
    whole_ms: float
    """Every pixel of a frame whose layers are at hand."""
    opening_ms: float
    """The first frame: every layer is painted."""
    changed: float
    """Share of the canvas that a frame changes, on average."""
    layers: tuple[LayerCost, ...]
    """The dearest, at most MAX_NAMED, the dearest first."""


def complexity(scene: Scene, canvas: tuple[int, int], fps: Fraction, revision: int = 1) -> Complexity:
    """What ``scene``, which is ``revision``, costs on a canvas of (width, height) at ``fps``, as if all of it
    began now."""
    version = SceneVersion(revision, scene, _AllBorn(), canvas)
    segment = Segment(0, revision, Fraction(0), Fraction(1))
    steps = []
    for moment in range(MOMENTS):
        n = round(moment * EVERY_S * fps)
        steps.append(_Step(scene_at(version, n, segment, fps), scene_at(version, n + 1, segment, fps)))
    costs = [step.ns for step in steps]
    frame_ms = sum(costs) / len(costs) / 1e6
    last = steps[-1].after
    whole = _blending_ns(last, [(0, 0, last.width, last.height)])
    opening = whole + sum(_painting_ns(layer, None) for layer in last.layers)
    return Complexity(
        score=round(frame_ms * float(fps) / 10, 1),
        frame_ms=round(frame_ms, 3),
        peak_ms=round(max(costs) / 1e6, 3),
        whole_ms=round(whole / 1e6, 3),
        opening_ms=round(opening / 1e6, 3),
        changed=round(sum(step.changed for step in steps) / len(steps), 4),
        layers=_dearest(steps),
    )


class _AllBorn(Mapping[int, Fraction]):
    """Every revision was first shown at 0 s."""

    def __getitem__(self, _revision: int) -> Fraction:
        return Fraction(0)

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


class _Step:
    """From one frame to the next."""

    def __init__(self, before: SceneState, after: SceneState) -> None:
        self.after = after
        width, height = after.width, after.height
        rects = changed_between(before, after, lambda layer: even_inside(extent_of(layer), width, height))
        merged = merge_rects(rects, width, height)
        earlier = {layer.id: layer for layer in before.layers}
        self.layers: dict[str, tuple[float, str]] = {}
        for layer in after.layers:
            old = earlier.get(layer.id)
            way = _way(old, layer)
            ns = _MOVING_NS if way != "still" else _STILL_NS
            ns += _layer_blending_ns(layer, merged) + (
                0.0 if way in ("still", "move") else _painting_ns(layer, old)
            )
            self.layers[layer.id] = (ns, way)
        self.changed = sum(map(area, merged)) / (width * height)
        self.ns = (
            _FRAME_NS + self.changed * width * height * _CLEAR_NS + sum(ns for ns, _ in self.layers.values())
        )


def _way(old: LayerState | None, new: LayerState) -> str:
    """What makes ``new`` expensive; a key of _REASONS."""
    if old is new or old == new:
        return "still"
    if old is None or old.content != new.content or (old.width, old.height) != (new.width, new.height):
        return "content"
    if old.finish != new.finish:
        return "effects"
    return "turn" if old.rotation_deg != new.rotation_deg else "move"


def _painting_ns(layer: LayerState, old: LayerState | None) -> float:
    """Of the layer's own pixels, when ``old`` is at hand: what is the same of it is not done again."""
    width, height = ink_size(layer)
    pixels = width * height
    anew = old is None or (old.content, old.width, old.height) != (layer.content, layer.width, layer.height)
    ns = paint_ns(layer.content, width, height) if anew else 0.0
    if anew or (old is not None and old.finish != layer.finish):
        ns += pixels * sum(
            _EFFECT_NS.get(type(effect), max(_EFFECT_NS.values())) for effect in layer.finish.effects
        )
    if layer.rotation_deg:
        ns += area(extent_of(layer)) * _TURN_NS
    return ns + pixels * _CONVERT_NS


def _blending_ns(state: SceneState, rects: Sequence[Rect]) -> float:
    cleared = sum(map(area, rects)) * _CLEAR_NS
    return _FRAME_NS + cleared + sum(_STILL_NS + _layer_blending_ns(layer, rects) for layer in state.layers)


def _layer_blending_ns(layer: LayerState, rects: Sequence[Rect]) -> float:
    rate = _BLEND_NS if layer.finish.blend == "normal" else _OVERLAY_NS
    return rate * sum(_shared_px(extent_of(layer), rect) for rect in rects)


def _shared_px(a: Rect, b: Rect) -> int:
    if not overlap(a, b):
        return 0
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    return across * (min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]))


def _dearest(steps: Sequence[_Step]) -> tuple[LayerCost, ...]:
    totals: dict[str, dict[str, float]] = {}
    for step in steps:
        for layer_id, (ns, way) in step.layers.items():
            ways = totals.setdefault(layer_id, {})
            ways[way] = ways.get(way, 0.0) + ns / len(steps) / 1e6
    costs = [
        LayerCost(layer_id, round(sum(ways.values()), 3), _REASONS[max(ways, key=lambda way: ways[way])])
        for layer_id, ways in totals.items()
    ]
    return tuple(sorted(costs, key=lambda cost: -cost.ms)[:MAX_NAMED])
