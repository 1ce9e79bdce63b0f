"""Blend modes against Chromium's and FFmpeg's, for every pair of shades."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from playwright.sync_api import Page

from scene.blending import Blend
from tests.agreement.others import Pixels, canvas, ffmpeg
from workers.blending import MODES, table

CANVAS: dict[Blend, str] = {
    "normal": "source-over",
    "multiply": "multiply",
    "screen": "screen",
    "overlay": "overlay",
    "darken": "darken",
    "lighten": "lighten",
    "colorDodge": "color-dodge",
    "colorBurn": "color-burn",
    "hardLight": "hard-light",
    "softLight": "soft-light",
    "difference": "difference",
    "exclusion": "exclusion",
    "add": "lighter",
}
"""The modes as the canvas calls them; all are the same formulas."""

FFMPEG: dict[Blend, str] = {
    "multiply": "multiply",
    "screen": "screen",
    "overlay": "hardlight",  # its first input is below in these two, above in all others
    "darken": "darken",
    "lighten": "lighten",
    "colorDodge": "dodge",
    "colorBurn": "burn",
    "hardLight": "overlay",
    "difference": "difference",
    "exclusion": "exclusion",
    "add": "addition",
}
"""The modes of FFmpeg's ``blend`` that are the same formulas; its soft light is another."""

_ROUNDING = 2
"""Levels of 255: others round within their formulas, we round once."""

_PAIRS = """
  const row = new ImageData(256, 1), column = new ImageData(1, 256);
  for (let shade = 0; shade < 256; shade++)
    for (const data of [row.data, column.data])
      data.set([shade, shade, shade, 255], 4 * shade);
  ctx.imageSmoothingEnabled = false;
  for (const [image, mode] of [[row, 'source-over'], [column, data]]) {
    const strip = new OffscreenCanvas(image.width, image.height);
    strip.getContext('2d').putImageData(image, 0, 0);
    ctx.globalCompositeOperation = mode;
    ctx.drawImage(strip, 0, 0, 256, 256);
  }
"""


@pytest.mark.parametrize("blend", MODES)
def test_chromium_blends_alike(page: Page, blend: Blend) -> None:
    # The backdrop's shade rises from left to right, the layer's from top to bottom: as in the table.
    theirs = canvas(page, 256, 256, _PAIRS, CANVAS[blend])[..., 0]
    assert np.abs(theirs.astype(int) - table(blend)).max() <= _ROUNDING


@cache
def blended_by_ffmpeg() -> dict[Blend, Pixels]:
    shades = np.arange(256, dtype=np.uint8)
    below, own = np.meshgrid(shades, shades)
    count = len(FFMPEG)
    parts = ";".join(
        f"[a{i}]crop=256:256:0:0[below{i}];[b{i}]crop=256:256:0:256[own{i}];"
        f"[own{i}][below{i}]blend=all_mode={mode}[blended{i}]"
        for i, mode in enumerate(FFMPEG.values())
    )
    splits = "".join(f"[{side}{i}]" for side in "ab" for i in range(count))
    stack = "".join(f"[blended{i}]" for i in range(count))
    graph = f"split={2 * count}{splits};{parts};{stack}vstack=inputs={count}"
    result = ffmpeg(np.concatenate([below, own]), (256, 512), "gray", graph)
    return dict(zip(FFMPEG, result.reshape(count, 256, 256), strict=True))


@pytest.mark.parametrize("blend", FFMPEG)
def test_ffmpeg_blends_alike(blend: Blend) -> None:
    apart = np.abs(blended_by_ffmpeg()[blend].astype(int) - table(blend))
    # Where both would divide by nothing, FFmpeg decides for the layer, the specification for what is below.
    if blend == "colorDodge":
        apart[255, 0] = 0
    if blend == "colorBurn":
        apart[0, 255] = 0
    assert apart.max() <= _ROUNDING
