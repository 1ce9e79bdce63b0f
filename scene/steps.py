"""What a timeline does: movements of layers, one after the other, side by side or staggered.

Steps nest. Their times follow from their lengths alone, so that where a step lies in its timeline is known
without playing it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, field_validator

from scene.animation import BOTH, BOUNDS, COLOURS, Movement, Value, check_value
from scene.effects import is_finish_property
from scene.fields import Name, Part, mistake, worded
from scene.tracks import exact, play_s, plays

MAX_STEPS = 200
"""Of one timeline, those inside others counted too."""

MAX_DEPTH = 8
"""Of steps inside steps."""

MAX_STEP_LAYERS = 100
"""That one step moves."""

MAX_SET_VALUES = 20
"""That one step sets."""

STEP_KINDS = ("sequence", "parallel", "stagger", "animate", "set", "wait")

_NESTING = ("sequence", "parallel", "stagger")
_MAX_NAME = 64
_PROPERTIES = frozenset({"position", *BOUNDS, *BOTH, *COLOURS})


def _few(ids: object) -> object:
    if isinstance(ids, list) and not 1 <= len(ids) <= MAX_STEP_LAYERS:
        raise mistake(f"names {len(ids)} layers; 1 to {MAX_STEP_LAYERS} are allowed")
    return ids


def _known_property(target: str) -> str:
    if target not in _PROPERTIES and not is_finish_property(target):
        raise mistake("must be a property that layers have, such as opacity or position.x")
    return target


def _one_or_more(steps: object) -> object:
    # Here, because pydantic counts those only that have no mistake.
    if steps in ([], ()):
        raise mistake("has no entry; at least 1 is needed")
    return steps


LayerIds = Annotated[
    Name | Annotated[tuple[Name, ...], Field(strict=False)],
    worded("must be the id of a layer, or a list of ids"),
    BeforeValidator(_few),
]
Property = Annotated[str, Field(max_length=_MAX_NAME), AfterValidator(_known_property)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]


class AnimateStep(Movement):
    """Moves a property of one layer, or of several: each ``each`` seconds after the one before."""

    target: Property = Field(alias="property")
    loop: Annotated[
        Literal[False] | Annotated[int, Field(ge=1, le=1_000_000)],
        worded("must be how often it plays in all, 1 to 1000000; a timeline itself may loop for ever"),
    ] = False
    """How often it plays."""
    animate: LayerIds
    """The layer, or layers, that it moves."""
    each: Seconds = 0.0
    """Seconds between the beginnings of two layers."""


class SetStep(Part):
    """Sets properties of one layer or of several at once, without moving there."""

    set_: LayerIds = Field(alias="set")
    """The layer, or layers, that it changes."""
    values: Annotated[dict[str, Value], Field(min_length=1, max_length=MAX_SET_VALUES)]
    """By property."""

    @field_validator("values")
    @classmethod
    def _suit_their_properties(cls, values: dict[str, float | str]) -> dict[str, float | str]:
        for target, value in values.items():
            if target not in _PROPERTIES - {"position"} and not is_finish_property(target):
                reason = "must be a property that layers have, such as opacity or position.x"
                raise mistake(reason, f".{target[:_MAX_NAME]}")
            check_value(value, target, f".{target}")
        return values


class WaitStep(Part):
    """Nothing, for so many seconds."""

    wait: Seconds
    """How many seconds."""


def _kind(step: object) -> str | None:
    """The field that says what a step is; a parsed one has it as an attribute."""
    if isinstance(step, dict):
        return next((kind for kind in STEP_KINDS if kind in step), None)
    return next((kind for kind in STEP_KINDS if hasattr(step, "set_" if kind == "set" else kind)), None)


Step: TypeAlias = Annotated[
    Annotated["SequenceStep", Tag("sequence")]
    | Annotated["ParallelStep", Tag("parallel")]
    | Annotated["StaggerStep", Tag("stagger")]
    | Annotated[AnimateStep, Tag("animate")]
    | Annotated[SetStep, Tag("set")]
    | Annotated[WaitStep, Tag("wait")],
    Discriminator(
        _kind,
        custom_error_type="step",
        custom_error_message=f"must be an object with one of {', '.join(STEP_KINDS)}",
    ),
]
Steps: TypeAlias = Annotated[
    tuple[Step, ...], Field(strict=False, json_schema_extra={"minItems": 1}), BeforeValidator(_one_or_more)
]


class SequenceStep(Part):
    """One step after the other."""

    sequence: Steps
    """In their order."""


class ParallelStep(Part):
    """All steps at once; it ends when the last of them does."""

    parallel: Steps
    """All begin together."""


class StaggerStep(Part):
    """Each step ``each`` seconds after the beginning of the one before."""

    stagger: Steps
    """In the order in which they begin."""
    each: Seconds = 0.1
    """Seconds between the beginnings of two steps."""


def bounded(steps: object) -> object:
    """``steps`` as they were written. Raises a mistake when there are too many, or too many in each other."""
    found, level = 0, list(steps) if isinstance(steps, list) else []
    for _ in range(MAX_DEPTH):
        found += len(level)
        if found > MAX_STEPS:
            raise mistake(f"has more than {MAX_STEPS} steps; make several timelines of it")
        level = [inner for step in level for inner in _written_inside(step)]
    if level:
        raise mistake(f"has steps inside steps more than {MAX_DEPTH} deep; flatten them")
    return steps


def _written_inside(step: object) -> Iterator[Any]:
    for kind in _NESTING:
        inner = step.get(kind) if isinstance(step, dict) else None
        if isinstance(inner, list):
            yield from inner


class Stepped(Part):
    """Something with steps, which are done one after the other."""

    # Here and not where it is used: only this module knows the kinds of steps by the names that they nest by.
    steps: Annotated[Steps, BeforeValidator(bounded)]
    """One after the other."""


for _model in (SequenceStep, ParallelStep, StaggerStep, Stepped):
    _model.model_rebuild()


@dataclass(frozen=True, slots=True)
class Placed:
    """A movement of one layer and when it is started, in seconds of its timeline."""

    layer: str
    started_s: Fraction
    movement: Movement
    path: str
    """In the timeline: of its step, or of one of a step's values."""


def placed(steps: Sequence[Step]) -> tuple[tuple[Placed, ...], Fraction]:
    """Every movement of a sequence of ``steps`` in the order of the document, and how long all takes."""
    found: list[Placed] = []
    ends_s = _sequence(steps, Fraction(0), "steps", found)
    return tuple(found), ends_s


def _sequence(steps: Sequence[Step], time_s: Fraction, path: str, found: list[Placed]) -> Fraction:
    for index, step in enumerate(steps):
        time_s = _place(step, time_s, f"{path}[{index}]", found)
    return time_s


def _staggered(
    step: ParallelStep | StaggerStep, steps: Sequence[Step], time_s: Fraction, path: str, found: list[Placed]
) -> Fraction:
    each_s = exact(step.each) if isinstance(step, StaggerStep) else Fraction(0)
    ends_s = [
        _place(inner, time_s + index * each_s, f"{path}[{index}]", found) for index, inner in enumerate(steps)
    ]
    return max(ends_s)


def _place(step: Step, time_s: Fraction, path: str, found: list[Placed]) -> Fraction:
    """Add the movements of ``step``, which begins at ``time_s``; when it ends."""
    match step:
        case SequenceStep():
            return _sequence(step.sequence, time_s, f"{path}.sequence", found)
        case ParallelStep():
            return _staggered(step, step.parallel, time_s, f"{path}.parallel", found)
        case StaggerStep():
            return _staggered(step, step.stagger, time_s, f"{path}.stagger", found)
        case AnimateStep():
            layers, each_s = layers_of(step.animate), exact(step.each)
            found += [Placed(layer, time_s + i * each_s, step, path) for i, layer in enumerate(layers)]
            length_s = exact(step.delay) + play_s(step) * (plays(step.loop) or 1)
            return time_s + each_s * (len(layers) - 1) + length_s
        case SetStep():
            jumps = [(name, _jump(name, value)) for name, value in step.values.items()]
            for layer in layers_of(step.set_):
                found += [Placed(layer, time_s, jump, f"{path}.values.{name}") for name, jump in jumps]
            return time_s
        case WaitStep():
            return time_s + exact(step.wait)


def layers_of(ids: str | tuple[str, ...]) -> tuple[str, ...]:
    """The ids that a step names, one or several."""
    return (ids,) if isinstance(ids, str) else ids


def _jump(target: str, value: float | str) -> Movement:
    return Movement.model_validate({"property": target, "to": value, "duration": 0.0})
