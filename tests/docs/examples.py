"""The scenes that the reference shows, and how they are drawn.

Each page's scene lies in docs/examples under the page's own name. The pictures that scenes show lie in
docs/examples/assets, and are drawings of the scenes beside them.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from scene.document import Scene
from tests.golden.examples import ROOT, picture_of

DOCS = ROOT / "docs"
EXAMPLES = DOCS / "examples"
PICTURES = DOCS / "pictures" / "reference"
ASSETS = EXAMPLES / "assets"

MOMENT_S = 1.4
"""Scene time of the pictures: what moves is on its way."""


def example(name: str) -> Path:
    """Where the scene of the page ``name``, such as ``layers/text``, lies."""
    return EXAMPLES / f"{name}.json"


def stored_picture(name: str) -> Path:
    """Where the picture of the page ``name`` lies."""
    return PICTURES / f"{name}.png"


def drawn(scene: Scene, scale: float = 1.0) -> Image.Image:
    """``scene`` as large as its viewport."""
    width, height = (2 * round(side * scale / 2) for side in (scene.viewport.width, scene.viewport.height))
    return picture_of(scene, MOMENT_S, width, height, ASSETS)
