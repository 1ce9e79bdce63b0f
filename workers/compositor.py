"""Composes a scene's picture, or any part of it, in planes of Y'CbCr.

A pixel's result depends on what lies at that pixel alone (where a layer has a blend mode: in that pixel's
2 x 2 block), never on the rectangles that were asked for: that is what makes a patch equal the same part of
a full frame. What an opaque layer hides is not drawn. Nothing is allocated here but views.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from farm.transport.planes import Planes
from scene.colour import Colour
from scene.geometry import Rect, overlap
from scene.state import SceneState
from workers import kernel
from workers.blending import Blender, Overlay
from workers.costs import LayerCosts
from workers.looks import Placed
from workers.mixing import Mixing
from workers.painters.painter import Quality
from workers.placement import contains, shared
from workers.raster import Sprite, ycc
from workers.sprites import Pixels, Sprites

OPAQUE = 255


class Compositor:
    """Draws with the pixels of ``sprites``."""

    def __init__(self, sprites: Sprites, costs: LayerCosts | None = None) -> None:
        self._sprites = sprites
        self.costs = costs or LayerCosts()
        """Of the picture that was composed last."""
        self._blender = Blender()
        self._mixing = Mixing()

    def compose(
        self, state: SceneState, rects: Iterable[Rect], planes: Planes, quality: Quality = "high"
    ) -> tuple[tuple[str, str], ...]:
        """Draw exactly ``rects`` of ``state``, even and inside it, into ``planes``, a whole canvas.

        Answers (layer id, reason) of the layers that are not drawn as they should be. Raises
        StoreUnavailable.
        """
        self.costs.begin()
        try:
            return self._composed(self._sprites.staged(state), rects, planes, quality)
        finally:
            self._sprites.next_frame()

    def _composed(
        self, state: SceneState, rects: Iterable[Rect], planes: Planes, quality: Quality
    ) -> tuple[tuple[str, str], ...]:
        if state.mix is None:
            self._draw(state, rects, planes, quality)
            return self._problems(state)
        self._mixing.draw(
            state,
            state.mix,
            tuple(rects),
            planes,
            lambda scene, canvas: self._draw(scene, [(0, 0, scene.width, scene.height)], canvas, quality),
        )
        return (*self._problems(state.mix.outgoing), *self._problems(state))

    def _problems(self, state: SceneState) -> tuple[tuple[str, str], ...]:
        problems = ((layer.id, self._sprites.problem(layer)) for layer in state.layers)
        return tuple((layer_id, problem) for layer_id, problem in problems if problem is not None)

    def _draw(self, state: SceneState, rects: Iterable[Rect], planes: Planes, quality: Quality) -> None:
        """One scene, whether it is mixed with another or not."""
        placed = [layer for layer in map(self._sprites.placed, state.layers) if layer is not None]
        for rect in rects:
            visible = [layer for layer in placed if overlap(layer.bounds, rect)]
            self._compose(state.background, visible, rect, planes, quality)

    def _compose(
        self, background: Colour, layers: Sequence[Placed], rect: Rect, planes: Planes, quality: Quality
    ) -> None:
        shown: list[tuple[Placed, Pixels | Colour, Rect]] = []
        hidden: list[Rect] = []
        for layer in reversed(layers):
            part = shared(layer.bounds, rect)
            if part is None or any(contains(cover, part) for cover in hidden):
                continue
            began_ns = self.costs.now_ns()
            pixels = self._sprites.pixels(layer, quality)
            self.costs.add(layer.layer.id, began_ns)
            if pixels is None:
                continue
            shown.append((layer, pixels, part))
            cover = opaque_part(layer, pixels)
            if cover is not None:
                hidden.append(cover)
                if contains(cover, rect):
                    break
        else:
            _clear(planes.crop(rect), background)
        began_ns = self.costs.now_ns()
        for layer, pixels, part in reversed(shown):
            if isinstance(pixels, Sprite):
                _blend(planes.crop(part), pixels, layer, part)
            elif isinstance(pixels, Overlay):
                self._blender.blend(planes.crop(part), pixels, _own_part(layer, part), layer.alpha)
            else:
                _fill(planes, pixels, layer, part)
            began_ns = self.costs.add(layer.layer.id, began_ns)


def opaque_part(layer: Placed, pixels: Pixels | Colour) -> Rect | None:
    """An even part of the canvas in which ``layer`` hides all below; None when there is none."""
    if layer.alpha != OPAQUE or isinstance(pixels, Overlay):
        return None
    x, y, width, height = layer.bounds
    if isinstance(pixels, Sprite):
        if pixels.opaque is None:
            return None
        left, top, width, height = pixels.opaque
        return x + left, y + top, width, height
    if pixels.alpha != OPAQUE:
        return None
    x0, y0 = x + layer.placement.left, y + layer.placement.top
    width, height = layer.box.raster_size
    x1, y1 = x0 + width & ~1, y0 + height & ~1
    x0, y0 = x0 + 1 & ~1, y0 + 1 & ~1
    return (x0, y0, x1 - x0, y1 - y0) if x0 < x1 and y0 < y1 else None


def _clear(planes: Planes, background: Colour) -> None:
    """The background; what shines through it is black."""
    if background.alpha != OPAQUE:
        planes.blacken()
    for plane, value in zip(planes, ycc(background), strict=True):
        kernel.tint(plane, value, background.alpha)


def _blend(target: Planes, sprite: Sprite, layer: Placed, part: Rect) -> None:
    """``part`` of the sprite over ``target``, which is that part of the canvas."""
    x, y, _, height = own = _own_part(layer, part)
    source, clear = sprite.planes.crop(own), sprite.clear.crop(own)
    opacity, (spans, *half) = layer.alpha, sprite.spans
    kernel.over(target.y, source.y, clear.y, opacity, spans[y : y + height], x)
    for plane, pixels, inverse_alpha, spans in zip(target[1:], source[1:], clear[1:], half, strict=True):
        rows = spans[y // 2 : (y + height) // 2]
        kernel.over(plane, pixels, inverse_alpha, opacity, rows, x // 2)


def _own_part(layer: Placed, part: Rect) -> Rect:
    """``part`` of the canvas in the pixels of what lies at ``layer``'s bounds."""
    bounds = layer.bounds
    return part[0] - bounds[0], part[1] - bounds[1], part[2], part[3]


def _fill(planes: Planes, colour: Colour, layer: Placed, part: Rect) -> None:
    """An even colour over the layer's box inside ``part``; odd edges cover half a chroma sample."""
    x0 = layer.bounds[0] + layer.placement.left
    y0 = layer.bounds[1] + layer.placement.top
    width, height = layer.box.raster_size
    left, right = max(x0, part[0]), min(x0 + width, part[0] + part[2])
    top, bottom = max(y0, part[1]), min(y0 + height, part[1] + part[3])
    alpha = round(colour.alpha * layer.alpha / OPAQUE)
    y, *chroma = ycc(colour)
    if left >= right or top >= bottom or alpha == 0:
        return
    kernel.tint(planes.y[top:bottom, left:right], y, alpha)
    for first_y, last_y, halves_y in _samples(top, bottom):
        for first_x, last_x, halves_x in _samples(left, right):
            share = round(alpha * halves_y * halves_x / 4)
            for plane, value in zip((planes.u, planes.v), chroma, strict=True):
                kernel.tint(plane[first_y:last_y, first_x:last_x], value, share)


def _samples(start: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """The chroma samples under the pixels ``start``..``stop``: (from, to, covered halves of each)."""
    if start % 2:
        yield start // 2, start // 2 + 1, 1
    if (start + 1) // 2 < stop // 2:
        yield (start + 1) // 2, stop // 2, 2
    if stop % 2:
        yield stop // 2, stop // 2 + 1, 1
