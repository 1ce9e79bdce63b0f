"""Easings and mixed colours against those of Chromium's animations and CSS."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page

from scene.colour import parse_colour
from scene.oklab import channels_of, colour_of
from scene.timing import curve_of

_PROGRESS = """([easing, count]) => {
  const effect = new KeyframeEffect(document.body, [], {duration: 1000, fill: 'both', easing});
  const animation = new Animation(effect);
  return Array.from({length: count + 1}, (_, step) => {
    animation.currentTime = 1000 * step / count;
    return effect.getComputedTiming().progress;
  });
}"""

_MIXED = """([from, to, share]) => {
  const canvas = new OffscreenCanvas(1, 1), ctx = canvas.getContext('2d');
  ctx.fillStyle = `color-mix(in oklab, ${to} ${100 * share}%, ${from})`;
  ctx.fillRect(0, 0, 1, 1);
  return Array.from(ctx.getImageData(0, 0, 1, 1).data);
}"""

STEPS = 200


@pytest.mark.parametrize(
    ("ours", "css"),
    [
        ("cubicBezier(0.25, 0.1, 0.25, 1)", "ease"),
        ("cubicBezier(0.42, 0, 0.58, 1)", "ease-in-out"),
        ("cubicBezier(0.7, -0.4, 0.3, 1.4)", "cubic-bezier(0.7, -0.4, 0.3, 1.4)"),
        ("cubicBezier(1, 0, 0, 1)", "cubic-bezier(1, 0, 0, 1)"),
        ("cubicBezier(0, 3, 1, -3)", "cubic-bezier(0, 3, 1, -3)"),
        ("steps(1, start)", "steps(1, start)"),
        ("steps(4, start)", "steps(4, start)"),
        ("steps(7, end)", "steps(7, end)"),
        ("linear", "linear"),
    ],
)
def test_a_curve_is_that_of_css(page: Page, ours: str, css: str) -> None:
    curve = curve_of(ours)
    theirs = page.evaluate(_PROGRESS, [css, STEPS])
    # Not the very ends: 0 and 1 are exact for us, where the steps of CSS have begun.
    inner = range(1, STEPS)
    assert [curve(step / STEPS) for step in inner] == pytest.approx(
        [theirs[step] for step in inner], abs=1e-4
    )


@pytest.mark.parametrize("share", [0.1, 0.5, 0.75])
@pytest.mark.parametrize(
    ("from_", "to"),
    [("#ff0000", "#0000ff"), ("#fde047", "#22d3ee"), ("#000000", "#ffffff"), ("#ff800040", "#0080ff")],
)
def test_a_colour_on_its_way_is_the_mix_of_css(page: Page, from_: str, to: str, share: float) -> None:
    ends = [np.array(channels_of(parse_colour(text))) for text in (from_, to)]
    ours = colour_of(*((1 - share) * ends[0] + share * ends[1]))
    theirs = page.evaluate(_MIXED, [from_, to, share])
    # What is drawn through alpha has fewer levels.
    slack = 1 if theirs[3] == 255 else 3
    assert np.abs(np.array(ours) - theirs).max() <= slack
