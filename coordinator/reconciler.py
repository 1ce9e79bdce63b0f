"""Brings about what is wanted: the right node runs each stream, and everybody is told how it is doing.

Level-triggered: a pass compares what is wanted with what is there and takes the next step. It remembers
nothing that Redis does not hold, but for when it last saw whom; so a pass may be left out, repeated, or
made by another coordinator.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from coordinator.finisher import FINISHED, Finisher
from coordinator.lifecycle import Observed, settle
from coordinator.mover import Mover
from coordinator.moving import Move
from coordinator.placement import choose_node
from coordinator.pulse import Pulse
from coordinator.view import StreamView
from farm.clock import Clock
from farm.log import get_logger, mask_text
from farm.messages import Desired, Event, NodeReport, ProcessReport, State, StreamSpec, to_json
from farm.store import keys
from farm.store.events import EventLog
from farm.store.leases import Lease, LeaseStore
from farm.store.nodes import NodeStore, NodeView
from farm.store.streams import StreamRecord, StreamStatus

log = get_logger(__name__)

LOST_NS = 1_500_000_000
"""A node whose last beat expired so long ago is gone; but a stream whose process ticks on stays there."""


class Step(NamedTuple):
    """What a pass found of one stream."""

    state: State
    replacing: bool
    """Its process is of an older generation than the one that is wanted."""
    gone: bool
    """No process of it is left anywhere."""


class Reconciler:
    """One pass at a time over the streams whose leases are held. All methods raise StoreUnavailable."""

    def __init__(
        self,
        nodes: NodeStore,
        leases: LeaseStore,
        events: EventLog,
        finisher: Finisher,
        pulse: Pulse,
        clock: Clock,
    ) -> None:
        self._nodes = nodes
        self._leases = leases
        self._events = events
        self._finisher = finisher
        self._pulse = pulse
        self._clock = clock
        self._seen_ns: dict[str, int] = {}
        self._views: dict[str, NodeView] = {}
        self._mover = Mover(pulse, clock)

    def look(self, names: set[str]) -> None:
        """See how the nodes ``names`` are now."""
        now_ns = self._clock.monotonic_ns()
        self._views = self._nodes.view(names)
        self._mover.look(self.reports(), self._assigned(), self._nodes.draining())
        for name, view in self._views.items():
            if view.report is not None or name not in self._seen_ns:
                self._seen_ns[name] = now_ns
        for name in self._seen_ns.keys() - names:
            del self._seen_ns[name]

    def look_again(self) -> None:
        """Redis was away: that a node has not beaten since says nothing yet."""
        now_ns = self._clock.monotonic_ns()
        self._seen_ns = dict.fromkeys(self._seen_ns, now_ns)

    def assigned_streams(self) -> set[str]:
        """Every stream that some node is to run."""
        return {stream for view in self._views.values() for stream in view.assigned}

    def nodes(self) -> set[str]:
        """Every node that is known, whether it lives or not."""
        return set(self._views)

    def reports(self) -> dict[str, NodeReport]:
        """The nodes that live."""
        return {name: view.report for name, view in self._views.items() if view.report is not None}

    def move_counts(self) -> Mapping[str, int]:
        """How many moves of streams to other nodes ended, and how."""
        return self._mover.counts

    def step(self, lease: Lease, view: StreamView) -> Step:
        """Take the next step for the stream of ``lease``."""
        stream, record = lease.stream, view.record
        failed = _has_failed(view)
        node = None
        if view.wanted and not failed:
            node = self._place(lease, view)
        else:
            self._withdraw(lease)
        process = self._process(stream, node)
        replacing = process is not None and record is not None and process.generation != record.generation
        now_ns = self._clock.monotonic_ns()
        seen = Observed(
            desired=record.desired if record is not None else Desired.STOPPED,
            placed=node is not None,
            ticking=self._pulse.ticks(stream, now_ns) and not replacing,
            restarting=process is not None and process.state == "restarting",
            gave_up=failed or (process is not None and process.state == "failed" and not replacing),
            gone=self._pulse.silent(stream, now_ns) and not self._runs_somewhere(stream),
        )
        state = settle(view.status.state, seen)
        if record is not None:
            self._tell(lease, view.status, self._status(state, view.status, record, node, process))
            if process is not None and process.state == FINISHED and not replacing:
                self._finisher.finish(record)
        return Step(state, replacing, seen.gone)

    def _place(self, lease: Lease, view: StreamView) -> str | None:
        """See to it that exactly one node is to run the stream; that node, None when there is none."""
        stream, record = lease.stream, view.record
        holders = sorted(name for name, node in self._views.items() if stream in node.assigned)
        present = [name for name in holders if self._is_there(name, stream)]
        current = view.status.node if view.status.node in present else next(iter(present), None)
        others = [name for name in holders if name != current]
        if current is not None and record is not None:
            current, others = self._move(lease, record, current, others)
        for name in others:
            self._unassign(lease, name)
        if holders and current is None:
            return None  # said as "waiting" first; the next pass finds it another place
        if current is None and record is not None:
            wish = self._mover.wish(record)
            current = choose_node(stream, self.reports(), self._assigned(), wish=wish)
        if current is None or record is None:
            return None
        return current if self._assign(lease, record, current) else None

    def _move(
        self, lease: Lease, record: StreamRecord, current: str, others: list[str]
    ) -> tuple[str, list[str]]:
        """Take the next step of a move, if there is one to be made; the node that has the stream, and those
        that are not to have it any longer."""
        stream = lease.stream
        second = next((name for name in others if self._is_there(name, stream)), None)
        process = self._process(stream, second)
        step, target = self._mover.step(record, current, second, process)
        if target is None:
            return current, others
        rest = [name for name in others if name != target]
        match step:
            case Move.BEGIN | Move.WAIT:
                if self._assign(lease, record, target) and step is Move.BEGIN:
                    log.info("moving", stream=stream, source=current, target=target)
                return current, rest
            case Move.FINISH:
                log.info("moved", stream=stream, source=current, target=target)
                data = {"from": current, "to": target}
                self._events.publish(Event("stream:moved", stream, self._clock.wall_ms(), data))
                return target, [current, *rest]
        return current, others

    def _assign(self, lease: Lease, record: StreamRecord, node: str) -> bool:
        """See to it that ``node`` is to run the stream as ``record`` has it; whether it is."""
        stream = lease.stream
        spec = StreamSpec(stream, record.generation, record.config, record.outputs, record.started_wall_ms)
        view = self._views[node]
        if view.assigned.get(stream) == spec:
            return True
        capacity = view.report.capacity if view.report is not None else len(view.assigned)
        if not self._nodes.assign(lease, node, spec, capacity=capacity):
            return False
        log.info("assigned", stream=stream, node=node, generation=spec.generation)
        view.assigned[stream] = spec
        return True

    def _assigned(self) -> dict[str, dict[str, StreamSpec | None]]:
        return {name: node.assigned for name, node in self._views.items()}

    def _withdraw(self, lease: Lease) -> None:
        """See to it that no node is to run the stream."""
        for name, node in self._views.items():
            if lease.stream in node.assigned:
                self._unassign(lease, name)

    def _unassign(self, lease: Lease, node: str) -> None:
        if self._nodes.unassign(lease, node, lease.stream):
            log.info("withdrawn", stream=lease.stream, node=node)
        self._views[node].assigned.pop(lease.stream, None)

    def _is_there(self, node: str, stream: str) -> bool:
        """Whether the node beats, or did until a moment ago, or its process ticks on without it."""
        now_ns = self._clock.monotonic_ns()
        beats = self._views[node].report is not None or now_ns - self._seen_ns[node] < LOST_NS
        return beats or not self._pulse.silent(stream, now_ns)

    def _process(self, stream: str, node: str | None) -> ProcessReport | None:
        report = self._views[node].report if node is not None else None
        return None if report is None else report.streams.get(stream)

    def _runs_somewhere(self, stream: str) -> bool:
        processes = [report.streams.get(stream) for report in self.reports().values()]
        return any(process is not None and process.state not in ("failed", FINISHED) for process in processes)

    def _status(
        self,
        state: State,
        old: StreamStatus,
        record: StreamRecord,
        node: str | None,
        process: ProcessReport | None,
    ) -> StreamStatus:
        reason = self._reason(state, old, process)
        if _is_done(state, old, record, process):
            reason = FINISHED
        changed = (state, reason) != (old.state, old.reason)
        return StreamStatus(
            state=state,
            reason=reason,
            since_wall_ms=self._clock.wall_ms() if changed else old.since_wall_ms,
            node=node,
            epoch=self._pulse.epoch(record.id) or old.epoch,
            generation=record.generation,
        )

    def _reason(self, state: State, old: StreamStatus, process: ProcessReport | None) -> str | None:
        if state is State.WAITING:
            return "every encoder node is full" if self.reports() else "no encoder node is alive"
        if state is State.FAILED and process is None:
            return old.reason
        if state in (State.STARTING, State.FAILED) and process is not None and process.reason:
            return mask_text(process.reason)
        return None

    def _tell(self, lease: Lease, old: StreamStatus, new: StreamStatus) -> None:
        """Write the status if it changed, and say so to those who watch."""
        if new == old or not self._leases.write(lease, keys.status(lease.stream), to_json(new)):
            return
        if (new.state, new.reason) == (old.state, old.reason):
            return
        log.info("new state", stream=lease.stream, state=new.state.value, node=new.node, reason=new.reason)
        data = {
            "isLive": new.state in (State.LIVE, State.PAUSED),
            "isPaused": new.state is State.PAUSED,
            "state": new.state.value,
            "reason": new.reason,
        }
        self._events.publish(Event("stream:status", lease.stream, new.since_wall_ms, data))


def _is_done(state: State, old: StreamStatus, record: StreamRecord, process: ProcessReport | None) -> bool:
    """Whether the stream did all that this start of it was for; it stays so until it is started again."""
    done = old.reason == FINISHED and old.generation == record.generation
    ends = process is not None and process.state == FINISHED and process.generation == record.generation
    return (done or ends) and state in (State.LIVE, State.STARTING, State.STOPPING, State.IDLE)


def _has_failed(view: StreamView) -> bool:
    """Whether the generation that is wanted was given up already."""
    if view.record is None or view.status.state is not State.FAILED:
        return False
    return view.status.generation == view.record.generation
