"""All effects. A new family is a file beside this one and a line in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scene.finish import Blurred, Keyed, Masked, Pixelated, Recoloured, Shadowed, Vignetted
from workers.effects.blur import BlurEffect, ShadowEffect
from workers.effects.chroma_key import ChromaKeyEffect
from workers.effects.effect import Effect
from workers.effects.light import VignetteEffect
from workers.effects.mask import MaskEffect
from workers.effects.pixelate import PixelateEffect
from workers.effects.tone import ToneEffect

EFFECTS: Mapping[type, Effect[Any]] = {
    Blurred: BlurEffect(),
    Recoloured: ToneEffect(),
    Shadowed: ShadowEffect(),
    Masked: MaskEffect(),
    Vignetted: VignetteEffect(),
    Pixelated: PixelateEffect(),
    Keyed: ChromaKeyEffect(),
}
"""By the kind of state. Any: an effect takes its own kind only, which this type cannot say."""
