"""What painting a layer's content costs, by its kind; see :mod:`scene.complexity`."""

from __future__ import annotations

from functools import lru_cache

from scene.card import CardContent
from scene.character import CharacterContent
from scene.content import (
    ColourContent,
    Content,
    FrameNumberContent,
    ImageContent,
    ShapeContent,
    SvgContent,
    TextContent,
)
from scene.svg import svg_cost_of, svg_view

_TEXT_NS, _LETTER_NS, _STROKE_NS = 8.0, 15_000.0, 25.0
"""A pixel of a text; a letter, shaped and drawn; a pixel of letters with a stroke."""
_EVEN_NS, _SHAPE_NS, _SHADOW_NS, _IMAGE_NS = 0.5, 2.5, 12.0, 4.0
"""A pixel: of a colour, of a shape, of a shadow, of a picture that is scaled."""
_CHARACTER_NS, _OTHER_NS = 3.0, 10.0
"""A pixel: of a character, whose parts are at hand and of which some are turned; of anything else."""


def paint_ns(content: Content, width: float, height: float) -> float:
    """Nanoseconds for a raster of this size in px."""
    if isinstance(content, SvgContent):
        return _svg_ns(content.svg, round(width), round(height))
    return width * height * _pixel_ns(content) + _letters(content) * _LETTER_NS


def _pixel_ns(content: Content) -> float:
    match content:
        case ColourContent() | FrameNumberContent():
            return _EVEN_NS
        case ShapeContent():
            return _SHAPE_NS + (_SHADOW_NS if content.shadow else 0.0)
        case ImageContent():
            return _IMAGE_NS
        case TextContent():
            return (
                _TEXT_NS + (_SHADOW_NS if content.shadow else 0.0) + (_STROKE_NS if content.stroke else 0.0)
            )
        case CharacterContent():
            return _CHARACTER_NS
    return _OTHER_NS


def _letters(content: Content) -> int:
    if isinstance(content, TextContent):
        return len(content.text)
    return len(content.title) + sum(map(len, content.lines)) if isinstance(content, CardContent) else 0


@lru_cache(maxsize=64)
def _svg_ns(svg: str, width: int, height: int) -> float:
    return svg_cost_of(svg, svg_view(svg)).ms(max(1, width), max(1, height)) * 1e6
