"""How large a layer's box is, as far as can be said without drawing it.

A box with two sides in its document is known, and so are those of drawings and frame numbers. Letters are
measured by who draws them; here their size is a guess, good enough to find what somebody points at.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from scene.content import FrameNumberContent, LayerState, SvgContent, TextContent

LETTER_WIDTH = 0.55
"""Of a letter of many kinds of text, in font sizes."""
UNKNOWN_SIZE = (640.0, 360.0)
"""Of what nothing is known, canvas px."""

Natural = Callable[[LayerState], tuple[float, float] | None]
"""The size of a layer's content by nature, in canvas px; None when that is not known."""


class Size(NamedTuple):
    """Sides in canvas px."""

    width: float
    height: float
    guessed: bool = False


def size_of(layer: LayerState, natural: Natural) -> Size:
    """The size of the box of ``layer``; ``natural`` knows those of pictures."""
    content, width, height = layer.content, layer.width, layer.height
    if width is not None and height is not None:
        return Size(width, height)
    if isinstance(content, FrameNumberContent):
        return Size((content.bits + 4) * content.cell, content.cell)
    if isinstance(content, TextContent):
        return _text_size(content, width, height)
    own = (content.width, content.height) if isinstance(content, SvgContent) else natural(layer)
    across, down = own or UNKNOWN_SIZE
    if width is not None:
        return Size(width, width * down / across, own is None)
    if height is not None:
        return Size(height * across / down, height, own is None)
    return Size(across, down, own is None)


def _text_size(content: TextContent, width: float | None, height: float | None) -> Size:
    letter_px = max(1.0, LETTER_WIDTH * content.font_size + content.letter_spacing)
    lines = [max(1, len(line)) * letter_px for line in content.text.split("\n")]
    count = len(lines) if width is None else sum(math.ceil(line / max(width, letter_px)) for line in lines)
    count = min(count, content.max_lines or count)
    line_px = content.line_height * content.font_size
    return Size(
        max(lines) if width is None else width, count * line_px if height is None else height, guessed=True
    )
