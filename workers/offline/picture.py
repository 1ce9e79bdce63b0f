"""A canvas as the RGB picture that a viewer sees."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from farm.transport.planes import Planes

# R'G'B' from Y'CbCr of limited range: ITU-R BT.709-6, items 3.2 to 3.5.
_KR, _KB = 0.2126, 0.0722
_KG = 1 - _KR - _KB
_LUMA, _CHROMA = 255 / 219, 255 / 112
_RED_CR, _BLUE_CB = _CHROMA * (1 - _KR), _CHROMA * (1 - _KB)
_GREEN_CB, _GREEN_CR = _BLUE_CB * _KB / _KG, _RED_CR * _KR / _KG


def rgb(planes: Planes) -> NDArray[np.uint8]:
    """``planes`` as sRGB, (height, width, 3); chroma is interpolated linearly."""
    height, width = planes.y.shape
    luma = (planes.y.astype(np.float32) - 16) * np.float32(_LUMA)
    cb, cr = (
        cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32) - 128
        for plane in (planes.u, planes.v)
    )
    pixels = np.empty((height, width, 3), np.float32)
    pixels[..., 0] = luma + np.float32(_RED_CR) * cr
    pixels[..., 1] = luma - np.float32(_GREEN_CB) * cb - np.float32(_GREEN_CR) * cr
    pixels[..., 2] = luma + np.float32(_BLUE_CB) * cb
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def picture(planes: Planes) -> Image.Image:
    """``planes`` as an RGB image, ready to be saved."""
    return Image.fromarray(rgb(planes))
