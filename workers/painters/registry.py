"""All painters. A new kind of layer is a file beside this one and a line in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scene.card import CardContent
from scene.character import FigureContent, PartContent, StandInContent
from scene.content import (
    ColourContent,
    FrameNumberContent,
    ImageContent,
    ShapeContent,
    SvgContent,
    TextContent,
)
from scene.feed import FeedContent
from workers.characters.cast import BuiltInCast, Cast
from workers.painters.card import CardPainter
from workers.painters.character import PartPainter, StandInPainter
from workers.painters.colour import ColourPainter
from workers.painters.feed import FeedPainter
from workers.painters.figure import FigurePainter
from workers.painters.frame_number import FrameNumberPainter
from workers.painters.image import ImagePainter, Pictures
from workers.painters.painter import Painter
from workers.painters.shape import ShapePainter
from workers.painters.svg_layer import SvgPainter
from workers.painters.text import TextPainter
from workers.typography.fonts import Faces

Painters = Mapping[type, Painter[Any]]
"""A painter for each kind of content. Any: a painter takes its own kind only, which this type cannot say."""


def all_painters(pictures: Pictures, cast: Cast | None = None, faces: Faces | None = None) -> Painters:
    """One painter of each kind. Without a ``cast`` there are the built-in characters, without ``faces`` no
    uploaded fonts."""
    cast = cast or BuiltInCast()
    parts = PartPainter(cast)
    return {
        ColourContent: ColourPainter(),
        ImageContent: ImagePainter(pictures),
        TextContent: TextPainter(faces),
        ShapeContent: ShapePainter(),
        SvgContent: SvgPainter(),
        FrameNumberContent: FrameNumberPainter(),
        CardContent: CardPainter(),
        FeedContent: FeedPainter(pictures),
        PartContent: parts,
        FigureContent: FigurePainter(parts),
        StandInContent: StandInPainter(cast),
    }
