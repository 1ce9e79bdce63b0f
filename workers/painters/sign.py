"""The signs that stand where a picture is missing, or on its way."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from workers.painters.painter import Raster

_SHARPNESS = 4
_DIM, _LINE = (38, 42, 51, 200), (142, 150, 166, 255)
_MAX_ICON_PX = 96.0


def picture_sign(width: int, height: int, *, waiting: bool) -> Raster:
    """A dim box with a broken picture in the middle, or with three dots while the picture is on its way."""
    icon = round(min(width * 0.4, height * 0.4, _MAX_ICON_PX))
    sign = Image.new("RGBA", (width, height), _DIM)
    if icon >= 8:
        mark = (_dots if waiting else _broken_picture)(icon).resize((icon, icon), Image.Resampling.BOX)
        sign.alpha_composite(mark, ((width - icon) // 2, (height - icon) // 2))
    return np.array(sign.convert("RGBa"))


def _dots(icon: int) -> Image.Image:
    """Drawn larger, like the other mark, so that scaling it down smooths its edges."""
    side = icon * _SHARPNESS
    mark = Image.new("RGBA", (side, side), (*_LINE[:3], 0))
    draw = ImageDraw.Draw(mark)
    for number, share in enumerate((0.2, 0.5, 0.8)):
        x, radius = side * share, side * 0.08
        faded = (*_LINE[:3], 255 - 70 * number)
        draw.ellipse((x - radius, side / 2 - radius, x + radius, side / 2 + radius), fill=faded)
    return mark


def _broken_picture(icon: int) -> Image.Image:
    side = icon * _SHARPNESS
    mark = Image.new("RGBA", (side, side), (*_LINE[:3], 0))
    draw = ImageDraw.Draw(mark)
    unit = side / 24
    line = max(1, round(unit * 1.6))

    def at(*points: float) -> list[float]:
        return [point * unit for point in points]

    draw.rounded_rectangle(at(2, 4, 22, 20), 2.5 * unit, outline=_LINE, width=line)
    draw.ellipse(at(14.5, 7, 18, 10.5), fill=_LINE)
    draw.polygon(at(5, 17, 9.5, 10.5, 12.5, 14.5, 14.5, 12.5, 18.5, 17), fill=_LINE)
    draw.line(at(3, 2, 21, 22), fill=(*_LINE[:3], 0), width=line * 3)
    draw.line(at(3, 2, 21, 22), fill=_LINE, width=line)
    return mark
