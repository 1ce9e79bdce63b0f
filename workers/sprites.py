"""From layer states to what the compositor blends: measured, placed, painted, converted and cached.

This is the error boundary of the painters: one that raises costs its own layer and nothing else. Where a
layer lies is known without painting it, so a layer that cannot be painted lies where it would have been,
for the full frame and for the patch alike.
"""

from __future__ import annotations

from functools import reduce

from farm.errors import DrawFailed, FarmError, StoreUnavailable
from farm.log import get_logger
from scene.colour import Colour
from scene.content import Content, LayerState
from scene.finish import PLAIN, Finish
from scene.geometry import Rect, bounding
from scene.state import SceneState
from workers.blending import Overlay
from workers.cache import ByteCache, RecentCache
from workers.characters.cast import BuiltInCast
from workers.characters.stage import Stage
from workers.commons import Commons
from workers.finishing import finished, finished_box
from workers.loading import StillLoading
from workers.looks import Look, Looks, PixelKey, Placed
from workers.painters.painter import Box, Quality, Raster
from workers.painters.registry import Painters
from workers.placement import clipped, place
from workers.raster import Sprite, laid_out, make_sprite
from workers.sharing import Sharing
from workers.shelf import Shelf

MAX_RASTER_PX = 16_777_216
"""A layer that needs more pixels than this at once is not drawn; even colours have no such limit."""

_MAX_FAILURES = 256
_EMPTY = Box(0, 0)

_log = get_logger(__name__)


Pixels = Sprite | Overlay


class Sprites:
    """Makes layers ready. Its caches are bounded; equal contents share their pixels.

    Without a ``stage`` there are the built-in characters. ``shelf`` is where sprites are kept beyond this
    process's life, ``commons`` where those of the host's other workers are, if anywhere.
    """

    def __init__(
        self,
        painters: Painters,
        cache_bytes: int,
        stage: Stage | None = None,
        shelf: Shelf | None = None,
        commons: Commons | None = None,
    ) -> None:
        self._painters = painters
        self._stage = stage or Stage(BuiltInCast())
        self._shelf = shelf
        self._sharing = None if commons is None else Sharing(commons)
        self._looks = Looks()
        self.cache: ByteCache[tuple[PixelKey, Quality], Pixels] = ByteCache(cache_bytes)
        self._upright: ByteCache[tuple[Content, Box, Finish, Quality], Raster] = ByteCache(cache_bytes // 8)
        self._failures: RecentCache[tuple[Content, Box, Finish], str] = RecentCache(_MAX_FAILURES)

    def staged(self, state: SceneState) -> SceneState:
        """``state`` with characters as the parts that are drawn; itself when it has none."""
        return self._stage.staged(state)

    def next_frame(self) -> None:
        """Another frame: only between two do pictures come and go."""
        self._looks.next_frame()

    def placed(self, layer: LayerState) -> Placed | None:
        """Where ``layer`` lies; None when it shows nothing. Raises StoreUnavailable."""
        return self._look(layer).placed

    def settled(self, layer: LayerState) -> Placed | None:
        """The same, of a layer that every worker sees alike; None of any other. Raises StoreUnavailable."""
        look = self._look(layer)
        return look.placed if look.painted.unsettled is None and look.painted.problem is None else None

    def problem(self, layer: LayerState) -> str | None:
        """Why ``layer`` is not drawn as it should be, as far as is known."""
        box = self._look(layer).painted
        if box.problem is not None or not self._failures:
            return box.problem
        return self._failures.get((layer.content, box, layer.finish))

    def extent(self, layer: LayerState, width: int, height: int) -> Rect | None:
        """The even part of a canvas of this size that ``layer`` may touch. Raises StoreUnavailable."""
        look = self._look(layer)
        if look.painted.unsettled is None:
            return None if look.placed is None else clipped(look.placed.bounds, width, height)
        extents = self._unsettled(look, width, height)
        return reduce(bounding, extents) if extents else None

    def unsettled_extents(self, layer: LayerState, width: int, height: int) -> list[Rect]:
        """What has to be drawn again in any case; see :attr:`Box.unsettled`. Raises StoreUnavailable."""
        look = self._look(layer)
        return [] if look.painted.unsettled is None else self._unsettled(look, width, height)

    def pixels(self, placed: Placed, quality: Quality) -> Pixels | Colour | None:
        """What to draw at ``placed``: a sprite or an overlay of its bounds, or an even colour of its box.

        None when the painter failed; :meth:`problem` says why. Raises StoreUnavailable.
        """
        content, box, placement = placed.layer.content, placed.box, placed.placement
        finish = placed.layer.finish
        if box.even is not None and placement.turn is None and finish.blend == "normal":
            return box.even
        key = (placed.key, quality)
        found = self.cache.get(key)
        if self._sharing is not None:
            self._sharing.used(key)
        if found is None and self._failures.get((content, placed.painted, finish)) is None:
            found = self._fetched(placed, quality)
            if found is not None:
                size = found.raster.nbytes if isinstance(found, Overlay) else found.bytes
                self.cache.put(key, found, size)
        return found

    def _look(self, layer: LayerState) -> Look:
        """``layer``, measured and placed. Raises StoreUnavailable."""
        look = self._looks.get(layer)
        if look is None:
            painted = self._measured(layer)
            look = self._looks.last(layer, painted) or Look(layer, painted, _placed(layer, painted))
            self._looks.put(look)
        return look

    def _unsettled(self, look: Look, width: int, height: int) -> list[Rect]:
        """Of both looks that the layer may have now."""
        other = look.painted.unsettled
        looks = [look.placed, None if other is None else _placed(look.layer, Box(*other))]
        extents = (clipped(placed.bounds, width, height) for placed in looks if placed is not None)
        return [extent for extent in extents if extent is not None]

    def _measured(self, layer: LayerState) -> Box:
        """The content's box; an empty one with its problem when that cannot be said."""
        content = layer.content
        try:
            return self._painters[type(content)].measure(content, layer.width, layer.height)
        except (StoreUnavailable, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001  the boundary: a painter's error costs its layer only
            reason = self._failed(layer, _EMPTY, error)
            return Box(0, 0, problem=reason)

    def _fetched(self, placed: Placed, quality: Quality) -> Pixels | None:
        """From the commons or the shelf if it is there; else made, and put there."""
        if self._sharing is not None and (common := self._sharing.found(placed, quality)) is not None:
            return common
        made = self._kept(placed, quality)
        if self._sharing is not None and isinstance(made, Sprite):
            self._sharing.made(placed, quality)
        return made

    def share(self) -> None:
        """Between two frames: put a sprite where the host's other workers find it, if one is due."""
        if self._sharing is not None:
            self._sharing.share(self.cache)

    def _kept(self, placed: Placed, quality: Quality) -> Pixels | None:
        if self._shelf is None or placed.placement.turn is not None:
            return self._made(placed, quality)
        kept = self._shelf.get(placed, quality)
        if kept is not None:
            return kept
        made = self._made(placed, quality)
        if isinstance(made, Sprite):
            self._shelf.put(placed, quality, made, self.cache.stats().hits)
        return made

    def _made(self, placed: Placed, quality: Quality) -> Pixels | None:
        try:
            _check_size(*placed.painted.raster_size)
            _check_size(*placed.box.raster_size)
            _check_size(*placed.placement.bounds[2:])
            upright = self._upright_raster(placed, quality)
            blend = placed.layer.finish.blend
            if blend != "normal":
                return Overlay(laid_out(upright, placed.placement, quality), blend)
            return make_sprite(upright, placed.placement, quality)
        except (StoreUnavailable, MemoryError):
            raise
        except StillLoading:
            return None
        except Exception as error:  # noqa: BLE001  the boundary: a painter's error costs its layer only
            self._failed(placed.layer, placed.painted, error)
            return None

    def _upright_raster(self, placed: Placed, quality: Quality) -> Raster:
        """The finished upright picture; a turned layer's is kept, because the next frame turns it further."""
        finish, box = placed.layer.finish, placed.painted
        if finish.is_plain:
            return self._painted(placed, quality, keep=placed.placement.turn is not None)
        if placed.placement.turn is None:
            return finished(self._painted(placed, quality, keep=True), box, finish)
        key = (placed.layer.content, box, finish, quality)
        raster = self._upright.get(key)
        if raster is None:
            raster = finished(self._painted(placed, quality, keep=True), box, finish)
            self._upright.put(key, raster, raster.nbytes)
        return raster

    def _painted(self, placed: Placed, quality: Quality, *, keep: bool) -> Raster:
        """What the painter draws; kept where the next frame may turn it further or change its effects."""
        content, box = placed.layer.content, placed.painted
        key = (content, box, PLAIN, quality)
        raster = self._upright.get(key) if keep else None
        if raster is None:
            raster = self._painters[type(content)].paint(content, box, quality)
            if keep:
                self._upright.put(key, raster, raster.nbytes)
        return raster

    def _failed(self, layer: LayerState, box: Box, error: Exception) -> str:
        """Remember and, once for a content, log why ``layer`` cannot be drawn; the reason."""
        reason = (
            error.message if isinstance(error, FarmError) else f"the painter failed ({type(error).__name__})"
        )
        key = (layer.content, box, layer.finish)
        if self._failures.get(key) is None:
            self._failures.put(key, reason)
            _log.warning(
                "layer cannot be drawn",
                layer=layer.id,
                reason=reason,
                exc_info=not isinstance(error, FarmError),
            )
        return reason


def _placed(layer: LayerState, painted: Box) -> Placed | None:
    box = painted if layer.finish.is_plain or painted.empty else finished_box(painted, layer.finish)
    if box.empty:
        return None
    placement = place(layer, box)
    key = PixelKey(layer.content, box, placement, layer.finish)
    return Placed(layer, box, painted, placement, placement.bounds, key)


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_RASTER_PX:
        raise DrawFailed(f"it is {width} x {height} pixels; at most {MAX_RASTER_PX:,} in all can be drawn")
