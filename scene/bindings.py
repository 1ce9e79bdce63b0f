"""Numbers of layers that follow named values: bars that grow with a poll, prices that count to a new bid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field
from pydantic.fields import FieldInfo

from scene.animation import BOUNDS
from scene.data import NAME_PATTERN, Data
from scene.easing import Curve
from scene.fields import Part, mistake
from scene.live import Change, Live
from scene.numbers import MAX_VALUE
from scene.timing import Easing, curve_of

MAX_BINDINGS = 20
"""Of one layer."""
MAX_GLIDE_S = 4.0
"""Snapshots that follow one another frame by frame are known for longer than that, see
``farm.store.snapshots.READ_BIRTHS``."""

Bindable = Literal[
    "position.x",
    "position.y",
    "size.width",
    "size.height",
    "anchor.x",
    "anchor.y",
    "scale.x",
    "scale.y",
    "opacity",
    "rotation",
    "fontSize",
    "radius",
    "strokeWidth",
    "value",
]
_Number = Annotated[float, Field(ge=-MAX_VALUE, le=MAX_VALUE)]


class Binding(Part):
    """A number of the layer that is ``offset + scale * value`` of a named value, once that has a number."""

    target: Bindable = Field(alias="property")
    """Which number; lengths in viewport px."""
    data: str = Field(pattern=f"^{NAME_PATTERN}$")
    """The value's name, in the scene's ``data`` or as the API sets it."""
    scale: _Number = 1.0
    """What it is multiplied by."""
    offset: _Number = 0.0
    """What is added then."""
    min: _Number | None = None
    """The number is never less."""
    max: _Number | None = None
    """The number is never more."""
    duration: float = Field(0.0, ge=0, le=MAX_GLIDE_S)
    """Seconds that it takes to glide to a new value."""
    easing: Easing = "easeOutCubic"
    """The curve on which it glides."""
    rate: _Number = 0.0
    """What the value grows by in each second of scene time since it was set: -1 counts seconds down."""


def few_bindings(bindings: object) -> object:
    """``bindings`` if they are not too many; before each is looked at, as a flood would be to its end."""
    if isinstance(bindings, list) and len(bindings) > MAX_BINDINGS:
        raise mistake(f"has {len(bindings)} entries; at most {MAX_BINDINGS} are allowed")
    return bindings


Bindings = Annotated[
    tuple[Binding, ...], Field(strict=False, max_length=MAX_BINDINGS), BeforeValidator(few_bindings)
]


def check_bindings(bindings: Sequence[Binding], animations: FieldInfo) -> None:
    """That a layer, whose kind has the field ``animations``, has what is bound, and each once. Raises a
    mistake."""
    has = get_args(get_args(animations.annotation)[0].model_fields["target"].annotation)
    taken: set[str] = set()
    for index, binding in enumerate(bindings):
        at = f"[{index}].property"
        if binding.target not in has:
            known = ", ".join(name for name in get_args(Bindable) if name in has)
            raise mistake(f"must be a number that the layer has: {known}", at)
        if binding.target in taken:
            raise mistake("is bound already; remove one of the two", at)
        taken.add(binding.target)


@dataclass(frozen=True, slots=True)
class Link:
    """A binding, resolved to numbers."""

    target: str
    name: str
    default: float | None
    """The value where nobody has set another."""
    scale: float
    offset: float
    low: float
    high: float
    duration_s: Fraction
    curve: Curve
    rate: float

    def value_at(self, live: Live, time_s: Fraction) -> float | None:
        """The layer's number; None while the value has none."""
        changes = live.changes.get(self.name)
        if not changes:
            changes = () if self.default is None else (Change(self.default),)
        if not changes or isinstance(changes[-1].value, str):
            return None
        value = self._gliding(changes, time_s) if self.duration_s else float(changes[-1].value)
        if self.rate:
            value += self.rate * float(time_s - (changes[-1].since_s or 0))
        return min(max(self.offset + self.scale * value, self.low), self.high)

    def _gliding(self, changes: Sequence[Change], time_s: Fraction) -> float:
        """Each change glides from where the one before it had come."""
        newest = changes[-1]
        if newest.since_s is None or time_s - newest.since_s >= self.duration_s:
            return float(newest.value)
        origin = start = float(changes[0].value) if self.default is None else self.default
        begins_s: Fraction | None = None
        for change in changes:
            if change.since_s is None:
                origin = start = float(change.value)
                continue
            origin = self._between(origin, start, begins_s, change.since_s)
            start, begins_s = float(change.value), change.since_s
        return self._between(origin, start, begins_s, time_s)

    def _between(self, origin: float, goal: float, begins_s: Fraction | None, time_s: Fraction) -> float:
        if begins_s is None or time_s - begins_s >= self.duration_s:
            return goal
        return origin + (goal - origin) * self.curve(max(0.0, float((time_s - begins_s) / self.duration_s)))


def links_of(bindings: Sequence[Binding], data: Data, except_for: Mapping[str, object]) -> tuple[Link, ...]:
    """``bindings`` of a layer in a scene with these values of its own; numbers in ``except_for`` go their own
    ways."""
    return tuple(_link(binding, data) for binding in bindings if binding.target not in except_for)


def _link(binding: Binding, data: Data) -> Link:
    default = data.get(binding.data)
    low, high = BOUNDS[binding.target]
    return Link(
        target=binding.target,
        name=binding.data,
        default=None if default is None or isinstance(default, str) else float(default),
        scale=binding.scale,
        offset=binding.offset,
        low=low if binding.min is None else max(low, binding.min),
        high=high if binding.max is None else min(high, binding.max),
        duration_s=Fraction(repr(binding.duration)),
        curve=curve_of(binding.easing),
        rate=binding.rate,
    )
