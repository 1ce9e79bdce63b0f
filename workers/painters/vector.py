"""Polygons whose sides cross each other, with a stroke, as SVG for resvg to draw."""

from __future__ import annotations

import math

from scene.colour import Colour
from scene.content import ShapeContent
from scene.paint import Gradient


def stroked_polygon_svg(content: ShapeContent, width: int, height: int) -> str:
    """The polygon of ``content`` in a box of this size, px: its fill, gradient and stroke. One clip cuts them
    all, so that no edge shows twice."""
    corners = " ".join(f"{x * width:.4f},{y * height:.4f}" for x, y in content.points)
    surface = f"rect width='{width}' height='{height}'"
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'>",
        f"<defs><clipPath id='c'><polygon points='{corners}'/></clipPath>",
        f"{_gradient(content.gradient, width, height)}</defs><g clip-path='url(#c)'>",
        "" if content.fill is None else f"<{surface} {_ink('fill', 'fill', content.fill)}/>",
        "" if content.gradient is None else f"<{surface} fill='url(#g)'/>",
    ]
    if content.stroke is not None:
        # Twice as wide as asked for: the outer half is cut off.
        ink = _ink("stroke", "stroke", content.stroke)
        width_px = f"stroke-width='{content.stroke_width * 2:.4f}' stroke-miterlimit='10'"
        parts.append(f"<polygon points='{corners}' fill='none' {ink} {width_px}/>")
    return "".join([*parts, "</g></svg>"])


def _gradient(gradient: Gradient | None, width: int, height: int) -> str:
    """The definition that ``url(#g)`` paints with."""
    if gradient is None:
        return ""
    stops = "".join(
        f"<stop offset='{at:.6f}' {_ink('stop-color', 'stop', colour)}/>" for at, colour in gradient.stops
    )
    if gradient.kind == "radial":
        x, y = gradient.centre
        place = f"cx='{x}' cy='{y}' r='{gradient.reach / 2}'"
        return f"<radialGradient id='g' {place}>{stops}</radialGradient>"
    # The length of a gradient line: https://www.w3.org/TR/css-images-3/#linear-gradients
    cos, sin = math.cos(math.radians(gradient.angle_deg)), math.sin(math.radians(gradient.angle_deg))
    half = (abs(width * cos) + abs(height * sin)) / 2
    ends = [(width / 2 + way * half * cos, height / 2 + way * half * sin) for way in (-1, 1)]
    place = " ".join(f"x{i}='{x:.4f}' y{i}='{y:.4f}'" for i, (x, y) in enumerate(ends, 1))
    return f"<linearGradient id='g' gradientUnits='userSpaceOnUse' {place}>{stops}</linearGradient>"


def _ink(name: str, group: str, colour: Colour) -> str:
    """The attribute ``name`` and the opacity of its ``group``."""
    red, green, blue, alpha = colour
    return f"{name}='#{red:02x}{green:02x}{blue:02x}' {group}-opacity='{alpha / 255:.5f}'"
