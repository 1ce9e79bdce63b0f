"""Scene documents, first valid, then broken at random places."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.docs.pages import LAYERS, SCENE
from tests.docs.schema import DEFINITIONS
from tests.fuzz.extremes import extreme, thing

ROOT = Path(__file__).parents[2]
_KINDS = {name: DEFINITIONS[definition] for name, definition in LAYERS.items()}
SEEDS = [
    json.loads(path.read_text())
    for folder in ("examples/scenes", "docs/examples/layers", "docs/examples/effects", "docs/examples")
    for path in sorted((ROOT / folder).glob("*.json"))
]
"""Every example: together they use all that there is."""

MAX_PLACES = 4000
"""A document with more is not made larger; what is sent has a bound of its own, in bytes."""

REPEATS = (1, 2, 9, 60, 200)
"""So often an entry may come again, even one that is nearly the whole document."""

Place = tuple[Any, Any]
"""A container and the key or index of something in it."""

_NUMBERS = (
    *(
        0,
        -0.0,
        1,
        -1,
        0.5,
        2,
        3,
        100,
        255,
        256,
        8192,
        8193,
        1e-9,
        5e-324,
        1e9,
        1e15,
        1e16,
        -1e16,
        1e308,
        -1e308,
    ),
    *(2**31, 2**53, 2**63, 2**64, 10**30, float("nan"), float("inf"), float("-inf")),
)
_TEXTS = (
    *(
        "",
        " ",
        "\x00",
        "\x1b[31m",
        "\ud800",
        "\ufeff",
        "\u202e",
        "a" * 70,
        "a" * 6000,
        "\n" * 3000,
        "👩‍👩‍👧" * 300,
    ),
    *(
        "now",
        "50%",
        "-50%",
        "1e3%",
        "NaN",
        "#fff",
        "#ff",
        "#gggggg",
        "position.x",
        "effects[0].radius",
        "effects[99].x",
    ),
    *(
        "cubicBezier(0,0,0,0)",
        "cubicBezier(9,9,9,9)",
        "steps(0)",
        "steps(10001)",
        "M 0 0",
        "M 0 0 L 1e9 1e9 Z",
        "z",
    ),
    *(
        "{value}",
        "{value}" * 500,
        "{data.x}",
        "{",
        "../../etc/passwd",
        "https://[::1]/",
        "İ" * 40,
        "ﷺ" * 200,
        "क्ष" * 300,
    ),
    *(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/>",
        "<svg",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>",
    ),
)
_OTHERS: tuple[Any, ...] = (
    None,
    True,
    False,
    [],
    {},
    [[]],
    [None],
    {"": None},
    {"type": "text"},
    ["a", 1, None],
)


def nonsense(rng: random.Random) -> Any:
    """A value of any type."""
    return copy.deepcopy(rng.choice((*_NUMBERS, *_TEXTS, *_OTHERS)))


def broken(document: Any, rng: random.Random) -> Any:
    """``document`` after one to six accidents."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        document = rng.choice(_ACCIDENTS)(document, rng)
    return document


def places(value: Any) -> list[Place]:
    """Every place inside ``value``; not by recursion, which a deep document would break."""
    found: list[Place] = []
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        pairs = list(inner.items()) if isinstance(inner, dict) else list(enumerate(inner))
        for key, part in pairs:
            found.append((inner, key))
            if isinstance(part, dict | list):
                waiting.append(part)
    return found


def _inside(document: Any) -> list[Place]:
    """Its places; an accident before may have left no container at all."""
    return places(document) if isinstance(document, dict | list) else []


def _replace(document: Any, rng: random.Random) -> Any:
    """A field's value becomes nonsense."""
    return _at_a_place(document, rng, lambda held, key: held.__setitem__(key, nonsense(rng)))


def _nudge(document: Any, rng: random.Random) -> Any:
    """A number becomes another, which is likelier to be allowed."""
    numbers = [
        (held, key)
        for held, key in _inside(document)
        if isinstance(held[key], int | float) and not isinstance(held[key], bool)
    ]
    if numbers:
        held, key = rng.choice(numbers)
        held[key] = rng.choice(
            [held[key] * rng.choice((-1, 0, 0.001, 0.5, 2, 10, 1000)), rng.choice(_NUMBERS)]
        )
    return document


def _remove(document: Any, rng: random.Random) -> Any:
    return _at_a_place(document, rng, lambda held, key: held.__delitem__(key))


def _add(document: Any, rng: random.Random) -> Any:
    """A field that nobody knows, or that others know."""
    names = (
        "x",
        "colour",
        "color",
        "type",
        "id",
        "animations",
        "effects",
        "layers",
        "size",
        "data",
        "",
        "ä" * 100,
    )

    def add(held: Any, _key: Any) -> None:
        if isinstance(held, dict):
            held[rng.choice(names)] = nonsense(rng)
        else:
            held.append(nonsense(rng))

    return _at_a_place(document, rng, add)


def _swap(document: Any, rng: random.Random) -> Any:
    """Two places change their values: types meet that never met."""

    def swap(held: Any, key: Any) -> None:
        other, there = rng.choice(places(document))
        if not _holds(held[key], other) and not _holds(other[there], held):
            held[key], other[there] = other[there], held[key]

    return _at_a_place(document, rng, swap)


def _graft(document: Any, rng: random.Random) -> Any:
    """A part of another example."""
    donor, key = rng.choice(places(rng.choice(SEEDS)))
    part = copy.deepcopy(donor[key])
    same_name = [place for place in _inside(document) if place[1] == key]
    if same_name:
        held, there = rng.choice(same_name)
        held[there] = part
        return document
    return _at_a_place(document, rng, lambda held, there: held.__setitem__(there, part))


def _repeat(document: Any, rng: random.Random) -> Any:
    """An entry many times: layers with the same id, too many effects, animations, points."""
    found = _inside(document)
    lists = [held[key] for held, key in found if isinstance(held[key], list) and held[key]]
    if lists and len(found) < MAX_PLACES:
        chosen = rng.choice(lists)
        chosen.extend(copy.deepcopy(chosen[-1:]) * rng.choice(REPEATS))
    return document


def _deepen(document: Any, rng: random.Random) -> Any:
    """Something lies very deep."""
    deep: Any = nonsense(rng)
    for _ in range(rng.choice((3, 50, 300))):
        deep = [deep] if rng.random() < 0.5 else {"layers": deep}
    return _at_a_place(document, rng, lambda held, key: held.__setitem__(key, deep))


def _stretch(document: Any, rng: random.Random) -> Any:
    """Some fields of a layer become what is only just allowed."""
    layers = _layers(document)
    chosen = [layer for layer in layers if isinstance(layer, dict) and str(layer.get("type")) in _KINDS]
    if chosen:
        layer = rng.choice(chosen)
        fields = _KINDS[layer["type"]]["properties"]
        for name in rng.sample(sorted(fields), rng.choice((1, 1, 2, 4))):
            if name not in {"id", "type"}:
                layer[name] = extreme(fields[name], rng)
    return document


def _stretch_scene(document: Any, rng: random.Random) -> Any:
    """The viewport, the layout or another field of the scene becomes what is only just allowed."""
    name = rng.choice(sorted(SCENE["properties"]))
    if isinstance(document, dict) and name != "layers":
        document[name] = extreme(SCENE["properties"][name], rng)
    return document


def _new_layer(document: Any, rng: random.Random) -> Any:
    """A layer of any kind, in front of the others."""
    layer = thing(_KINDS[rng.choice(sorted(_KINDS))], rng)
    _layers(document).append({**layer, "id": f"new{rng.randrange(10**6)}", "visible": True, "opacity": 1})
    return document


def _layers(document: Any) -> list[Any]:
    """Of the scene; of a show, those of its first scene."""
    scenes = document.get("scenes") if isinstance(document, dict) else None
    if isinstance(scenes, dict) and scenes:
        document = next(iter(scenes.values()))
    layers = document.get("layers") if isinstance(document, dict) else None
    return layers if isinstance(layers, list) else []


def _at_a_place(document: Any, rng: random.Random, change: Callable[[Any, Any], None]) -> Any:
    found = _inside(document)
    if not found:
        return nonsense(rng)
    change(*rng.choice(found))
    return document


def _holds(value: Any, container: Any) -> bool:
    """Whether ``container`` is ``value`` or lies in it: a document never holds itself."""
    if value is container:
        return True
    return isinstance(value, dict | list) and any(held[key] is container for held, key in places(value))


_ACCIDENTS = (
    *(
        _stretch,
        _stretch,
        _stretch,
        _stretch,
        _stretch_scene,
        _new_layer,
        _new_layer,
        _new_layer,
        _nudge,
        _nudge,
    ),
    *(_replace, _remove, _add, _swap, _graft, _graft, _repeat, _deepen),
)
