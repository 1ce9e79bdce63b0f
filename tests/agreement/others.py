"""Pictures as others draw them."""

from __future__ import annotations

import base64
import subprocess
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

Pixels = NDArray[np.uint8]

_DRAW = """([width, height, body, data]) => {
  const canvas = new OffscreenCanvas(width, height);
  const ctx = canvas.getContext('2d');
  new Function('ctx', 'data', body)(ctx, data);
  const bytes = ctx.getImageData(0, 0, width, height).data;
  let text = '';
  for (let at = 0; at < bytes.length; at += 32768)
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + 32768));
  return btoa(text);
}"""


def canvas(page: Page, width: int, height: int, body: str, data: Any = None) -> Pixels:
    """What Chromium's 2D canvas holds after the JavaScript ``body``, which knows ``ctx`` and ``data``.

    (height, width, 4): red, green, blue and alpha, the colours not multiplied by it.
    """
    text = page.evaluate(_DRAW, [width, height, body, data])
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)


def ffmpeg(picture: Pixels, size: tuple[int, int], pixels: str, graph: str, result: str = "gray") -> Pixels:
    """What FFmpeg's filters make of a raw ``picture`` of this width and height in the format ``pixels``.

    Flat, in the format ``result``.
    """
    width, height = size
    command = ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", pixels, "-s", f"{width}x{height}"]
    command += ["-i", "pipe:0", "-filter_complex", graph, "-f", "rawvideo", "-pix_fmt", result, "pipe:1"]
    done = subprocess.run(command, input=picture.tobytes(), capture_output=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr.decode()
    return np.frombuffer(done.stdout, np.uint8)


_LINES = """([text, look, width]) => {
  const box = document.createElement('div');
  box.style.cssText = `position: absolute; white-space: pre-wrap; line-break: strict; ${look}`;
  box.style.width = width;
  box.textContent = text;
  document.body.append(box);
  const range = document.createRange(), lines = [];
  let top = null, at = 0, longest = 0;
  for (const character of text) {
    range.setStart(box.firstChild, at);
    range.setEnd(box.firstChild, at += character.length);
    const spot = Array.from(range.getClientRects()).findLast((spot) => spot.width > 0);
    if (spot && (top === null || Math.abs(spot.top - top) > 10)) {
      lines.push('');
      top = spot.top;
    }
    if (lines.length) lines[lines.length - 1] += character;
  }
  range.selectNodeContents(box);
  for (const spot of range.getClientRects()) longest = Math.max(longest, spot.width);
  box.remove();
  return [lines, longest];
}"""


def lines_of(page: Page, text: str, look: str, width: str) -> tuple[list[str], float]:
    """The lines that Chromium makes of ``text`` in a box of CSS ``width``, and the longest's length, px."""
    lines, longest = page.evaluate(_LINES, [text, look, width])
    return [line.strip() for line in lines], float(longest)
