"""The one way to resvg: SVG text in, a raster out."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from resvg import render, usvg

from farm.errors import DrawFailed
from workers.painters.painter import Raster

_UPRIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
# No fonts are loaded: text is drawn by the text painter only.
_OPTIONS = usvg.Options.default()


def rasterised(svg: str) -> Raster:
    """``svg`` at the size that its root gives in px, anti-aliased.

    resvg follows references to files and the depth of the document: only what we wrote or
    :mod:`scene.svg` let through may come here. Raises DrawFailed.
    """
    try:
        png = render(usvg.Tree.from_str(svg, _OPTIONS), _UPRIGHT)
    except BaseException as error:
        # resvg reports a document that it cannot read by a panic, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise DrawFailed("the SVG cannot be read; check that it has a size") from error
    with Image.open(io.BytesIO(png)) as picture:
        raster: Raster = np.asarray(picture.convert("RGBa"))
    return raster
