"""What of SVG a document may use, and what it is told otherwise."""

from __future__ import annotations

import pytest

from scene.document import parse_layer
from scene.layers import SvgLayer
from scene.mistakes import SceneMistakes
from scene.svg import MAX_DEPTH, MAX_ELEMENTS, MAX_VEILS, svg_view

ROOT = "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' viewBox='0 0 9 9'>"


def parsed(svg: str) -> SvgLayer:
    layer = parse_layer({"id": "a", "type": "svg", "svg": svg})
    assert isinstance(layer, SvgLayer)
    return layer


@pytest.mark.parametrize(
    "inside",
    [
        "<rect width='9' height='9' fill='url(#g)'/>",
        "<defs><radialGradient id='g'><stop offset='1' stop-color='red'/></radialGradient></defs>",
        "<!-- words --><g transform='scale(2)'><path d='M0 0L9 9' stroke='#123'/></g>",
    ],
)
def test_plain_drawings_may_come(inside: str) -> None:
    assert parsed(f"{ROOT}{inside}</svg>").svg == f"{ROOT}{inside}</svg>"


def test_its_size_is_that_of_its_view() -> None:
    assert svg_view(f"{ROOT}</svg>") == (0, 0, 9, 9)
    assert svg_view("<svg xmlns='http://www.w3.org/2000/svg' width='40px' height='30'/>") == (0, 0, 40, 30)


@pytest.mark.parametrize(
    ("svg", "told"),
    [
        ("<svg", "not well-formed"),
        ("<svg viewBox='0 0 1 1'/>", "must be an <svg xmlns"),
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", "needs a viewBox"),
        ("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 nan nan'/>", "needs a viewBox"),
        (f"<!DOCTYPE svg [<!ENTITY a 'b'>]>{ROOT}&a;</svg>", "document type"),
        (f"<?xml-stylesheet href='file:///x'?>{ROOT}</svg>", "processing instructions"),
        (f"{ROOT}<image href='/etc/passwd'/></svg>", "element 'image'"),
        (f"{ROOT}<use xlink:href='file:///x#a'/></svg>", "element 'use'"),
        (f"{ROOT}<script/></svg>", "element 'script'"),
        (f"{ROOT}<style/></svg>", "element 'style'"),
        (f"{ROOT}<text>words</text></svg>", "element 'text'"),
        (
            f"{ROOT}<linearGradient xlink:href='x.svg#g'/></svg>",
            "attribute '{http://www.w3.org/1999/xlink}href'",
        ),
        (f"{ROOT}<rect style='fill:red'/></svg>", "attribute 'style'"),
        (f"{ROOT}<path stroke-dasharray='0.001'/></svg>", "attribute 'stroke-dasharray'"),
        (f"{ROOT}<rect fill='url(http://x/y#z)'/></svg>", "its own gradients only"),
        (f"{ROOT}{'<g/>' * MAX_ELEMENTS}</svg>", f"at most {MAX_ELEMENTS} elements"),
        (
            f"{ROOT}{'<g>' * (MAX_DEPTH + 1)}{'</g>' * (MAX_DEPTH + 1)}</svg>",
            f"{MAX_DEPTH} inside one another",
        ),
        (ROOT + "<g opacity='.5'/>" * (MAX_VEILS + 1) + "</svg>", "use fill-opacity"),
    ],
)
def test_what_it_may_not_have_is_told(svg: str, told: str) -> None:
    with pytest.raises(SceneMistakes) as caught:
        parsed(svg)
    (found,) = caught.value.mistakes
    assert found.path == "svg"
    assert told in found.reason
