"""How a layer's colours meet those below it: the blend modes by name."""

from __future__ import annotations

from typing import Literal

Blend = Literal[
    "normal",
    "multiply",
    "screen",
    "overlay",
    "darken",
    "lighten",
    "colorDodge",
    "colorBurn",
    "hardLight",
    "softLight",
    "difference",
    "exclusion",
    "add",
]
"""The separable modes of W3C Compositing and Blending Level 1, and ``add``, the sum up to white."""
