"""A character's rig: what its package says of parts, faces, mouths, blinks and idle motion.

The rig is written in the character's own px, on a canvas of its own. Every part hangs on its parent, or on
the canvas: it moves and turns with it, and turns itself around its pivot. Parts are drawn in the order of
``z``, those of equal z in the order of the list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from scene.fields import Name, Part, Unit, mistake, worded
from scene.mistakes import Mistake, SceneMistakes
from scene.wording import mistakes_in

MAX_CANVAS_PX = 4096
MAX_PARTS = 48
MAX_PARENTS = 8
MAX_MOTIONS = 48
MAX_BLINKS = 8
MAX_EXPRESSIONS = 32
MAX_SHAPES = 12
MAX_VISEMES = 32
MAX_IMAGES = 128
"""Of one package."""

NEUTRAL = "neutral"
"""The expression of a character that shows no other; a rig need not list it."""

ImageName = Annotated[
    str,
    Field(pattern=r"^(?:[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}/){0,4}[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$"),
    worded("must name a file of the package, such as parts/head.svg: letters, digits and any of _ . -"),
]
_Shift = Annotated[float, Field(ge=-MAX_CANVAS_PX, le=MAX_CANVAS_PX)]
_Degrees = Annotated[float, Field(ge=-180, le=180)]
_Seconds = Annotated[float, Field(ge=0.05, le=3600)]


def _at_least(least: int) -> BeforeValidator:
    """Before each entry is looked at: one that is wrong shall not count as missing."""

    def validate(entries: object) -> object:
        if isinstance(entries, list) and len(entries) < least:
            raise mistake(f"has {len(entries)} entries; at least {least} are needed")
        return entries

    return BeforeValidator(validate)


class RigCanvas(Part):
    """The character's own coordinate system, in px."""

    width: int = Field(ge=16, le=MAX_CANVAS_PX)
    height: int = Field(ge=16, le=MAX_CANVAS_PX)


class Pivot(Part):
    """The point that a part turns around."""

    x: _Shift
    y: _Shift


class RigPart(Part):
    """One part. An SVG lies where its own viewBox says, in px of the canvas."""

    id: Name
    image: ImageName | None = None
    """None: nothing of its own; children hang on it, or an expression gives it an image."""
    parent: Name | None = None
    pivot: Pivot | None = None
    """None: that of the parent; without one, the middle of the canvas's lower edge."""
    z: int = Field(0, ge=-1000, le=1000)
    x: _Shift = 0.0
    """Of the left edge of a PNG or WebP; an SVG knows its place."""
    y: _Shift = 0.0
    scale: float = Field(1.0, ge=0.01, le=4)
    """Canvas px per pixel of a PNG or WebP."""


class Change(Part):
    """What an expression does to a part."""

    image: ImageName | None = None
    """Instead of the part's own."""
    hidden: bool = False
    x: _Shift = 0.0
    y: _Shift = 0.0
    rotation: _Degrees = 0.0
    blinks: bool | None = None
    """Whether the part goes on blinking; None: unless it has another image."""


class Expression(Part):
    """A face, and the posture that goes with it."""

    parts: dict[Name, Change] = Field(default_factory=dict, max_length=MAX_PARTS)
    rest: ImageName | None = None
    """The mouth while nothing is said; None: the first of its shapes."""


class Shift(Part):
    """How far a part moves when the voice is at its loudest."""

    x: _Shift = 0.0
    y: _Shift = 0.0
    rotation: _Degrees = 0.0


class Mouth(Part):
    """The part that speaks."""

    part: Name
    shapes: Annotated[tuple[ImageName, ...], Field(strict=False, max_length=MAX_SHAPES), _at_least(2)]
    """From closed to wide open."""
    visemes: dict[Name, ImageName] = Field(default_factory=dict, max_length=MAX_VISEMES)
    """Shapes by name, for voices that come with them."""
    moves: dict[Name, Shift] = Field(default_factory=dict, max_length=MAX_PARTS)
    """Parts that the voice moves along with the mouth."""


class Blink(Part):
    """Images that a part shows for a moment now and then: forwards to the last, and back."""

    part: Name
    images: Annotated[tuple[ImageName, ...], Field(strict=False, max_length=MAX_SHAPES), _at_least(1)]
    every: _Seconds = 4.0
    """Seconds of which each has one blink, at a moment that looks random."""
    duration: _Seconds = 0.18
    double: Unit = 0.15
    """The share of blinks that come twice."""

    @model_validator(mode="after")
    def _fits(self) -> Blink:
        if 3 * self.duration > self.every:
            raise mistake("must be at most a third of every, so that a double blink has room", ".duration")
        return self


class Motion(Part):
    """A part's idle motion. Amplitudes are px, for a rotation degrees.

    A wave swings; a drift goes to another place in each ``period``, in ``move`` seconds, and rests there. It
    has five places, evenly from one end to the other: rests are where a character can be kept drawn.
    """

    part: Name
    target: Literal["x", "y", "rotation"] = Field(alias="property")
    kind: Literal["wave", "drift"] = "wave"
    amplitude: float = Field(ge=-500, le=500)
    period: _Seconds = 4.0
    phase: Unit = 0.0
    """Of a wave: the share of the period at which it begins."""
    move: float = Field(0.5, ge=0, le=60)
    seed: int | None = Field(None, ge=0, le=1000)
    """Drifts of one number and period go together, as parts do that turn with a head; None: on its own."""


class Rig(Part):
    """A character's manifest, ``character.json``."""

    name: str = Field(min_length=1, max_length=64)
    canvas: RigCanvas
    parts: Annotated[tuple[RigPart, ...], Field(strict=False, max_length=MAX_PARTS), _at_least(1)]
    expressions: dict[Name, Expression] = Field(default_factory=dict, max_length=MAX_EXPRESSIONS)
    mouth: Mouth | None = None
    blinks: Annotated[tuple[Blink, ...], Field(strict=False, max_length=MAX_BLINKS)] = ()
    motions: Annotated[tuple[Motion, ...], Field(strict=False, max_length=MAX_MOTIONS)] = ()

    @property
    def emotions(self) -> tuple[str, ...]:
        """The expressions that it has; "neutral" comes first."""
        return tuple(dict.fromkeys((NEUTRAL, *self.expressions)))

    def images(self) -> Iterator[tuple[str, str, RigPart]]:
        """Every image that it names: the path at which it does, the name, and the part that shows it."""
        parts = {part.id: part for part in self.parts}
        for index, part in enumerate(self.parts):
            if part.image is not None:
                yield f"parts[{index}].image", part.image, part
        for name, expression in self.expressions.items():
            for part_id, change in expression.parts.items():
                if change.image is not None:
                    yield f"expressions.{name}.parts.{part_id}.image", change.image, parts[part_id]
        for index, blink in enumerate(self.blinks):
            for number, image in enumerate(blink.images):
                yield f"blinks[{index}].images[{number}]", image, parts[blink.part]
        if self.mouth is not None:
            for path, image in self._mouth_images(self.mouth):
                yield path, image, parts[self.mouth.part]

    def _mouth_images(self, mouth: Mouth) -> Iterator[tuple[str, str]]:
        for index, image in enumerate(mouth.shapes):
            yield f"mouth.shapes[{index}]", image
        for viseme, image in mouth.visemes.items():
            yield f"mouth.visemes.{viseme}", image
        for name, expression in self.expressions.items():
            if expression.rest is not None:
                yield f"expressions.{name}.rest", expression.rest


def parse_rig(data: object) -> Rig:
    """The rig in ``data``, a JSON value. Raises SceneMistakes with all that is wrong."""
    try:
        rig = Rig.model_validate(data)
    except ValidationError as error:
        raise SceneMistakes(mistakes_in(error)) from error
    if found := [*_misplaced(rig), *_unknown_parts(rig)]:
        raise SceneMistakes(found)
    if len({name for _, name, _ in rig.images()}) > MAX_IMAGES:
        raise SceneMistakes([Mistake("parts", f"name more than {MAX_IMAGES} images in all; use fewer")])
    return rig


def ancestors(part: RigPart, parts: Mapping[str, RigPart]) -> Iterator[RigPart]:
    """``part`` and what it hangs on, one after the other; at most MAX_PARENTS + 1."""
    above: RigPart | None = part
    for _ in range(MAX_PARENTS + 1):
        if above is None:
            return
        yield above
        above = None if above.parent is None else parts.get(above.parent)


def _misplaced(rig: Rig) -> Iterator[Mistake]:
    """Parts with the id of another, and those that hang on nothing or on themselves."""
    parts: dict[str, RigPart] = {}
    for index, part in enumerate(rig.parts):
        if part.id in parts:
            yield Mistake(f"parts[{index}].id", f"{part.id} is another part's id; choose another")
        parts[part.id] = part
    for index, part in enumerate(rig.parts):
        chain = list(ancestors(part, parts))
        if part.parent is not None and part.parent not in parts:
            yield Mistake(
                f"parts[{index}].parent", f"there is no part {part.parent!r}; name one of the parts"
            )
        elif chain[-1].parent in parts:
            yield Mistake(
                f"parts[{index}].parent",
                f"hangs on itself or lies more than {MAX_PARENTS} deep; choose another parent",
            )


def _unknown_parts(rig: Rig) -> Iterator[Mistake]:
    known = {part.id for part in rig.parts}
    for path, part_id in _named_parts(rig):
        if part_id not in known:
            yield Mistake(path, _no_part(part_id))
    if rig.mouth is None:
        for name, expression in rig.expressions.items():
            if expression.rest is not None:
                yield Mistake(f"expressions.{name}.rest", "needs a mouth; the character has none")


def _no_part(part_id: str) -> str:
    return f"there is no part {part_id!r}; name one of the parts"


def _named_parts(rig: Rig) -> Iterator[tuple[str, str]]:
    for name, expression in rig.expressions.items():
        for part_id in expression.parts:
            yield f"expressions.{name}.parts.{part_id}", part_id
    if rig.mouth is not None:
        yield "mouth.part", rig.mouth.part
        for part_id in rig.mouth.moves:
            yield f"mouth.moves.{part_id}", part_id
    for index, blink in enumerate(rig.blinks):
        yield f"blinks[{index}].part", blink.part
    for index, motion in enumerate(rig.motions):
        yield f"motions[{index}].part", motion.part
