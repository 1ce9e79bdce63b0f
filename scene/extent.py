"""About where a layer lies, without measuring it: sides that follow from a text or a picture are guessed."""

from __future__ import annotations

import math

from scene.card import CardContent
from scene.content import FrameNumberContent, LayerState, SvgContent, TextContent
from scene.geometry import Rect

_LETTER = 0.55
"""How wide a letter is, of the font's size."""
_NATURAL = (640.0, 360.0)
"""How large anything else is taken to be that says nothing of its size, in px."""
_CARD = (640.0, 280.0)
_FRAME_NUMBER_MARKS = 4


def ink_size(layer: LayerState) -> tuple[float, float]:
    """Width and height of ``layer``, upright, in px."""
    natural_width, natural_height = _natural(layer)
    if layer.width is None and layer.height is not None:
        return natural_width * layer.height / max(natural_height, 1.0), layer.height
    if layer.height is None and layer.width is not None and not isinstance(layer.content, TextContent):
        return layer.width, natural_height * layer.width / max(natural_width, 1.0)
    return layer.width or natural_width, layer.height or natural_height


def extent_of(layer: LayerState) -> Rect:
    """The part of the canvas's plane that ``layer`` touches, px."""
    width, height = ink_size(layer)
    left, top = layer.x - layer.anchor_x * width, layer.y - layer.anchor_y * height
    turn = math.radians(layer.rotation_deg)
    cos, sin = math.cos(turn), math.sin(turn)
    corners = [(x - layer.x, y - layer.y) for x in (left, left + width) for y in (top, top + height)]
    xs = [layer.x + x * cos - y * sin for x, y in corners]
    ys = [layer.y + x * sin + y * cos for x, y in corners]
    x, y = math.floor(min(xs)), math.floor(min(ys))
    return x, y, math.ceil(max(xs)) - x, math.ceil(max(ys)) - y


def _natural(layer: LayerState) -> tuple[float, float]:
    content = layer.content
    match content:
        case TextContent():
            return _text_size(content, layer.width)
        case SvgContent():
            return content.width, content.height
        case CardContent():
            return _CARD[0] * content.scale, _CARD[1] * content.scale
        case FrameNumberContent():
            return float(content.cell * (content.bits + _FRAME_NUMBER_MARKS)), float(content.cell)
        case _:
            return _NATURAL


def _text_size(content: TextContent, width: float | None) -> tuple[float, float]:
    letter = content.font_size * _LETTER + content.letter_spacing
    lines = [len(line) * letter for line in content.text.split("\n")]
    if width is not None:
        lines = [width for line in lines for _ in range(max(1, math.ceil(line / max(width, letter))))]
    shown = lines if content.max_lines is None else lines[: content.max_lines]
    padding = 2 * content.backdrop.padding if content.backdrop else 0.0
    return max(shown) + padding, len(shown) * content.font_size * content.line_height + padding
