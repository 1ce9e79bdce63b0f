"""The leases that this coordinator holds, and until when it may rely on each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from farm.clock import Clock
from farm.store.leases import Lease


@dataclass(frozen=True, slots=True)
class _Term:
    lease: Lease
    until_ns: int


class Leases(Protocol):
    """What is needed of :class:`farm.store.leases.LeaseStore`, which see."""

    def acquire(self, stream: str, owner: str, *, above: int = 0) -> Lease | None:
        """The lease with a fence higher than ``above``; None when somebody has it."""
        ...

    def free(self, streams: Sequence[str]) -> list[str]:
        """Those whose lease nobody has."""
        ...

    def renew(self, leases: Sequence[Lease]) -> list[Lease]:
        """Give each a whole term again; those that are still held."""
        ...

    def release(self, lease: Lease) -> bool:
        """End it; False when it was lost already."""
        ...


class Tenure:
    """Takes leases, renews them and gives them up. All but :meth:`lease` raise StoreUnavailable."""

    def __init__(self, leases: Leases, clock: Clock, *, owner: str, ttl_ms: int) -> None:
        self._leases = leases
        self._clock = clock
        self._owner = owner
        self._ttl_ns = ttl_ms * 1_000_000
        self._terms: dict[str, _Term] = {}

    def held(self) -> list[str]:
        """The streams that this coordinator drives."""
        return list(self._terms)

    def lease(self, stream: str) -> Lease | None:
        """The lease of ``stream``, None when it isn't held or may have run out: a process that was asleep
        must not order frames before it has asked Redis."""
        term = self._terms.get(stream)
        return term.lease if term is not None and self._clock.monotonic_ns() < term.until_ns else None

    def keep(self, streams: Collection[str]) -> set[str]:
        """Renew what is held and take what is free of ``streams``; the streams that were gained or lost."""
        before = set(self._terms)
        # Counted from before the question: Redis counts from when it hears it, which is later.
        until_ns = self._clock.monotonic_ns() + self._ttl_ns
        kept = self._leases.renew([term.lease for term in self._terms.values()])
        self._terms = {lease.stream: _Term(lease, until_ns) for lease in kept}
        for stream in self._leases.free([stream for stream in streams if stream not in self._terms]):
            self._take(stream, above=0)
        return before ^ set(self._terms)

    def outrank(self, stream: str, fence: int) -> None:
        """Somebody's results carry ``fence``, which is higher than ours. Either another coordinator has the
        lease, or Redis forgot how high the fences were: then ours is taken anew, above that one."""
        term = self._terms.pop(stream, None)
        if term is not None:
            self._leases.release(term.lease)
            self._take(stream, above=fence)

    def give_up(self, stream: str) -> None:
        """Let another coordinator, or nobody, drive ``stream``."""
        term = self._terms.pop(stream, None)
        if term is not None:
            self._leases.release(term.lease)

    def let_go(self, stream: str) -> Lease | None:
        """Rely on the lease of ``stream`` no longer, for somebody else is to have it; None when it isn't held
        or may have run out."""
        lease = self.lease(stream)
        self._terms.pop(stream, None)
        return lease

    def adopt(self, lease: Lease) -> None:
        """Rely on a lease that was handed over, if it is still there."""
        until_ns = self._clock.monotonic_ns() + self._ttl_ns
        if self._leases.renew([lease]):
            self._terms[lease.stream] = _Term(lease, until_ns)

    def _take(self, stream: str, *, above: int) -> None:
        until_ns = self._clock.monotonic_ns() + self._ttl_ns
        lease = self._leases.acquire(stream, self._owner, above=above)
        if lease is not None:
            self._terms[stream] = _Term(lease, until_ns)
