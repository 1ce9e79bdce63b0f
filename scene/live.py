"""What is live in a scene and no edit of it: values that are set while the scene is on air.

A *snapshot* is all of it at one moment, numbered like a revision and immutable like one; which one a frame
shows its segment says. So a frame stays a pure function of (scene version, snapshot, frame number).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from scene.standing import Standing
from scene.voice import Acting

Datum = str | int | float
"""A text or a number that a scene shows by its name."""


@dataclass(frozen=True, slots=True)
class Change:
    """A value and since when it is shown."""

    value: Datum
    since_s: Fraction | None = None
    """Scene time of the first frame that showed it; None when that is no matter any more."""


@dataclass(frozen=True, slots=True)
class FeedPicture:
    """The newest picture of a live feed, by the address of its bytes."""

    address: str
    since_s: Fraction | None = None
    """Scene time of the first frame that showed it, or a later one; None when no frame has yet."""

    def age_s(self, time_s: Fraction) -> Fraction:
        """How long it has been shown at ``time_s``, at least."""
        return Fraction(0) if self.since_s is None else time_s - self.since_s


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """One snapshot. Compared by identity, so that it can be the key of a cache."""

    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    """By name, the newest last; what came before it says how a number got there."""
    acting: Mapping[str, Acting] = field(default_factory=dict)
    """By the character's layer."""
    feeds: Mapping[str, FeedPicture] = field(default_factory=dict)
    """By the feed's name."""

    def value(self, name: str) -> Datum | None:
        """What ``name`` is now; None when nobody has said."""
        changes = self.changes.get(name)
        return changes[-1].value if changes else None


NOTHING_LIVE = Live()
"""A stream whose scene says everything."""


def settled(values: Mapping[str, Datum]) -> Live:
    """``values`` as if they had always been so."""
    return Live({name: (Change(value),) for name, value in values.items()})


@dataclass(frozen=True, slots=True)
class Moment:
    """What a layer's content may depend on beside its own values."""

    n: int
    """The output frame's number."""
    time_s: Fraction
    """Scene time."""
    live: Live
    standing: Standing | None = None
    """How the stream stands; None where that cannot matter."""
