"""Hypothesis strategies for layers of every kind."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import strategies as st

from scene.animation import BOUNDS
from scene.blending import Blend
from scene.fields import Origin, Within
from tests.scene.strategies.basics import Document, colours, coordinates, fields, ids, scales, sides, starts
from tests.scene.strategies.looks import (
    DRAWINGS,
    SHAPES,
    crops,
    effects,
    finish_animations,
    gradients,
    points,
    shadows,
)
from tests.scene.strategies.motion import PROPERTIES, animations, bindings, glides

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
