"""What characters are told to do while they are on air, as live snapshots keep it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import msgspec

from scene.character import CharacterState
from scene.voice import Acting, Left, Viseme, Voice

MAX_ACTS = 20
"""Characters of one stream that are told something; a snapshot is written as a whole with every change."""


class Spoken(msgspec.Struct, frozen=True, array_like=True):
    """A voice, and the snapshot that brought it: it begins when that is first shown."""

    snapshot: int
    step_ms: int
    levels: bytes
    visemes: tuple[tuple[int, str], ...] = ()
    """Milliseconds of the voice, and the shape from there on."""


class Act(msgspec.Struct, frozen=True):
    """Of one character. None: as its layer says."""

    state: CharacterState | None = None
    emotion: str | None = None
    left: str | None = None
    left_in: int = 0
    """The snapshot in which ``left`` became ``emotion``; 0 for none."""
    spoken: Spoken | None = None

    def feeling(self, emotion: str | None, number: int, shown: int) -> Act:
        """With another emotion from snapshot ``number`` on. ``shown`` is the last one that was on air: an
        emotion that no frame has shown is none that was left."""
        if emotion == self.emotion:
            return self
        left = self.left if self.left_in > shown else self.emotion
        return msgspec.structs.replace(self, emotion=emotion, left=left, left_in=number)

    def acting(self, since_s: Callable[[int], Fraction | None]) -> Acting:
        """As the scene wants it; ``since_s`` tells when what a snapshot brought was first shown."""
        left_at_s = since_s(self.left_in) if self.left_in else None
        left = None if left_at_s is None else Left(self.left)
        return Acting(self.state, self.emotion, left, left_at_s, self._voice(since_s))

    def _voice(self, since_s: Callable[[int], Fraction | None]) -> Voice | None:
        """None for a voice that began too long ago to be heard still."""
        began_s = since_s(self.spoken.snapshot) if self.spoken else None
        if self.spoken is None or began_s is None:
            return None
        visemes = tuple(Viseme(at_ms, shape) for at_ms, shape in self.spoken.visemes)
        return Voice(self.spoken.levels, self.spoken.step_ms, visemes, began_s)
