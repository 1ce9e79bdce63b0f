"""Transitions in the reference: strips of three moments between two scenes."""

from __future__ import annotations

import json
from collections.abc import Mapping

from PIL import Image
from pydantic import TypeAdapter

from scene.document import MAX_LAYERS
from scene.show import parse_show
from scene.show_edits import parse_transition
from scene.transitions import Transition
from tests.docs.examples import example
from tests.docs.schema import Schema, choices
from tests.golden.examples import ASSETS, picture_of

SCHEMA: Schema = TypeAdapter(Transition).json_schema()
TRANSITIONS: Mapping[str, Schema] = {kind: SCHEMA["$defs"][name] for kind, name in choices(SCHEMA).items()}
"""The definition of each transition."""

_WIDTH, _HEIGHT, _GAP = 256, 144, 12
_PAPER = "#475569"
_SHARES = (0.25, 0.5, 0.75)


def strip(kind: str) -> Image.Image:
    """A quarter, half and three quarters of the way."""
    transition = json.loads(example(f"transitions/{kind}").read_text())
    seconds = parse_transition(transition).seconds
    sheet = Image.new("RGB", (3 * _WIDTH + 4 * _GAP, _HEIGHT + 2 * _GAP), _PAPER)
    for index, share in enumerate(_SHARES):
        # A cut takes no time: what was on air before it is a scene without a take.
        before = seconds == 0 and index == 0
        take = {"from": "evening", "transition": transition, "start": 0}
        told = {"program": "evening"} if before else {"program": "night", "take": take}
        show = parse_show({"scenes": _SCENES, **told}, max_layers=MAX_LAYERS)
        frame = picture_of(show, share * seconds, _WIDTH, _HEIGHT, ASSETS)
        sheet.paste(frame, (_GAP + index * (_WIDTH + _GAP), _GAP))
    return sheet


def _scene(asset: str, words: str) -> dict[str, object]:
    full = {"width": "100%", "height": "100%"}
    return {
        "viewport": {"width": 1280, "height": 720},
        "layers": [
            {"id": "picture", "type": "image", "asset": asset, "fit": "cover", "size": full},
            {
                "id": "words",
                "type": "text",
                "text": words,
                "fontSize": 120,
                "weight": "bold",
                "position": {"x": 70, "y": 520},
                "shadow": {"y": 4, "blur": 24},
            },
        ],
    }


_SCENES = {"evening": _scene("aurora.jpg", "evening"), "night": _scene("orbits.jpg", "night")}
