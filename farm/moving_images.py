"""Animated pictures (GIF, APNG, WebP): their frames one after the other, within limits.

PIL follows the disposal methods, so a frame is always the whole picture as a viewer shows it then.
"""

from __future__ import annotations

import io

from PIL import Image

from farm.errors import AssetRefused
from farm.images import FORMATS, decoder_errors, upright_rgba
from scene.playback import MAX_FRAME_MS, MAX_FRAMES

MAX_SECONDS = 300
MAX_FRAMES_PX = 100_000_000
"""Pixels of all frames of an animation together: about a second of decoding."""

DEFAULT_FRAME_MS = 100
_TOO_SHORT_MS = 10  # browsers take these for frames without a duration, and so do the animations' authors


class MovingImage:
    """The frames of an animated picture, decoded when they are asked for: cheapest in their order.

    Not for several threads. Close it. Raises AssetRefused when it cannot be opened.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        with decoder_errors():
            self._image = self._opened()
        # The picture that an APNG has for programs that know no APNG is no frame of it.
        self._first = 1 if self._image.info.get("default_image") else 0

    def frame(self, index: int) -> Image.Image:
        """Frame ``index``, from 0, RGBA and upright. Raises AssetRefused when it is damaged or not there."""
        with decoder_errors():
            self._seek(index)
            return upright_rgba(self._image)

    def frame_ms(self, index: int) -> int | None:
        """How long frame ``index`` stands, in milliseconds; None after the last. Raises AssetRefused."""
        with decoder_errors():
            try:
                self._seek(index)
            except EOFError:
                return None
            self._image.load()
            duration_ms = round(float(self._image.info.get("duration") or 0))
            return DEFAULT_FRAME_MS if duration_ms <= _TOO_SHORT_MS else min(duration_ms, MAX_FRAME_MS)

    @property
    def pixels(self) -> int:
        """Of one frame."""
        return self._image.width * self._image.height

    @property
    def animated(self) -> bool:
        """Whether there is a second frame."""
        with decoder_errors():
            return bool(getattr(self._image, "is_animated", False))

    def close(self) -> None:
        """Forget everything."""
        self._image.close()

    def _opened(self) -> Image.Image:
        return Image.open(io.BytesIO(self._data), formats=FORMATS)

    def _seek(self, index: int) -> None:
        wanted = self._first + index
        if wanted < self._image.tell():
            # PIL goes back within a PNG to the first frame only, and takes any other for damage.
            self._image.close()
            self._image = self._opened()
        self._image.seek(wanted)


def frame_times_ms(data: bytes) -> tuple[int, ...]:
    """How long each frame of the picture in ``data`` stands; empty when it is a still one.

    Decodes every frame once. Raises AssetRefused when one is damaged or they are too many.
    """
    moving = MovingImage(data)
    try:
        times = _checked_times(moving) if moving.animated else []
    finally:
        moving.close()
    return tuple(times) if len(times) > 1 else ()


def _checked_times(moving: MovingImage) -> list[int]:
    most = min(MAX_FRAMES, max(1, MAX_FRAMES_PX // moving.pixels))
    times: list[int] = []
    while (duration_ms := moving.frame_ms(len(times))) is not None:
        times.append(duration_ms)
        if len(times) > most:
            raise AssetRefused(f"the animation has more than {most} frames; of this size no more are allowed")
        if sum(times) > MAX_SECONDS * 1000:
            raise AssetRefused(f"the animation lasts more than {MAX_SECONDS} seconds; make it shorter")
    return times
