"""Finding fonts: the files by name, the characters they have, and open faces of a size."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

from farm.clock import Clock, SystemClock
from farm.errors import DrawFailed
from farm.fonts.cmap import characters_in
from scene.content import Font, Style, TextContent, Weight
from workers.cache import RecentCache
from workers.typography.uploaded import Fonts, NoFonts

FONT_DIRS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
_PACKAGES = "fonts-noto-core fonts-noto-color-emoji fonts-dejavu-core fonts-dejavu-extra fonts-wqy-microhei"
_MAX_OPEN_FACES = 64
LIFETIME_NS = 3600 * 1_000_000_000
UPLOADED = "asset:"
"""Begins the names of uploaded fonts."""

EMOJI = "NotoColorEmoji.ttf"
EMOJI_SIZE_PX = 109
"""The only size that the colour emoji are drawn in; they are scaled from there."""

_FAMILIES: dict[tuple[Font, Weight, Style], str] = {
    ("sans", "normal", "normal"): "NotoSans-Regular.ttf",
    ("sans", "bold", "normal"): "NotoSans-Bold.ttf",
    ("sans", "normal", "italic"): "NotoSans-Italic.ttf",
    ("sans", "bold", "italic"): "NotoSans-BoldItalic.ttf",
    ("serif", "normal", "normal"): "NotoSerif-Regular.ttf",
    ("serif", "bold", "normal"): "NotoSerif-Bold.ttf",
    ("serif", "normal", "italic"): "NotoSerif-Italic.ttf",
    ("serif", "bold", "italic"): "NotoSerif-BoldItalic.ttf",
    ("mono", "normal", "normal"): "DejaVuSansMono.ttf",
    ("mono", "bold", "normal"): "DejaVuSansMono-Bold.ttf",
    ("mono", "normal", "italic"): "DejaVuSansMono-Oblique.ttf",
    ("mono", "bold", "italic"): "DejaVuSansMono-BoldOblique.ttf",
}

# For characters that the family lacks, in this order; those that are not installed are passed over.
_SCRIPTS = (
    *("Arabic", "Hebrew", "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Tamil", "Telugu", "Kannada"),
    *("Malayalam", "Sinhala", "Thai", "Lao", "Khmer", "Myanmar", "Georgian", "Armenian", "Ethiopic"),
    *("Symbols", "Symbols2", "Math"),
)


_EAST_ASIAN = "wqy-microhei.ttc"
"""Chinese, Japanese and Korean; in one weight."""


@cache
def _installed() -> dict[str, Path]:
    """Every font file by its name. Looked for once: a worker that is to see new fonts starts anew."""
    found: dict[str, Path] = {}
    for directory in FONT_DIRS:
        for folder, _, names in sorted(os.walk(directory)):
            for name in sorted(names):
                if name.endswith((".ttf", ".otf", ".ttc")):
                    found.setdefault(name, Path(folder, name))
    return found


def installed_fonts() -> Sequence[Path]:
    """All font files, in the order of their names."""
    return [path for _, path in sorted(_installed().items())]


def font_path(name: str) -> Path:
    """Where the font file ``name`` lies. Raises DrawFailed when it is not installed."""
    path = _installed().get(name)
    if path is None:
        raise DrawFailed(f"the font {name} is not installed; try `apt-get install {_PACKAGES}`")
    return path


def family_file(content: TextContent) -> str:
    """The name of the font file that ``content`` asks for."""
    return _FAMILIES[content.font, content.weight, content.style]


def required_files() -> Sequence[str]:
    """The font files without which some text cannot be drawn at all."""
    return (*_FAMILIES.values(), EMOJI)


def fallbacks(content: TextContent) -> Sequence[str]:
    """The fonts for ``content``, the wanted one first, then those that fill its gaps."""
    bold = content.weight == "bold"
    scripts = (f"NotoSans{script}-{'Bold' if bold else 'Regular'}.ttf" for script in _SCRIPTS)
    # DejaVu has most scripts, but they are better drawn in their own fonts.
    others = (*scripts, "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf", _EAST_ASIAN)
    uploaded = () if content.typeface is None else (UPLOADED + content.typeface,)
    return (*uploaded, family_file(content), *(name for name in others if name in _installed()))


@cache
def characters(name: str) -> frozenset[int]:
    """The code points that the font file ``name`` has glyphs for. Raises DrawFailed."""
    path = font_path(name)
    try:
        return characters_in(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DrawFailed(f"the font {name} cannot be read: {error}") from error


@dataclass(slots=True)
class _Open:
    face: FreeTypeFont
    used_ns: int


class Faces:
    """Open faces by font and size; the least recently used are closed first, and those that nobody used for
    ``lifetime_ns``. A font is a file's name, or ``asset:ID`` for one of the uploaded ``fonts``.

    All methods raise DrawFailed when a font is missing, and StoreUnavailable for uploaded ones.
    """

    def __init__(
        self, fonts: Fonts | None = None, clock: Clock | None = None, lifetime_ns: int = LIFETIME_NS
    ) -> None:
        self.fonts = fonts or NoFonts()
        self._clock = clock or SystemClock()
        self._lifetime_ns = lifetime_ns
        self._open: RecentCache[tuple[str, float], _Open] = RecentCache(_MAX_OPEN_FACES)
        self.hits = self.misses = 0
        """How often a face was open already, and how often it was not."""

    def face(self, name: str, size_px: float) -> FreeTypeFont:
        """The font ``name`` at ``size_px``, shaped by Raqm."""
        key, now_ns = (name, size_px), self._clock.monotonic_ns()
        found = self._open.get(key)
        if found is None:
            self.misses += 1
            self._close_unused(now_ns)
            found = _Open(self._opened(name, size_px), now_ns)
            self._open.put(key, found)
        else:
            self.hits += 1
            found.used_ns = now_ns
        return found.face

    def characters(self, name: str) -> frozenset[int]:
        """The code points that the font ``name`` has glyphs for."""
        if name.startswith(UPLOADED):
            return self.fonts.font(name.removeprefix(UPLOADED)).characters
        return characters(name)

    def _opened(self, name: str, size_px: float) -> FreeTypeFont:
        try:
            source = (
                BytesIO(self.fonts.font(name.removeprefix(UPLOADED)).data)
                if name.startswith(UPLOADED)
                else font_path(name)
            )
            return ImageFont.truetype(source, size_px, layout_engine=ImageFont.Layout.RAQM)
        except (OSError, ValueError) as error:
            raise DrawFailed(f"the font {name} cannot be opened: {error}") from error

    def _close_unused(self, now_ns: int) -> None:
        for key, found in self._open.items():
            if now_ns - found.used_ns >= self._lifetime_ns:
                self._open.drop(key)
