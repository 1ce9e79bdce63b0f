"""The contract of time, as the scene sees it.

*Output frame* n counts ticks of the encoder's clock since the epoch began; its pts is n / fps, exact.
*Scene time* t, in seconds, is what animations are written in. Segments map n to t piecewise: each says
"from output frame k on, show revision r with live snapshot s; scene time there is t0 and advances at `rate`
per second". A pause is a segment of rate 0, a seek one with another t0. Nobody waits for scene time: it is a
pure function of n, so any worker can draw any frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Segment:
    """From ``from_frame`` on, ``revision`` is on air; scene time there is ``scene_time_s``."""

    from_frame: int
    revision: int
    scene_time_s: Fraction
    rate: Fraction
    snapshot: int = 0
    """Of what is live, see :mod:`scene.live`; 0 while nothing is."""
    lean: bool = False
    """Whether layers that are optional are left out, because the farm has too much to do."""

    def time_at_s(self, frame: int, fps: Fraction) -> Fraction:
        """Scene time of output frame ``frame``, in seconds; exact."""
        return self.scene_time_s + self.rate * (frame - self.from_frame) / fps


def segment_at(segments: Sequence[Segment], frame: int) -> Segment:
    """The segment that ``frame`` lies in: the last whose ``from_frame`` is not after it.

    ``segments`` are in rising order of ``from_frame``. Raises LookupError when the frame lies before all.
    """
    for segment in reversed(segments):
        if segment.from_frame <= frame:
            return segment
    raise LookupError(f"frame {frame} lies before the first segment")


def segments_covering(segments: Sequence[Segment], first: int, last: int) -> tuple[Segment, ...]:
    """The fewest segments that map every frame of ``first``..``last`` (both inclusive)."""
    upto = [segment for segment in segments if segment.from_frame <= last]
    start = max((i for i, segment in enumerate(upto) if segment.from_frame <= first), default=0)
    return tuple(upto[start:])
