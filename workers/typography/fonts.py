"""Finding fonts: the files by name, the characters they have, and open faces of a size."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

from farm.errors import DrawFailed
from scene.content import Font, Style, TextContent, Weight
from workers.cache import RecentCache
from workers.typography.coverage import characters_of

FONT_DIRS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
_PACKAGES = "fonts-noto-core fonts-noto-color-emoji fonts-dejavu-core fonts-dejavu-extra"
_MAX_OPEN_FACES = 64

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


@cache
def _installed() -> dict[str, Path]:
    """Every font file by its name. Looked for once: a worker that is to see new fonts starts anew."""
    found: dict[str, Path] = {}
    for directory in FONT_DIRS:
        for folder, _, names in sorted(os.walk(directory)):
            for name in sorted(names):
                if name.endswith((".ttf", ".otf")):
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
    others = (*scripts, "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
    return (family_file(content), *(name for name in others if name in _installed()))


@cache
def characters(name: str) -> frozenset[int]:
    """The code points that the font file ``name`` has glyphs for. Raises DrawFailed."""
    return characters_of(font_path(name))


class Faces:
    """Open faces by file and size, the least recently used closed first."""

    def __init__(self) -> None:
        self._open: RecentCache[tuple[str, float], FreeTypeFont] = RecentCache(_MAX_OPEN_FACES)

    def face(self, name: str, size_px: float) -> FreeTypeFont:
        """The font file ``name`` at ``size_px``, shaped by Raqm. Raises DrawFailed."""
        key = (name, size_px)
        face = self._open.get(key)
        if face is None:
            try:
                face = ImageFont.truetype(font_path(name), size_px, layout_engine=ImageFont.Layout.RAQM)
            except (OSError, ValueError) as error:
                raise DrawFailed(f"the font {name} cannot be opened: {error}") from error
            self._open.put(key, face)
        return face
