"""Whether an uploaded font can be drawn, found out where it can do no harm."""

from __future__ import annotations

import subprocess
import sys

from farm.errors import AssetRefused
from farm.fonts.cmap import characters_in
from farm.fonts.sfnt import font_format, sfnt_of

MAX_CHECK_S = 20.0
_MAX_REASON_CHARS = 120


def check_font(data: bytes, *, max_bytes: int) -> str:
    """The format of the font in ``data``, after every character of it was drawn once.

    That happens in a process with little time and memory, because fonts hold programs. Raises AssetRefused.
    """
    kind, font = font_format(data), sfnt_of(data, max_bytes=max_bytes)
    try:
        characters = characters_in(font)
    except ValueError as error:
        raise AssetRefused(f"the font is damaged: {error}") from error
    if not characters:
        raise AssetRefused("the font has no characters of Unicode")
    command = [sys.executable, "-m", "farm.fonts.trial"]
    try:
        tried = subprocess.run(command, input=font, capture_output=True, timeout=MAX_CHECK_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise AssetRefused("the font takes far too long to draw") from error
    if tried.returncode != 0:
        said = tried.stderr.decode(errors="replace").strip().splitlines()
        reason = said[-1][:_MAX_REASON_CHARS] if said else f"the trial ended with {tried.returncode}"
        raise AssetRefused(f"the font cannot be drawn: {reason}")
    return kind
