"""Where layers with a slot lie, and how an edit moves them: a version holds all that its layout needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from scene.animation import BOUNDS, AfterRevision
from scene.document import Scene, variant_of
from scene.fields import Size, viewport_px
from scene.layers import AnyLayer, ColourLayer, ShapeLayer
from scene.layout import LayoutMove, LayoutTransition, arranged
from scene.motion import Motion, Track, between
from scene.timing import curve_of
from scene.tracks import Values, exact
from scene.viewport import Box, Viewport


@dataclass(frozen=True, slots=True)
class Seat:
    """The box that a layout gives a layer; in a free layout, the layer's own after a layout that was not."""

    box: Box
    move: LayoutMove | None
    transition: LayoutTransition

    def seen_from(self, x: float, y: float) -> Seat:
        """The same seat, for a layer whose place is measured from the point ``x``, ``y`` of the viewport."""
        move = self.move and self.move.shifted(x, y)
        return Seat(self.box.seen_from(x, y), move, self.transition)

    def values(self, anchor_x: float, anchor_y: float) -> Values:
        """Place and size of a layer with this anchor."""
        return _values(self.box, anchor_x, anchor_y)

    def tracks(self, anchor_x: float, anchor_y: float, births: Mapping[int, Fraction]) -> tuple[Track, ...]:
        """The way from the box that the layer came from; none before its revision is shown.

        One that is sent elsewhere on its way begins there, at the birth of the edit that sent it.
        """
        curve, duration_s = curve_of(self.transition.easing), exact(self.transition.duration)
        found: dict[str, tuple[Motion, ...]] = {}
        for came_from, goes_to, revision in self._legs():
            begins_s = births.get(revision)
            if begins_s is None:
                continue
            before, after = _values(came_from, anchor_x, anchor_y), _values(goes_to, anchor_x, anchor_y)
            for target, end in after.items():
                under_way = found.get(target, ())
                reached = Track(target, under_way, *BOUNDS[target]).value_at(begins_s)
                way = between(before[target] if reached is None else reached, end, curve)
                leg = Motion(begins_s, duration_s, way, 1, yoyo=False)
                # Of two that begin together the later goes before: the first to be asked.
                found[target] = (leg, *under_way)
        return tuple(Track(target, legs, *BOUNDS[target]) for target, legs in found.items())

    def _legs(self) -> list[tuple[Box, Box, int]]:
        """From, to and by which revision, the oldest first."""
        legs: list[tuple[Box, Box, int]] = []
        move, goes_to = self.move, self.box
        while move is not None:
            came_from = Box(move.x, move.y, move.width, move.height)
            legs.insert(0, (came_from, goes_to, move.start.revision))
            move, goes_to = move.after, came_from
        return legs


def seats(scene: Scene) -> dict[str, Seat]:
    """The seats of the layers that a layout moves or has moved, by id."""
    boxes = _boxes(scene)
    free = scene.layout.type == "free"
    return {
        layer.id: Seat(boxes[layer.id], layer.layout_move, scene.layout_transition)
        for layer in scene.layers
        if layer.id in boxes and not (free and layer.layout_move is None)
    }


def with_layout_moves(old: Scene, new: Scene, revision: int) -> Scene:
    """``new``, which becomes ``revision``, with the boxes that its layers come from where ``old`` had others,
    in each variant, too.

    A move that goes on is kept. A layer that is sent elsewhere on its way begins where it is, which follows
    from the moves before and from the birth of this edit.
    """
    variants = {}
    for name, variant in new.variants.items():
        before = variant_of(old, name) if name in old.variants else Scene()
        moves = _layout_moves(before, variant_of(new, name), revision)
        held = {layer_id: move for layer_id, move in moves.items() if move is not None}
        variants[name] = variant.model_copy(update={"layout_moves": held})
    moves = _layout_moves(old, new, revision)
    layers = tuple(
        layer
        if layer.layout_move == moves[layer.id]
        else layer.model_copy(update={"layout_move": moves[layer.id]})
        for layer in new.layers
    )
    return new.model_copy(update={"layers": layers, "variants": variants})


def _layout_moves(old: Scene, new: Scene, revision: int) -> dict[str, LayoutMove | None]:
    """The move of each layer of ``new``."""
    same_size = old.viewport.size == new.viewport.size
    comparable = same_size and (old.layout.type, new.layout.type) != ("free", "free")
    before, after = (_boxes(old), _boxes(new)) if comparable else ({}, {})
    kept = {layer.id: layer.layout_move for layer in old.layers} if same_size else {}
    moves = {}
    for layer in new.layers:
        was, is_ = before.get(layer.id), after.get(layer.id)
        move = kept.get(layer.id) if layer.slot is not None else None
        if was is not None and is_ is not None and was != is_:
            first = LayoutMove(**was._asdict(), start=AfterRevision(revision=revision))
            move = first if move is None else move.then(was, revision)
        moves[layer.id] = move
    return moves


def _boxes(scene: Scene) -> dict[str, Box]:
    """The boxes of the visible layers with a slot that are known; a free layout knows those with a size."""
    seated = [layer for layer in scene.layers if layer.visible and layer.slot is not None]
    if scene.layout.type == "free":
        own = ((layer.id, _own_box(layer, scene.viewport)) for layer in seated)
        return {layer_id: box for layer_id, box in own if box is not None}
    slots = [layer.slot for layer in seated if layer.slot is not None]
    ids = (layer.id for layer in seated)
    return dict(zip(ids, arranged(scene.layout, slots, scene.viewport), strict=True))


def _own_box(layer: AnyLayer, viewport: Viewport) -> Box | None:
    area = viewport.area(layer.within)
    size = layer.size or Size()
    fills = isinstance(layer, ColourLayer | ShapeLayer)
    width = "100%" if size.width is None and fills else size.width
    height = "100%" if size.height is None and fills else size.height
    if width is None or height is None:
        return None
    sides = viewport_px(width, area.width), viewport_px(height, area.height)
    left, top = area.at(layer.position.origin)
    x = left + viewport_px(layer.position.x, area.width)
    y = top + viewport_px(layer.position.y, area.height)
    return Box(x - layer.anchor.x * sides[0], y - layer.anchor.y * sides[1], *sides)


def _values(box: Box, anchor_x: float, anchor_y: float) -> Values:
    return {
        "position.x": box.x + anchor_x * box.width,
        "position.y": box.y + anchor_y * box.height,
        "size.width": box.width,
        "size.height": box.height,
    }
