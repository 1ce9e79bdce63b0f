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
from scene.voice import AS_IN_THE_SCENE, EMOTION_S, MOUTH_STEP_S, Acting, Left

SCENE_TIME = "time"
"""What a character's clock sets among its layer's values: scene time in seconds."""


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

    def content(_values: Mapping[str, float], moment: Moment) -> CharacterContent:
        told = moment.live.acting.get(layer.id, AS_IN_THE_SCENE)
        openness, viseme = _mouth(layer, told, moment, seed)
        leaving, arrived = _coming(told, moment)
        return CharacterContent(
            character=layer.character,
            emotion=told.emotion or layer.emotion,
            mirrored=layer.mirrored,
            scale=fitting.scale,
            seed=seed,
            time_s=float(moment.time_s),
            openness=openness,
            viseme=viseme,
            leaving=None if leaving is None else leaving.emotion or layer.emotion,
            arrived=arrived,
        )

    return content


def _mouth(layer: CharacterLayer, told: Acting, moment: Moment, seed: int) -> tuple[float, str | None]:
    """How far it is open, and its shape if the voice says it."""
    heard = told.voice.heard_at(moment.time_s) if told.voice else None
    if heard is not None:
        return heard.openness, heard.viseme
    if (told.state or layer.state) == "speaking":
        return babble(seed, float(moment.time_s // MOUTH_STEP_S * MOUTH_STEP_S)), None
    return 0.0, None


def _coming(told: Acting, moment: Moment) -> tuple[Left | None, float]:
    """The emotion that goes while another comes, and how far that has come, 0..1."""
    if told.left is None or told.left_at_s is None:
        return None, 1.0
    arrived = float(moment.time_s - told.left_at_s) / EMOTION_S
    return (told.left, arrived) if 0 <= arrived < 1 else (None, 1.0)
