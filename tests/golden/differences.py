"""How far two pictures are apart."""

from __future__ import annotations

import numpy as np
from PIL import Image


def differences(actual: Image.Image, expected: Image.Image) -> tuple[int, float]:
    """The largest and the mean difference of levels."""
    levels = np.abs(np.asarray(actual, np.int16) - np.asarray(expected, np.int16))
    return int(levels.max()), float(levels.mean())
