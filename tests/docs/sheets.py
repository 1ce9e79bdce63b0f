"""Scenes that are made from the code's own lists: all curves, all blend modes, all layouts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, get_args

from scene.blending import Blend
from scene.document import Scene, parse_scene
from scene.easing import EASINGS, Curve
from scene.layout import Layout, LayoutName, Slot, arranged
from scene.spring import Spring
from scene.timing import cubic_bezier, steps
from scene.viewport import Viewport

Document = dict[str, Any]

MODES: Sequence[str] = get_args(Blend)
FAMILIES: Sequence[str] = [
    name.removeprefix("easeIn") for name in EASINGS if name.startswith("easeIn") and "InOut" not in name
]
LAYOUTS: Sequence[LayoutName] = get_args(LayoutName)

_INK, _PAPER, _PANEL, _GRID = "#e2e8f0", "#334155", "#1e293b", "#334155"
_BLUE, _RED, _YELLOW, _GREEN = "#38bdf8", "#fb7185", "#fde047", "#4ade80"
_SAMPLES = 120
_BELOW, _ABOVE = -0.4, 1.4  # how far curves that overshoot are shown


def all_sheets() -> dict[str, Callable[[], Scene]]:
    """Each sheet by the name of its picture."""
    return {"easings": easings, "blend-modes": blend_modes, "layouts": layouts}


def easings() -> Scene:
    """Every family's three curves in a panel, and those that are no family."""
    curves: dict[str, list[tuple[Curve, str]]] = {
        family: [
            (EASINGS[f"ease{way}{family}"], colour)
            for way, colour in (("In", _BLUE), ("Out", _RED), ("InOut", _YELLOW))
        ]
        for family in FAMILIES
    }
    curves["linear"] = [(EASINGS["linear"], _GREEN)]
    curves["cubicBezier(0.7, -0.4, 0.3, 1.4)"] = [(cubic_bezier(0.7, -0.4, 0.3, 1.4), _GREEN)]
    curves["steps(5, end)"] = [(steps(5, "end"), _GREEN)]
    curves["steps(5, start)"] = [(steps(5, "start"), _GREEN)]
    curves["a spring"] = [(Spring().curve(), _GREEN)]
    columns, width, height, gap = 5, 176, 190, 14
    layers: list[Document] = []
    for index, (name, lines) in enumerate(curves.items()):
        x, y = gap + index % columns * (width + gap), gap + index // columns * (height + gap)
        layers += _panel(f"panel-{index}", x, y, width, height)
        layers += [
            _label(f"label-{index}", name, x + width / 2, y + height - 16, 11 if len(name) > 20 else 15)
        ]
        for way in (0, 1):
            level = y + 10 + (height - 50) * (_ABOVE - way) / (_ABOVE - _BELOW)
            layers.append(_box(f"line-{index}-{way}", x + 14, level, width - 28, 1, {"fill": _GRID}))
        for number, (curve, colour) in enumerate(lines):
            layers.append(
                _plot(f"curve-{index}-{number}", curve, colour, (x + 14, y + 10, width - 28, height - 50))
            )
    rows = -(-len(curves) // columns)
    return _scene(gap + columns * (width + gap), gap + rows * (height + gap), layers)


def blend_modes() -> Scene:
    """The same circles over the same landscape, in every mode."""
    columns, width, height, gap, label = 5, 180, 112, 12, 28
    layers: list[Document] = []
    for index, mode in enumerate(MODES):
        x, y = gap + index % columns * (width + gap), gap + index // columns * (height + label + gap)
        size = {"width": width, "height": height}
        position = {"x": x, "y": y}
        layers.append(
            {
                "id": f"below-{index}",
                "type": "image",
                "asset": "landscape",
                "fit": "cover",
                "position": position,
                "size": size,
            }
        )
        for number, colour in enumerate(("#f59e0b", "#22d3ee")):
            circle = {"shape": "circle", "fill": colour, "blend": mode}
            layers.append(_box(f"above-{index}-{number}", x + 30 + 50 * number, y + 21, 70, 70, circle))
        layers.append(_label(f"label-{index}", mode, x + width / 2, y + height + 14, 15))
    rows = -(-len(MODES) // columns)
    return _scene(gap + columns * (width + gap), gap + rows * (height + label + gap), layers)


def layouts() -> Scene:
    """The boxes of four layers in every layout: a main one, two at its side, a chat."""
    slots: Sequence[Slot] = ("main", "side", "side", "chat")
    columns, width, height, gap, label = 3, 288, 162, 24, 30
    layers: list[Document] = []
    named = [name for name in LAYOUTS if name != "free"]
    for index, name in enumerate(named):
        x, y = gap + index % columns * (width + gap), gap + index // columns * (height + label + gap)
        layers += _panel(f"panel-{index}", x, y, width, height)
        boxes = arranged(Layout(type=name, gap=8.0, margin=8.0), slots, Viewport(width=width, height=height))
        for number, (box, slot) in enumerate(zip(boxes, slots, strict=True)):
            fill = {"main": "#2563eb", "side": "#0d9488", "chat": "#9333ea"}[slot]
            shape = {"fill": fill, "stroke": "#ffffff33", "strokeWidth": 1, "radius": 5}
            layers.append(_box(f"box-{index}-{number}", x + box.x, y + box.y, box.width, box.height, shape))
            middle = (x + box.x + box.width / 2, y + box.y + box.height / 2)
            layers.append(_label(f"slot-{index}-{number}", slot, *middle, 13, "#ffffff"))
        layers.append(_label(f"label-{index}", name, x + width / 2, y + height + 16, 17))
    rows = -(-len(named) // columns)
    return _scene(gap + columns * (width + gap), gap + rows * (height + label + gap), layers)


def _plot(layer_id: str, curve: Curve, colour: str, box: tuple[float, float, float, float]) -> Document:
    x, y, width, height = box
    reach = _ABOVE - _BELOW
    points = [
        [step / _SAMPLES, min(max((_ABOVE - curve(step / _SAMPLES)) / reach, 0), 1)]
        for step in range(_SAMPLES + 1)
    ]
    line = {"shape": "line", "points": points, "stroke": colour, "strokeWidth": 2.5, "cap": "round"}
    return _box(layer_id, x, y, width, height, line)


def _panel(layer_id: str, x: float, y: float, width: float, height: float) -> list[Document]:
    return [_box(layer_id, x, y, width, height, {"fill": _PANEL, "radius": 10})]


def _box(layer_id: str, x: float, y: float, width: float, height: float, more: Document) -> Document:
    size = {"width": width, "height": height}
    shape = {"id": layer_id, "type": "shape", "shape": "rectangle", "size": size}
    return {**shape, "position": {"x": x, "y": y}, **more}


def _label(layer_id: str, text: str, x: float, y: float, size: float, colour: str = _INK) -> Document:
    middle = {"position": {"x": x, "y": y}, "anchor": {"x": 0.5, "y": 0.5}}
    return {"id": layer_id, "type": "text", "text": text, "fontSize": size, "colour": colour, **middle}


def _scene(width: int, height: int, layers: list[Document]) -> Scene:
    viewport = {"width": width, "height": height}
    return parse_scene({"viewport": viewport, "background": _PAPER, "layers": layers}, max_layers=len(layers))
