"""From a painter's box and raster to those of the finished layer: cropped, with all effects.

Effects work on the upright picture; a layer that is turned is turned after them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from scene.finish import Finish
from workers.effects.effect import Area, Margin
from workers.effects.registry import EFFECTS
from workers.painters.painter import Box, Raster, whole_px

_NOTHING = Box(0, 0)


@lru_cache(maxsize=1024)
def finished_box(box: Box, finish: Finish) -> Box:
    """The box as it was, to which the anchor refers; a margin that is larger by what the effects spread and
    smaller by what is cropped. Empty when nothing is left. ``unsettled`` stays with the painter's box."""
    left, top, right, bottom = _crop(finish)
    if left + right >= box.width or top + bottom >= box.height:
        return replace(_NOTHING, problem=box.problem)
    margin = _cropped_margin(box, finish)
    for effect in finish.effects:
        margin = _wider(margin, EFFECTS[type(effect)].spread(effect))
    return replace(box, margin=margin, even=None if finish.effects else box.even, unsettled=None)


def finished(raster: Raster, box: Box, finish: Finish) -> Raster:
    """``raster``, which a painter made for ``box``, as a raster of the finished box."""
    margin = _cropped_margin(box, finish)
    left, top = box.margin[0] - margin[0], box.margin[1] - margin[1]
    width, height = box.width + margin[0] + margin[2], box.height + margin[1] + margin[3]
    raster = raster[top : top + height, left : left + width]
    crop = _crop(finish)
    inner_width, inner_height = box.width - crop[0] - crop[2], box.height - crop[1] - crop[3]
    for effect in finish.effects:
        area = Area(margin[0] + crop[0], margin[1] + crop[1], inner_width, inner_height)
        raster = EFFECTS[type(effect)].apply(raster, effect, area)
        margin = _wider(margin, EFFECTS[type(effect)].spread(effect))
    return raster


def _crop(finish: Finish) -> Margin:
    left, top, right, bottom = finish.crop
    return whole_px(left), whole_px(top), whole_px(right), whole_px(bottom)


def _cropped_margin(box: Box, finish: Finish) -> Margin:
    """Where something is cut off, no ink is left beyond the cut."""
    left, top, right, bottom = (
        -cut if cut else ink for cut, ink in zip(_crop(finish), box.margin, strict=True)
    )
    return left, top, right, bottom


def _wider(a: Margin, b: Margin) -> Margin:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]
