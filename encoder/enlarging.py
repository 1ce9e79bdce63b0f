"""Pictures that are drawn smaller than the canvas, while there is too little time for its own size."""

from __future__ import annotations

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter

from farm.messages import Size
from farm.transport.planes import Plane, Planes, i420_bytes, planes_in


class SmallPicture:
    """A picture of ``size`` pixels, both sides even, that patches are copied onto and that is enlarged as a
    whole: what lies at the edge of a patch depends on its neighbours, so that a part of it cannot be."""

    def __init__(self, size: Size) -> None:
        width, height = self.size = size
        buffer = np.empty(i420_bytes(width, height), np.uint8)
        self.planes: Planes = planes_in(buffer, width, height)
        self._frame = av.VideoFrame.from_numpy_buffer(
            buffer.reshape(height * 3 // 2, width), format="yuv420p"
        )
        self._reformatter = VideoReformatter()

    def enlarge_to(self, canvas: Planes) -> None:
        """Fill ``canvas`` with it, bilinear."""
        height, width = canvas.y.shape
        enlarged = self._reformatter.reformat(
            self._frame, width, height, "yuv420p", interpolation=Interpolation.BILINEAR, threads=1
        )
        for mine, theirs in zip(canvas, enlarged.planes, strict=True):
            rows: Plane = np.frombuffer(memoryview(theirs), np.uint8).reshape(-1, theirs.line_size)
            np.copyto(mine, rows[: mine.shape[0], : mine.shape[1]])
