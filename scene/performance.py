"""What edits make of the runs of a scene's timelines."""

from __future__ import annotations

from scene.document import Scene
from scene.score import first_runs


def with_runs(old: Scene, new: Scene, revision: int) -> Scene:
    """``new``, which becomes ``revision``, with the runs of ``old``: an edit neither stops nor restarts a
    timeline that stays, whatever ``new`` says of runs. Those that ``old`` has not start by themselves."""
    known = {timeline.id for timeline in old.timelines}
    staying = {timeline.id for timeline in new.timelines}
    kept = tuple(run for run in old.runs or () if run.timeline in staying)
    fresh = [timeline for timeline in new.timelines if timeline.id not in known]
    runs = (*kept, *first_runs(fresh, revision)) if staying else None
    return new if new.runs == runs else new.model_copy(update={"runs": runs})
