"""Places on the canvas, in pixels; x grows to the right, y downwards."""

from __future__ import annotations

Rect = tuple[int, int, int, int]
"""x, y, width, height of a part of the canvas; all four even, so that 4:2:0 chroma has whole samples."""
