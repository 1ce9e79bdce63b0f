"""A stream that can be checked by machines: the frame's number as blocks, and colour bars of known values."""

from __future__ import annotations

from typing import Any

from farm.debug.pattern import PatternPlace

# 75 % bars, left to right, as in ITU-R BT.471 / EBU bars.
BARS = ("#bfbfbf", "#bfbf00", "#00bfbf", "#00bf00", "#bf00bf", "#bf0000", "#0000bf", "#000000")


def checkable_scene(width: int, height: int, place: PatternPlace) -> dict[str, Any]:
    """A scene document: bars over the whole canvas, the frame number on top, a box that moves."""
    bar = -(-width // len(BARS) // 2) * 2
    layers: list[dict[str, Any]] = [
        {
            "id": f"bar-{i}",
            "type": "colour",
            "colour": colour,
            "position": {"x": i * bar, "y": 0},
            "size": {"width": min(bar, width - i * bar), "height": height},
        }
        for i, colour in enumerate(BARS)
    ]
    layers.append(
        {
            "id": "number",
            "type": "frame_number",
            "bits": place.bits,
            "cell": place.cell_px,
            "position": {"x": place.x, "y": place.y},
        }
    )
    layers.append(
        {
            "id": "mover",
            "type": "shape",
            "shape": "rectangle",
            "fill": "#ffffff",
            "position": {"x": 0, "y": height - 80},
            "size": {"width": 80, "height": 40},
            "animations": [
                {
                    "property": "position.x",
                    "from": 0,
                    "to": width - 80,
                    "duration": 4,
                    "loop": True,
                    "yoyo": True,
                    "easing": "easeInOutSine",
                    "start": 0,
                }
            ],
        }
    )
    return {"viewport": {"width": width, "height": height}, "layers": layers}
