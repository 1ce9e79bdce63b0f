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
from coordinator.reliever import Limits, Reliever
from coordinator.steward import Steward
from coordinator.teller import Teller
from coordinator.tenure import Tenure
from coordinator.timer import Timer
from coordinator.unrecorded import Unrecorded
from coordinator.ward import Ward
from farm.clock import Clock
from farm.errors import StoreCannotSave, StoreUnavailable
from farm.log import get_logger
from farm.messages import to_json
from farm.store import keys
from farm.store.channels import Subscription
from farm.store.connection import FarmRedis, begin_file_anew
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
MEETING_SHARE, MISSED_MEETINGS = 4, 3
"""Coordinators meet this often per term. One that was not there so many times is given no streams: it must be
forgotten before its leases run out, or else they could be handed back to it."""
FIRST_RETRY_S, LAST_RETRY_S = 0.05, 0.5
NO_LIMITS = Limits()


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
        self._tenure = Tenure(leases, clock, owner=name, ttl_ms=lease_ttl_ms)
        silence_ms = max(1, lease_ttl_ms * MISSED_MEETINGS // MEETING_SHARE)
        handovers = HandoverStore(redis, ttl_ms=lease_ttl_ms, silence_ms=silence_ms)
        self._neighbours = Neighbours(handovers, self._tenure, clock, name=name)
        self._pulse = Pulse()
        teller = Teller(SceneStore(redis), events, clock)
        programs, publisher = ProgramStore(redis), Publisher(redis)
        self._hedger = Hedger(hedge_percent)
        self._director = Director(self._tenure, programs, publisher, teller, self._hedger, clock)
        self._ward = Ward(redis, events, clock, name=name)
        # It only ever stops streams, which no limit forbids.
        finisher = Finisher(StreamStore(redis, clock, user_limit=0, global_limit=0), events, clock)
        self._reconciler = Reconciler(NodeStore(redis), leases, events, finisher, self._pulse, clock)
        reliever = Reliever(redis, leases, events, clock, limits)
        unrecorded = Unrecorded(self._pulse, clock)
        self._steward = Steward(redis, self._director, self._tenure, self._reconciler, reliever, unrecorded)
        self._keepsake = Keepsake(redis)
        self._isolation = Isolation()
        self._followed: frozenset[str] = frozenset()
        self._rounds = Timer(lease_ttl_ms * MS // LEASE_SHARE)
        self._meet = Timer(lease_ttl_ms * MS // MEETING_SHARE)
        self._reconcile = Timer(min(RECONCILE_NS, lease_ttl_ms * MS // 2))
        self._beat = Timer(BEAT_NS)
        self._relieve = Timer(RELIEF_NS)

    def run(self, stop: Flag) -> None:
        """Work until ``stop`` is set, whatever becomes of Redis meanwhile; then give up all leases."""
        retry_s = FIRST_RETRY_S
        away = unsaved = False
        while not stop.is_set():
            try:
                with closing(Subscription(self._redis, *CHANNELS)) as heard:
                    self._begin()
                    while not stop.is_set():
                        self.turn(heard)
                        if away:
                            log.info("Redis is back")
                        if unsaved:
                            begin_file_anew(self._redis)
                        away, unsaved, retry_s = False, False, FIRST_RETRY_S
            except StoreUnavailable as error:
                if not away:
                    log.warning("driving nothing until Redis is back", reason=error.message)
                away, unsaved = True, unsaved or isinstance(error, StoreCannotSave)
                self._clock.sleep_until_ns(self._clock.monotonic_ns() + int(retry_s * 1e9))
                retry_s = min(LAST_RETRY_S, 2 * retry_s)
        self._leave()

    def turn(self, heard: Subscription) -> None:
        """Hear what there is, waiting until the next thing to do is due, and do what follows."""
        self._follow(heard)
        said = hear(heard, (self._rounds.due_ns - self._clock.monotonic_ns()) / 1e9)
        self._note(said)
        if said.changed and self._steward.edited(said.changed):
            self._look_soon()
        for source, snapshot in said.refreshed.items():
            for stream in self._steward.showing({source}):
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
                self._look_soon()
            self._pulse.hear(credit, now_ns)

    def _share(self, said: Heard) -> None:
        """Take what other coordinators hand over, and hand over what is too much, each stream right after its
        frames were ordered: its next owner has the longest time until the next are wanted."""
        for word in said.handed:
            if self._neighbours.take(word):
                self._look_soon()
        for stream in self._neighbours.due(said.credits):
            self._director.put_down(stream)
            if self._neighbours.hand_over(stream):
                self._director.forget(stream)

    def _begin(self) -> None:
        """Start, or start again after Redis was away: look at everything, and give nodes time to show up."""
        self._followed = frozenset()
        self._pulse.follow((), self._clock.monotonic_ns())
        self._reconciler.look_again()
        for timer in (self._rounds, self._meet, self._reconcile, self._beat):
            timer.hurry()

    def _look_soon(self) -> None:
        """Look at everything at the end of this turn."""
        self._rounds.hurry()
        self._reconcile.hurry()

    def _look_after(self, now_ns: int) -> None:
        """A round, if one is due; what is done more seldom is done in a round, too, so that a coordinator
        wakes up no oftener than it has to."""
        if not self._rounds.is_due(now_ns):
            return
        if self._keepsake.mend():
            log.warning("Redis was emptied; what was on air is put back", streams=len(self._tenure.held()))
        if self._tenure.keep(self._steward.streams):
            self._reconcile.hurry()
        if self._meet.is_due(now_ns) and self._neighbours.look():
            self._reconcile.hurry()
        if self._beat.is_due(now_ns):
            self._director.keep_place()
            with self._isolation.around("the workers"):
                self._ward.look(self._steward.streams)
            self._show_life()
            self._keepsake.remember(self._director.on_air(), self._reconciler.nodes())
        if self._reconcile.is_due(now_ns):
            self._steward.look()
        if self._relieve.is_due(now_ns):
            self._steward.relieve()

    def _show_life(self) -> None:
        sign = {
            "kind": "coordinator",
            "name": self._name,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "streams": len(self._tenure.held()),
            "hedged": self._hedger.count,
            **self._ward.counts,
            **self._reconciler.move_counts(),
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
