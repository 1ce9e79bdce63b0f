"""Layers that show a character."""

from __future__ import annotations

from typing import Annotated, Literal

from scene.animation import BoxAnimation
from scene.character import CharacterState, Role
from scene.fields import Name
from scene.kinds.layer import Bounded, ContentSizedLayer, Several
from scene.rig import NEUTRAL


class CharacterLayer(ContentSizedLayer):
    """A character made of parts, which breathes, blinks and speaks; as large as fits into its box."""

    type: Literal["character"]
    character: Name
    """The name of a built-in one, or the id of an uploaded package."""
    role: Role = "host"
    """What it is in the show, for programs that look for their host."""
    state: CharacterState = "idle"
    """A character that speaks without a voice to follow moves its mouth as if it had one."""
    emotion: Name = NEUTRAL
    """An expression of the character; one that it has not is drawn as "neutral"."""
    mirrored: bool = False
    """Looks the other way."""
    animations: Annotated[tuple[BoxAnimation, ...], Several, Bounded] = ()
