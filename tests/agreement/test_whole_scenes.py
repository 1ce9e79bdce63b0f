"""Whole frames, through planes of Y'CbCr and back, against the same picture as a page of HTML."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from scene.document import parse_scene
from tests.docs.examples import drawn

WIDTH, HEIGHT = 400, 240
_STYLE = (
    "<style>* {margin: 0} body {background: #1e293b} div {position: absolute; white-space: nowrap}</style>"
)

BOX = {"position": {"x": 200, "y": 120}, "anchor": {"x": 0.5, "y": 0.5}, "size": {"width": 180, "height": 90}}
CSS_BOX = "left:110px;top:75px;width:180px;height:90px;"

TALL = {"position": {"x": 150, "y": 40}, "size": {"width": 90, "height": 160}}
WORDS = {"type": "text", "text": "Good evening", "fontSize": 48, "position": {"x": 40, "y": 80}}
STOPS = [{"at": 0, "colour": "#fde047"}, {"at": 1, "colour": "#7c3aed"}]

CASES: dict[str, tuple[list[dict[str, Any]], str]] = {
    "turned": (
        [{"type": "shape", "shape": "rectangle", "radius": 20, "fill": "#f97316", **BOX, "rotation": 27}],
        f"<div style='{CSS_BOX}background:#f97316;border-radius:20px;transform:rotate(27deg)'></div>",
    ),
    "faded over one another": (
        [
            {"type": "colour", "colour": "#22d3ee", "opacity": 0.4, **BOX},
            {"type": "colour", "colour": "#e11d4880", **TALL},
        ],
        (
            f"<div style='{CSS_BOX}background:#22d3ee;opacity:.4'></div>"
            "<div style='left:150px;top:40px;width:90px;height:160px;background:#e11d4880'></div>"
        ),
    ),
    "gradient and blur": (
        [
            {
                "type": "shape",
                "shape": "ellipse",
                "gradient": {"angle": 0, "stops": STOPS},
                **BOX,
                "effects": [{"type": "blur", "radius": 6}],
            }
        ],
        (
            f"<div style='{CSS_BOX}background:linear-gradient(90deg,#fde047,#7c3aed);"
            "border-radius:50%;filter:blur(6px)'></div>"
        ),
    ),
    "text": (
        [{**WORDS, "colour": "#f8fafc"}],
        "<div style=\"left:40px;top:80px;font:48px/57.6px 'Noto Sans';color:#f8fafc\">Good evening</div>",
    ),
    "blend": (
        [
            {"type": "shape", "shape": "circle", "fill": "#f59e0b", **BOX},
            {"type": "colour", "colour": "#60a5fa", "blend": "multiply", **BOX},
        ],
        (
            "<div style='left:155px;top:75px;width:90px;height:90px;border-radius:50%;background:#f59e0b'>"
            "</div>"
            f"<div style='{CSS_BOX}background:#60a5fa;mix-blend-mode:multiply'></div>"
        ),
    ),
}


def ours(layers: list[dict[str, Any]]) -> Image.Image:
    document = {
        "viewport": {"width": WIDTH, "height": HEIGHT},
        "background": "#1e293b",
        "layers": [{"id": f"layer{index}", **layer} for index, layer in enumerate(layers)],
    }
    return drawn(parse_scene(document, max_layers=10))


def theirs(page: Page, body: str) -> Image.Image:
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.set_content(_STYLE + body)
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def luma(picture: Image.Image) -> Any:
    """Y' of BT.709: what a stream has for every pixel; of colour it has a quarter."""
    return np.asarray(picture, float) @ (0.2126, 0.7152, 0.0722)


@pytest.mark.parametrize("name", CASES)
def test_a_frame_looks_like_the_page(page: Page, name: str) -> None:
    layers, body = CASES[name]
    mine, other = ours(layers), theirs(page, body)
    apart = np.abs(luma(mine) - luma(other))
    assert apart.mean() < 1
    # Edges are covered a little otherwise; letters, which are nothing but edges, are hinted otherwise too.
    assert np.percentile(apart, 99) < (20 if name == "text" else 2)
    assert np.abs(np.asarray(mine, int) - np.asarray(other, int)).mean() < 1.5
