"""The pages of docs/: what the code's own schema says, around a picture and the scene that drew it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from scene.animation import Animation
from scene.layers import LayerBase
from scene.schema import scene_schema
from tests.docs import sheets
from tests.docs.examples import example
from tests.docs.schema import (
    DEFINITIONS,
    VALUES,
    Schema,
    choices,
    in_markdown,
    is_set_by_nobody,
    reference,
)
from tests.docs.tables import Elsewhere, with_parts
from tests.docs.transitions import TRANSITIONS

SCENE = scene_schema()
LAYERS = choices(SCENE["properties"]["layers"]["items"])
"""The definition of each kind of layer."""
EFFECTS = choices(DEFINITIONS["ColourLayer"]["properties"]["effects"]["items"])
"""The definition of each effect."""
_SHARED = frozenset(LayerBase.model_json_schema()["properties"])
_COLUMNS = 3
MADE = "<!-- Made by `make docs` from the docstrings of scene/; change those. -->\n"


def pages() -> dict[str, Callable[[], str]]:
    """What makes every page, by the page's path below docs/."""
    return {
        "README.md": _index,
        "scene.md": _scene,
        "values.md": _values,
        "animations.md": _animations,
        "easings.md": _easings,
        "blend-modes.md": _blend_modes,
        "layers/README.md": _every_layer,
        **{f"layers/{kind}.md": partial(_layer, kind) for kind in LAYERS},
        **{f"effects/{name}.md": partial(_effect, name) for name in EFFECTS},
        **{f"transitions/{name}.md": partial(_transition, name) for name in TRANSITIONS},
    }


def shown() -> list[str]:
    """The pages that show a scene of docs/examples, by the name of both."""
    return ["animations", *(f"layers/{kind}" for kind in LAYERS), *(f"effects/{name}" for name in EFFECTS)]


def _elsewhere(up: str) -> Elsewhere:
    moving = {reference(DEFINITIONS[layer]["properties"]["animations"]["items"]) for layer in LAYERS.values()}
    return Elsewhere(
        f"{up}values.md",
        {
            **dict.fromkeys(EFFECTS.values(), f"{up}README.md#effects"),
            **dict.fromkeys(LAYERS.values(), f"{up}README.md#layers"),
            **{definition: f"{up}animations.md" for definition in {*moving, "Animation"} if definition},
        },
    )


def _index() -> str:
    layers = {f"layers/{kind}": _first_sentence(definition) for kind, definition in LAYERS.items()}
    effects = {f"effects/{name}": _first_sentence(definition) for name, definition in EFFECTS.items()}
    transitions = {f"transitions/{name}": _sentence(about) for name, about in TRANSITIONS.items()}
    return f"""{MADE}# Scenes, field by field

A [scene](scene.md) is JSON: a viewport, a background, and layers one above the other. This is all that it may
hold; `framefarm scene validate` names every mistake, and `framefarm render` draws the scenes of these pages:

```sh
framefarm render docs/examples/layers/text.json text.png --size 640x360
```

- [The scene](scene.md): viewport, background, layout
- [What every layer has](layers/README.md): position, size, opacity, effects …
- [Animations](animations.md), [easings](easings.md) and springs
- [Blend modes](blend-modes.md)
- [Kinds of values](values.md): colours, lengths, starts …

## Layers
{_gallery(layers)}

## Effects
What is done to a layer's own picture, one after the other, as its `effects` list them.

{_gallery(effects)}

## Transitions
How a take puts another scene of a show on air: a quarter, half and three quarters of the way.

{_gallery(transitions)}
"""


def _gallery(entries: Mapping[str, str]) -> str:
    cells = [
        f"[![{_name(page)}](pictures/reference/{page}.png)<br>**{_name(page)}**]({page}.md)<br>{about}"
        for page, about in entries.items()
    ]
    cells += [""] * (-len(cells) % _COLUMNS)
    rows = [cells[start : start + _COLUMNS] for start in range(0, len(cells), _COLUMNS)]
    return "\n".join(
        [
            "| " + " | ".join([" "] * _COLUMNS) + " |",
            "|" + "---|" * _COLUMNS,
            *("| " + " | ".join(row) + " |" for row in rows),
        ]
    )


def _scene() -> str:
    table = with_parts(SCENE, _elsewhere(""), (), ())
    return f"""{MADE}# The scene

{_description(SCENE)}

![The layouts, each with four layers](pictures/reference/layouts.png)

{table}
"""


def _every_layer() -> str:
    shared = LayerBase.model_json_schema()
    return f"""{MADE}# What every layer has

Each [kind of layer](../README.md#layers) adds fields of its own.

{with_parts(shared, _elsewhere("../"), _movable(next(iter(LAYERS.values()))), ("type",))}

What moves can be given to an [animation](../animations.md) as its `property`: `opacity`, `position.x`;
numbers of effects as `effects[0].radius`, and the crop as `crop.left`.
"""


def _layer(kind: str) -> str:
    definition = DEFINITIONS[LAYERS[kind]]
    own = [name for name in definition["properties"] if name not in _SHARED]
    lacking = [name for name, about in definition["properties"].items() if is_set_by_nobody(about)]
    without = [*_SHARED, "type"]
    lacks = f" It has no {_listed(lacking)}." if lacking else ""
    movable = _movable(LAYERS[kind])
    table = with_parts(definition, _elsewhere("../"), movable, without) if own else ""
    return f"""{MADE}# `{kind}`

{_description(definition)}

{_illustration(f"layers/{kind}", "../")}

## Its own fields
Beside them it has [what every layer has](README.md).{lacks}

{table}

## What moves
[Animations](../animations.md) may move {_listed(sorted(movable))}, and the numbers of its crop and effects.
"""


def _effect(name: str) -> str:
    definition = DEFINITIONS[EFFECTS[name]]
    numbers = [
        field
        for field, about in definition["properties"].items()
        if "minimum" in about and "maximum" in about
    ]
    moves = f"\n\nIts numbers move as `effects[0].{numbers[0]}`." if numbers else ""
    return f"""{MADE}# `{name}`

{_description(definition)}

{_illustration(f"effects/{name}", "../")}

## Fields
{with_parts(definition, _elsewhere("../"), numbers, ("type",))}{moves}
"""


def _transition(name: str) -> str:
    definition = TRANSITIONS[name]
    own = len(definition["properties"]) > 1
    table = with_parts(definition, _elsewhere("../"), (), ("type",)) if own else "It has none."
    return f"""{MADE}# `{name}`

{_description(definition)}

{_illustration(f"transitions/{name}", "../")}

This is the `transition` of a take: `POST /streams/{{id}}/scenes/take`, or the `take` of a show in a file.

## Fields
{table}
"""


def _animations() -> str:
    return f"""{MADE}# Animations

{_description(Animation.model_json_schema())}

{_illustration("animations", "")}

## Fields
{with_parts(Animation.model_json_schema(), _elsewhere(""), (), ())}
"""


def _easings() -> str:
    return f"""{MADE}# Easings

How an animation gets from its beginning to its end: over time, to the right, the share of the way
that has been gone, upwards. Blue is *easeIn*, red *easeOut*, yellow *easeInOut*, as in `easeInOutQuad`.

![The curves](pictures/reference/easings.png)

The curves are {_listed(sheets.FAMILIES)}, each with the three beginnings, and
`linear`. Back and Elastic overshoot.

- `"cubicBezier(x1, y1, x2, y2)"` or `{{"cubicBezier": [x1, y1, x2, y2]}}` is the curve of CSS: two control
  points, x from 0 to 1.
- `"steps(n, end)"` or `{{"steps": n, "jump": "end"}}` goes in n even steps, each taken at its end, or with
  `start` at its start.
- A [spring](animations.md#spring) replaces easing and duration.
"""


def _blend_modes() -> str:
    return f"""{MADE}# Blend modes

How a layer's colours meet those below it: its `blend`. They are the separable modes of [W3C Compositing
and Blending](https://www.w3.org/TR/compositing-1/#blending), as in CSS, and `add`, the sum up to white.

![Every mode, a circle over the same landscape](pictures/reference/blend-modes.png)

```json
{{"id": "light", "type": "shape", "shape": "circle", "fill": "#f59e0b", "blend": "{sheets.MODES[2]}"}}
```

The modes are {_listed(sheets.MODES)}.
"""


def _values() -> str:
    sections = "\n\n".join(f"## {name}\n{about}" for name, (_, about) in VALUES.items())
    return f"""{MADE}# Kinds of values

What the tables of these pages call a colour, a length, a start …

{sections}
"""


def _illustration(page: str, up: str) -> str:
    source = example(page).read_text().strip()
    return f"""![{_name(page)}]({up}pictures/reference/{page}.png)

```json
{source}
```"""


def _movable(definition: str) -> set[str]:
    """What of a kind of layer animations may move, besides its crop and effects."""
    animation = reference(DEFINITIONS[definition]["properties"]["animations"]["items"])
    prop: Schema = DEFINITIONS[str(animation)]["properties"]["property"]
    return {name for arm in prop["anyOf"] for name in arm.get("enum", ())}


def _description(definition: Mapping[str, Any]) -> str:
    return "\n\n".join(in_markdown(part) for part in str(definition.get("description", "")).split("\n\n"))


def _sentence(definition: Schema) -> str:
    return in_markdown(str(definition.get("description", "")).split("\n\n", maxsplit=1)[0])


def _first_sentence(definition: str) -> str:
    return in_markdown(str(DEFINITIONS[definition].get("description", "")).split("\n\n", maxsplit=1)[0])


def _name(page: str) -> str:
    return page.rpartition("/")[2]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
