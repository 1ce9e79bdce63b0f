"""A show made of pictures that lie, move or play: simple enough that every compositor can draw the same."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from PIL import Image

CANVAS = (1920, 1080)


@dataclass(frozen=True)
class Slide:
    """Back and forth or round and round, at an even speed: ``to`` is reached after ``period_s``."""

    axis: str
    """x or y."""
    start_px: int
    to_px: int
    period_s: int
    yoyo: bool = False
    """Comes back the way it went, instead of jumping to the start."""

    def at_px(self, time_s: Fraction) -> Fraction:
        """Where it is at ``time_s``, exact."""
        plays = time_s / self.period_s
        share = plays % 1
        if self.yoyo and int(plays) % 2:
            share = 1 - share
        return self.start_px + (self.to_px - self.start_px) * share


@dataclass(frozen=True)
class Piece:
    """One picture in a show, or several of one size that play in turn."""

    name: str
    pictures: tuple[Image.Image, ...]
    """RGBA, or RGB where nothing shines through."""
    x: int
    y: int
    slide: Slide | None = None
    fps: int = 1
    """Pictures a second, if there are several."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pictures[0].size

    def png(self, number: int) -> bytes:
        """One of the pictures."""
        return _png(self.pictures[number])

    def sheet(self) -> bytes:
        """All of them side by side."""
        width, height = self.size
        sheet = Image.new(self.pictures[0].mode, (width * len(self.pictures), height))
        for number, picture in enumerate(self.pictures):
            sheet.paste(picture, (number * width, 0))
        return _png(sheet)


@dataclass(frozen=True)
class Show:
    """Pieces, from the lowest to the highest, on a canvas of CANVAS."""

    name: str
    about: str
    pieces: tuple[Piece, ...]

    def scene(self, assets: Mapping[str, str]) -> dict[str, Any]:
        """The scene document; ``assets`` holds the asset id of each piece's sheet."""
        layers = [_layer(piece, assets[piece.name], index) for index, piece in enumerate(self.pieces)]
        viewport = {"width": CANVAS[0], "height": CANVAS[1]}
        return {"viewport": viewport, "background": "#000000", "layers": layers}


def _layer(piece: Piece, asset: str, index: int) -> dict[str, Any]:
    layer: dict[str, Any] = {
        "id": piece.name,
        "type": "image",
        "asset": asset,
        "position": {"x": piece.x, "y": piece.y},
        "zIndex": index,
    }
    if len(piece.pictures) > 1:
        layer["sprite"] = {"columns": len(piece.pictures), "fps": piece.fps}
        layer["start"] = 0
    if piece.slide is not None:
        slide = piece.slide
        layer["animations"] = [
            {
                "property": f"position.{slide.axis}",
                "from": slide.start_px,
                "to": slide.to_px,
                "duration": slide.period_s,
                "loop": True,
                "yoyo": slide.yoyo,
                "start": 0,
            }
        ]
    return layer


def _png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    return stream.getvalue()
