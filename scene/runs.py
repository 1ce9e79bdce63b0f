"""How timelines run, as data: a run is one start of a timeline with all that was done to it since.

Every moment is the *birth* of a revision, the scene time at which it was first shown: what an edit does
happens on the very frame that shows the edit first. So where a timeline is at any frame follows from the
document and the births alone. Written by the farm.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated

from pydantic import AfterValidator, Field

from scene.animation import MAX_TIME_S
from scene.fields import Name, Part, mistake

MAX_CHANGES = 16
"""Of one run, which wait for the births of their revisions."""

MAX_RUNS = 200
"""Of one scene, those that wait in queues counted too."""

_EXACT = re.compile(r"(\d{1,30})(?:/([1-9]\d{0,29}))?")
_FINEST = 10**15  # a denominator beyond this is rounded; births of all rates together need less


def _a_fraction(text: str) -> str:
    if _EXACT.fullmatch(text) is None:
        raise mistake('must be seconds as a fraction, such as "7/30"')
    return text


Exact = Annotated[
    str, AfterValidator(_a_fraction), Field(json_schema_extra={"pattern": f"^({_EXACT.pattern})$"})
]
"""Seconds, exactly: births are whole numbers of frames, which floats cannot say."""

Revision = Annotated[int, Field(ge=1, le=2**53)]


class ClockChange(Part):
    """What became of a run's clock when ``revision`` was first shown."""

    revision: Revision
    """The edit that it came with."""
    time: Exact | None = None
    """The timeline's own time from then on; None: as it was."""
    rate: float | None = Field(None, ge=0, le=100)
    """How fast it goes from then on, 0 when it is paused; None: as before."""
    cancelled: bool = False
    """It was taken off."""
    told: bool = False
    """All that happened until then was on air when this was written, and is no more written here."""


class Run(Part):
    """One start of a timeline, which ``revision`` was the first to show."""

    timeline: Name
    """Which one."""
    revision: Revision
    """The edit that started it."""
    at: float | None = Field(None, ge=0, le=MAX_TIME_S)
    """The second of scene time at which it starts instead."""
    waited: Exact | None = None
    """How long it waited in its queue, once that is known."""
    rate: float = Field(1.0, ge=0, le=100)
    """How fast it goes at first; 0: it begins paused."""
    changes: Annotated[tuple[ClockChange, ...], Field(strict=False, max_length=MAX_CHANGES)] = ()
    """In the order of their revisions."""

    @property
    def revisions(self) -> tuple[int, ...]:
        """Those whose births it goes by."""
        return (self.revision, *(change.revision for change in self.changes))

    @property
    def cancelled(self) -> bool:
        """Whether somebody ended it."""
        return any(change.cancelled for change in self.changes)


Runs = Annotated[tuple[Run, ...], Field(strict=False, max_length=MAX_RUNS)]
"""In the order in which they were started; queues go by it."""


def exact_text(seconds: Fraction) -> str:
    """``seconds`` as a document says them."""
    return str(seconds.limit_denominator(_FINEST))
