"""The coordinator's one thread: hear, decide, order; and every so often look after everything.

Nothing here waits for anything but Redis. What it hears are hints (something changed) and cumulative state
(credits), so a message that is lost, or a Redis that was away, costs a moment and nothing else.
"""

from __future__ import annotations

import os
import socket
from contextlib import closing
from threading import Event as Flag

from coordinator.director import Director
from coordinator.finisher import Finisher
from coordinator.hearing import CHANNELS, Heard, hear
from coordinator.hedging import Hedger
from coordinator.isolation import Isolation
from coordinator.neighbours import Neighbours
from coordinator.publisher import Publisher
from coordinator.pulse import Pulse
from coordinator.reconciler import Reconciler
from coordinator.reliever import Held, Limits, Reliever
from coordinator.teller import Teller
from coordinator.tenure import Tenure
from coordinator.view import Reader, StreamView
from coordinator.ward import Ward
from farm.clock import Clock
from farm.errors import StoreUnavailable
from farm.log import get_logger
from farm.messages import to_json
from farm.store import keys
from farm.store.channels import Subscription
from farm.store.connection import FarmRedis
from farm.store.events import EventLog
from farm.store.handovers import HandoverStore
from farm.store.heartbeats import beat, end_beat
from farm.store.keepsake import Keepsake
from farm.store.leases import LeaseStore
from farm.store.nodes import NodeStore
from farm.store.programs import ProgramStore
from farm.store.scenes import SceneStore
from farm.store.streams import StreamStore

log = get_logger(__name__)

MS = 1_000_000
RECONCILE_NS = 250 * MS
BEAT_NS = 1_000 * MS
BEAT_EXPIRES_MS = 3_000
RELIEF_NS = 500 * MS
LEASE_SHARE = 8
"""Leases are renewed, and free ones taken, this often per term: an orphan waits a term and an eighth."""
UNRECORDED_NS = 1_500 * MS
"""A ticking stream whose record is missing is left alone for so long."""
MISSED_MEETINGS = 3
"""A coordinator that was not there so many times, when leases are renewed, is given no streams."""
FIRST_RETRY_S, LAST_RETRY_S = 0.05, 0.5
NO_LIMITS = Limits()


class _Timer:
    """Due every ``period_ns``; late turns are not made up for."""

    def __init__(self, period_ns: int) -> None:
        self._period_ns = period_ns
        self.due_ns = 0

    def hurry(self) -> None:
        """Be due at once."""
        self.due_ns = 0

    def is_due(self, now_ns: int) -> bool:
        """Whether it is time; if so, the next time is set."""
        if now_ns < self.due_ns:
            return False
        self.due_ns = now_ns + self._period_ns
        return True


class Coordinator:
    """Drives streams until it is told to stop."""

    def __init__(
        self,
        redis: FarmRedis,
        clock: Clock,
        *,
        name: str,
        lease_ttl_ms: int,
        hedge_percent: int = 0,
        limits: Limits = NO_LIMITS,
    ) -> None:
        self._redis = redis
        self._clock = clock
        self._name = name
        leases, events = LeaseStore(redis, ttl_ms=lease_ttl_ms), EventLog(redis)
        self._nodes = NodeStore(redis)
        self._reader = Reader(redis)
        self._tenure = Tenure(leases, clock, owner=name, ttl_ms=lease_ttl_ms)
        handovers = HandoverStore(
            redis, ttl_ms=lease_ttl_ms, silence_ms=max(1, lease_ttl_ms * 3 // LEASE_SHARE)
        )
        self._neighbours = Neighbours(handovers, self._tenure, clock, name=name)
        self._pulse = Pulse()
        teller = Teller(SceneStore(redis), events, clock)
        programs, publisher = ProgramStore(redis), Publisher(redis)
        self._hedger = Hedger(hedge_percent)
        self._director = Director(self._tenure, programs, publisher, teller, self._hedger, clock)
        self._ward = Ward(redis, events, clock, name=name)
        # It only ever stops streams, which no limit forbids.
        finisher = Finisher(StreamStore(redis, clock, user_limit=0, global_limit=0), events, clock)
        self._reconciler = Reconciler(self._nodes, leases, events, finisher, self._pulse, clock)
        self._reliever = Reliever(redis, leases, events, clock, limits)
        self._keepsake = Keepsake(redis)
        self._isolation = Isolation()
        self._streams: list[str] = []
        self._followed: frozenset[str] = frozenset()
        self._views: dict[str, StreamView] = {}
        self._replacing: dict[str, bool] = {}
        self._unrecorded_ns: dict[str, int] = {}
        self._keep_leases = _Timer(lease_ttl_ms * MS // LEASE_SHARE)
        self._reconcile = _Timer(min(RECONCILE_NS, lease_ttl_ms * MS // 2))
        self._beat = _Timer(BEAT_NS)
        self._timers = (self._keep_leases, self._reconcile, self._beat)
        self._relieve = _Timer(RELIEF_NS)

    def run(self, stop: Flag) -> None:
        """Work until ``stop`` is set, whatever becomes of Redis meanwhile; then give up all leases."""
        retry_s = FIRST_RETRY_S
        away = False
        while not stop.is_set():
            try:
                with closing(Subscription(self._redis, *CHANNELS)) as heard:
                    self._begin()
                    while not stop.is_set():
                        self.turn(heard)
                        if away:
                            log.info("Redis is back")
                        away, retry_s = False, FIRST_RETRY_S
            except StoreUnavailable as error:
                if not away:
                    log.warning("driving nothing until Redis is back", reason=error.message)
                away = True
                self._clock.sleep_until_ns(self._clock.monotonic_ns() + int(retry_s * 1e9))
                retry_s = min(LAST_RETRY_S, 2 * retry_s)
        self._leave()

    def turn(self, heard: Subscription) -> None:
        """Hear what there is, waiting until the next thing to do is due, and do what follows."""
        self._follow(heard)
        wait_ns = min(timer.due_ns for timer in self._timers) - self._clock.monotonic_ns()
        said = hear(heard, wait_ns / 1e9)
        self._note(said)
        if said.changed:
            self._refresh(said.changed)
        for source, snapshot in said.refreshed.items():
            for stream in self._showing({source}):
                self._director.refresh(stream, snapshot)
        if said.credits:
            now_ns = self._clock.monotonic_ns()
            wanted = self._pulse.frames_wanted(now_ns)
            self._director.direct(said.credits.values(), frames_wanted=wanted, drawers=self._ward.drawers)
        self._share(said)
        self._look_after(self._clock.monotonic_ns())

    def _follow(self, heard: Subscription) -> None:
        """Hear the credits of the streams that are held here, and no others."""
        held = frozenset(self._tenure.held())
        if held != self._followed:
            heard.follow(map(keys.credit, held))
            self._pulse.follow(held, self._clock.monotonic_ns())
            self._followed = held

    def _note(self, said: Heard) -> None:
        """Remember who ticks; a process that was not there before is looked at."""
        now_ns = self._clock.monotonic_ns()
        for stream, credit in said.credits.items():
            if credit.epoch > (self._pulse.epoch(stream) or 0):
                self._reconcile.hurry()
            self._pulse.hear(credit, now_ns)

    def _share(self, said: Heard) -> None:
        """Take what other coordinators hand over, and hand over what is too much, each stream right after its
        frames were ordered: its next owner has the longest time until the next are wanted."""
        for word in said.handed:
            if self._neighbours.take(word):
                self._reconcile.hurry()
        for stream in self._neighbours.due(said.credits):
            self._director.put_down(stream)
            if self._neighbours.hand_over(stream):
                self._director.forget(stream)

    def _begin(self) -> None:
        """Start, or start again after Redis was away: look at everything, and give nodes time to show up."""
        self._followed = frozenset()
        self._pulse.follow((), self._clock.monotonic_ns())
        self._reconciler.look_again()
        for timer in self._timers:
            timer.hurry()

    def _refresh(self, changed: set[str]) -> None:
        """Somebody edited: show it from the next frame on. What concerns more than the picture is seen to
        at once, too."""
        for stream, view in self._reader.view(self._showing(changed)).items():
            self._give_order(stream, view)
            before = self._views.get(stream)
            if before is None or view.record != before.record:
                self._reconcile.hurry()
        if not changed.issubset(self._streams):
            self._reconcile.hurry()

    def _showing(self, sources: set[str]) -> list[str]:
        """The streams held here that show the scenes of ``sources``: these, and their renditions."""
        views = ((stream, self._views.get(stream)) for stream in self._tenure.held())
        return [
            stream
            for stream, view in views
            if stream in sources or (view is not None and view.record and view.record.scene_stream in sources)
        ]

    def _look_after(self, now_ns: int) -> None:
        if min(timer.due_ns for timer in self._timers) <= now_ns and self._keepsake.mend():
            log.warning("Redis was emptied; what was on air is put back", streams=len(self._tenure.held()))
        if self._keep_leases.is_due(now_ns):
            changed = self._tenure.keep(self._streams)
            if self._neighbours.look() or changed:
                self._reconcile.hurry()
        if self._beat.is_due(now_ns):
            self._director.keep_place()
            with self._isolation.around("the workers"):
                self._ward.look(self._streams)
            self._show_life()
            self._keepsake.remember(self._director.on_air(), self._reconciler.nodes())
        if self._reconcile.is_due(now_ns):
            self._reconcile_all(now_ns)
        if self._relieve.is_due(now_ns):
            self._relieve_all()

    def _relieve_all(self) -> None:
        held = {
            stream: Held(lease, view.record, view.revision)
            for stream, view in self._views.items()
            if view.record is not None and (lease := self._tenure.lease(stream)) is not None
        }
        for stream in self._reliever.look(held):
            self._director.relieve(stream, self._reliever.measures(stream))

    def _reconcile_all(self, now_ns: int) -> None:
        self._reconciler.look(self._nodes.names())
        assigned = self._reconciler.assigned_streams()
        self._streams = list({*self._reader.names(), *assigned, *self._tenure.held()})
        self._tenure.keep(self._streams)
        self._views = self._reader.view(self._tenure.held())
        for stream, view in self._views.items():
            with self._isolation.around(stream):
                self._reconcile_one(stream, view)
        held = set(self._tenure.held())
        self._director.forget_all_but(held)
        self._replacing = {stream: old for stream, old in self._replacing.items() if stream in held}
        self._unrecorded_ns = {stream: ns for stream, ns in self._unrecorded_ns.items() if stream in held}

    def _reconcile_one(self, stream: str, view: StreamView) -> None:
        lease = self._tenure.lease(stream)
        if lease is None or self._may_be_put_back(stream, view):
            return
        step = self._reconciler.step(lease, view)
        self._replacing[stream] = step.replacing
        self._give_order(stream, view)
        if view.record is None and step.gone:
            self._clean_up(stream)

    def _may_be_put_back(self, stream: str, view: StreamView) -> bool:
        """Whether its record is missing although its process may tick, and has been for a moment only: Redis
        may have lost it just now. A stream that is being deleted waits for that moment."""
        now_ns = self._clock.monotonic_ns()
        if view.record is not None or self._pulse.silent(stream, now_ns):
            self._unrecorded_ns.pop(stream, None)
            return False
        return now_ns - self._unrecorded_ns.setdefault(stream, now_ns) < UNRECORDED_NS

    def _give_order(self, stream: str, view: StreamView) -> None:
        order = view.order(
            replacing=self._replacing.get(stream, False), measures=self._reliever.measures(stream)
        )
        if order is None:
            self._director.forget(stream)
        else:
            self._director.order(stream, order)

    def _clean_up(self, stream: str) -> None:
        """The stream was deleted and its process is gone: so is all that was kept for it."""
        kept = (
            keys.program,
            keys.status,
            keys.relief,
            keys.report,
            keys.events,
            keys.cues,
            keys.preview,
            keys.preview_wanted,
            keys.hedges,
        )
        self._redis.delete(keys.snapshot_births(stream), *(kind(stream) for kind in kept))
        self._tenure.give_up(stream)
        log.info("deleted", stream=stream)

    def _show_life(self) -> None:
        sign = {
            "kind": "coordinator",
            "name": self._name,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "streams": len(self._tenure.held()),
            "hedged": self._hedger.count,
            **self._ward.counts,
        }
        key = keys.component(f"coordinator:{self._name}")
        beat(self._redis, key, to_json(sign), expires_ms=BEAT_EXPIRES_MS)

    def _leave(self) -> None:
        try:
            self._neighbours.leave()
            for stream in self._tenure.held():
                self._director.put_down(stream)
                if not self._neighbours.pass_on(stream):
                    self._tenure.give_up(stream)
            end_beat(self._redis, keys.component(f"coordinator:{self._name}"))
        except StoreUnavailable as error:
            log.info("the leases run out by themselves", reason=error.message)
