"""Shapes, gradients, strokes and shadows against Chromium's 2D canvas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from scene.colour import Colour
from scene.content import ShapeContent
from scene.paint import Gradient, Shadow
from tests.agreement.others import Pixels, canvas
from workers.painters.painter import Raster
from workers.painters.shape import ShapePainter

WIDTH, HEIGHT = 120, 80
WHITE, RED, BLUE = Colour(255, 255, 255), Colour(220, 40, 60), Colour(30, 60, 240, 128)
STOPS = ((0.0, Colour(255, 200, 0)), (0.4, Colour(220, 40, 60)), (1.0, Colour(30, 60, 240)))
_STOPS = """
  gradient.addColorStop(0, 'rgb(255 200 0)');
  gradient.addColorStop(0.4, 'rgb(220 40 60)');
  gradient.addColorStop(1, 'rgb(30 60 240)');
  ctx.fillStyle = gradient; ctx.fill();
"""
_ELLIPSE = "ctx.ellipse(60, 40, 60, 40, 0, 0, 7);"
_RECTANGLE = "ctx.rect(0, 0, 120, 80);"
_TRIANGLE = "ctx.moveTo(0, 80); ctx.lineTo(60, 0); ctx.lineTo(120, 60); ctx.closePath();"
_WHITE, _BLUE = (
    "ctx.fillStyle = '#fff'; ctx.fill();",
    "ctx.fillStyle = 'rgb(30 60 240 / 50.196%)'; ctx.fill();",
)
_STAR = """
  for (let i = 0; i < 10; i++) {
    const out = i % 2 ? 0.4 : 1, angle = Math.PI * i / 5;
    ctx.lineTo(60 + 60 * out * Math.sin(angle), 40 - 40 * out * Math.cos(angle));
  }
  ctx.closePath();
"""
# One coverage for both inks: cut out at the end, so that no edge is covered twice.
_STROKED = """
  ctx.fillStyle = '#fff'; ctx.fillRect(0, 0, 120, 80);
  ctx.lineWidth = 10; ctx.strokeStyle = 'rgb(220 40 60)'; ctx.stroke();
  ctx.globalCompositeOperation = 'destination-in'; ctx.fill();
"""
_ZIGZAG = """
  ctx.moveTo(12, 60); ctx.lineTo(48, 16); ctx.lineTo(84, 64); ctx.lineTo(108, 20);
  ctx.lineJoin = 'round'; ctx.lineWidth = 9; ctx.lineCap = data;
  ctx.strokeStyle = 'rgb(220 40 60)'; ctx.stroke();
"""
_POINTS = ((0.1, 0.75), (0.4, 0.2), (0.7, 0.8), (0.9, 0.25))


def painted(name: str, margin: int = 0, **fields: Any) -> Raster:
    """A shape of WIDTH x HEIGHT with ``margin`` around it, cut or filled up with nothing."""
    given = {"shape": name, "radius": 0.0, "fill": None, "stroke": None, "stroke_width": 0.0, **fields}
    content = ShapeContent(**given)
    painter = ShapePainter()
    box = painter.measure(content, WIDTH, HEIGHT)
    whole = np.pad(painter.paint(content, box, "high"), ((margin, margin), (margin, margin), (0, 0)))
    left, top = box.margin[:2]
    return whole[top : top + HEIGHT + 2 * margin, left : left + WIDTH + 2 * margin]


def drawn(page: Page, body: str, margin: int = 0, data: Any = None) -> Pixels:
    """The same by the canvas, premultiplied."""
    body = f"ctx.translate({margin}, {margin}); ctx.beginPath(); {body}"
    found = canvas(page, WIDTH + 2 * margin, HEIGHT + 2 * margin, body, data)
    colours = (found[..., :3].astype(int) * found[..., 3:] + 127) // 255
    return np.dstack([colours.astype(np.uint8), found[..., 3]])


def close(ours: Raster, theirs: Pixels) -> bool:
    """Whether even parts are equal within 3 levels, and an edge's coverage within a third of a pixel."""
    apart = np.abs(ours.astype(int) - theirs)
    inside = (theirs[..., 3:] == 255) & (ours[..., 3:] == 255)
    return bool((apart * inside).max() <= 3 and apart.max() <= 85 and apart.mean() < 0.7)


@pytest.mark.parametrize(
    ("name", "fields", "body"),
    [
        ("ellipse", {"fill": WHITE}, _ELLIPSE + _WHITE),
        ("circle", {"fill": BLUE}, "ctx.arc(60, 40, 40, 0, 7);" + _BLUE),
        ("rectangle", {"fill": WHITE, "radius": 17.0}, "ctx.roundRect(0, 0, 120, 80, 17);" + _WHITE),
        ("polygon", {"fill": BLUE, "points": ((0, 1), (0.5, 0), (1, 0.75))}, _TRIANGLE + _BLUE),
        ("star", {"fill": WHITE, "inner": 0.4}, _STAR + _WHITE),
    ],
    ids=["ellipse", "circle", "rounded", "polygon", "star"],
)
def test_outlines_lie_where_the_canvas_draws_them(
    page: Page, name: str, fields: dict[str, Any], body: str
) -> None:
    assert close(painted(name, **fields), drawn(page, body))


def test_a_stroke_lies_inside_its_outline(page: Page) -> None:
    ours = painted("star", fill=WHITE, stroke=RED, stroke_width=5.0, inner=0.4).astype(int)
    apart = np.abs(ours - drawn(page, _STAR + _STROKED))
    assert apart.max() <= 85
    assert apart.mean() < 0.6


@pytest.mark.parametrize("cap", ["butt", "round", "square"])
def test_lines_have_the_same_joins_and_caps(page: Page, cap: str) -> None:
    ours = painted("line", 10, points=_POINTS, stroke=RED, stroke_width=9.0, cap=cap)
    assert close(ours, drawn(page, _ZIGZAG, 10, cap))


@pytest.mark.parametrize("angle", [0, 30, 90, 145, 250])
def test_a_linear_gradient_is_that_of_css(page: Page, angle: int) -> None:
    gradient = Gradient("linear", STOPS, float(angle))
    body = f"""
      const turn = {angle} * Math.PI / 180, x = Math.cos(turn), y = Math.sin(turn);
      const half = (Math.abs(120 * x) + Math.abs(80 * y)) / 2;
      const gradient = ctx.createLinearGradient(60 - x * half, 40 - y * half, 60 + x * half, 40 + y * half);
    """
    assert close(painted("rectangle", gradient=gradient), drawn(page, _RECTANGLE + body + _STOPS))


def test_a_radial_gradient_reaches_as_far(page: Page) -> None:
    gradient = Gradient("radial", STOPS, centre=(0.3, 0.4), reach=1.2)
    body = """
      ctx.scale(120, 80);
      const gradient = ctx.createRadialGradient(0.3, 0.4, 0, 0.3, 0.4, 0.6);
    """
    assert close(painted("ellipse", gradient=gradient), drawn(page, _ELLIPSE + body + _STOPS))


@pytest.mark.parametrize(("x", "y", "blur"), [(5.0, 7.0, 0.0), (-6.0, 4.0, 9.0), (0.0, 0.0, 16.0)])
def test_a_shadow_is_as_far_and_as_soft(page: Page, x: float, y: float, blur: float) -> None:
    shadow = Shadow(x, y, blur, Colour(20, 30, 90, 180))
    body = f"""
      ctx.shadowOffsetX = {x}; ctx.shadowOffsetY = {y}; ctx.shadowBlur = {blur};
      ctx.shadowColor = 'rgb(20 30 90 / 70.588%)';
    """
    ours = painted("star", 30, fill=WHITE, inner=0.5, shadow=shadow).astype(int)
    theirs = drawn(page, body + _STAR.replace("0.4 : 1", "0.5 : 1") + _WHITE, 30)
    apart = np.abs(ours - theirs)
    assert apart.mean() < 0.8
    assert apart.max() <= 85
