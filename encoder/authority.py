"""Which fences coordinators really have: what a frame names is a worker's word, and Redis knows better.

The highest fence shuts out all others. So a worker that is sick, and writes down a fence that nobody has,
would shut out the coordinator and every honest worker. A process therefore asks with each credit who holds
its stream's lease, and believes fences up to that one. A coordinator orders frames when it hears a credit, so
the answer is here before these frames are; only when it got its lease between a credit and the hearing of it
do its first frames wait, for an answer that was asked for after they came.
"""

from __future__ import annotations

from enum import Enum, auto

LATER_ANSWERS = 2
"""The first answer after a claim may have been under way already; the second one was asked for later."""
MOST_CLAIMS = 64
"""Fences of which it is awaited whether somebody has them; of more the oldest are forgotten."""


class Belief(Enum):
    """What there is to say of a fence."""

    TRUE = auto()
    """Some coordinator has it, or had it."""
    OPEN = auto()
    """Nobody is known to have it yet."""
    FALSE = auto()
    """Nobody has it."""


class Authority:
    """Of one stream. :meth:`tell` belongs to the thread that asks Redis, all else to the tick thread."""

    def __init__(self) -> None:
        self.fence = 0
        """The highest that any coordinator is known to have had."""
        self._answers = 0
        self._claims: dict[int, int] = {}

    def tell(self, fence: int | None) -> None:
        """Redis answered: the lease has this fence, or nobody holds it at the moment."""
        self.fence = max(self.fence, fence or 0)
        self._answers += 1

    def belief(self, fence: int) -> Belief:
        """Whether a frame may name ``fence``. One that stays open is to be asked about again."""
        if fence <= self.fence:
            return Belief.TRUE
        claimed = self._claims.setdefault(fence, self._answers)
        if len(self._claims) > MOST_CLAIMS:
            del self._claims[next(iter(self._claims))]
        return Belief.FALSE if self._answers - claimed >= LATER_ANSWERS else Belief.OPEN


def anybody(_fence: int) -> Belief:
    """The belief of those who have nobody to ask."""
    return Belief.TRUE
