"""Hypothesis strategies for valid scenes: every kind of layer, animated in every way."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, get_args

from hypothesis import strategies as st

from scene.animation import BOUNDS, COLOURS, LENGTHS
from scene.blending import Blend
from scene.document import Scene, parse_scene
from scene.easing import EASINGS
from scene.fields import Origin, Within
from scene.layout import LayoutName
from scene.time import Segment
from scene.transitions import Direction, WipeShape
from scene.viewport import ViewportFit
from tests.scene.timeline_strategies import moves_value_of, timelines, triggers

Document = dict[str, Any]

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

ids = st.text("abcXYZ019_.-", min_size=1, max_size=8)
colours = st.one_of(
    st.from_regex(r"#[0-9a-f]{3}", fullmatch=True),
    st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True),
    st.from_regex(r"#[0-9a-f]{8}", fullmatch=True),
)
scales = st.sampled_from([0, 0.5, 1, 1.5]) | st.floats(0, 2)
percentages = st.integers(0, 120).map(lambda n: f"{n}%")
coordinates = st.integers(-200, 2000) | st.floats(-200, 2000) | percentages
sides = st.integers(0, 600) | st.floats(0, 600) | percentages
seconds = st.sampled_from([0, 0.1, 0.25, 1 / 3, 1, 2.5]) | st.floats(0, 5)
starts = st.sampled_from(["now", "onAir"]) | seconds | st.integers(1, 3).map(lambda k: {"revision": k})


def fields(
    required: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]
) -> st.SearchStrategy[Document]:
    """Objects with all of ``required`` and any of ``optional``."""
    return st.fixed_dictionaries(required, optional=optional)


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


live_feeds = fields({"feed": st.just("camera")}, staleAfter=st.sampled_from([0.5, 1]))
pictures_by_url = fields(
    {"url": st.just("https://pictures.example/a.png")}, content=ids, problem=st.just("it is gone")
)
_words = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
FEED = {
    "caption": _words,
    "overlay": st.sampled_from(["card", "bar", "none"]),
    "fit": st.sampled_from(["contain", "cover", "stretch"]),
    "aspect": st.sampled_from(["1:1", "16:9", "3:4"]),
    "radius": st.integers(0, 60),
    "accent": colours,
    "metadata": fields(
        {},
        title=_words,
        collection=_words,
        price=_words,
        chain=_words,
        status=_words,
        traits=st.lists(st.fixed_dictionaries({"name": _words, "value": _words}), max_size=3),
    ),
}
"""The optional fields of a feed."""


def _own_fields(kind: str) -> tuple[dict[str, st.SearchStrategy[Any]], dict[str, st.SearchStrategy[Any]]]:
    """The required and the optional fields that only ``kind`` has."""
    box = {"size": fields({}, width=sides, height=sides)}
    if kind == "character":
        return {"character": st.sampled_from(["robot", "nobody"])}, {
            **box,
            "role": st.sampled_from(["host", "assistant"]),
            "state": st.sampled_from(["idle", "speaking"]),
            "emotion": st.sampled_from(["neutral", "happy", "sad", "unheard-of"]),
            "mirrored": st.booleans(),
        }
    if kind == "svg":
        fits = st.sampled_from(["contain", "cover", "stretch"])
        return {"svg": st.sampled_from(DRAWINGS)}, {**box, "fit": fits}
    if kind == "feed":
        return {"asset": ids | st.just("missing")}, {**box, **FEED}
    return _more_fields(kind, box)


def _more_fields(
    kind: str, box: dict[str, st.SearchStrategy[Any]]
) -> tuple[dict[str, st.SearchStrategy[Any]], dict[str, st.SearchStrategy[Any]]]:
    match kind:
        case "colour":
            return {"colour": colours}, box
        case "image":
            return {"asset": ids}, {
                **box,
                "fit": st.sampled_from(["contain", "cover", "stretch"]),
                "speed": st.sampled_from([0.5, 1, 3]) | st.floats(0.01, 100),
                "loop": st.booleans() | st.integers(1, 4),
                "start": starts,
                "frameMs": st.lists(st.integers(1, 400), min_size=2, max_size=6),
                "sprite": fields(
                    {
                        "columns": st.integers(1, 5),
                        "rows": st.integers(1, 4),
                        "fps": st.sampled_from([0.1, 12.5, 60]),
                    },
                    frames=st.just(1),
                ),
            }
        case "text":
            plain = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
            shown = ["{value}", "now {value} of {value}", "{data.a} {data.b:,.2f}", "{data.c}{value}"]
            return {"text": plain | st.sampled_from(shown)}, {
                **box,
                "value": st.floats(-1e6, 1e15),
                "format": st.sampled_from(["f", ",.2f", "+.1%", "06f", "m:ss", "hh:mm:ss"]),
                "font": st.sampled_from(["sans", "serif", "mono"]),
                "fontAsset": ids,
                "fontSize": st.integers(1, 120) | st.just("7.5%"),
                "weight": st.sampled_from(["normal", "bold"]),
                "style": st.sampled_from(["normal", "italic"]),
                "colour": colours,
                "align": st.sampled_from(["left", "center", "right"]),
                "lineHeight": st.floats(0.5, 3),
                "verticalAlign": st.sampled_from(["top", "middle", "bottom"]),
                "letterSpacing": st.floats(-5, 20) | st.just("-0.5%"),
                "maxLines": st.integers(1, 3),
                "stroke": colours,
                "strokeWidth": st.floats(0, 12) | st.just("1%"),
                "shadow": shadows,
                "background": fields(
                    {"colour": colours}, padding=st.floats(0, 30), radius=st.integers(0, 40)
                ),
            }
        case "shape":
            return {"shape": st.sampled_from(SHAPES)}, {
                **box,
                "radius": st.integers(0, 80) | st.just("10%"),
                "fill": colours,
                "stroke": colours,
                "strokeWidth": st.integers(0, 40) | st.just("2%"),
                "points": st.lists(points, min_size=3, max_size=6),
                "corners": st.integers(3, 12),
                "inner": st.floats(0, 1),
                "cap": st.sampled_from(["butt", "round", "square"]),
                "gradient": gradients,
                "shadow": shadows,
            }
        case "card":
            words = st.text(st.characters(min_codepoint=32, max_codepoint=122), max_size=20)
            texts = words | st.sampled_from(
                ["on air for {stream.uptime}", "{stream.state}, {stream.fps} fps"]
            )
            return {"title": texts}, {
                **box,
                "lines": st.lists(texts, max_size=3),
                "state": st.sampled_from(["idle", "waiting", "live", "paused", "failed", "stream"]),
                "accent": colours,
            }
    return {}, {"bits": st.integers(1, 32), "cell": st.integers(2, 64)}


@st.composite
def layers(draw: st.DrawFn, kind: str | None = None) -> Document:
    """A layer of ``kind``, or of any."""
    chosen = kind or draw(st.sampled_from(sorted(PROPERTIES)))
    required, optional = _own_fields(chosen)
    finish: list[Document] = draw(st.lists(effects(), max_size=2))
    moves = animations(chosen) | finish_animations(finish)
    layer = draw(
        fields(
            {
                "id": ids,
                "type": st.just(chosen),
                **required,
                **({"effects": st.just(finish)} if finish else {}),
            },
            **optional,
            position=fields({}, x=coordinates, y=coordinates, origin=st.sampled_from(get_args(Origin))),
            within=st.sampled_from(get_args(Within)),
            anchor=fields({}, x=st.floats(0, 1), y=st.floats(0, 1)),
            opacity=st.floats(0, 1) | st.just(1),
            rotation=st.integers(-720, 720) | st.floats(-720, 720),
            scale=scales | fields({}, x=scales, y=scales),
            zIndex=st.integers(-3, 3),
            visible=st.booleans(),
            blend=st.sampled_from(get_args(Blend)),
            crop=crops,
            animations=st.lists(moves, max_size=3),
            glides=st.sampled_from([0, 0, 0, 2]).flatmap(lambda n: st.lists(glides(chosen), max_size=n)),
        )
    )
    if "asset" in layer and draw(st.integers(0, 3)) == 0:
        layer.pop("asset")
        layer |= draw(live_feeds if chosen == "feed" else pictures_by_url)
    moved = {animation["property"] for animation in layer.get("animations", ())}
    numbers = sorted(BOUNDS.keys() & set(PROPERTIES[chosen]))
    if bound := draw(st.lists(st.sampled_from(numbers), max_size=2, unique=True)):
        layer["bindings"] = [{"property": target, **draw(bindings)} for target in bound]
    if "value" in moved or "value" in bound:
        layer.setdefault("value", 0)
    return layer


spacings = st.integers(0, 1000) | st.just("4%")


@st.composite
def glides(draw: st.DrawFn, kind: str) -> Document:
    """A way from former values, as edits write it."""
    targets = [target for target in PROPERTIES[kind] if target not in {"position", "scale"}]
    chosen = draw(st.lists(st.sampled_from(targets), min_size=1, max_size=2, unique=True))
    before = {target: draw(values(target)) for target in chosen}
    start = draw(st.just("now") | st.integers(1, 3).map(lambda k: {"revision": k}))
    return {"from": before, "start": start, **draw(paces)}


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


canvases = st.tuples(st.integers(8, 640), st.integers(8, 400)).map(lambda half: (2 * half[0], 2 * half[1]))
"""Canvas sizes: even."""

rates = st.sampled_from([Fraction(30), Fraction(60), Fraction(30_000, 1001), Fraction(25)])
"""Frames per second."""

segments = st.builds(
    Segment,
    from_frame=st.integers(0, 100),
    revision=st.just(3),
    scene_time_s=st.fractions(0, 5, max_denominator=60),
    rate=st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 2)]),
)
"""Segments that show revision 3."""


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
