"""What a character layer does at a moment: its own state and emotion, or what its performer says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from scene.character import CharacterContent
from scene.fitting import Fitting
from scene.idle import babble, seed_of
from scene.layers import CharacterLayer
from scene.live import Moment

SCENE_TIME = "time"
"""What a character's clock sets among its layer's values: scene time in seconds."""

MOUTH_STEP_S = 1 / 15
"""A mouth changes at most so often: drawn figures speak "on twos"."""


@dataclass(frozen=True, slots=True)
class SceneClock:
    """Scene time itself. It takes the place of a track of a layer."""

    target: str = SCENE_TIME

    def value_at(self, time_s: Fraction) -> float:
        """``time_s``."""
        return float(time_s)


def character_maker(
    layer: CharacterLayer, fitting: Fitting
) -> Callable[[Mapping[str, float], Moment], CharacterContent]:
    """What makes the content of ``layer`` from its values."""
    seed = seed_of(layer.id)

    def content(values: Mapping[str, float], _moment: Moment) -> CharacterContent:
        time_s = values.get(SCENE_TIME, 0.0)
        speaking = layer.state == "speaking"
        return CharacterContent(
            character=layer.character,
            emotion=layer.emotion,
            mirrored=layer.mirrored,
            scale=fitting.scale,
            seed=seed,
            time_s=time_s,
            openness=babble(seed, time_s // MOUTH_STEP_S * MOUTH_STEP_S) if speaking else 0.0,
        )

    return content
