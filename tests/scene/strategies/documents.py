"""Hypothesis strategies for valid scenes and shows: every kind of layer, animated in every way."""

from __future__ import annotations

from typing import get_args

from hypothesis import strategies as st

from scene.document import Scene, parse_scene
from scene.fields import Within
from scene.layout import LayoutName
from scene.transitions import Direction, WipeShape
from scene.viewport import ViewportFit
from tests.scene.strategies.basics import Document, colours, coordinates, fields, ids, seconds
from tests.scene.strategies.layers import layers
from tests.scene.strategies.looks import crops
from tests.scene.strategies.motion import animations, easings
from tests.scene.strategies.timelines import moves_value_of, timelines, triggers

spacings = st.integers(0, 1000) | st.just("4%")
layouts = fields(
    {"type": st.sampled_from(get_args(LayoutName))},
    gap=spacings,
    margin=spacings,
    within=st.sampled_from(get_args(Within)),
)
margins = st.integers(0, 7) | st.sampled_from(["0%", "12.5%", "40%"])
viewports = fields(
    {},
    width=st.integers(16, 2560),
    height=st.integers(16, 1440),
    fit=st.sampled_from(get_args(ViewportFit)),
    safeArea=fields({}, left=margins, top=margins, right=margins, bottom=margins),
    grid=fields({"size": st.integers(1, 200)}, snap=st.booleans()),
)
data_values = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.integers(-(10**15), 10**15) | st.floats(-1e6, 1e6) | st.sampled_from(["", "Ann", "{data.a}", "Bob"]),
)
"""Values that texts show by name."""
overrides = fields(
    {},
    position=fields({}, x=coordinates, y=coordinates | st.none()) | st.none(),
    within=st.sampled_from(get_args(Within)),
    opacity=st.floats(0, 1),
    rotation=st.integers(-720, 720) | st.none(),
    zIndex=st.integers(-3, 3),
    visible=st.booleans(),
    crop=crops | st.none(),
)
"""What a variant may say of a layer of any kind."""


@st.composite
def with_variants(draw: st.DrawFn, document: Document) -> Document:
    """``document``, perhaps with a variant of it called other."""
    if not draw(st.booleans()):
        return document
    layers = {layer["id"]: draw(overrides) for layer in document["layers"] if draw(st.booleans())}
    variant = draw(fields({"layers": st.just(layers)}, viewport=viewports, layout=layouts))
    return {**document, "variants": {"other": variant}}


def without_dangling(document: Document) -> Document:
    """``document`` without what its variants say of layers that it has not any more."""
    ids = {layer["id"] for layer in document["layers"]}
    variants = {
        name: {**variant, "layers": {k: v for k, v in variant["layers"].items() if k in ids}}
        for name, variant in document.get("variants", {}).items()
    }
    return {**document, "variants": variants}


@st.composite
def documents(draw: st.DrawFn, max_layers: int = 5) -> Document:
    """Valid scene documents, as people might write them: defaults left out or not."""
    document = draw(
        fields(
            {"layers": st.lists(layers(), max_size=max_layers, unique_by=lambda layer: layer["id"])},
            viewport=viewports,
            background=colours,
            data=data_values,
            fonts=st.dictionaries(ids, ids, max_size=2),
            layout=layouts,
            layoutTransition=fields(
                {"duration": seconds, "easing": st.sampled_from(["linear", "easeOutBack"])}
            ),
        )
    )
    return draw(with_variants({**document, **draw(timelines_of(document["layers"]))}))


@st.composite
def timelines_of(draw: st.DrawFn, of: list[Document]) -> Document:
    """Timelines that move layers ``of`` a document, and those layers with all that they need for it."""
    found = draw(timelines(of, animations))
    counting = [{"value": 0, **layer} if moves_value_of(found, layer["id"]) else layer for layer in of]
    if not found:
        return {}
    return {"timelines": found, "layers": counting, "triggers": draw(triggers(found))}


def scenes(max_layers: int = 5) -> st.SearchStrategy[Scene]:
    """Parsed scenes."""
    return documents(max_layers).map(lambda document: parse_scene(document, max_layers=max_layers))


_directions = st.sampled_from(get_args(Direction))
_pace = {"duration": seconds, "easing": easings}
transitions = st.one_of(
    st.just({"type": "cut"}),
    fields({"type": st.just("fade")}, colour=colours, linearLight=st.booleans(), **_pace),
    fields({"type": st.sampled_from(["slide", "push"])}, direction=_directions, **_pace),
    fields(
        {"type": st.just("wipe")},
        shape=st.sampled_from(get_args(WipeShape)),
        direction=_directions,
        softness=st.floats(0, 1),
        **_pace,
    ),
    fields({"type": st.just("zoom")}, direction=st.sampled_from(["in", "out"]), **_pace),
    fields(
        {"type": st.just("stinger"), "asset": ids},
        duration=seconds,
        cutAt=seconds,
        frameMs=st.lists(st.integers(1, 400), min_size=2, max_size=4),
    ),
)
"""Every kind of transition."""


@st.composite
def shows(draw: st.DrawFn, max_layers: int = 3) -> Document:
    """Valid shows of two or three scenes, as people might write them."""
    names = draw(st.lists(ids, min_size=2, max_size=3, unique=True))
    take = fields({"from": st.sampled_from(names), "transition": transitions, "start": seconds})
    return draw(
        fields(
            {"scenes": st.fixed_dictionaries({name: documents(max_layers) for name in names})},
            program=st.sampled_from(names),
            preview=st.sampled_from(names),
            take=take,
            since=st.dictionaries(st.sampled_from(names), seconds),
        )
    )
