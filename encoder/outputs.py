"""One destination of a stream: a thread of its own that connects, sends, and comes back after a break.

RTMP times start at 0 with each connection, at the keyframe it begins with: ingest servers take a connection
that starts days into a stream for a fault. Within a connection they keep the encoder's exact distances.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from encoder.backoff import retry_delay_s
from encoder.flv import StreamHeader, Tag, end_of_video
from encoder.rtmp.amf import Value
from encoder.rtmp.publisher import Publisher
from encoder.rtmp.target import Target
from encoder.tag_queue import TagQueue
from farm.clock import Clock
from farm.errors import OutputFailed
from farm.log import get_logger, mask_text
from farm.messages import OutputReport, OutputSpec

HEALTHY_S = 10.0
"""A connection that lived this long starts counting failures anew."""
log = get_logger(__name__)


class OutputState(StrEnum):
    """Where an output stands."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting"
    CLOSED = "closed"


class Connection(Protocol):
    """What an output needs of a publishing connection; every method raises OutputFailed."""

    @property
    def sent_bytes(self) -> int:
        """Bytes sent so far."""
        ...

    def send_metadata(self, fields: Mapping[str, Value]) -> None:
        """Say what the stream is made of."""

    def send(self, tag: Tag, time_ms: int) -> None:
        """Send one tag at ``time_ms`` of this connection."""

    def finish(self) -> None:
        """Say good-bye and close."""

    def close(self) -> None:
        """Just close."""


@dataclass(frozen=True, slots=True)
class OutputLimits:
    """How patient an output is."""

    queue_packets: int
    timeout_s: float
    retry_max_s: float


@dataclass(frozen=True, slots=True)
class Feedback:
    """What an output tells the encoder; both are called from the output's thread."""

    request_keyframe: Callable[[], None]
    sent: Callable[[Tag], None]
    """This tag is in the socket."""


class Output:
    """Sends one stream to one destination, from :meth:`start` to :meth:`stop`."""

    def __init__(
        self,
        spec: OutputSpec,
        header: StreamHeader,
        limits: OutputLimits,
        clock: Clock,
        *,
        feedback: Feedback,
        spread: Callable[[], float],
    ) -> None:
        self._spec = spec
        self._header = header
        self._limits = limits
        self._clock = clock
        self._spread = spread
        self._sent = feedback.sent
        self._queue = TagQueue(limits.queue_packets, feedback.request_keyframe)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"output-{spec.id}", daemon=True)
        self._connection: Connection | None = None
        self._state = OutputState.CONNECTING
        self._error: str | None = None
        self._connects = self._sent_packets = self._sent_bytes = 0

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    def put(self, tag: Tag) -> None:
        """Hand over a tag; never waits."""
        self._queue.put(tag)

    def finish(self) -> None:
        """Nothing more is put; what is queued is sent before the thread ends."""

    def stop(self) -> None:
        """Ask the thread to send what is queued and to end."""
        self._stopping.set()

    def join(self, timeout_s: float) -> None:
        """Wait for the end; a connection that still hangs then is torn down."""
        self._thread.join(timeout_s)
        if self._thread.is_alive() and self._connection is not None:
            self._connection.close()

    def report(self) -> OutputReport:
        """How it is doing, without secrets."""
        connection = self._connection
        return OutputReport(
            id=self._spec.id,
            url=mask_text(self._spec.url),
            state=self._state,
            connects=self._connects,
            sent_packets=self._sent_packets,
            dropped_packets=self._queue.dropped,
            sent_bytes=self._sent_bytes + (connection.sent_bytes if connection else 0),
            error=self._error,
        )

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began_ns = self._clock.monotonic_ns()
            try:
                self._publish()
            except OutputFailed as error:
                healthy = self._clock.monotonic_ns() - began_ns >= HEALTHY_S * 1e9
                failures = 1 if healthy else failures + 1
                self._wait(error, failures)
        self._state = OutputState.CLOSED

    def _publish(self) -> None:
        """Connect and send until told to stop. Raises OutputFailed."""
        self._state = OutputState.CONNECTING
        connection = self._connection = self._connect()
        try:
            connection.send_metadata(self._header.metadata)
            for tag in self._header.tags:
                connection.send(tag, 0)
            self._connects += 1
            self._state = OutputState.CONNECTED
            self._error = None
            log.info("output connected", output=self._spec.id, connects=self._connects)
            self._queue.open()
            self._pump(connection)
        finally:
            self._sent_bytes += connection.sent_bytes
            self._connection = None
            self._queue.close()
            connection.close()

    def _connect(self) -> Connection:
        return Publisher(Target.parse(self._spec.url), self._clock, self._limits.timeout_s)

    def _pump(self, connection: Connection) -> None:
        start_ms: int | None = None
        last_ms = 0
        while True:
            tag = self._queue.get(timeout_s=0.2)
            if tag is None:
                if self._stopping.is_set():
                    connection.send(end_of_video(last_ms), last_ms)
                    connection.finish()
                    return
                continue
            start_ms = tag.time_ms if start_ms is None else start_ms
            last_ms = max(0, tag.time_ms - start_ms)
            if tag.header is not None:
                self._introduce(connection, tag.header, last_ms)
            connection.send(tag, last_ms)
            self._sent_packets += 1
            self._sent(tag)

    def _introduce(self, connection: Connection, header: StreamHeader, time_ms: int) -> None:
        """Say what changed of the stream since the receiver was told."""
        told, self._header = self._header, header
        if header.metadata != told.metadata:
            connection.send_metadata(header.metadata)
        for tag in header.tags:
            if tag not in told.tags:
                connection.send(tag, time_ms)

    def _wait(self, error: OutputFailed, failures: int) -> None:
        delay_s = retry_delay_s(failures, self._spread(), self._limits.retry_max_s)
        self._error = error.message
        self._state = OutputState.WAITING
        if failures == 1:
            log.warning("output lost", output=self._spec.id, reason=error.message, retry_s=round(delay_s, 2))
        self._stopping.wait(delay_s)
