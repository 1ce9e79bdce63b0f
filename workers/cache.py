"""A cache bounded in bytes that counts how well it does."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class CacheStats:
    """Since the process began; ``bytes`` and ``entries`` now."""

    hits: int
    misses: int
    bytes: int
    entries: int


class ByteCache(Generic[K, V]):
    """Keeps what was used last, up to ``limit_bytes``.

    One value that is larger than the limit by itself is kept alone: drawing it anew for every frame would
    cost more than its memory.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._entries: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._bytes = self._hits = self._misses = 0

    def get(self, key: K) -> V | None:
        """The value of ``key``; None when it is not here."""
        entry = self._entries.get(key)
        if entry is None:
            self._misses += 1
            return None
        self._hits += 1
        self._entries.move_to_end(key)
        return entry[0]

    def peek(self, key: K) -> V | None:
        """The same, by somebody who does not draw with it: it counts as no use."""
        entry = self._entries.get(key)
        return None if entry is None else entry[0]

    def put(self, key: K, value: V, size_bytes: int) -> None:
        """Keep ``value`` and forget what was not used for longest, until it fits."""
        self.drop(key)
        self._entries[key] = (value, size_bytes)
        self._bytes += size_bytes
        while self._bytes > self._limit and len(self._entries) > 1:
            _, (_, freed) = self._entries.popitem(last=False)
            self._bytes -= freed

    def drop(self, key: K) -> None:
        """Forget ``key`` if it is here."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry[1]

    def stats(self) -> CacheStats:
        """How the cache does."""
        return CacheStats(self._hits, self._misses, self._bytes, len(self._entries))


class RecentCache(Generic[K, V]):
    """Keeps the ``limit`` values that were used last."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: K) -> V | None:
        """The value of ``key``; None when it is not here."""
        value = self._entries.get(key)
        if value is not None:
            self._entries.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> V | None:
        """Keep ``value``; the value that had to go for it, if any."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        return self._entries.popitem(last=False)[1] if len(self._entries) > self._limit else None

    def drop(self, key: K) -> None:
        """Forget ``key`` if it is here."""
        self._entries.pop(key, None)

    def items(self) -> list[tuple[K, V]]:
        """Everything that is here now."""
        return list(self._entries.items())
