"""The kinds of layers that a scene document may hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from scene.kinds.card import CardLayer
from scene.kinds.character import CharacterLayer
from scene.kinds.colour import ColourLayer
from scene.kinds.feed import FeedLayer
from scene.kinds.frame_number import FrameNumberLayer
from scene.kinds.image import ImageLayer
from scene.kinds.layer import MAX_ANIMATIONS, ContentSizedLayer, LayerBase, british, spelt_alike
from scene.kinds.shape import ShapeLayer
from scene.kinds.svg import SvgLayer
from scene.kinds.text import TextLayer

__all__ = [
    "MAX_ANIMATIONS",
    "AnyLayer",
    "CardLayer",
    "CharacterLayer",
    "ColourLayer",
    "ContentSizedLayer",
    "FeedLayer",
    "FrameNumberLayer",
    "ImageLayer",
    "Layer",
    "LayerBase",
    "ShapeLayer",
    "SvgLayer",
    "TextLayer",
    "british",
    "spelt_alike",
]

AnyLayer = (
    ColourLayer
    | ImageLayer
    | SvgLayer
    | TextLayer
    | ShapeLayer
    | FrameNumberLayer
    | CardLayer
    | FeedLayer
    | CharacterLayer
)
Layer = Annotated[Annotated[AnyLayer, Field(discriminator="type")], BeforeValidator(spelt_alike)]
