"""A scene's timelines and how they run: all that can be done with them without looking at a layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

from pydantic import Field

from scene.clock import Clock, clocks
from scene.fields import Part
from scene.runs import Run, Runs
from scene.timeline import Timeline, Timelines
from scene.triggers import Triggers


class Performance(Part):
    """The part of a scene document that is about timelines."""

    timelines: Timelines = ()
    """Those of the scene."""
    triggers: Triggers = ()
    """What sets them off."""
    runs: Runs = Field(())
    """How they run."""

    def clocks(self, births: Mapping[int, Fraction]) -> list[Clock | None]:
        """The clock of each run; see :func:`scene.clock.clocks`."""
        return clocks(self.timelines, self.runs, births)

    def runs_json(self) -> list[dict[str, Any]]:
        """The runs as a document holds them."""
        return [run.model_dump(mode="json", by_alias=True, exclude_none=True) for run in self.runs]


class HasTimelines(Protocol):
    """A scene, as far as timelines go."""

    @property
    def timelines(self) -> tuple[Timeline, ...]:
        """Those of the scene."""
        ...

    @property
    def runs(self) -> tuple[Run, ...] | None:
        """How they run; None: those that start by themselves are to start."""
        ...


def read_performance(document: Mapping[str, Any], revision: int) -> Performance:
    """The timelines of the scene in ``document``, which ``revision`` was the first to hold.

    Raises pydantic's ValidationError when another version of the farm wrote it.
    """
    known = {name: document[name] for name in Performance.model_fields if document.get(name) is not None}
    performance = Performance.model_validate(known)
    if "runs" in known:
        return performance
    return performance.model_copy(update={"runs": first_runs(performance.timelines, revision)})


def current_runs(scene: HasTimelines, revision: int) -> tuple[Run, ...]:
    """The runs of ``revision``: those that its document holds, else of all that starts by itself."""
    return first_runs(scene.timelines, revision) if scene.runs is None else scene.runs


def first_runs(timelines: Sequence[Timeline], revision: int) -> tuple[Run, ...]:
    """Of those that start by themselves, when ``revision`` is the first to hold them."""
    return tuple(
        Run(
            timeline=timeline.id,
            revision=revision,
            at=None if isinstance(timeline.start, str) else timeline.start,
            rate=timeline.rate,
        )
        for timeline in timelines
        if timeline.start is not None
    )


def runs_after_edit(
    old: HasTimelines, new: HasTimelines, revision: int, *, taken: bool = False
) -> tuple[Run, ...] | None:
    """The runs of ``new``, which becomes ``revision``: an edit neither stops nor restarts a timeline that
    stays, whatever ``new`` says of runs. Those that ``old`` has not start by themselves, and with the edit
    that has ``taken`` the scene on program those that start "onAir"."""
    if not new.timelines:
        return None
    again = {timeline.id for timeline in new.timelines if taken and timeline.start == "onAir"}
    known = {timeline.id for timeline in old.timelines} - again
    staying = {timeline.id for timeline in new.timelines} - again
    kept = tuple(run for run in old.runs or () if run.timeline in staying)
    fresh = [timeline for timeline in new.timelines if timeline.id not in known]
    return (*kept, *first_runs(fresh, revision))
