"""How this program draws, in a word: processes of which it is the same draw the same pixels."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from PIL import features

from workers.typography.fonts import installed_fonts

_ROOMS = ("scene", "workers")
_LIBRARIES = ("numpy", "opencv-python-headless", "pillow-simd", "resvg")
_SHAPING = ("freetype2", "raqm", "fribidi", "harfbuzz")
_ROOT = Path(__file__).parents[1]


@cache
def makers_mark() -> str:
    """Of all code that draws, the libraries that it draws with and the fonts."""
    mark = hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((_ROOT / room).rglob("*")):
            if path.suffix in (".py", ".so"):
                mark.update(path.relative_to(_ROOT).as_posix().encode())
                mark.update(path.read_bytes())
    for library in _LIBRARIES:
        mark.update(f"{library} {version(library)}\n".encode())
    for feature in _SHAPING:
        mark.update(f"{feature} {features.version(feature)}\n".encode())
    for path in installed_fonts():
        about = path.stat()
        mark.update(f"{path} {about.st_size} {about.st_mtime_ns}\n".encode())
    return mark.hexdigest()
