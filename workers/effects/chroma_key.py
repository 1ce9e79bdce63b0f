"""Chroma key: a colour becomes clear."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scene.finish import Keyed
from workers.effects.effect import Area, Inside
from workers.painters.painter import Raster

_TO_CHROMA = np.array([[-0.2126, -0.7152, 0.9278], [0.7874, -0.7152, -0.0722]], np.float32) / np.array(
    [[1.8556], [1.5748]], np.float32
)
"""Red, green and blue to Cb and Cr of ITU-R BT.709, -0.5..0.5 each."""


class ChromaKeyEffect(Inside):
    """Alpha by how far a colour is from the key, light and dark alike."""

    def apply(self, raster: Raster, state: Keyed, _area: Area) -> Raster:
        """``raster`` without what is like the key, and with less of the key's light on the rest."""
        alpha = raster[..., 3:].astype(np.float32)
        straight = (raster[..., :3] / np.maximum(alpha, 1)).astype(np.float32)
        key = np.array(state.colour[:3], np.float32) / np.float32(255)
        away = np.hypot(*np.moveaxis((straight - key) @ _TO_CHROMA.T, -1, 0))
        # Softness 0 is a step; half an 8-bit shade keeps it finite.
        rise = np.clip((away - state.tolerance) / max(state.softness, 1 / 512), 0, 1)
        kept: NDArray[np.float32] = alpha * (rise * rise * (3 - 2 * rise))[..., None]
        cleaned = _without_spill(straight, key, state.spill)
        changed = np.concatenate([cleaned * kept, kept], axis=-1)
        return (changed + np.float32(0.5)).astype(np.uint8)


def _without_spill(
    straight: NDArray[np.float32], key: NDArray[np.float32], spill: float
) -> NDArray[np.float32]:
    """The key's strongest channel, where it is above the others, brought down towards these."""
    strongest = int(key.argmax())
    others = np.delete(straight, strongest, axis=-1).max(axis=-1)
    cleaned = straight.copy()
    cleaned[..., strongest] -= np.float32(spill) * np.maximum(straight[..., strongest] - others, 0)
    return cleaned
