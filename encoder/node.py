"""The encoder node: runs one process for each stream that is assigned to it.

Two threads. This module's main loop looks after the processes and never waits for Redis, but to count an
epoch when one is started; the desk thread reads assignments and gives the heartbeat. What the desk last read
stays in force while Redis is away.
"""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from types import FrameType

import msgspec

from encoder.child import Child, sweep
from encoder.epochs import Epochs
from encoder.registry import Registry
from encoder.supervision import Limits
from encoder.supervisor import Supervisor
from farm.clock import Clock, SystemClock
from farm.errors import SettingsError, StoreUnavailable
from farm.log import configure_logging, get_logger
from farm.messages import NodeReport, ProcessReport, StreamSpec, from_json, to_json
from farm.settings import Settings, load_settings
from farm.store import keys
from farm.store.channels import Subscription
from farm.store.connection import FarmRedis, as_text, connect
from farm.store.heartbeats import beat, end_beat
from farm.store.keepsake import founded
from farm.store.nodes import NodeStore
from farm.transport.leftovers import sweep_rings

STEP_S = 0.1
SOON_S = 0.02
"""To the next step after one that killed a process: so soon it is gone, and its stream is off the air."""
BEAT_S, BEAT_EXPIRY_S = 0.5, 2
READ_S = 1.0
LISTEN_S = 0.25
REDIS_TIMEOUT_S = 1.0
GRAPHICS_CARD = Path("/dev/nvidiactl")
log = get_logger(__name__)


def codecs_here() -> tuple[str, ...]:
    """What this host can encode with, as far as that is known without trying."""
    return ("libx264", "h264_nvenc") if GRAPHICS_CARD.exists() else ("libx264",)


class Desk:
    """The node's correspondence with Redis, in a thread of its own."""

    def __init__(self, redis: FarmRedis, name: str, capacity: int, clock: Clock) -> None:
        self._redis = redis
        self._name = name
        self._capacity = capacity
        self._codecs = codecs_here()
        self._clock = clock
        self._stopping = threading.Event()
        self._nodes = NodeStore(redis)
        self._mark: bytes | None = None
        self._read_ns = self._beat_ns = -(10**18)
        self._subscription: Subscription | None = None
        self._reachable = True
        self._told: dict[str, ProcessReport] = {}
        self.wishes: dict[str, StreamSpec] | None = None
        """What the assignments said last; None before they were read for the first time."""
        self.reports: dict[str, ProcessReport] = {}
        """What the heartbeat says."""
        self.thread = threading.Thread(target=self._run, name="desk", daemon=True)

    def stop(self) -> None:
        """End the thread and take back the heartbeat."""
        self._stopping.set()
        self.thread.join(2 * REDIS_TIMEOUT_S)
        try:
            end_beat(self._redis, keys.node(self._name))
        except StoreUnavailable:
            log.info("Redis is away; the heartbeat stays until it expires")

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._round()
            except StoreUnavailable as error:
                if self._reachable:
                    log.warning("Redis is away; everything goes on as it was", reason=error.message)
                self._reachable = False
                self._hang_up()
                self._stopping.wait(LISTEN_S)
            else:
                if not self._reachable:
                    log.info("Redis is back")
                self._reachable = True
        self._hang_up()

    def _round(self) -> None:
        if self._subscription is None:
            self._subscription = Subscription(self._redis, keys.node_channel(self._name))
        woken = self._subscription.next(LISTEN_S) is not None
        now_ns = self._clock.monotonic_ns()
        if woken or now_ns - self._read_ns >= READ_S * 1e9:
            self.wishes = self._read()
            self._read_ns = now_ns
        reports = self.reports
        if reports != self._told or now_ns - self._beat_ns >= BEAT_S * 1e9:
            self._told = reports
            report = NodeReport(self._name, self._capacity, reports, self._codecs)
            beat(self._redis, keys.node(self._name), to_json(report), expires_ms=BEAT_EXPIRY_S * 1000)
            self._beat_ns = now_ns

    def _read(self) -> dict[str, StreamSpec]:
        """The assignments. One that cannot be read leaves its stream as it was; those that an emptied Redis
        has lost are put back, as they were last."""
        mark = founded(self._redis)
        if self._mark is not None and mark != self._mark and self.wishes:
            log.warning("Redis was emptied; its assignments are put back", streams=len(self.wishes))
            self._nodes.put_back(self._name, self.wishes.values())
        self._mark = mark or self._mark
        wishes: dict[str, StreamSpec] = {}
        for field, data in self._redis.hgetall(keys.assignments(self._name)).items():
            stream = as_text(field)
            try:
                wishes[stream] = from_json(data, StreamSpec)
            except msgspec.MsgspecError as error:
                log.error("an assignment cannot be read", stream=stream, reason=str(error))  # noqa: TRY400
                if self.wishes is not None and stream in self.wishes:
                    wishes[stream] = self.wishes[stream]
        return wishes

    def _hang_up(self) -> None:
        if self._subscription is not None:
            self._subscription.close()
            self._subscription = None


class Node:
    """Ties the desk and the processes together."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        redis = connect(settings.broker_url(), timeout_s=REDIS_TIMEOUT_S)
        self._stopping = threading.Event()
        self._desk = Desk(redis, settings.node_name, settings.node_capacity, clock)
        self._name = settings.node_name
        self._fork_server = settings.fork_server
        self._supervisor = Supervisor(
            Registry(settings.state_dir, settings.node_name),
            Limits(settings.encoder_max_restarts, settings.force_kill_timeout_ms * 1_000_000),
            clock,
            self._start,
            Epochs(redis).next,
        )

    def stop(self) -> None:
        """Let :meth:`run` stop every process and return. May be called by a signal handler."""
        self._stopping.set()

    def run(self) -> None:
        """Look after the processes until told to stop."""
        self._supervisor.adopt(Child.adopt, sweep)
        sweep_rings()
        self._desk.thread.start()
        pause_s = STEP_S
        while not self._stopping.wait(pause_s):
            if self._desk.wishes is not None:
                self._supervisor.want(self._desk.wishes)
            pause_s = SOON_S if self._step() else STEP_S
        self._supervisor.want({})
        self._step()
        while not self._supervisor.idle():
            threading.Event().wait(STEP_S)
            self._step()
        self._desk.stop()

    def _step(self) -> bool:
        killed = self._supervisor.step()
        self._desk.reports = self._supervisor.reports()
        return killed

    def _start(self, spec: StreamSpec, epoch: int) -> Child:
        return Child.start(spec, epoch, self._name, self._fork_server)


def main() -> int:
    """Run a node. 0 after SIGTERM or SIGINT, 2 for bad settings."""
    try:
        settings = load_settings()
        configure_logging(settings, "encoder")
        Registry(settings.state_dir, settings.node_name).claim(SystemClock())
    except SettingsError as error:
        sys.stderr.write(f"{error.message}\n")
        return 2
    node = Node(settings, SystemClock())

    def stop(_number: int, _frame: FrameType | None) -> None:
        node.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("encoder node", node=settings.node_name, capacity=settings.node_capacity)
    node.run()
    log.info("ended")
    return 0
