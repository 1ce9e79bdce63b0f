"""RTMP's chunk stream: messages cut into chunks on the way out, put together again on the way in.

Every message goes out with a full header, so that writing has no state but the chunk size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from farm.errors import OutputFailed

WRITE_CHUNK_BYTES = 60_000
"""What we announce after connecting; larger than nearly every frame."""
DEFAULT_CHUNK_BYTES = 128
LONGEST_MESSAGE_BYTES = 1_000_000
_LARGEST_TIMESTAMP = 0xFFFFFF
_CONTROL_CHANNEL_HEADER_BYTES = (11, 7, 3, 0)


class MessageType(IntEnum):
    """The message types that a publisher meets."""

    SET_CHUNK_SIZE = 1
    ACKNOWLEDGEMENT = 3
    USER_CONTROL = 4
    WINDOW_SIZE = 5
    PEER_BANDWIDTH = 6
    AUDIO = 8
    VIDEO = 9
    DATA = 18
    COMMAND = 20


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``time_ms`` counts modulo 2^32."""

    kind: int
    payload: bytes
    time_ms: int = 0
    stream_id: int = 0


def chunked(message: Message, channel: int, chunk_bytes: int) -> bytes:
    """``message`` as chunks on ``channel`` (2..63), each with at most ``chunk_bytes`` of payload."""
    time_ms = message.time_ms & 0xFFFFFFFF
    extended = time_ms.to_bytes(4, "big") if time_ms >= _LARGEST_TIMESTAMP else b""
    head = (
        bytes((channel,))
        + min(time_ms, _LARGEST_TIMESTAMP).to_bytes(3, "big")
        + len(message.payload).to_bytes(3, "big")
        + bytes((message.kind,))
        + message.stream_id.to_bytes(4, "little")
        + extended
    )
    if len(message.payload) <= chunk_bytes:
        return head + message.payload
    continued = bytes((0xC0 | channel,)) + extended
    pieces = [message.payload[i : i + chunk_bytes] for i in range(0, len(message.payload), chunk_bytes)]
    return head + continued.join(pieces)


@dataclass
class _Channel:
    """What earlier chunks of one channel said, and the message that is under way on it."""

    time_ms: int = 0
    delta_ms: int = 0
    length: int = 0
    kind: int = 0
    stream_id: int = 0
    extended: bool = False
    parts: bytearray = field(default_factory=bytearray)


class ChunkReader:
    """Puts the server's messages together. Bounded: 64 channels, LONGEST_MESSAGE_BYTES each."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._channels: dict[int, _Channel] = {}
        self._chunk_bytes = DEFAULT_CHUNK_BYTES

    def feed(self, data: bytes) -> list[Message]:
        """The messages that ``data`` completes. Raises OutputFailed for what is not RTMP."""
        self._buffer += data
        messages: list[Message] = []
        while (taken := self._chunk()) is not None:
            consumed, message = taken
            del self._buffer[:consumed]
            if message is not None:
                self._note_chunk_size(message)
                messages.append(message)
        return messages

    def _note_chunk_size(self, message: Message) -> None:
        if message.kind == MessageType.SET_CHUNK_SIZE and len(message.payload) >= 4:
            self._chunk_bytes = max(1, int.from_bytes(message.payload[:4], "big") & 0x7FFFFFFF)

    def _chunk(self) -> tuple[int, Message | None] | None:
        """Bytes of the chunk at the head of the buffer and the message it ends; None when it is not whole."""
        if not self._buffer:
            return None
        fmt, number = self._buffer[0] >> 6, self._buffer[0] & 0x3F
        if number < 2:
            raise OutputFailed("the server uses RTMP channels that no server uses")
        channel = self._channels.get(number, _Channel())
        size = _CONTROL_CHANNEL_HEADER_BYTES[fmt]
        head = bytes(self._buffer[1 : 1 + size])
        if len(head) < size:
            return None
        extended = head[:3] == b"\xff\xff\xff" if size else channel.extended
        payload_at = 1 + size + 4 * extended
        length = int.from_bytes(head[3:6], "big") if size >= 7 else channel.length
        if length > LONGEST_MESSAGE_BYTES:
            raise OutputFailed("the server sent an RTMP message that is too long")
        piece_bytes = min(self._chunk_bytes, length - len(channel.parts))
        if len(self._buffer) < payload_at + piece_bytes:
            return None
        if not channel.parts:
            self._begin(channel, fmt, head, extended=extended)
        self._channels[number] = channel
        channel.parts += self._buffer[payload_at : payload_at + piece_bytes]
        return payload_at + piece_bytes, self._finished(channel)

    def _begin(self, channel: _Channel, fmt: int, head: bytes, *, extended: bool) -> None:
        if fmt < 3:
            stamp = int.from_bytes(self._buffer[12:16] if fmt == 0 and extended else head[:3], "big")
            channel.delta_ms = 0 if fmt == 0 else stamp
            channel.time_ms = stamp if fmt == 0 else channel.time_ms
            channel.extended = extended
        if fmt < 2:
            channel.length = int.from_bytes(head[3:6], "big")
            channel.kind = head[6]
        if fmt == 0:
            channel.stream_id = int.from_bytes(head[7:11], "little")
        channel.time_ms += channel.delta_ms

    @staticmethod
    def _finished(channel: _Channel) -> Message | None:
        if len(channel.parts) < channel.length:
            return None
        message = Message(channel.kind, bytes(channel.parts), channel.time_ms, channel.stream_id)
        channel.parts.clear()
        return message
