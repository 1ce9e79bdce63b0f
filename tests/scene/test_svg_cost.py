"""What drawings are estimated to cost, and that hostile ones are refused before anybody draws them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from scene.document import parse_layer
from scene.mistakes import SceneMistakes
from scene.svg import MAX_DRAW_MS
from scene.svg_cost import svg_cost
from scene.svg_path import path_polygons

VIEW = (0.0, 0.0, 100.0, 100.0)
STOPS = "".join(f"<stop offset='{i / 500}' stop-color='#0{i % 10}0'/>" for i in range(400))


def drawing(inside: str) -> str:
    return f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 100'>{inside}</svg>"


def cost_ms(inside: str, width: int = 1920, height: int = 1080) -> float:
    return svg_cost(ET.fromstring(drawing(inside)), VIEW).ms(width, height)


# Each took a core more than half a second at 1920 x 1080.
HOSTILE = {
    "gradients over one another": "<rect width='100' height='100' fill='url(#g)'/>" * 100,
    "a gradient with many stops": f"<linearGradient id='g'>{STOPS}</linearGradient>"
    + "<rect width='100' height='100' fill='url(#g)'/>" * 20,
    "circles that let others through": "<circle r='200' fill='#fff' fill-opacity='.1'/>" * 100,
    "sizes in other units": "<rect width='100%' height='9in'/>" * 100,
    "a shape made large by its group": "<g transform='matrix(100 0 0 100 0 0)'>"
    + "<rect width='1' height='1'/>" * 100
    + "</g>",
    "what is inherited": "<g stroke='red' stroke-width='400' fill='none'>"
    + "<path d='M50 0V9'/>" * 100
    + "</g>",
    "a comb": "<path d='M0 0" + "v100h.01v-100h.01" * 3000 + "'/>",
    "a comb of curves": "<path d='M0 0" + "c9 9-9 90 0 100s-9-90 .1-100" * 2000 + "'/>",
    "a low comb": "<path d='M0 50" + "v5h.01v-5h.01" * 3500 + "'/>",
    "hatching": "<path fill='none' stroke='red' d='M0 0" + "h100v.01h-100v.01" * 3500 + "'/>",
    "groups that are drawn apart": "<g opacity='.5'>" * 16 + "<path d='M0 0h1'/>" + "</g>" * 16,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_takes_long_is_refused_and_told(name: str) -> None:
    with pytest.raises(SceneMistakes) as caught:
        parse_layer({"id": "a", "type": "svg", "svg": drawing(HOSTILE[name])})
    (found,) = caught.value.mistakes
    assert found.path == "svg"
    assert f"of at most {MAX_DRAW_MS}" in found.reason


@pytest.mark.parametrize(
    "inside",
    [
        "<circle cx='50' cy='50' r='9' fill='url(#g)'/>" * 400,
        "<path d='M10 10l3 4 5-6a2 2 0 012 2z'/>" * 450,
        "<path fill='none' stroke='red' d='M0 50" + "l.1 3 .1-3" * 450 + "'/>",
        "<rect width='100' height='100'/>" * 8,
        "<defs>" + "<path d='M0 0H100V100H0Z' fill='url(#g)'/>" * 300 + "</defs>",
        "<rect x='200' width='100' height='100'/>" * 400,
    ],
)
def test_many_small_parts_cost_little(inside: str) -> None:
    assert cost_ms(inside) < MAX_DRAW_MS
    parse_layer({"id": "a", "type": "svg", "svg": drawing(inside)})


def test_a_smaller_raster_costs_less() -> None:
    inside = HOSTILE["gradients over one another"]
    assert cost_ms(inside, 192, 108) < cost_ms(inside) / 20


@pytest.mark.parametrize(
    ("data", "polygons"),
    [
        ("", []),
        ("M1,2 3 4-5.5.5", [[(1, 2), (3, 4), (-5.5, 0.5)]]),
        ("m1 2 3 4z l1 1", [[(1, 2), (4, 6)], [(1, 2), (2, 3)]]),
        ("M1 2H9V8h-1v-1e0", [[(1, 2), (9, 2), (9, 8), (8, 8), (8, 7)]]),
        ("M0 0C1 1 2 2 3 3S5 5 6 6", [[(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6)]]),
        ("M0 0q1 1 2 0t2 0", [[(0, 0), (1, 1), (2, 0), (3, -1), (4, 0)]]),
        ("M0 0A0 5 0 0 1 4 4", [[(0, 0), (4, 4)]]),
        ("M0 0a1 1 0 012 0", [[(0, 0), (0, -2), (2, -2), (2, 2), (0, 2), (2, 0)]]),
    ],
)
def test_a_path_runs_between_these_corners(data: str, polygons: list[list[tuple[float, float]]]) -> None:
    assert path_polygons(data) == polygons


@pytest.mark.parametrize(
    "inside",
    [
        "<path d='L1 1'/>",
        "<path d='M1'/>",
        "<path d='M1 1ZZ5'/>",
        "<path d='M1 1R5 5'/>",
        "<path d='M1 1A1 1 0 2 0 5 5'/>",
        "<path d='M1 1e30'/>",
        "<polygon points='1 2 x'/>",
        "<g transform='spin(3)'/>",
        "<g transform='scale(1 2 3)'/>",
        "<g transform='rotate(1e5000)'/>",
        "<g transform='scale(1e8)'><g transform='scale(1e8)'/></g>",
    ],
)
def test_what_cannot_be_estimated_is_refused(inside: str) -> None:
    with pytest.raises(SceneMistakes) as caught:
        parse_layer({"id": "a", "type": "svg", "svg": drawing(inside)})
    (found,) = caught.value.mistakes
    assert "cannot be read" in found.reason


@pytest.mark.parametrize(
    "inside",
    [
        "<path d='M0 0H1e9V50Z'/>",
        "<path fill='none' stroke='red' stroke-width='1e6' d='M0 0h100'/>",
        "<rect width='9999%' height='9'/>",
        "<circle r='200in'/>",
        "<g transform='scale(600)'><rect width='9' height='9'/></g>",
        "<g transform='translate(0 -1e5)'><line x2='9' stroke='red'/></g>",
    ],
)
def test_what_is_drawn_far_outside_is_refused(inside: str) -> None:
    with pytest.raises(SceneMistakes) as caught:
        parse_layer({"id": "a", "type": "svg", "svg": drawing(inside)})
    assert "times its own size beyond its view" in caught.value.mistakes[0].reason


@pytest.mark.parametrize(
    "inside", ["<rect width='100%' height='50%'/>", "<circle r='2.5in'/>", "<rect width='9em' height='1e2'/>"]
)
def test_lengths_have_units(inside: str) -> None:
    parse_layer({"id": "a", "type": "svg", "svg": drawing(inside)})


def test_a_length_that_cannot_be_read_is_told() -> None:
    with pytest.raises(SceneMistakes) as caught:
        parse_layer({"id": "a", "type": "svg", "svg": drawing("<rect width='wide' height='9'/>")})
    assert "the length 'wide'" in caught.value.mistakes[0].reason


def test_how_far_a_drawing_reaches_follows_its_size() -> None:
    cost = svg_cost(ET.fromstring(drawing("<rect x='-300' width='50' height='400'/>")), VIEW)
    assert cost.reach == (3.0, 3.0)
    assert cost.extent_px(1000, 10) == 4000
