"""Shapes as SVG: outlines, gradients and strokes, for resvg to draw with smooth edges."""

from __future__ import annotations

import math
from collections.abc import Iterable

from scene.colour import Colour
from scene.content import ShapeContent
from scene.paint import Gradient, Point

_OPEN = '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'


def shape_svg(content: ShapeContent, width: int, height: int, margin: tuple[int, int, int, int]) -> str:
    """``content`` in a box of this size, with ``margin`` (left, top, right, bottom) around it, all px."""
    left, top, right, bottom = margin
    outline = _outline(content, width, height)
    parts = [
        _OPEN.format(width=width + left + right, height=height + top + bottom),
        f"<defs><clipPath id='c'><{outline}/></clipPath>{_gradient(content.gradient, width, height)}</defs>",
        f"<g transform='translate({left} {top})'>",
        *(_line(content, outline) if content.shape == "line" else _area(content, outline, (width, height))),
        "</g></svg>",
    ]
    return "".join(parts)


def _area(content: ShapeContent, outline: str, box: tuple[int, int]) -> Iterable[str]:
    """Fill, gradient and stroke inside the outline. One clip cuts them all, so that no edge shows twice."""
    stroked = content.stroke is not None and content.stroke_width > 0
    yield "<g clip-path='url(#c)'>" if stroked else "<g>"
    surface = f"rect width='{box[0]}' height='{box[1]}'" if stroked else outline
    if content.fill is not None:
        yield f"<{surface} {_ink('fill', 'fill', content.fill)}/>"
    if content.gradient is not None:
        yield f"<{surface} fill='url(#g)'/>"
    if stroked and content.stroke is not None:
        # Twice as wide as asked for: the outer half is cut off.
        yield f"<{outline} fill='none' {_stroke(content.stroke, content.stroke_width * 2)}/>"
    yield "</g>"


def _line(content: ShapeContent, outline: str) -> Iterable[str]:
    look = f"fill='none' stroke-linecap='{content.cap}' stroke-linejoin='round'"
    if content.gradient is not None:
        yield f"<{outline} {look} stroke='url(#g)' stroke-width='{content.stroke_width:.4f}'/>"
    elif content.stroke is not None:
        yield f"<{outline} {look} {_stroke(content.stroke, content.stroke_width)}/>"


def _outline(content: ShapeContent, width: int, height: int) -> str:
    """The element that the shape is, without its brackets."""
    match content.shape:
        case "rectangle":
            radius = min(content.radius, width / 2, height / 2)
            return f"rect width='{width}' height='{height}' rx='{radius:.4f}'"
        case "circle":
            return f"circle cx='{width / 2}' cy='{height / 2}' r='{min(width, height) / 2}'"
        case "ellipse":
            return f"ellipse cx='{width / 2}' cy='{height / 2}' rx='{width / 2}' ry='{height / 2}'"
        case "line":
            return f"polyline points='{_points(content.points or ((0, 0.5), (1, 0.5)), width, height)}'"
        case "polygon":
            corners = content.points or _around(content.corners, 1.0)
        case "star":
            corners = _around(content.corners, content.inner)
    return f"polygon points='{_points(corners, width, height)}'"


def _around(corners: int, inner: float) -> tuple[Point, ...]:
    """Points on the ellipse of the box, from the top clockwise, with one ``inner`` way out after each.

    For a regular polygon ``inner`` is 1 and there are none between.
    """
    between = (1.0, inner) if inner < 1 else (1.0,)
    count = corners * len(between)
    angles = [2 * math.pi * i / count for i in range(count)]
    return tuple(
        (0.5 + out * math.sin(angle) / 2, 0.5 - out * math.cos(angle) / 2)
        for i, angle in enumerate(angles)
        for out in (between[i % len(between)],)
    )


def _points(points: Iterable[Point], width: int, height: int) -> str:
    return " ".join(f"{x * width:.4f},{y * height:.4f}" for x, y in points)


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


def _stroke(colour: Colour, width: float) -> str:
    return f"{_ink('stroke', 'stroke', colour)} stroke-width='{width:.4f}' stroke-miterlimit='10'"
