"""The frame number that a ``frame_number`` layer paints, read back from a decoded picture.

Cells from left to right, each a square: white, black, then the number's bits, most significant first
(white is 1), then their even parity and its inverse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

_THRESHOLD = 128
_START = [True, False]


@dataclass(frozen=True)
class PatternPlace:
    """Where the pattern lies in the picture: its top left corner and its cells, in pixels."""

    x: int = 0
    y: int = 0
    cell_px: int = 32
    bits: int = 24

    @property
    def cells(self) -> int:
        """Start marks, bits and parity."""
        return self.bits + 4


def fitting(width: int) -> PatternPlace:
    """The pattern in a picture ``width`` pixels wide: as usual, or with cells as small as must be."""
    usual = PatternPlace()
    return replace(usual, cell_px=max(1, min(usual.cell_px, width // usual.cells)))


def read_number(cells: Sequence[int]) -> int | None:
    """The number in ``cells``, the mean brightness (0..255) of each; None when it is not a pattern."""
    lit = [value >= _THRESHOLD for value in cells]
    bits, parity = lit[2:-2], lit[-2:]
    odd = sum(bits) % 2 == 1
    if lit[:2] != _START or parity != [odd, not odd]:
        return None
    number = 0
    for bit in bits:
        number = number << 1 | bit
    return number


@dataclass
class Tally:
    """What a run of frame numbers says about a stream."""

    frames: int = 0
    unreadable: int = 0
    first: int | None = None
    last: int | None = None
    missing: int = 0
    repeated: int = 0
    backwards: int = 0
    longest_run: int = 0
    """Most pictures in a row with one number."""
    _run: int = 0

    def add(self, number: int | None) -> None:
        """Count the next picture's number; None when it could not be read."""
        self.frames += 1
        if number is None:
            self.unreadable += 1
            return
        if self.last is None:
            self.first = number
        elif number == self.last:
            self.repeated += 1
        elif number < self.last:
            self.backwards += 1
        else:
            self.missing += number - self.last - 1
        self._run = self._run + 1 if number == self.last else 1
        self.longest_run = max(self.longest_run, self._run)
        self.last = number

    def as_dict(self) -> dict[str, object]:
        """The counts, for printing."""
        return {name: value for name, value in asdict(self).items() if not name.startswith("_")}

    def complete(self) -> bool:
        """Every number once, in order, none missing."""
        return self.frames > 0 and not (self.missing or self.repeated or self.backwards or self.unreadable)
