"""Leases in memory, by a clock that is passed in: held to the same properties as those in Redis."""

from __future__ import annotations

from collections.abc import Sequence

from farm.clock import Clock
from farm.store.leases import Lease


class MemoryLeases:
    """See :class:`farm.store.leases.LeaseStore`."""

    def __init__(self, clock: Clock, *, ttl_ms: int) -> None:
        self._clock = clock
        self._ttl_ns = ttl_ms * 1_000_000
        self._held: dict[str, tuple[Lease, int]] = {}
        self._fence = 0

    def holder(self, stream: str) -> Lease | None:
        """Who has the lease of ``stream`` now."""
        lease, until_ns = self._held.get(stream, (None, 0))
        return lease if self._clock.monotonic_ns() < until_ns else None

    def acquire(self, stream: str, owner: str, *, above: int = 0) -> Lease | None:
        if self.holder(stream) is not None:
            return None
        self._fence = max(self._fence + 1, above + 1, self._clock.monotonic_ns() // 1_000_000)
        lease = Lease(stream, owner, self._fence)
        self._held[stream] = (lease, self._clock.monotonic_ns() + self._ttl_ns)
        return lease

    def free(self, streams: Sequence[str]) -> list[str]:
        return [stream for stream in streams if self.holder(stream) is None]

    def renew(self, leases: Sequence[Lease]) -> list[Lease]:
        kept = [lease for lease in leases if self.holder(lease.stream) == lease]
        for lease in kept:
            self._held[lease.stream] = (lease, self._clock.monotonic_ns() + self._ttl_ns)
        return kept

    def release(self, lease: Lease) -> bool:
        held = self.holder(lease.stream) == lease
        if held:
            del self._held[lease.stream]
        return held

    def forget(self) -> None:
        """As a Redis that was emptied: no lease, no fence."""
        self._held.clear()
        self._fence = 0
