"""The JSON Schema of scenes, in the words of the reference."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from scene.animation import Loop, Start, Value
from scene.drawing import Points
from scene.fields import ColourText, Coordinate, Length, Name, Unit
from scene.numbers import NumberFormat
from scene.route import Path
from scene.schema import scene_schema
from scene.svg import SvgText
from scene.timing import Easing

Schema = Mapping[str, Any]

DEFINITIONS: Mapping[str, Schema] = scene_schema()["$defs"]
_REFERENCE = "#/$defs/"
_ANYTHING = "JsonValue"  # what a layer's overrides hold
_ABOUT = frozenset({"default", "description", "title"})

VALUES: Mapping[str, tuple[Any, str]] = {
    "colour": (ColourText, '`"#rgb"`, `"#rrggbb"` or `"#rrggbbaa"`; the last two digits are its alpha.'),
    "coordinate": (
        Coordinate,
        'Viewport px as a number, or a share of the viewport as a text: `120` or `"50%"`. May be negative.',
    ),
    "length": (Length, "The same, but never negative."),
    "share": (Unit, "A number from 0 to 1."),
    "name": (Name, "1 to 64 letters, digits or any of `_` `.` `-`."),
    "start": (
        Start,
        (
            '`"now"`, with the first frame that shows the edit; or a second of scene time; or '
            '`{"revision": 7}`, with the first frame that showed it, which the farm makes of `"now"`.'
        ),
    ),
    "loop": (Loop, "`true` for ever, `false` once, or how often it plays in all."),
    "value": (Value, "A number, a percentage or a colour, as the property takes it."),
    "format": (
        NumberFormat,
        (
            '`"f"` 1235 · `".2f"` 1234.50 · `",.2f"` 1,234.50 · `"+f"` +5 · `"03f"` 007 · `".1%"` 12.5% · '
            'of seconds `"m:ss"`, `"mm:ss"`, `"h:mm:ss"`, `"hh:mm:ss"`.'
        ),
    ),
    "path": (
        Path,
        (
            'SVG path data with the commands M L H V C Q A Z, such as `"M 0 0 C 100 0 100 80 200 80"`, or a '
            "list of points: `[[0, 0], [200, 80]]`. Viewport px."
        ),
    ),
    "points": (Points, "A list of `[x, y]`, shares of the box: `[[0, 1], [0.5, 0], [1, 1]]`."),
    "SVG": (SvgText, 'The text of an `<svg xmlns="http://www.w3.org/2000/svg">` with a `viewBox`.'),
    "easing": (Easing, "The name of a curve, or a curve with numbers in it; see [easings](easings.md)."),
}
"""Kinds of values that have a name in the reference: what the code calls them, and what to write."""


@dataclass(frozen=True, slots=True)
class Field:
    """A row of a table of fields."""

    name: str
    kind: str
    """What to write there; words in [brackets] have an explanation elsewhere."""
    default: str
    bounds: str
    about: str
    parts: tuple[str, ...]
    """The definitions that it holds."""


def fields(definition: Schema, *, without: Sequence[str] = ()) -> list[Field]:
    """The fields of an object, in the order of the code."""
    required = definition.get("required", ())
    return [
        Field(
            name,
            kind(about),
            _default(name, about, required),
            ", ".join(dict.fromkeys(_bounds(about))),
            in_markdown(about.get("description", "")),
            tuple(dict.fromkeys(_parts(about))),
        )
        for name, about in definition["properties"].items()
        if name not in without
    ]


def kind(node: Schema) -> str:
    """What to write for ``node``, in a few words."""
    if (named := _named(node)) is not None:
        return f"[{named}]"
    if reference(node) == _ANYTHING:
        return "field"
    if "const" in node or "enum" in node:
        return ", ".join(f"`{json.dumps(choice)}`" for choice in node.get("enum", [node.get("const")]))
    if arms := node.get("anyOf") or node.get("oneOf"):
        return " or ".join(dict.fromkeys(kind(arm) for arm in arms if arm.get("type") != "null"))
    inner = _inner(node)
    return _WORDS.get(_type(node), _type(node)).format("" if inner is None else _plural(kind(inner)))


_WORDS = {
    "integer": "whole number",
    "boolean": "`true` or `false`",
    "string": "text",
    "array": "list of {}",
    "map": "object of {}",
}


def _type(node: Schema) -> str:
    """The JSON type; that of an object with any names is a map."""
    named = "patternProperties" in node or isinstance(node.get("additionalProperties"), dict)
    return "map" if named else str(node.get("type", "object"))


def _inner(node: Schema) -> Schema | None:
    """What a list or a map holds; of a list of several kinds, the first."""
    entries = next(iter(node.get("patternProperties", {}).values()), node.get("additionalProperties"))
    inner = next(iter(node.get("prefixItems", ())), node.get("items") or entries)
    return inner if isinstance(inner, dict) else None


def is_set_by_nobody(node: Schema) -> bool:
    """Whether a layer lacks what other layers have."""
    return node.get("type") == "null"


def reference(node: Schema) -> str | None:
    """The definition that ``node`` is, if it is one."""
    return str(node["$ref"]).removeprefix(_REFERENCE) if "$ref" in node else None


def choices(node: Schema) -> Mapping[str, str]:
    """Of a node that is one of several kinds: the definition of each, by its ``type``."""
    mapping: Mapping[str, str] = node["discriminator"]["mapping"]
    return {name: definition.removeprefix(_REFERENCE) for name, definition in mapping.items()}


def in_markdown(text: str) -> str:
    """A docstring as a page has it."""
    return re.sub(r"\s+", " ", text.replace("``", "`")).strip()


def _plain(node: Schema) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key not in _ABOUT}


_NAMED = {name: _plain(TypeAdapter(type_).json_schema()) for name, (type_, _) in VALUES.items()}


def _named(node: Schema) -> str | None:
    bare = _plain(node)
    for name, schema in _NAMED.items():
        nullable = {"anyOf": [*schema.get("anyOf", [schema]), {"type": "null"}]}
        if bare in ({k: v for k, v in schema.items() if k != "$defs"}, nullable):
            return name
    return None


def _plural(words: str) -> str:
    if words.startswith("[") and words.endswith("]"):
        return f"[{words[1:-1]}s]"
    first, of, rest = words.partition(" of ")
    if of:
        return f"{_plural(first)}{of}{rest}"
    return words if words.startswith("`") else f"{words}s"


def _default(name: str, node: Schema, required: Sequence[str]) -> str:
    if name in required:
        return "*required*"
    value = node.get("default")
    return "" if value in (None, [], {}) else f"`{json.dumps(_short(value))}`"


def _short(value: object) -> object:
    """Numbers as people write them."""
    if isinstance(value, dict):
        return {key: _short(part) for key, part in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _bounds(node: Schema) -> Iterator[str]:
    if _named(node) is not None and "maxItems" not in str(node):
        return
    if "minimum" in node and "maximum" in node:
        yield f"{_number(node['minimum'])} to {_number(node['maximum'])}"
    if "maxLength" in node:
        yield f"up to {node['maxLength']:,} characters"
    if "maxItems" in node:
        low, high = node.get("minItems"), node["maxItems"]
        yield f"{high} entries" if low == high else f"{f'{low} to' if low else 'up to'} {high} entries"
    for arm in node.get("anyOf", ()):
        yield from _bounds(arm)


def _number(number: float) -> str:
    return f"{number:g}".replace("+", "") if abs(number) >= 1e9 else f"{_short(float(number)):,}"


def _parts(node: Schema) -> Iterator[str]:
    if _named(node) is not None:
        return
    if "$ref" in node and reference(node) != _ANYTHING:
        yield str(reference(node))
    for arm in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from _parts(arm)
    if (inner := _inner(node)) is not None:
        yield from _parts(inner)
