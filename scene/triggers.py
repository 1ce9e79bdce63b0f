"""Triggers: what becomes of timelines when something happens that a person, a chat or a schedule tells of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from scene.fields import Name, Part, mistake
from scene.mistakes import Mistake
from scene.timeline import MAX_TIMELINES, Timeline

MAX_TRIGGERS = 100
"""Of one scene."""

Effect = Literal["cancel", "pause", "resume", "start"]

TimelineIds = Annotated[tuple[Name, ...], Field(strict=False, max_length=MAX_TIMELINES)]


class Trigger(Part):
    """What becomes of timelines when ``on`` happens, in the order of these fields."""

    on: Name
    """What happens; who tells of it says this name."""
    cancel: TimelineIds = ()
    """Those that are cancelled."""
    pause: TimelineIds = ()
    """Those that are paused, if they run."""
    resume: TimelineIds = ()
    """Those that go on, if they run."""
    start: TimelineIds = ()
    """Those that start."""

    @model_validator(mode="after")
    def _does_something(self) -> Trigger:
        if not any(True for _ in self.effects()):
            raise mistake(f"does nothing; name timelines in {', '.join(get_args(Effect))}")
        return self

    def effects(self) -> Iterator[tuple[Effect, int, str]]:
        """What is to be done, with the index in its list, to which timeline."""
        for effect in get_args(Effect):
            for index, timeline in enumerate(getattr(self, effect)):
                yield effect, index, timeline


Triggers = Annotated[tuple[Trigger, ...], Field(strict=False, max_length=MAX_TRIGGERS)]


def trigger_mistakes(triggers: Sequence[Trigger], timelines: Sequence[Timeline]) -> list[Mistake]:
    """Every timeline that a trigger names and the scene has not, with its path in the scene."""
    known = {timeline.id for timeline in timelines}
    return [
        Mistake(f"triggers[{place}].{effect}[{index}]", f"{timeline} is no timeline of the scene; add it")
        for place, trigger in enumerate(triggers)
        for effect, index, timeline in trigger.effects()
        if timeline not in known
    ]
