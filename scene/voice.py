"""What a character is told to do while it is on air: its state, its emotion, and what it says."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from scene.character import CharacterState

ATTACK_S, RELEASE_S = 0.025, 0.09
"""Time constants of the mouth, a one-pole follower: it opens faster than it closes."""

MOUTH_STEP_S = Fraction(1, 15)
"""A mouth changes at most so often: drawn figures speak "on twos"."""

MAX_VOICE_S = 120
"""The longest voice that one message brings."""

FULL = 255
"""The level of a voice at its loudest."""

EMOTION_S = 0.2
"""So long an emotion takes to come: the posture moves, and the face changes in the middle, behind a blink."""


@dataclass(frozen=True, slots=True)
class Viseme:
    """A shape of the mouth, by its name, from a time of the voice on."""

    at_ms: int
    shape: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A moment of a voice."""

    openness: float
    viseme: str | None


@dataclass(frozen=True, slots=True)
class Voice:
    """How loud a voice is, step by step, 0 to FULL; ``since_s`` is the scene time of its beginning."""

    levels: bytes
    step_ms: int
    visemes: tuple[Viseme, ...]
    since_s: Fraction

    def heard_at(self, time_s: Fraction) -> Heard | None:
        """What is heard at ``time_s``; None before it begins and after it has ended."""
        elapsed_s = time_s - self.since_s
        if not 0 <= elapsed_s * 1000 < len(self.levels) * self.step_ms:
            return None
        # In whole steps of the mouth, and the middle of each.
        at_ms = (elapsed_s // MOUTH_STEP_S * 2 + 1) * MOUTH_STEP_S * 500
        index = min(int(at_ms / self.step_ms), len(self.levels) - 1)
        spoken = bisect_right(self.visemes, int(elapsed_s * 1000), key=lambda viseme: viseme.at_ms) - 1
        shape = self.visemes[spoken].shape if spoken >= 0 else None
        return Heard(followed(self.levels, self.step_ms)[index], shape)


@dataclass(frozen=True, slots=True)
class Left:
    """The emotion before the one that came; None: that of the layer."""

    emotion: str | None


@dataclass(frozen=True, slots=True)
class Acting:
    """What one character does instead of what its layer says. None: as its layer says."""

    state: CharacterState | None = None
    emotion: str | None = None
    left: Left | None = None
    left_at_s: Fraction | None = None
    """Scene time at which it left that; None when it is no matter any more."""
    voice: Voice | None = None


AS_IN_THE_SCENE = Acting()


@lru_cache(maxsize=64)
def followed(levels: bytes, step_ms: int) -> tuple[float, ...]:
    """``levels`` as a mouth follows them, 0..1."""
    rise = 1 - math.exp(-step_ms / 1000 / ATTACK_S)
    fall = 1 - math.exp(-step_ms / 1000 / RELEASE_S)
    now, openness = 0.0, []
    for level in levels:
        target = level / FULL
        now += (target - now) * (rise if target > now else fall)
        openness.append(now)
    return tuple(openness)
