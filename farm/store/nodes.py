"""Encoder nodes: who is there, and what each is to run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from farm.messages import NodeReport, StreamSpec, to_json
from farm.store import keys
from farm.store.connection import FarmRedis, as_text
from farm.store.leases import Lease
from farm.store.reading import readable

_SCAN_COUNT = 1000

# KEYS: lease, assignments. ARGV: what the lease must hold, stream, spec, capacity.
# Answers 1 when assigned, 0 when the lease was lost, -1 when the node is full.
_ASSIGN = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if redis.call('HEXISTS', KEYS[2], ARGV[2]) == 0 and redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[4]) then
  return -1
end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
return 1
"""

# KEYS: lease, assignments. ARGV: what the lease must hold, stream.
_UNASSIGN = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('HDEL', KEYS[2], ARGV[2])
"""


class NodeView(NamedTuple):
    """One node as Redis shows it."""

    report: NodeReport | None
    """Its heartbeat; None when it gave none lately."""
    assigned: dict[str, StreamSpec | None]
    """What it is to run; None for what cannot be read."""


class NodeStore:
    """Reads heartbeats, gives and takes assignments. All methods raise StoreUnavailable."""

    def __init__(self, redis: FarmRedis) -> None:
        self._redis = redis
        self._assign_script = redis.register_script(_ASSIGN)
        self._unassign_script = redis.register_script(_UNASSIGN)

    def names(self) -> set[str]:
        """Every node that beats or has assignments. Walks through all keys: not for every moment."""
        found = set()
        for prefix in (keys.node(""), keys.assignments("")):
            for key in self._redis.scan_iter(match=f"{prefix}*", count=_SCAN_COUNT):
                found.add(as_text(key).removeprefix(prefix))
        return found

    def view(self, names: Iterable[str]) -> dict[str, NodeView]:
        """These nodes, whether they live or not."""
        ordered = sorted(names)
        with self._redis.pipeline(transaction=False) as pipe:
            for name in ordered:
                pipe.get(keys.node(name))
                pipe.hgetall(keys.assignments(name))
            answers = pipe.execute()
        return {
            name: NodeView(
                readable(report, NodeReport),
                {as_text(stream): readable(spec, StreamSpec) for stream, spec in assigned.items()},
            )
            for name, report, assigned in zip(ordered, answers[::2], answers[1::2], strict=True)
        }

    def assign(self, lease: Lease, node: str, spec: StreamSpec, *, capacity: int) -> bool:
        """Have ``node`` run ``spec``, and wake it; False when it is full or the lease was lost."""
        answer = self._assign_script(
            keys=[lease.key, keys.assignments(node)],
            args=[lease.mark, spec.stream, to_json(spec), capacity],
        )
        if answer == 1:
            self._redis.publish(keys.node_channel(node), spec.stream)
        return bool(answer == 1)

    def unassign(self, lease: Lease, node: str, stream: str) -> bool:
        """Have ``node`` run ``stream`` no more, and wake it; False when there was nothing to take away."""
        taken = bool(
            self._unassign_script(keys=[lease.key, keys.assignments(node)], args=[lease.mark, stream])
        )
        if taken:
            self._redis.publish(keys.node_channel(node), stream)
        return taken
