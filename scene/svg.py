"""What a document may bring as SVG: plain shapes and gradients, nothing that refers elsewhere or costs much.

Elements and attributes are those of a list, so that what a renderer can do beyond it is out of reach:
files, links, entities, scripts, fonts, filters, masks, copies of copies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated
from xml.etree import ElementTree as ET

from pydantic import AfterValidator, Field

from scene.fields import MAX_SIDE_PX, mistake
from scene.svg_cost import SvgCost, View, svg_cost

MAX_SVG = 65_536
"""Characters."""
MAX_ELEMENTS = 500
MAX_DEPTH = 32
MAX_VEILS = 16
"""Elements with ``opacity``, each of which is drawn apart."""
MAX_REACH = 50
"""How far beyond its view a drawing may draw, in views."""
MAX_DRAW_MS = 400
"""What a drawing may cost at 1920 x 1080, by :mod:`scene.svg_cost`."""

_SPACE = "{http://www.w3.org/2000/svg}"
_ELEMENTS = frozenset(
    [
        "svg",
        "g",
        "defs",
        "title",
        "desc",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "linearGradient",
        "radialGradient",
        "stop",
    ]
)
_ATTRIBUTES = frozenset(
    [
        "id",
        "class",
        "version",
        "d",
        "points",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "fx",
        "fy",
        "width",
        "height",
        "viewBox",
        "preserveAspectRatio",
        "transform",
        "gradientTransform",
        "gradientUnits",
        "spreadMethod",
        "offset",
        "stop-color",
        "stop-opacity",
        "fill",
        "fill-opacity",
        "fill-rule",
        "stroke",
        "stroke-width",
        "stroke-opacity",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-miterlimit",
        "opacity",
        "color",
    ]
)
_LENGTH = re.compile(r"\s*(\d{1,5}(?:\.\d{1,9})?)(?:px)?\s*")
_REFERENCE = re.compile(r"url\s*\((?!\s*#)", re.IGNORECASE)


def svg_view(text: str) -> View:
    """What of its plane an allowed ``text`` shows: x, y, width, height in its own px."""
    return _view(ET.fromstring(text))  # noqa: S314  a document type, which entities need, is refused before


def svg_cost_of(text: str, view: View) -> SvgCost:
    """What a raster of ``view``, in the px of an allowed ``text``, costs."""
    return svg_cost(ET.fromstring(text), view)  # noqa: S314  see svg_view


def _view(root: ET.Element) -> View:
    try:
        if "viewBox" in root.attrib:
            x, y, width, height = map(float, root.attrib["viewBox"].replace(",", " ").split())
        else:
            x = y = 0.0
            sides = [_LENGTH.fullmatch(root.get(side, "")) for side in ("width", "height")]
            width, height = (float(side[1]) if side else 0.0 for side in sides)
    except ValueError:
        width = height = 0.0
    if not (1 <= width <= MAX_SIDE_PX and 1 <= height <= MAX_SIDE_PX and abs(x) + abs(y) < 1e6):
        raise mistake(f"needs a viewBox, or a width and height in px, of 1 to {MAX_SIDE_PX} each")
    return x, y, width, height


def _allowed(text: str) -> str:
    if "<!" in text.replace("<!--", "") or "<?" in text.removeprefix("<?xml "):
        raise mistake("must have no document type and no processing instructions; remove them")
    try:
        root = ET.fromstring(text)  # noqa: S314  a document type, which entities need, is refused above
    except (ET.ParseError, ValueError) as error:
        raise mistake(f"is not well-formed SVG: {error}") from error
    if root.tag != f"{_SPACE}svg":
        raise mistake('must be an <svg xmlns="http://www.w3.org/2000/svg">')
    elements = list(_with_depth(root))
    if len(elements) > MAX_ELEMENTS or any(depth > MAX_DEPTH for _, depth in elements):
        raise mistake(f"must have at most {MAX_ELEMENTS} elements, {MAX_DEPTH} inside one another")
    for element, _ in elements:
        _check(element)
    if sum(element.tag == root.tag for element, _ in elements) > 1:
        raise mistake("must have no <svg> inside it; use <g transform='…'>")
    if sum("opacity" in element.attrib for element, _ in elements) > MAX_VEILS:
        raise mistake(f"has opacity more than {MAX_VEILS} times; use fill-opacity and stroke-opacity")
    _check_cost(root)
    return text


def _check_cost(root: ET.Element) -> None:
    view = _view(root)
    try:
        cost = svg_cost(root, view)
    except ValueError as error:
        raise mistake(f"cannot be read: {error}; correct it, or export the drawing again") from error
    if max(cost.reach) > MAX_REACH:
        raise mistake(f"draws more than {MAX_REACH} times its own size beyond its view; cut that off")
    cost_ms = cost.ms(1920, 1080)
    if cost_ms > MAX_DRAW_MS:
        raise mistake(
            f"may take {cost_ms:.0f} ms to draw at 1920 x 1080, of at most {MAX_DRAW_MS}; use fewer large"
            " gradients, strokes and paths, or bring it as a picture"
        )


def _with_depth(root: ET.Element) -> Iterator[tuple[ET.Element, int]]:
    """Every element and how many it lies in; not by recursion, which a deep document would break."""
    waiting = [(root, 0)]
    while waiting:
        element, depth = waiting.pop()
        yield element, depth
        waiting.extend((child, depth + 1) for child in element)


def _check(element: ET.Element) -> None:
    name = element.tag.removeprefix(_SPACE)
    if name not in _ELEMENTS:
        raise mistake(f"has an element {name[:64]!r} that is not drawn; make it shapes, or remove it")
    for attribute, value in element.attrib.items():
        if attribute not in _ATTRIBUTES:
            raise mistake(f"has an attribute {attribute[:64]!r} that is not drawn; remove it")
        if _REFERENCE.search(value):
            raise mistake("may refer to its own gradients only, such as url(#id)")


SvgText = Annotated[str, Field(max_length=MAX_SVG), AfterValidator(_allowed)]
