"""Values that the schema allows, and mostly only just: smallest, largest, longest, all of a kind."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from tests.docs.schema import DEFINITIONS, Schema, kind, reference

_MOST_ENTRIES = 12
"""Of a list; where many are allowed, the strategies of the rooms send many."""
_DEEPEST = 4

_TEXTS: Mapping[str, tuple[Any, ...]] = {
    "[colour]": ("#000", "#ffffff", "#ff000001", "#00ff0080", "#0000ff00"),
    "[name]": ("a", "missing", "x" * 64),
    "[coordinate]": (-100_000, 100_000, 0, 0.5, "1000%", "-1000%", "50%"),
    "[length]": (0, 8192, 0.01, "0%", "1000%", "100%", 1),
    "[easing]": ("linear", "easeInOutElastic", "cubicBezier(0, 100, 1, -100)", "steps(10000, start)"),
    "[start]": ("now", 0, 31_622_400, {"revision": 1}, {"revision": 2**53}),
    "[format]": (".10f", "+,.9%", "0f", "hh:mm:ss", "099,.10f"),
    "[path]": ("M 0 0 L 0 0 Z", "M0 0C1 1 1e4 1e4 0 0", "M 5 5 A 1e4 1e-4 45 1 0 9 9", [[0, 0], [0, 0]]),
    "[points]": ([[0, 0], [1, 1], [0, 0]], [[0.5, 0.5]] * 256),
    "[SVG]": ("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8192 1'><circle r='9'/></svg>",),
}
_LETTERS = (
    "W",
    "i ",
    "字",
    "🎉",
    "م",
    "{value} ",
    "e\u0301",
    "\n",
    "x\t",
    "-",
    "\u00ad",
    "\u200b",
    "ก",
    "{data.a}",
)


def extreme(node: Schema, rng: random.Random, depth: int = 0) -> Any:
    """A value for ``node`` of the schema; what no rule here knows may be refused."""
    if (words := kind(node)) in _TEXTS:
        return rng.choice(_TEXTS[words])
    if (name := reference(node)) is not None:
        return thing(DEFINITIONS[name], rng, depth + 1)
    if arms := node.get("anyOf") or node.get("oneOf"):
        return extreme(rng.choice(arms), rng, depth)
    if "enum" in node or "const" in node:
        return rng.choice(node.get("enum", [node.get("const")]))
    make = _MAKERS.get(str(node.get("type")))
    return None if make is None else make(node, rng, depth)


def _list(node: Schema, rng: random.Random, depth: int) -> list[Any]:
    least = node.get("minItems", 0)
    most = min(node.get("maxItems", 3), _MOST_ENTRIES) if depth < _DEEPEST else 0
    count = rng.choice((least, max(least, most)))
    items = node.get("prefixItems") or [node.get("items", {})] * count
    return [extreme(item, rng, depth + 1) for item in items]


def _text(node: Schema, rng: random.Random, _depth: int) -> str:
    letter = rng.choice(_LETTERS)
    return letter * rng.choice((0, 1, 3, node.get("maxLength", 10) // len(letter)))


def thing(definition: Schema, rng: random.Random, depth: int = 0) -> dict[str, Any]:
    """An object with what it needs, and some of what it may have."""
    required = definition.get("required", ())
    likely = 0.3 if depth < _DEEPEST else 0.0
    return {
        name: extreme(node, rng, depth)
        for name, node in definition.get("properties", {}).items()
        if name in required or rng.random() < likely
    }


def _number(node: Schema, rng: random.Random, _depth: int) -> float:
    low, high = node.get("minimum", -1000), node.get("maximum", 1000)
    if node["type"] == "integer":
        return int(rng.choice((low, high, rng.randint(low, min(high, low + 20)))))
    between = low + (high - low) * rng.random() ** 3
    return float(rng.choice((low, high, between, min(high, max(low, 0.0)), min(high, low + 1e-9))))


def _truth(_node: Schema, rng: random.Random, _depth: int) -> bool:
    return rng.random() < 0.5


_MAKERS: Mapping[str, Callable[[Schema, random.Random, int], Any]] = {
    "array": _list,
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": _truth,
    "object": thing,
}
