"""Scenes to measure with: a typical show, and scenes of so many layers or so large a change."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
from PIL import Image

from farm.errors import NotFound

Document = dict[str, Any]

WIDTH, HEIGHT = 1920, 1080
"""The viewport of all these scenes."""

LAYER_COUNTS = (1, 2, 5, 10, 20, 50, 100)
CHANGED_SHARES = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0)

_STRIP = 160  # px at the bottom, where the layer moves
_CELLS, _CELL_PX = 8, 300
_HOST_SIZE = (760, 940)
_LINES = (
    "good evening from Lisbon",
    "is this rendered frame by frame?",
    "every one of them a task, yes",
    "the lower third looks great",
    "what happens when a worker dies?",
    "nothing. somebody else draws it",
)


class ShowPictures:
    """The pictures of the typical show, made on the spot: "host", and "feed", a sheet of 8 cells."""

    def __init__(self) -> None:
        # Now, so that making them is no part of what is measured.
        self._files = {name: _png(made()) for name, made in (("host", _host), ("feed", _feed))}

    def data(self, asset_id: str) -> bytes:
        """See :class:`workers.assets.AssetSource`."""
        if asset_id not in self._files:
            raise NotFound(f"there is no asset {asset_id!r} in a benchmark")
        return self._files[asset_id]


def typical_show() -> Document:
    """A background, a host's picture, a feed of 600 x 600, a chat column that scrolls by and a lower third
    that slides in; all of it moves as it would on air."""
    talk = "\n".join(_LINES * 6)
    sky = {"type": "linear", "angle": 60, "stops": _stops("#0f172a", "#1e3a5f", "#312e81")}
    bar = {"type": "linear", "stops": _stops("#0ea5e9", "#6366f1")}
    slide = {"duration": 1.2, "easing": "easeOutCubic", "loop": True, "yoyo": True, "start": 0}
    return _scene(
        {"type": "shape", "shape": "rectangle", "gradient": sky},
        {"type": "image", "asset": "host", "position": _at(90, 140)},
        {
            "type": "image",
            "asset": "feed",
            "position": _at(880, 120),
            "size": {"width": 600, "height": 600},
            "sprite": {"columns": 4, "rows": 2, "fps": 10},
            "loop": True,
        },
        {
            "type": "text",
            "text": talk,
            "fontSize": 28,
            "size": {"width": 400},
            "position": _at(1480, 1080),
            "lineHeight": 1.5,
            "background": {"colour": "#0b1220e0", "padding": 20, "radius": 18},
            "animations": [
                {
                    "property": "position.y",
                    "from": 1080,
                    "to": -1800,
                    "duration": 24,
                    "loop": True,
                    "start": 0,
                }
            ],
        },
        {
            "type": "shape",
            "shape": "rectangle",
            "radius": 22,
            "gradient": bar,
            "position": _at(120, 880),
            "size": {"width": 1000, "height": 140},
            "animations": [{"property": "position.x", "from": -1000, "to": 120, **slide}],
        },
        {
            "type": "text",
            "text": "Maria Duarte, live",
            "fontSize": 58,
            "weight": "bold",
            "position": _at(160, 910),
            "animations": [{"property": "position.x", "from": -960, "to": 160, **slide}],
        },
    )


def still_layers(count: int) -> Document:
    """``count`` layers, one of which slides along the bottom while the others stand still above it."""
    columns = 12
    side = WIDTH // columns
    tiles = [
        {
            "type": "shape",
            "shape": "rectangle",
            "radius": 16,
            "fill": f"#{40 + index * 2:02x}{90 + index:02x}c8",
            "position": _at(side * (index % columns) + 5, 100 * (index // columns) + 5),
            "size": {"width": side - 10, "height": 90},
        }
        for index in range(count - 1)
    ]
    return _scene(*tiles, _slider(400, _STRIP - 20, HEIGHT - _STRIP))


def changed_share(share: float) -> Document:
    """One layer that covers ``share`` of the canvas and moves a little in every frame."""
    scale = math.sqrt(share)
    return _scene(_slider(WIDTH * scale, HEIGHT * scale, 0, travel=40))


def _slider(width: float, height: float, top: float, travel: float = 1400) -> Document:
    slide = {"duration": 2, "loop": True, "yoyo": True, "start": 0}
    return {
        "type": "shape",
        "shape": "rectangle",
        "radius": 24,
        "fill": "#f59e0b",
        "position": _at(0, top),
        "size": {"width": round(width), "height": round(height)},
        "animations": [{"property": "position.x", "from": 0, "to": travel, **slide}],
    }


def _scene(*layers: Document) -> Document:
    named = [{"id": f"layer{index}", **layer} for index, layer in enumerate(layers)]
    viewport = {"width": WIDTH, "height": HEIGHT}
    return {"viewport": viewport, "background": "#0b1020", "layers": named}


def _at(x: float, y: float) -> Document:
    return {"x": x, "y": y}


def _stops(*colours: str) -> list[Document]:
    return [{"at": index / (len(colours) - 1), "colour": colour} for index, colour in enumerate(colours)]


def _png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _host() -> Image.Image:
    """A bust with soft edges."""
    width, height = _HOST_SIZE
    x, y = np.linspace(-1, 1, width)[None, :], np.linspace(-1, 1, height)[:, None]
    head = 1 - np.hypot(x / 0.45, (y + 0.45) / 0.42)
    shoulders = 1 - np.hypot(x / 0.95, (y - 1.1) / 0.95)
    alpha = np.clip(np.maximum(head, shoulders) * 40, 0, 1)
    shade = 0.6 - 0.3 * x - 0.1 * y
    colours = [np.broadcast_to(shade * level, alpha.shape) for level in (250, 190, 150)]
    return Image.fromarray(np.stack([*colours, alpha * 255], -1).clip(0, 255).astype(np.uint8))


def _feed() -> Image.Image:
    """Eight cells, four in a row, each with waves at another phase."""
    x, y = np.linspace(0, 6, _CELL_PX)[None, :], np.linspace(0, 6, _CELL_PX)[:, None]
    phases = [2 * math.pi * cell / _CELLS for cell in range(_CELLS)]
    cells = [np.sin(x + phase) * np.cos(y + phase) for phase in phases]
    sheet = np.vstack([np.hstack(cells[:4]), np.hstack(cells[4:])])
    channels = [128 + 90 * np.sin(sheet * turn + turn) for turn in (1.0, 2.0, 3.0)]
    return Image.fromarray(np.stack(channels, -1).astype(np.uint8))
