"""Hypothesis strategies for how layers look: drawings, shapes, gradients, shadows, crops and effects."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from scene.easing import EASINGS
from tests.scene.strategies.basics import Document, colours, fields, seconds

DRAWINGS = tuple(
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 30">'
    f'<circle cx="9" cy="9" r="8" fill="#f80" opacity="0.5"/><path d="M0 30L{width} 0"/></svg>'
    for width in (10, 47)
)
SHAPES = ("rectangle", "circle", "ellipse", "polygon", "star", "line")
points = st.lists(st.floats(0, 1), min_size=2, max_size=2)
gradients = fields(
    {
        "stops": st.lists(st.floats(0, 1), min_size=2, max_size=4).flatmap(
            lambda places: st.tuples(
                *(st.fixed_dictionaries({"at": st.just(at), "colour": colours}) for at in sorted(places))
            ).map(list)
        )
    },
    type=st.sampled_from(["linear", "radial"]),
    angle=st.floats(-360, 360),
    centre=fields({}, x=st.floats(0, 1), y=st.floats(0, 1)),
    reach=st.floats(0.01, 10),
)
shadows = fields({}, x=st.integers(-40, 40), y=st.floats(-40, 40), blur=st.integers(0, 40), colour=colours)
_px = st.integers(0, 60) | st.floats(0, 60)
_units = st.floats(0, 1)
_blurs = st.floats(0, 12)
crops = fields({}, left=_px, top=_px, right=_px, bottom=_px)
EFFECTS: dict[str, tuple[dict[str, st.SearchStrategy[Any]], dict[str, st.SearchStrategy[Any]]]] = {
    "blur": ({"radius": _blurs}, {}),
    "brightness": ({"amount": st.floats(0, 4)}, {}),
    "contrast": ({"amount": st.floats(0, 4)}, {}),
    "saturation": ({"amount": st.floats(0, 4)}, {}),
    "hue": ({"degrees": st.floats(-400, 400)}, {}),
    "tint": ({"colour": colours}, {"amount": _units}),
    "dropShadow": (
        {},
        {"x": st.floats(-30, 30), "y": st.floats(-30, 30), "radius": _blurs, "colour": colours},
    ),
    "glow": ({}, {"radius": _blurs, "strength": st.floats(0, 8), "colour": colours}),
    "mask": (
        {"shape": st.sampled_from(["rectangle", "circle", "ellipse"])},
        {"radius": _px, "inset": _px, "feather": _px, "invert": st.booleans()},
    ),
    "roundedCorners": ({"radius": _px}, {}),
    "vignette": ({}, {"amount": _units, "size": st.floats(0, 0.99), "colour": colours}),
    "pixelate": ({"size": st.integers(1, 30) | st.floats(1, 30)}, {}),
    "chromaKey": ({}, {"colour": colours, "tolerance": _units, "softness": _units, "spill": _units}),
}
"""The required and the optional fields of every effect."""


@st.composite
def effects(draw: st.DrawFn) -> Document:
    """An effect of any kind."""
    kind = draw(st.sampled_from(sorted(EFFECTS)))
    required, optional = EFFECTS[kind]
    return draw(fields({"type": st.just(kind), **required}, **optional))


@st.composite
def finish_animations(draw: st.DrawFn, of: list[Document]) -> Document:
    """An animation of the crop, or of a number of one of these effects."""
    values = {f"crop.{side}": _px for side in ("left", "top", "right", "bottom")}
    for index, effect in enumerate(of):
        required, optional = EFFECTS[effect["type"]]
        for name, numbers in {**required, **optional}.items():
            if name not in {"colour", "shape", "invert"}:
                values[f"effects[{index}].{name}"] = numbers
    target = draw(st.sampled_from(sorted(values)))
    return draw(
        fields(
            {"property": st.just(target), "to": values[target], "duration": seconds},
            **{"from": values[target]},
            easing=st.sampled_from(sorted(EASINGS)),
            start=st.just("now") | seconds,
        )
    )
