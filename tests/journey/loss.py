"""Loss patterns: what becomes of frames between the order and the encoder, as data (tests/fixtures/loss).

A frame is ordered LEAD ticks before its own. Its *delays* say after how many ticks it is delivered: 0 before
the next tick, LEAD or more after its own; none at all when it is lost, several when it is delivered again.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

LEAD = 3
FOLDER = Path(__file__).parent.parent / "fixtures" / "loss"


class Pattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to lose frames."""

    about: str
    cycle: list[list[int]]
    """The delays of each frame, over and over."""
    frames: dict[int, list[int]] = {}
    """The delays of single frames, of the first epoch."""
    stalls: dict[int, tuple[int, int]] = {}
    """Worker to (tick, tick): what it was given from the first on is delivered with the second."""
    workers: int = 1
    """They take turns."""
    edits: list[int] = []
    """Ticks after which the scene is edited."""
    epochs: list[int] = []
    """Ticks after which the encoder process is replaced."""
    ticks: int = 36
    freeze: int = 0
    """The longest run of ticks that repeat a picture, once the first has come."""

    def delays(self, epoch: int, frame: int) -> list[int]:
        """After how many ticks ``frame`` is delivered."""
        usual = self.cycle[frame % len(self.cycle)]
        return self.frames.get(frame, usual) if epoch == 1 else usual


def patterns() -> dict[str, Pattern]:
    """All of them, by name."""
    return {
        path.stem: msgspec.json.decode(path.read_bytes(), type=Pattern)
        for path in sorted(FOLDER.glob("*.json"))
    }
