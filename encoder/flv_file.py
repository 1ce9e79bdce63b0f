"""A stream as a file: the tags that outputs would send, in the order in which they come, as FLV.

Written by the tick thread itself: a free stream has no tick to miss, and a slow disk holds it up instead of
costing packets. The layout is that of Adobe's FLV specification 10.1, annex E.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from encoder.flv import StreamHeader, Tag, end_of_video
from encoder.outputs import OutputState
from encoder.rtmp import amf
from farm.errors import EncoderFailed
from farm.log import get_logger
from farm.messages import OutputReport, OutputSpec

_HEADER = b"FLV\1\5" + struct.pack(">II", 9, 0)
"""Version 1, sound and pictures, and the size of the tag before the first."""
_SCRIPT = 18
_TAG_HEAD_BYTES = 11
_BUFFER_BYTES = 1 << 16
log = get_logger(__name__)


def flv_tag(kind: int, time_ms: int, payload: bytes) -> bytes:
    """One tag with the size that follows it."""
    size = len(payload)
    head = struct.pack(">B", kind) + size.to_bytes(3, "big") + (time_ms & 0xFFFFFF).to_bytes(3, "big")
    return b"".join(
        (head, struct.pack(">B3x", time_ms >> 24 & 0xFF), payload, struct.pack(">I", _TAG_HEAD_BYTES + size))
    )


class FlvFile:
    """One file; it has its name when it is whole, and ``.part`` behind it until then."""

    def __init__(self, spec: OutputSpec, path: Path, header: StreamHeader) -> None:
        self._spec = spec
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._header = header
        self._file: BinaryIO | None = None
        self._state = OutputState.CONNECTING
        self._packets = self._bytes = self._last_ms = 0

    def start(self) -> None:
        """Begin the file anew. Raises EncoderFailed."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.unlink(missing_ok=True)
            self._file = self._part.open("wb", buffering=_BUFFER_BYTES)
        except OSError as error:
            raise self._failure(error) from error
        self._state = OutputState.CONNECTED
        script = amf.encode("onMetaData") + amf.ecma_array(self._header.metadata)
        self._write(_HEADER + flv_tag(_SCRIPT, 0, script))
        for tag in self._header.tags:
            self._write(flv_tag(tag.kind, 0, tag.payload))

    def put(self, tag: Tag) -> None:
        """Write one tag, however long that takes. Raises EncoderFailed."""
        self._write(flv_tag(tag.kind, tag.time_ms, tag.payload))
        self._last_ms = max(self._last_ms, tag.time_ms)
        self._packets += 1

    def finish(self) -> None:
        """All is written: close the file and give it its name. Raises EncoderFailed."""
        end = end_of_video(self._last_ms)
        self._write(flv_tag(end.kind, end.time_ms, end.payload))
        self.stop()
        try:
            self._part.replace(self._path)
        except OSError as error:
            raise self._failure(error) from error
        log.info("file written", output=self._spec.id, file=self._path.name, bytes=self._bytes)

    def stop(self) -> None:
        """Close the file; what :meth:`finish` did not name stays a part. Raises EncoderFailed."""
        file, self._file = self._file, None
        self._state = OutputState.CLOSED
        try:
            if file is not None:
                file.close()
        except OSError as error:
            raise self._failure(error) from error

    def join(self, timeout_s: float) -> None:
        """There is no thread to wait for."""

    def report(self) -> OutputReport:
        """How far it is."""
        return OutputReport(
            id=self._spec.id,
            url=self._spec.url,
            state=self._state,
            connects=1,
            sent_packets=self._packets,
            dropped_packets=0,
            sent_bytes=self._bytes,
        )

    def _write(self, data: bytes) -> None:
        if self._file is None:
            raise EncoderFailed(f"{self._path} is not open")
        try:
            self._file.write(data)
        except OSError as error:
            raise self._failure(error) from error
        self._bytes += len(data)

    def _failure(self, error: OSError) -> EncoderFailed:
        return EncoderFailed(f"{self._path} cannot be written: {error.strerror}")
