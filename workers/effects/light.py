"""Vignettes."""

from __future__ import annotations

import numpy as np

from scene.finish import Vignetted
from workers.effects.effect import Area, Inside
from workers.painters.painter import Raster, premultiplied


class VignetteEffect(Inside):
    """The corners of the box in another colour; its alpha stays."""

    def apply(self, raster: Raster, state: Vignetted, area: Area) -> Raster:
        """``raster`` with the colour mixed in, all of ``amount`` at the corners of ``area``."""
        height, width = raster.shape[:2]
        x = (np.arange(width, dtype=np.float32) + np.float32(0.5 - area.left)) / np.float32(
            area.width
        ) * 2 - 1
        y = (np.arange(height, dtype=np.float32) + np.float32(0.5 - area.top)) / np.float32(
            area.height
        ) * 2 - 1
        away = np.sqrt((np.square(x)[None, :] + np.square(y)[:, None]) / 2)
        rise = np.clip((away - np.float32(state.size)) / np.float32(1 - state.size), 0, 1)
        share = rise * rise * (3 - 2 * rise) * np.float32(state.amount * state.colour.alpha / 255)
        mixed = (share * 256 + 0.5).astype(np.uint32)[..., None]
        edge = np.array(premultiplied(state.colour._replace(alpha=255)), np.uint32)
        wanted = (edge * raster[..., 3:] + 127) // 255
        mixture: Raster = ((raster * (256 - mixed) + wanted * mixed + 128) >> 8).astype(np.uint8)
        return mixture
