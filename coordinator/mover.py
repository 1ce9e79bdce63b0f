"""Remembers which streams are on the move, and says what is next for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from coordinator.moving import PATIENCE_NS, SHUN_NS, Move, Sight, destination, next_move
from coordinator.placement import Wish
from coordinator.pulse import Pulse
from farm.clock import Clock
from farm.messages import NodeReport, ProcessReport
from farm.store.streams import StreamRecord

HARDWARE = "h264_nvenc"


class _Moving(NamedTuple):
    source: str
    since_ns: int


class Mover:
    """The moves of this coordinator's streams. What it forgets when it ends is when they began and failed."""

    def __init__(self, pulse: Pulse, clock: Clock) -> None:
        self._pulse = pulse
        self._clock = clock
        self._reports: Mapping[str, NodeReport] = {}
        self._assigned: Mapping[str, Iterable[str]] = {}
        self._draining: set[str] = set()
        self._moves: dict[str, _Moving] = {}
        self._shunned_until_ns: dict[tuple[str, str], int] = {}
        self.counts = {"moved": 0, "moves_abandoned": 0}
        """How many moves ended, and how."""

    def look(
        self, reports: Mapping[str, NodeReport], assigned: Mapping[str, Iterable[str]], draining: set[str]
    ) -> None:
        """See which nodes live, what each is to run, and which of them drain."""
        self._reports, self._assigned, self._draining = reports, assigned, draining
        now_ns = self._clock.monotonic_ns()
        self._shunned_until_ns = {
            which: until_ns for which, until_ns in self._shunned_until_ns.items() if now_ns < until_ns
        }
        # What was given up or finished, by this coordinator or another, holds nobody up.
        holders = [set(streams) for streams in assigned.values()]
        self._moves = {
            stream: moving
            for stream, moving in self._moves.items()
            if sum(stream in streams for streams in holders) > 1
        }

    def wish(self, record: StreamRecord) -> Wish:
        """Where the stream of ``record`` may go, and would rather go."""
        shunned = {node for stream, node in self._shunned_until_ns if stream == record.id}
        codec = HARDWARE if record.config.hardware_acceleration else None
        return Wish(self._draining | shunned, record.node, codec)

    def step(
        self, record: StreamRecord, current: str, under_way: str | None, process: ProcessReport | None
    ) -> tuple[Move, str | None]:
        """The next step for a stream at ``current``, and the node that it is about. ``under_way`` is a second
        node that has it, and ``process`` what that one says of it."""
        stream, now_ns = record.id, self._clock.monotonic_ns()
        moving = self._moves.get(stream)
        move = next_move(
            Sight(
                wanted=self._wanted(record, current, under_way),
                under_way=under_way,
                arrived=self._has_arrived(stream, process, now_ns),
                failed=(process is not None and process.state == "failed")
                or (moving is not None and now_ns - moving.since_ns >= PATIENCE_NS),
                others_leave=any(
                    other != stream and each.source == current for other, each in self._moves.items()
                ),
            )
        )
        match move:
            case Move.BEGIN:
                self._moves[stream] = _Moving(current, now_ns)
                return move, self._wanted(record, current, None)
            case Move.WAIT:
                self._moves.setdefault(stream, _Moving(current, now_ns))
            case Move.FINISH:
                self.counts["moved"] += 1
            case Move.ABANDON if under_way is not None:
                self.counts["moves_abandoned"] += 1
                self._shunned_until_ns[stream, under_way] = now_ns + SHUN_NS
        return move, under_way

    def _wanted(self, record: StreamRecord, current: str, under_way: str | None) -> str | None:
        # A free stream would begin anew elsewhere.
        if record.config.pace == "free":
            return None
        wish = self.wish(record)
        return destination(record.id, current, wish, self._reports, self._assigned, under_way)

    def _has_arrived(self, stream: str, process: ProcessReport | None, now_ns: int) -> bool:
        """Whether it is the process at the second node that ticks."""
        ticks = self._pulse.ticks(stream, now_ns)
        return ticks and process is not None and self._pulse.epoch(stream) == process.epoch
