"""Glides: a layer's properties go from their old values to new ones when an edit asks for it.

An edit writes the old values into the layer, so that any frame of the way can be drawn alone. A property that
is sent elsewhere on its way begins where it is, at the birth of the edit that sent it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from scene.animation import BOUNDS, COLOURS, Movement, Start, Value, check_value
from scene.effects import is_finish_property
from scene.fields import Part, mistake
from scene.motion import Motion, Track
from scene.spring import Spring
from scene.timing import Easing
from scene.tracks import COLOUR_BOUNDS, Values, motions_of, numbers_of, start_s

MAX_GLIDES = 16
"""Of one layer that may be under way one after the other."""

DEFAULT_S = 0.4


class LayerTransition(Part):
    """How a change of a layer goes to its new values."""

    duration: float | None = Field(None, ge=0, le=60)
    """Seconds; 0.4 when it is left out. A spring has its own."""
    easing: Easing = "easeInOutCubic"
    """The curve of progress."""
    spring: Spring | None = None
    """Instead of a duration and an easing."""

    @model_validator(mode="after")
    def _has_one_pace(self) -> LayerTransition:
        if self.spring is not None and (self.duration is not None or self.easing != "easeInOutCubic"):
            raise mistake("cannot be set beside a duration or an easing; remove it or those", ".spring")
        return self

    def movement(self, target: str, value: Value) -> Movement:
        """Of one property to ``value``."""
        way = {"property": target, "to": value}
        if self.spring is not None:
            return Movement.model_validate({**way, "spring": self.spring})
        pace_s = DEFAULT_S if self.duration is None else self.duration
        return Movement.model_validate({**way, "duration": pace_s, "easing": self.easing})


class Glide(LayerTransition):
    """The values that properties had before an edit. Written by the farm."""

    from_: Annotated[dict[str, Value], Field(alias="from", min_length=1, max_length=64)]
    """By property."""
    start: Start = "now"
    """When the edit was first shown."""

    def __hash__(self) -> int:
        return hash((self.duration, self.easing, self.spring, frozenset(self.from_.items()), self.start))

    @field_validator("from_")
    @classmethod
    def _suit_their_properties(cls, values: dict[str, float | str]) -> dict[str, float | str]:
        for target, value in values.items():
            if target not in BOUNDS and target not in COLOURS and not is_finish_property(target):
                raise mistake("must be a property that layers have", f".{target[:64]}")
            check_value(value, target, f".{target}")
        return values


Glides = Annotated[tuple[Glide, ...], Field(strict=False, max_length=MAX_GLIDES)]
"""The oldest first."""


def glides_after(
    old: Mapping[str, Any], new: Mapping[str, Any], glides: Sequence[Glide], how: LayerTransition | None
) -> tuple[Glide, ...]:
    """The glides of a layer whose document was ``old`` and is ``new`` now: what changed glides as ``how``
    says, or is there at once when it is None."""
    before, after = _values(old), _values(new)
    changed = {name: value for name, value in before.items() if after.get(name) != value}
    if how is None:
        return glides_without(glides, changed)
    comparable = _comparable(old, new)
    moved = {name: value for name, value in changed.items() if name in after and comparable(name)}
    kept = glides_without(glides, changed.keys() - moved.keys())
    if not moved:
        return kept
    pace = how.model_dump(by_alias=True, exclude_none=True)
    return (*kept, Glide.model_validate({**pace, "from": moved}))[-MAX_GLIDES:]


def glides_beside(glides: Sequence[Glide], overrides: Mapping[str, Any]) -> tuple[Glide, ...]:
    """The glides of a layer of which a variant overrides some fields, and so their way."""
    return glides_without(glides, _values(overrides))


def glides_without(glides: Sequence[Glide], names: Collection[str]) -> tuple[Glide, ...]:
    """``glides`` of other properties than these."""
    left = [
        (glide, {name: value for name, value in glide.from_.items() if name not in names}) for glide in glides
    ]
    return tuple(glide.model_copy(update={"from_": values}) for glide, values in left if values)


@dataclass(frozen=True, slots=True)
class Glider:
    """A layer that glides: its ``own`` values as numbers, its document, and the sides of its area."""

    own: Values
    document: Mapping[str, Any]
    sides: tuple[float, float]

    def tracks(
        self,
        glides: Sequence[Glide],
        births: Mapping[int, Fraction],
        revision: int,
        finishing: Mapping[str, tuple[float, float]],
    ) -> tuple[Track, ...]:
        """One for each number that ``glides`` move. ``finishing`` are the bounds of the layer's effects."""
        now, bounds = _values(self.document), {**BOUNDS, **COLOUR_BOUNDS, **finishing}
        found: list[Track] = []
        for target in dict.fromkeys(name for glide in glides for name in glide.from_):
            legs = [glide for glide in glides if target in glide.from_]
            ends = [*(leg.from_[target] for leg in legs[1:]), now.get(target)]
            motions: dict[str, tuple[Motion, ...]] = {}
            for leg, end in zip(legs, ends, strict=True):
                begins_s = start_s(leg.start, births, revision)
                if begins_s is not None and end is not None and bounds.keys() >= set(numbers_of(target)):
                    self._add(motions, target, begins_s, (leg, end))
            found += [Track(number, moved, *bounds[number]) for number, moved in motions.items()]
        return tuple(found)

    def _add(
        self,
        motions: dict[str, tuple[Motion, ...]],
        target: str,
        begins_s: Fraction,
        leg: tuple[Glide, float | str],
    ) -> None:
        """Add one glide of ``target`` and its end to the ``motions`` of its numbers, the last to begin first:
        from where these have brought them, else from where they were before."""
        glide, end = leg
        resting = LayerTransition(duration=0.0).movement(target, glide.from_[target])
        start: dict[str, float] = {}
        for number, before in motions_of(resting, begins_s, self.own, self.sides):
            reached = Track(number, motions.get(number, ()), -inf, inf).value_at(begins_s)
            start[number] = before.way(1.0) if reached is None else reached
        movement = glide.movement(target, end)
        for number, motion in motions_of(movement, begins_s, {**self.own, **start}, self.sides):
            motions[number] = (motion, *motions.get(number, ()))


def _comparable(old: Mapping[str, Any], new: Mapping[str, Any]) -> Callable[[str], bool]:
    """Whether a property means the same in both: a place as long as it is measured from the same point, a
    number of an effect as long as that is still of its kind."""

    def origin(document: Mapping[str, Any]) -> tuple[object, object]:
        return document.get("within"), document.get("position", {}).get("origin")

    def kinds(document: Mapping[str, Any]) -> list[object]:
        return [effect.get("type") for effect in document.get("effects", ())]

    same_origin, same_effects = origin(old) == origin(new), kinds(old) == kinds(new)

    def comparable(name: str) -> bool:
        return (same_origin or not name.startswith("position.")) and (
            same_effects or not name.startswith("effects[")
        )

    return comparable


def _values(document: Mapping[str, Any]) -> dict[str, float | str]:
    """What may glide of the layer in ``document``, by property."""
    found: dict[str, Any] = {}
    for name in (*BOUNDS, *COLOURS):
        value: Any = document
        for step in name.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        found[name] = value
    found |= {f"crop.{side}": value for side, value in (document.get("crop") or {}).items()}
    for index, effect in enumerate(document.get("effects") or ()):
        numbers = {name: value for name, value in effect.items() if not isinstance(value, str)}
        found |= {f"effects[{index}].{name}": value for name, value in numbers.items()}
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, float | int | str) and not isinstance(value, bool)
    }
