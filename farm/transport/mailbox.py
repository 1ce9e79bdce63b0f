"""The mailbox: finished frames from other hosts, through Redis, compressed with LZ4.

One message: length of the description (u32, little-endian), FrameDone as MessagePack, then one LZ4 block of
the rects' pixels, each rect as its Y, U and V rows one after the other.
"""

from __future__ import annotations

import struct

import lz4.block
import msgspec
import numpy as np

from farm.errors import FrameRefused
from farm.messages import FrameDone, from_pack, to_pack
from farm.transport.planes import Planes, i420_bytes, picture_fits

_LENGTH = struct.Struct("<I")
MOST_DESCRIBED_BYTES = 65_536
"""Of a description; one that has more to say holds nonsense, which nobody is to keep or pass on."""


def pack_frame(done: FrameDone, picture: Planes) -> bytes:
    """The message for ``done``, whose rects are taken from ``picture``, a whole canvas."""
    pixels = b"".join(plane.tobytes() for rect in done.rects for plane in picture.crop(rect))
    description = to_pack(done)
    block = lz4.block.compress(pixels, store_size=False)
    return b"".join((_LENGTH.pack(len(description)), description, block))


class Letter:
    """A frame that came by mailbox: its description and its pixels, ready to be copied."""

    def __init__(self, done: FrameDone, pixels: bytes) -> None:
        self.done = done
        self._pixels = np.frombuffer(pixels, np.uint8)

    @classmethod
    def unpack(cls, message: bytes, width: int, height: int) -> Letter:
        """Read one message for a canvas of this size. Raises FrameRefused ("garbage")."""
        try:
            (length,) = _LENGTH.unpack_from(message)
            done = from_pack(message[_LENGTH.size : _LENGTH.size + length], FrameDone)
            if not picture_fits(done.drawn, done.rects, width, height):
                outside = f"frame {done.frame} has rectangles outside the canvas"
                raise FrameRefused("garbage", outside, done.worker, done.frame)
            if length > MOST_DESCRIBED_BYTES:
                raise FrameRefused(
                    "garbage", f"frame {done.frame} says too much of itself", done.worker, done.frame
                )
            size = sum(i420_bytes(w, h) for _, _, w, h in done.rects)
            block = message[_LENGTH.size + length :]
            pixels = lz4.block.decompress(block, uncompressed_size=size) if size else b""
        except (struct.error, msgspec.MsgspecError, lz4.block.LZ4BlockError) as error:
            raise FrameRefused("garbage", f"a mailbox message cannot be read: {error}") from error
        if len(pixels) != size:
            wrong = f"frame {done.frame} has {len(pixels)} bytes of pixels, not {size}"
            raise FrameRefused("garbage", wrong, done.worker, done.frame)
        return cls(done, pixels)

    def copy_to(self, canvas: Planes) -> None:
        """Copy the rects onto ``canvas``, a picture of its size."""
        position = 0
        for rect in self.done.rects:
            for plane in canvas.crop(rect):
                plane[...] = self._pixels[position : position + plane.size].reshape(plane.shape)
                position += plane.size
