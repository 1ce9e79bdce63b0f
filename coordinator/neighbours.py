"""This coordinator among the others: takes what it is given, and gives what is too much."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from coordinator.sharing import handovers, successor
from coordinator.tenure import Tenure
from farm.clock import Clock
from farm.log import get_logger
from farm.store.handovers import HandoverStore
from farm.store.leases import Lease

log = get_logger(__name__)

TICK_NS = 250_000_000
"""A stream that gives no credit for so long is handed over without waiting for a tick."""


class Neighbours:
    """Who else is there. Methods raise StoreUnavailable."""

    def __init__(self, store: HandoverStore, tenure: Tenure, clock: Clock, *, name: str) -> None:
        self._store = store
        self._tenure = tenure
        self._clock = clock
        self._name = name
        self._leaving: dict[str, str] = {}
        self._since_ns: dict[str, int] = {}

    def look(self) -> bool:
        """See who is there and who drives what; whether streams came that were handed to this one."""
        members = self._store.meet(self._name)
        if len(members) < 2:
            self._plan({})
            return False
        leases = self._store.on_air()
        came = self._collect(leases)
        owners = {stream: lease.owner for stream, lease in leases.items()}
        self._plan(handovers(self._name, members, owners))
        return came

    def take(self, word: str) -> bool:
        """Somebody handed a stream over, and said so in ``word``; whether it is ours."""
        to, _, stream = word.partition(" ")
        if to != self._name:
            return False
        lease = self._store.leases([stream]).get(stream)
        if lease is None or lease.owner != self._name:
            return False
        self._tenure.adopt(lease)
        log.info("took over", stream=stream)
        return True

    def due(self, ticked: Collection[str]) -> list[str]:
        """The streams to hand over now: those of ``ticked``, whose next frames were ordered a moment ago, and
        those that do not tick."""
        now_ns = self._clock.monotonic_ns()
        return [
            stream
            for stream in self._leaving
            if stream in ticked or now_ns - self._since_ns[stream] >= TICK_NS
        ]

    def hand_over(self, stream: str) -> bool:
        """Give ``stream`` to whom it is planned for; whether it is gone."""
        to = self._leaving.pop(stream, None)
        return to is not None and self._give(stream, to)

    def leave(self) -> None:
        """Be there no more: nothing is handed to this one from now on, and what was is taken before it
        goes."""
        self._store.leave(self._name)
        self._collect(self._store.on_air())

    def pass_on(self, stream: str) -> bool:
        """Give ``stream`` to somebody else, for this one leaves; whether there was somebody."""
        members = self._store.members()
        owners = {held: lease.owner for held, lease in self._store.on_air().items()}
        to = successor(self._name, members, owners)
        return to is not None and self._give(stream, to)

    def _give(self, stream: str, to: str) -> bool:
        lease = self._tenure.let_go(stream)
        if lease is None:
            return False
        if not self._store.hand_over(lease, to):
            self._tenure.adopt(lease)
            return False
        log.info("handed over", stream=stream, to=to)
        return True

    def _collect(self, leases: Mapping[str, Lease]) -> bool:
        """Take what was handed to this one, whether it was told or not; whether there was anything."""
        held = set(self._tenure.held())
        came = [lease for lease in leases.values() if lease.owner == self._name and lease.stream not in held]
        for lease in came:
            self._tenure.adopt(lease)
        return bool(came)

    def _plan(self, leaving: dict[str, str]) -> None:
        now_ns = self._clock.monotonic_ns()
        self._leaving = leaving
        self._since_ns = {stream: self._since_ns.get(stream, now_ns) for stream in leaving}
