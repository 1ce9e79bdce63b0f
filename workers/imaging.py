"""The start-up check of what pictures are made with."""

from __future__ import annotations

from PIL import features

from farm.errors import DrawFailed, SettingsError
from workers.typography.fonts import font_path, required_files

_FEATURES = {
    "raqm": "text shaping (libraqm-dev, libfribidi-dev and libharfbuzz-dev)",
    "freetype2": "fonts (libfreetype-dev)",
    "webp": "WebP pictures (libwebp-dev)",
    "jpg": "JPEG pictures (libjpeg-dev)",
    "zlib": "PNG pictures (zlib1g-dev)",
}


def check_imaging() -> None:
    """Raises SettingsError that names everything that is missing, and what to install for it."""
    missing = [
        f"pillow-simd was built without {what}"
        for name, what in _FEATURES.items()
        if not features.check(name)
    ]
    for name in required_files():
        try:
            font_path(name)
        except DrawFailed as error:
            missing.append(error.message)
    if missing:
        raise SettingsError("\n".join(["run `make setup`:", *missing]), {"missing": missing})
