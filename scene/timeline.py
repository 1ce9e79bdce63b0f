"""Timelines: steps that move layers together, with a clock of their own; and what sets them off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError, model_validator

from scene.animation import MAX_TIME_S, Loop
from scene.fields import Name, Part, mistake, worded
from scene.layers import MAX_ANIMATIONS, AnyLayer, Layer
from scene.mistakes import Mistake
from scene.steps import AnimateStep, Placed, Stepped, placed
from scene.tracks import plays
from scene.wording import mistakes_in

MAX_TIMELINES = 50
"""Of one scene."""

MAX_MOVEMENTS = 1000
"""Of layers by one timeline: a step that moves several layers counts once for each."""

MIN_EVERY = 10
"""Frames between two events that tell how far a timeline is."""

Rate = Annotated[float, Field(ge=0.01, le=100)]

_layer: TypeAdapter[AnyLayer] = TypeAdapter(Layer)


class TimelineEvents(Part):
    """What is told besides ``timeline:started``, ``timeline:completed`` and ``timeline:cancelled``."""

    loops: bool = False
    """``timeline:looped``, when it begins again."""
    every: int | None = Field(None, ge=MIN_EVERY, le=100_000)
    """``timeline:frame`` on every so many frames while it plays."""

    @property
    def wanted(self) -> bool:
        """Whether there are any."""
        return self.loops or self.every is not None


class Timeline(Stepped):
    """Steps one after the other, by their own clock. While it plays and after it, its values go before
    those of its layers' own animations; of two timelines the last to start goes before.

    A movement without ``from`` begins where the timeline's earlier steps left the property, else where the
    layer was when the timeline started.
    """

    id: Name
    """What it is started by."""
    loop: Loop = False
    """Whether, or how often, it plays again."""
    rate: Rate = 1.0
    """Its seconds per second of scene time."""
    start: Annotated[
        Literal["now", "onAir"] | Annotated[float, Field(ge=0, le=MAX_TIME_S)] | None,
        worded(
            'must be "now", "onAir", seconds of scene time (0 or more), or null to wait for a start by hand'
        ),
    ] = None
    """When it starts by itself: at once, each time that the scene goes on program, or at a second of scene
    time; null: when it is told to."""
    on_complete: Literal["hold", "return"] = "hold"
    """Whether its last values stay when it has ended, or its layers return to their own."""
    on_cancel: Literal["return", "hold"] = "return"
    """The same, when it is cancelled."""
    queue: Name | None = None
    """Of the timelines of one queue one plays at a time, in the order in which they were started."""
    events: TimelineEvents = TimelineEvents()
    """What is told while it plays."""

    @model_validator(mode="after")
    def _takes_its_time(self) -> Timeline:
        movements, length_s = placed(self.steps)
        if len(movements) > MAX_MOVEMENTS:
            reason = f"moves layers {len(movements)} times; at most {MAX_MOVEMENTS} are allowed"
            raise mistake(reason, ".steps")
        if length_s > MAX_TIME_S:
            raise mistake("takes more than a year; shorten its steps", ".steps")
        if length_s == 0 and plays(self.loop) != 1:
            raise mistake("needs steps that take time; add a wait, or remove it", ".loop")
        return self


def _not_too_many(timelines: object) -> object:
    # Before each is looked at: a flood would be looked at to its end.
    if isinstance(timelines, list) and len(timelines) > MAX_TIMELINES:
        raise mistake(f"has {len(timelines)} entries; at most {MAX_TIMELINES} are allowed")
    return timelines


Timelines = Annotated[
    tuple[Timeline, ...],
    Field(strict=False, json_schema_extra={"maxItems": MAX_TIMELINES}),
    BeforeValidator(_not_too_many),
]


def timeline_mistakes(timelines: Sequence[Timeline], layers: Iterable[AnyLayer], most: int) -> list[Mistake]:
    """What no timeline can know alone: at most ``most`` mistakes, with paths in the scene."""
    found = list(_repeated_ids(timelines))
    known = {layer.id: layer for layer in layers}
    moved: dict[str, list[tuple[str, Placed]]] = {}
    for index, timeline in enumerate(timelines):
        for movement in placed(timeline.steps)[0]:
            moved.setdefault(movement.layer, []).append((f"timelines[{index}]", movement))
    for layer_id, movements in moved.items():
        layer = known.get(layer_id)
        if layer is None:
            unknown = f"moves {layer_id}, which is no layer of the scene; add it, or remove the step"
            found += [Mistake(f"{path}.{movement.path}", unknown) for path, movement in movements]
        else:
            found += _unsuited(layer, movements)
        if len(found) >= most:
            break
    return list(dict.fromkeys(found))[:most]


def _repeated_ids(timelines: Sequence[Timeline]) -> Iterable[Mistake]:
    first_at: dict[str, int] = {}
    for index, timeline in enumerate(timelines):
        first = first_at.setdefault(timeline.id, index)
        if first != index:
            yield Mistake(f"timelines[{index}].id", f"is also the id of timelines[{first}]; choose another")


def _unsuited(layer: AnyLayer, movements: Sequence[tuple[str, Placed]]) -> list[Mistake]:
    """What ``layer`` says of these movements as if they were animations of its own."""
    document = layer.model_dump(mode="json", by_alias=True, exclude_none=True)
    different = list({movement.movement: (path, movement) for path, movement in reversed(movements)}.values())
    found = []
    for chunk in _chunks(different):
        animations = [_as_animation(movement) for _, movement in chunk]
        try:
            _layer.validate_python({**document, "animations": animations})
        except ValidationError as error:
            found += [_in_its_step(mistake, chunk) for mistake in mistakes_in(error, skipped_steps=1)]
    return found


def _chunks(movements: list[tuple[str, Placed]]) -> Iterable[list[tuple[str, Placed]]]:
    rest = iter(movements)
    while chunk := list(islice(rest, MAX_ANIMATIONS)):
        yield chunk


def _as_animation(movement: Placed) -> Mapping[str, Any]:
    own_to_steps = {"animate", "each"} if isinstance(movement.movement, AnimateStep) else set()
    return movement.movement.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=own_to_steps)


def _in_its_step(mistake: Mistake, chunk: Sequence[tuple[str, Placed]]) -> Mistake:
    """``animations[3].property`` as ``timelines[0].steps[2].property``."""
    index, _, rest = mistake.path.removeprefix("animations[").partition("]")
    path, movement = chunk[int(index)]
    whole = f"{path}.{movement.path}"
    return Mistake(whole + rest if isinstance(movement.movement, AnimateStep) else whole, mistake.reason)
