"""Hypothesis strategies for all that moves: animations, keyframes, glides, bindings."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from scene.animation import BOUNDS, COLOURS, LENGTHS
from scene.easing import EASINGS
from tests.scene.strategies.basics import Document, colours, fields, percentages, scales, seconds, starts

PLACING = (
    *("position", "position.x", "position.y", "anchor.x", "anchor.y"),
    *("scale", "scale.x", "scale.y", "opacity", "rotation"),
)
BOX = (*PLACING, "size.width", "size.height")
PROPERTIES = {
    "colour": (*BOX, "colour"),
    "image": BOX,
    "svg": BOX,
    "text": (*BOX, "fontSize", "colour", "value"),
    "shape": (*BOX, "radius", "strokeWidth", "fill", "stroke"),
    "frame_number": PLACING,
    "card": BOX,
    "feed": BOX,
    "character": BOX,
}


def _bezier_texts(numbers: tuple[float, ...]) -> str:
    return f"cubicBezier({', '.join(f'{number:.3f}' for number in numbers)})"


overshoots = st.floats(-3, 3)
beziers = st.tuples(st.floats(0, 1), overshoots, st.floats(0, 1), overshoots)
easings = st.one_of(
    st.sampled_from(sorted(EASINGS)),
    beziers.map(_bezier_texts),
    beziers.map(lambda numbers: {"cubicBezier": list(numbers)}),
    st.sampled_from(["steps(3)", "steps(4, start)", "steps(1, end)"]),
    st.integers(1, 20).map(lambda count: {"steps": count, "jump": "start"}),
)
springs = fields(
    {},
    stiffness=st.floats(10, 500),
    damping=st.floats(1, 60),
    mass=st.floats(0.1, 5),
    velocity=st.floats(-20, 20),
)
paces = st.one_of(
    fields({"duration": seconds}, easing=easings),
    fields({"spring": springs}),
)
"""How an animation takes its time."""


def values(target: str) -> st.SearchStrategy[Any]:
    """Values that ``target`` may be moved from and to."""
    if target in COLOURS:
        return colours
    if target.startswith("scale"):
        return scales
    low, high = (max(BOUNDS[target][0], -500), min(BOUNDS[target][1], 1000))
    numbers = st.floats(low, high)
    return numbers | percentages if target in LENGTHS else numbers


paths = fields(
    {
        "path": st.lists(
            st.tuples(st.integers(-99, 999), st.floats(-99, 999)).map(list), min_size=2, max_size=5
        )
        | st.sampled_from(
            [
                "M 10 10 C 400 0, 400 300, 10 200 Z",
                "m50-50 q 300 0 300 300 h-20v-.5",
                "M 300 300 A 200 100 30 1 0 500 400 L 0 0",
                "M 7 7 Z",
            ]
        )
    },
    orient=st.booleans(),
)
"""What a position follows."""


@st.composite
def animations(draw: st.DrawFn, kind: str) -> Document:
    """An animation that suits a layer of ``kind``."""
    target = draw(st.sampled_from(PROPERTIES[kind]))
    animation = draw(
        fields(
            {"property": st.just(target)},
            delay=seconds,
            loop=st.booleans() | st.integers(1, 4),
            yoyo=st.booleans(),
            start=starts,
        )
    )
    if target == "position":
        return {**animation, **draw(paths), **draw(paces)}
    return {**animation, **draw(changes(target) | keyframed(target))}


@st.composite
def changes(draw: st.DrawFn, target: str) -> Document:
    """From a value to another."""
    beginning = {"from": values(target)}
    sized = target.startswith("size.")
    way = fields({"to": values(target), **(beginning if sized else {})}, **({} if sized else beginning))
    return {**draw(way), **draw(paces)}


@st.composite
def keyframed(draw: st.DrawFn, target: str) -> Document:
    """Through a few values; at shares of a duration, or at seconds."""
    timing = draw(st.just({}) | fields({"duration": seconds}, easing=easings))
    places = draw(
        st.lists(st.floats(0, 1 if "duration" in timing else 4), min_size=1, max_size=4).map(sorted)
    )
    if target.startswith("size."):
        places[0] = 0
    frames = [draw(fields({"at": st.just(at), "value": values(target)}, easing=easings)) for at in places]
    return {**timing, "keyframes": frames}


@st.composite
def glides(draw: st.DrawFn, kind: str) -> Document:
    """A way from former values, as edits write it."""
    targets = [target for target in PROPERTIES[kind] if target not in {"position", "scale"}]
    chosen = draw(st.lists(st.sampled_from(targets), min_size=1, max_size=2, unique=True))
    before = {target: draw(values(target)) for target in chosen}
    start = draw(st.just("now") | st.integers(1, 3).map(lambda k: {"revision": k}))
    return {"from": before, "start": start, **draw(paces)}


bindings = fields(
    {"data": st.sampled_from(["a", "b", "c"])},
    scale=st.floats(-50, 50),
    offset=st.floats(-100, 400),
    min=st.floats(-100, 100),
    max=st.floats(0, 500),
    duration=st.sampled_from([0, 0.1, 1]) | st.floats(0, 4),
    easing=easings,
    rate=st.sampled_from([0, -1, 3.5]),
)
"""What a number of a layer follows; without the property."""
