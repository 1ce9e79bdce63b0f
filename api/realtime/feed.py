"""One stream's events: read once from Redis, given to everybody who listens.

A feed lives while somebody listens. Each listener has a bounded queue; one that does not keep up is sent
away and may resume from the last event it saw, so that nobody else waits for it and nothing is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Protocol

import msgspec

from api.realtime.condition import metrics_data, status_data
from api.realtime.protocol import CloseCode, told, told_entry, told_error
from api.realtime.state import Condition, FarmState, LogEntry
from farm.clock import Clock
from farm.errors import FarmError, StoreUnavailable
from farm.log import get_logger
from farm.messages import State, StreamReport

log = get_logger(__name__)

QUEUE_MESSAGES = 256
READ_COUNT = 100
READ_WAIT_MS = 1000
RETRY_S = 0.5
STATUS, METRICS = "stream:status", "metrics:update"


class Audience(Protocol):
    """Counts viewers; may block."""

    def count(self, stream: str) -> int:
        """How many watch ``stream`` now."""
        ...


class Farewell(Exception):
    """Why a connection is to be closed."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Outgoing(NamedTuple):
    """A message on its way to clients; ``id`` is None in what is not kept in the log."""

    kind: str
    id: str | None
    text: str


class Listener:
    """One client's bounded queue."""

    def __init__(self, size: int = QUEUE_MESSAGES) -> None:
        self._queue: asyncio.Queue[Outgoing] = asyncio.Queue(size)
        self._end: asyncio.Future[Farewell] = asyncio.get_running_loop().create_future()

    def offer(self, message: Outgoing) -> None:
        """Queue ``message``; a full queue ends the listener instead."""
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            self.end(Farewell(CloseCode.TOO_SLOW, "too slow; resume after the last event that arrived"))

    def end(self, farewell: Farewell) -> None:
        """Send the client away, whatever is queued."""
        if not self._end.done():
            self._end.set_result(farewell)

    async def take(self) -> Outgoing:
        """The next message, waiting for one."""
        return await self._queue.get()

    async def ended(self) -> Farewell:
        """Return when the client is to be sent away."""
        return await asyncio.shield(self._end)


class Feed:
    """Reads one stream's log and condition and tells the listeners."""

    def __init__(
        self, stream: str, state: FarmState, audience: Audience, clock: Clock, *, interval_s: float
    ) -> None:
        self.stream = stream
        self._state = state
        self._audience = audience
        self._clock = clock
        self._interval_s = interval_s
        self._listeners: set[Listener] = set()
        self._report: StreamReport | None = None
        self._status: dict[str, Any] | None = None
        self._away = False
        self._positioned = asyncio.Event()
        self._known = asyncio.Event()

    def join(self, listener: Listener) -> None:
        """Tell ``listener`` everything that comes from now on."""
        self._listeners.add(listener)

    def leave(self, listener: Listener) -> bool:
        """Forget ``listener``; whether nobody is left."""
        self._listeners.discard(listener)
        return not self._listeners

    async def snapshot(self) -> Outgoing:
        """The stream's status as last told. Waits until the feed knows it and follows the log."""
        await self._positioned.wait()
        await self._known.wait()
        return self._outgoing(STATUS, self._status or {})

    async def run(self) -> None:
        """Read until cancelled; Redis being away is waited for.

        The error boundary of a feed: what else breaks it is logged, and its listeners may come again.
        """
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow_log())
                group.create_task(self._watch_condition())
        except* Exception:  # the boundary
            log.exception("a feed broke", stream=self.stream)
            self._end(Farewell(CloseCode.INTERNAL, "something went wrong on our side; come again"))

    async def _follow_log(self) -> None:
        position: str | None = None
        while True:
            try:
                if position is None:
                    position = await self._state.log_end(self.stream)
                    self._positioned.set()
                entries = await self._state.wait_log(
                    self.stream, position, count=READ_COUNT, wait_ms=READ_WAIT_MS
                )
                self._away = False
                for entry in entries:
                    self._tell(await self._live_entry(entry))
                    position = entry.id
            except StoreUnavailable as error:
                self._report_away(error)
                await asyncio.sleep(RETRY_S)

    async def _watch_condition(self) -> None:
        while True:
            try:
                condition = await self._state.condition(self.stream)
            except StoreUnavailable as error:
                self._report_away(error)
            else:
                self._tell_condition(condition, await self._viewers())
            await asyncio.sleep(self._interval_s)

    def _tell_condition(self, condition: Condition | None, viewers: int) -> None:
        if condition is None:
            self._end(Farewell(CloseCode.NOT_FOUND, "the stream was deleted"))
            return
        status = status_data(condition, self._report, viewers)
        if self._status is not None and status != self._status:  # the first goes out with each snapshot
            self._tell(self._outgoing(STATUS, status))
        self._status = status
        if condition.report is not None:
            self._tell(self._outgoing(METRICS, metrics_data(condition.report)))
        self._report = condition.report
        self._known.set()

    async def _live_entry(self, entry: LogEntry) -> Outgoing:
        """The entry as it is told; a ``stream:status`` is completed with what else is known."""
        if entry.event.type == STATUS:
            condition = await self._state.condition(self.stream)
            if condition is not None:
                condition = _as_announced(condition, entry.event.data)
                self._status = status_data(condition, self._report, await self._viewers())
                data = {**entry.event.data, **self._status}
                entry = entry._replace(event=msgspec.structs.replace(entry.event, data=data))
        return Outgoing(entry.event.type, entry.id, told_entry(entry))

    async def _viewers(self) -> int:
        return await asyncio.to_thread(self._audience.count, self.stream)

    def _report_away(self, error: FarmError) -> None:
        """Say once that Redis is away, in the log and to the listeners."""
        if self._away:
            return
        self._away = True
        log.warning("events are held up", stream=self.stream, reason=error.message)
        self._tell(Outgoing("error", None, told_error(error, self.stream, self._clock.wall_ms())))

    def _outgoing(self, kind: str, data: dict[str, Any]) -> Outgoing:
        return Outgoing(kind, None, told(kind, self.stream, self._clock.wall_ms(), data))

    def _end(self, farewell: Farewell) -> None:
        for listener in self._listeners:
            listener.end(farewell)

    def _tell(self, message: Outgoing) -> None:
        for listener in self._listeners:
            listener.offer(message)


def _as_announced(condition: Condition, data: dict[str, Any]) -> Condition:
    """``condition`` in the state just announced, which may be newer than the record of it."""
    try:
        state = State(data.get("state", ""))
    except ValueError:
        return condition
    status = msgspec.structs.replace(condition.status, state=state, reason=data.get("reason"))
    return condition._replace(status=status)


class Feeds:
    """The feeds of all streams that somebody listens to."""

    def __init__(
        self, state: FarmState, audience: Audience, clock: Clock, *, interval_s: float = 1.0
    ) -> None:
        self._state = state
        self._audience = audience
        self._clock = clock
        self._interval_s = interval_s
        self._running: dict[str, tuple[Feed, asyncio.Task[None]]] = {}

    def streams(self) -> list[str]:
        """The streams that somebody listens to."""
        return sorted(self._running)

    @asynccontextmanager
    async def listen(self, stream: str, listener: Listener) -> AsyncIterator[Feed]:
        """Give ``listener`` everything about ``stream`` until the block ends."""
        if stream not in self._running or self._running[stream][1].done():
            feed = Feed(stream, self._state, self._audience, self._clock, interval_s=self._interval_s)
            self._running[stream] = feed, asyncio.create_task(feed.run(), name=f"feed of {stream}")
        feed, task = self._running[stream]
        feed.join(listener)
        try:
            yield feed
        finally:
            if feed.leave(listener) and self._running.get(stream) == (feed, task):
                del self._running[stream]
                task.cancel()
