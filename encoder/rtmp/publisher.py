"""One connection that publishes to an RTMP or RTMPS server.

Blocking calls with a time limit, made by an output's own thread; Python lets go of its lock in each of them.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Mapping

from encoder.flv import Kind, Tag
from encoder.rtmp import amf
from encoder.rtmp.chunks import (
    DEFAULT_CHUNK_BYTES,
    WRITE_CHUNK_BYTES,
    ChunkReader,
    Message,
    MessageType,
    chunked,
)
from encoder.rtmp.target import Target
from encoder.rtmp.wire import Wire
from farm.clock import Clock
from farm.errors import OutputFailed

_HANDSHAKE_BYTES = 1536
_VERSION = b"\3"
_CONTROL, _COMMANDS, _AUDIO, _VIDEO = 2, 3, 4, 6
"""Channels."""
_PING_REQUEST, _PING_RESPONSE = 6, 7
_CONNECT, _RELEASE, _ANNOUNCE, _CREATE, _PUBLISH, _WITHDRAW, _DELETE = range(1, 8)
"""Transactions, in the order they are made."""


class Publisher:
    """A connection that publishes. Every method raises OutputFailed when it breaks or times out."""

    def __init__(self, target: Target, clock: Clock, timeout_s: float) -> None:
        """Connect, then ask to publish and be allowed to, each within ``timeout_s``."""
        self._target = target
        self._clock = clock
        self._chunk_bytes = DEFAULT_CHUNK_BYTES
        self._reader = ChunkReader()
        self._inbox: deque[Message] = deque()
        self._acknowledged = 0
        self._window = 2_500_000
        self._stream_id = 0
        self._timeout_ns = int(timeout_s * 1e9)
        self._wire = Wire(target.host, target.port, clock, tls=target.tls, timeout_s=timeout_s)
        try:
            self._negotiate(clock.monotonic_ns() + self._timeout_ns)
        except OutputFailed:
            self._wire.close()
            raise

    @property
    def sent_bytes(self) -> int:
        """Bytes sent on this connection."""
        return self._wire.sent

    def send_metadata(self, fields: Mapping[str, amf.Value]) -> None:
        """Say what the stream is made of."""
        payload = amf.encode("@setDataFrame", "onMetaData") + amf.ecma_array(fields)
        self._write(Message(MessageType.DATA, payload, 0, self._stream_id), _AUDIO)

    def send(self, tag: Tag, time_ms: int) -> None:
        """Send one tag, with ``time_ms`` of this connection; answer what the server asked meanwhile."""
        while self._wire.readable():
            for message in self._receive(self._clock.monotonic_ns() + self._timeout_ns):
                self._react(message)
        channel = _VIDEO if tag.kind is Kind.VIDEO else _AUDIO
        self._write(Message(tag.kind, tag.payload, time_ms, self._stream_id), channel)

    def finish(self) -> None:
        """Tell the server that the stream is over, then close."""
        try:
            self._command("FCUnpublish", _WITHDRAW, None, self._target.key)
            self._command("deleteStream", _DELETE, None, self._stream_id)
        finally:
            self.close()

    def close(self) -> None:
        """Close the connection without a word."""
        self._wire.close()

    def _negotiate(self, deadline_ns: int) -> None:
        self._handshake(deadline_ns)
        chunk_size = WRITE_CHUNK_BYTES.to_bytes(4, "big")
        self._write(Message(MessageType.SET_CHUNK_SIZE, chunk_size), _CONTROL)
        self._chunk_bytes = WRITE_CHUNK_BYTES
        client: dict[str, amf.Value] = {
            "app": self._target.app,
            "type": "nonprivate",
            "flashVer": "FMLE/3.0 (compatible; Framefarm)",
            "tcUrl": self._target.tc_url(),
        }
        self._command("connect", _CONNECT, client)
        self._result(_CONNECT, deadline_ns)
        self._command("releaseStream", _RELEASE, None, self._target.key)
        self._command("FCPublish", _ANNOUNCE, None, self._target.key)
        self._command("createStream", _CREATE, None)
        number = self._result(_CREATE, deadline_ns)
        self._stream_id = int(number) if isinstance(number, float) and 0 <= number < 2**32 else 1
        self._command("publish", _PUBLISH, None, self._target.key, "live")
        while self._next_command(deadline_ns)[0] != "onStatus":
            pass

    def _handshake(self, deadline_ns: int) -> None:
        self._wire.send(_VERSION + bytes(8) + os.urandom(_HANDSHAKE_BYTES - 8))
        answer = self._wire.receive_exactly(1 + _HANDSHAKE_BYTES, deadline_ns)
        if answer[:1] != _VERSION:
            raise OutputFailed(f"{self._target.host}:{self._target.port} does not speak RTMP")
        self._wire.send(answer[1:])
        self._wire.receive_exactly(_HANDSHAKE_BYTES, deadline_ns)

    def _result(self, transaction: int, deadline_ns: int) -> amf.Value:
        """The value that the server answers ``transaction`` with."""
        while True:
            name, number, *values = self._next_command(deadline_ns)
            if name == "_result" and number == transaction:
                return values[1] if len(values) > 1 else None
            if name == "_error" and number == transaction:
                raise self._refused(values)

    def _next_command(self, deadline_ns: int) -> list[amf.Value]:
        """The next command's name, transaction and values; what the server complains about is raised."""
        while True:
            while self._inbox:
                message = self._inbox.popleft()
                command = self._react(message)
                if len(command) >= 2:
                    return command
            self._inbox += self._receive(deadline_ns)

    def _react(self, message: Message) -> list[amf.Value]:
        """Answer a control message; the values of a command, none for other messages."""
        match message.kind:
            case MessageType.USER_CONTROL:
                if int.from_bytes(message.payload[:2], "big") == _PING_REQUEST:
                    pong = _PING_RESPONSE.to_bytes(2, "big") + message.payload[2:6]
                    self._write(Message(MessageType.USER_CONTROL, pong), _CONTROL)
            case MessageType.WINDOW_SIZE:
                self._window = max(1, int.from_bytes(message.payload[:4], "big"))
            case MessageType.COMMAND:
                return self._checked(amf.decode(message.payload))
        return []

    def _checked(self, command: list[amf.Value]) -> list[amf.Value]:
        match command:
            case ["onStatus", _, *values] if any(
                isinstance(value, Mapping) and value.get("level") == "error" for value in values
            ):
                raise self._refused(values)
            case ["close", *_]:
                raise OutputFailed("the server ended the stream")
        return command

    def _refused(self, values: list[amf.Value]) -> OutputFailed:
        said = next((value for value in values if isinstance(value, Mapping)), {})
        words = [str(said[part]) for part in ("code", "description") if said.get(part)]
        reason = self._target.without_key(": ".join(words)) or "no reason given"
        return OutputFailed(f"the server refused the stream ({reason[:200]})")

    def _command(self, name: str, transaction: int, *values: amf.Value) -> None:
        stream_id = self._stream_id if transaction == _PUBLISH else 0
        payload = amf.encode(name, transaction, *values)
        self._write(Message(MessageType.COMMAND, payload, 0, stream_id), _COMMANDS)

    def _write(self, message: Message, channel: int) -> None:
        self._wire.send(chunked(message, channel, self._chunk_bytes))

    def _receive(self, deadline_ns: int) -> list[Message]:
        messages = self._reader.feed(self._wire.receive(65_536, deadline_ns))
        if self._wire.received - self._acknowledged >= self._window:
            self._acknowledged = self._wire.received
            count = (self._acknowledged & 0xFFFFFFFF).to_bytes(4, "big")
            self._write(Message(MessageType.ACKNOWLEDGEMENT, count), _CONTROL)
        return messages
