"""What the tests of refused documents share."""

from __future__ import annotations

from typing import Any

import pytest

from scene.document import parse_scene
from scene.mistakes import SceneMistakes

KINDS = (
    "colour",
    "image",
    "svg",
    "text",
    "shape",
    "frame_number",
    "card",
    "feed",
    "character",
)
"""Every kind of layer."""

TEXT = {"id": "t", "type": "text", "text": "hello"}

MOVE = {"property": "position.x", "to": 10, "duration": 1}


def mistakes(data: object, max_layers: int = 50) -> dict[str, str]:
    """The reasons by path."""
    with pytest.raises(SceneMistakes) as caught:
        parse_scene(data, max_layers=max_layers)
    found = caught.value.mistakes
    assert len({mistake.path for mistake in found}) == len(found)
    return {mistake.path: mistake.reason for mistake in found}


def scene_with(**changes: Any) -> dict[str, Any]:
    """A scene with one text layer, changed."""
    return {"layers": [{**TEXT, **changes}]}


def animated(**changes: Any) -> dict[str, Any]:
    """A scene with one animation, changed."""
    return scene_with(animations=[{**MOVE, **changes}])
