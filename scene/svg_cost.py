"""What drawing an SVG costs, estimated from above and without drawing it.

Three things cost: pixels that are painted (gradients more, by their stops), edges that a row of pixels
crosses (more than in proportion: a row's runs are kept in a list), and pixels along strokes. The rates are
measured with resvg on hostile drawings, on one core of a 2-core x86-64 host, and rounded up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree as ET

from scene.svg_path import Polygon, numbers_of, path_polygons

View = tuple[float, float, float, float]
"""What of its plane a drawing shows: x, y, width, height in its own px."""

_Matrix = tuple[float, float, float, float, float, float]
"""a b c d e f of https://www.w3.org/TR/SVG11/coords.html#TransformMatrixDefined."""

_SPACE = "{http://www.w3.org/2000/svg}"
_BANDS = 32
"""Parts from top to bottom in which crossings are counted."""
_EMPTY_NS, _FLAT_NS, _GRADIENT_NS, _STOP_NS, _VEIL_NS = 45.0, 6.0, 9.0, 0.2, 12.0
"""A pixel: of the raster itself, painted evenly, with a gradient, for each of its stops, with opacity."""
_CROSSING_NS, _RUN_NS, _STROKE_NS = 60.0, 0.3, 30.0
"""A row's crossing; one beside each other; a pixel along a stroke."""
_ELEMENT_NS = 20_000.0
_THIN = 0.002
"""The height that an edge has at least, of the view's."""
_MAX_FACTOR = 1e9
"""Of a transform."""
_UPRIGHT: _Matrix = (1, 0, 0, 1, 0, 0)
_TRANSFORM = re.compile(r"[\s,]*(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^()]*)\)")
_LENGTH = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?)(px|in|cm|mm|pt|pc|em|ex|%)?\s*")
_UNITS_PX = {
    "px": 1.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 96 / 25.4,
    "pt": 96 / 72,
    "pc": 16.0,
    "em": 16.0,
    "ex": 16.0,  # of a font that nobody sets; the larger is safe
}
_INHERITED = ("fill", "stroke", "stroke-width", "stroke-miterlimit")


@dataclass(frozen=True, slots=True)
class SvgCost:
    """Nanoseconds: for the drawing, for each row and each pixel of its raster."""

    fixed_ns: float
    row_ns: float
    pixel_ns: float
    stroke_ns: float
    """A pixel of the raster's width and height together."""
    reach: tuple[float, float]
    """How far beyond the view anything is drawn, in views: to the sides, up and down."""

    def extent_px(self, width: int, height: int) -> float:
        """How far from the raster's corner anything is drawn when it has this size, px."""
        return max((self.reach[0] + 1) * width, (self.reach[1] + 1) * height)

    def ms(self, width: int, height: int) -> float:
        """For a raster of this size in px, that which any raster of the size costs included."""
        area_ns = (self.pixel_ns + _EMPTY_NS) * width * height
        return (self.fixed_ns + self.row_ns * height + self.stroke_ns * (width + height) + area_ns) / 1e6


def svg_cost(root: ET.Element, view: View) -> SvgCost:
    """What a raster of ``view`` costs. Raises ValueError when a path or a transform cannot be read."""
    stops = {
        f"url(#{element.get('id')})": len(element)
        for element in root.iter()
        if element.tag.endswith("Gradient") and "id" in element.attrib
    }
    fixed = row = pixel = stroke = far_x = far_y = 0.0
    for element, style, matrix in _with_style(root):
        fixed += _ELEMENT_NS
        pixel += _VEIL_NS if "opacity" in element.attrib else 0.0
        shape = [_moved(polygon, matrix, view) for polygon in _polygons(element, view)]
        if not any(shape):
            continue
        far_x, far_y = max(far_x, _beyond(shape, 0)), max(far_y, _beyond(shape, 1))
        if style.get("fill") != "none":
            pixel += _share(shape, 0.0) * _paint_ns(style.get("fill", ""), stops)
            row += _row_ns(shape, _THIN, 1)
        if style.get("stroke", "none") != "none":
            half = _half_width(style, matrix, view)
            reach = half / view[2], half / view[3]
            far_x, far_y = max(far_x, _beyond(shape, 0, reach[0])), max(far_y, _beyond(shape, 1, reach[1]))
            pixel += _share(shape, max(reach)) * _paint_ns(style["stroke"], stops)
            row += _row_ns(shape, reach[1] + _THIN, 2)
            stroke += _length(shape) * _STROKE_NS
    return SvgCost(fixed, row, pixel, stroke, (far_x, far_y))


def _with_style(root: ET.Element) -> Iterator[tuple[ET.Element, dict[str, str], _Matrix]]:
    """What may be drawn, with what it inherits and where it lies."""
    waiting: list[tuple[ET.Element, dict[str, str], _Matrix]] = [(root, {}, _UPRIGHT)]
    while waiting:
        element, inherited, outer = waiting.pop()
        own = {name: element.attrib[name].strip() for name in _INHERITED if name in element.attrib}
        style = {**inherited, **{name: value for name, value in own.items() if value != "inherit"}}
        matrix = _within(outer, _matrix(element.get("transform", "")))
        if not all(abs(number) < _MAX_FACTOR for number in matrix):
            raise ValueError("a transform is too large")
        yield element, style, matrix
        if element.tag != f"{_SPACE}defs":
            waiting.extend((child, style, matrix) for child in element)


def _matrix(transform: str) -> _Matrix:
    place, whole = 0, _UPRIGHT
    while found := _TRANSFORM.match(transform, place):
        place = found.end()
        whole = _within(whole, _one_matrix(found[1], numbers_of(found[2])))
    if transform[place:].strip(" \t\r\n,"):
        raise ValueError("a transform cannot be read")
    return whole


def _one_matrix(name: str, given: list[float]) -> _Matrix:
    """See https://www.w3.org/TR/SVG11/coords.html#TransformAttribute."""
    match name, given:
        case "matrix", [a, b, c, d, e, f]:
            return a, b, c, d, e, f
        case "translate", [x, *rest] if len(rest) < 2:
            return 1, 0, 0, 1, x, rest[0] if rest else 0.0
        case "scale", [x, *rest] if len(rest) < 2:
            return x, 0, 0, rest[0] if rest else x, 0, 0
        case "rotate", [angle, *rest] if len(rest) in (0, 2):
            cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            x, y = rest or (0.0, 0.0)
            return cos, sin, -sin, cos, x - x * cos + y * sin, y - x * sin - y * cos
        case "skewX", [angle]:
            return 1, 0, math.tan(math.radians(angle)), 1, 0, 0
        case "skewY", [angle]:
            return 1, math.tan(math.radians(angle)), 0, 1, 0, 0
    raise ValueError("a transform has the wrong number of values")


def _within(outer: _Matrix, inner: _Matrix) -> _Matrix:
    a, b, c, d, e, f = outer
    g, h, i, j, k, m = inner
    return a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f


def _polygons(element: ET.Element, view: View) -> list[Polygon]:
    """What ``element`` draws, in its own px."""
    match element.tag.removeprefix(_SPACE):
        case "path":
            return path_polygons(element.get("d", ""))
        case "polygon" | "polyline":
            numbers = numbers_of(element.get("points", ""))
            return [list(zip(numbers[::2], numbers[1::2], strict=False))]
        case "line":
            return [[(_px(element, f"x{end}", view), _px(element, f"y{end}", view)) for end in (1, 2)]]
        case "rect":
            x, y, width, height = (_px(element, name, view) for name in ("x", "y", "width", "height"))
            return [_box(x, y, x + width, y + height)]
        case "circle" | "ellipse":
            x, y = _px(element, "cx", view), _px(element, "cy", view)
            radii = [_px(element, name, view) for name in ("r", "rx", "ry") if name in element.attrib]
            rx, ry = (radii or [0.0])[0], (radii or [0.0])[-1]
            return [_box(x - rx, y - ry, x + rx, y + ry)]
    return []


def _px(element: ET.Element, name: str, view: View) -> float:
    return _length_px(element.get(name, "0"), view)


def _length_px(text: str, view: View) -> float:
    """A length in px; a percentage is taken of the view's longer side. Raises ValueError."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise ValueError(f"the length {text[:32]!r} is none")
    unit = max(view[2:]) / 100 if found[2] == "%" else _UNITS_PX[found[2] or "px"]
    return float(found[1]) * unit


def _box(left: float, top: float, right: float, bottom: float) -> Polygon:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _moved(polygon: Polygon, matrix: _Matrix, view: View) -> Polygon:
    """Closed, in shares of the view."""
    a, b, c, d, e, f = matrix
    left, top, width, height = view
    return [
        ((a * x + c * y + e - left) / width, (b * x + d * y + f - top) / height)
        for x, y in [*polygon, *polygon[:1]]
    ]


def _share(shape: list[Polygon], reach: float) -> float:
    """How much of the view lies in the box around ``shape``."""
    xs = [x for polygon in shape for x, _ in polygon]
    ys = [y for polygon in shape for _, y in polygon]
    return _inside(min(xs) - reach, max(xs) + reach) * _inside(min(ys) - reach, max(ys) + reach)


def _beyond(shape: list[Polygon], axis: int, reach: float = 0.0) -> float:
    """How far ``shape``, which reaches farther by ``reach``, lies beyond 0..1, along one axis."""
    places = [point[axis] for polygon in shape for point in polygon]
    return max(0.0, reach - min(places), max(places) + reach - 1)


def _inside(low: float, high: float) -> float:
    """How much of 0..1 lies between."""
    return max(0.0, min(high, 1.0) - max(low, 0.0))


def _row_ns(shape: list[Polygon], reach: float, lines: int) -> float:
    """Of a row on average, when each edge is ``lines`` lines and as much higher as it reaches."""
    crossings = [0.0] * _BANDS
    for (_, y0), (_, y1) in _edges(shape):
        low, high = sorted((y0, y1))
        if high + reach < 0 or low - reach > 1:
            continue
        first, last = (_band(place) for place in (low - reach / 2, high + reach / 2))
        for band in range(first, last + 1):
            crossings[band] += lines * min(1.0, (high - low + reach) * _BANDS)
    return sum(count * _CROSSING_NS + count * count * _RUN_NS for count in crossings) / _BANDS


def _band(place: float) -> int:
    return int(min(max(place, 0.0), 1.0) * (_BANDS - 1e-6))


def _length(shape: Iterable[Polygon]) -> float:
    """Of all edges, as far as they lie in the view; 1 is once across or once down."""
    return sum(
        max(_inside(*sorted((x0, x1))), _inside(*sorted((y0, y1)))) for (x0, y0), (x1, y1) in _edges(shape)
    )


def _edges(shape: Iterable[Polygon]) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    for polygon in shape:
        yield from pairwise(polygon)


def _half_width(style: dict[str, str], matrix: _Matrix, view: View) -> float:
    """How far a stroke and its corners reach from the line, in px of the view."""
    width, miter = (
        abs(_length_px(style.get(name, at), view))
        for name, at in (("stroke-width", "1"), ("stroke-miterlimit", "4"))
    )
    a, b, c, d, _, _ = matrix
    return width / 2 * max(miter, 1.5) * max(math.hypot(a, b), math.hypot(c, d))


def _paint_ns(paint: str, stops: dict[str, int]) -> float:
    """Of one pixel."""
    if not paint.startswith("url"):
        return _FLAT_NS
    reference = re.sub(r"[\s'\"]", "", paint.partition(")")[0] + ")")
    return _GRADIENT_NS + _STOP_NS * stops.get(reference, sum(stops.values()))
