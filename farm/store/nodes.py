"""Encoder nodes: who is there, and what each is to run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from farm.messages import NodeReport, StreamSpec, to_json
from farm.store import keys
from farm.store.connection import FarmRedis, as_text
from farm.store.heartbeats import lately
from farm.store.leases import Lease
from farm.store.reading import readable

# KEYS: lease, assignments, nodes that have some.
# ARGV: what the lease must hold, stream, spec, capacity, node.
# Answers 1 when assigned, 0 when the lease was lost, -1 when the node is full.
_ASSIGN = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if redis.call('HEXISTS', KEYS[2], ARGV[2]) == 0 and redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[4]) then
  return -1
end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('SADD', KEYS[3], ARGV[5])
return 1
"""

# KEYS: lease, assignments, nodes that have some. ARGV: what the lease must hold, stream, node.
_UNASSIGN = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local taken = redis.call('HDEL', KEYS[2], ARGV[2])
if redis.call('EXISTS', KEYS[2]) == 0 then redis.call('SREM', KEYS[3], ARGV[3]) end
return taken
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
        """Every node that beats, did until minutes ago, or has assignments."""
        assigned = map(as_text, self._redis.smembers(keys.ASSIGNED_NODES))
        return {*lately(self._redis, keys.node("")), *assigned}

    def draining(self) -> set[str]:
        """The nodes that drain."""
        return {as_text(name) for name in self._redis.smembers(keys.DRAINING_NODES)}

    def drain(self, node: str, *, on: bool) -> None:
        """Have ``node`` give its streams away, or take some again."""
        if on:
            self._redis.sadd(keys.DRAINING_NODES, node)
        else:
            self._redis.srem(keys.DRAINING_NODES, node)

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

    def put_back(self, node: str, specs: Iterable[StreamSpec]) -> None:
        """Write down again what ``node`` runs, in a Redis that was emptied; what is there already stays."""
        with self._redis.pipeline() as pipe:
            for spec in specs:
                pipe.hsetnx(keys.assignments(node), spec.stream, to_json(spec))
                pipe.sadd(keys.ASSIGNED_NODES, node)
            pipe.execute()

    def assign(self, lease: Lease, node: str, spec: StreamSpec, *, capacity: int) -> bool:
        """Have ``node`` run ``spec``, and wake it; False when it is full or the lease was lost."""
        answer = self._assign_script(
            keys=[lease.key, keys.assignments(node), keys.ASSIGNED_NODES],
            args=[lease.mark, spec.stream, to_json(spec), capacity, node],
        )
        if answer == 1:
            self._redis.publish(keys.node_channel(node), spec.stream)
        return bool(answer == 1)

    def unassign(self, lease: Lease, node: str, stream: str) -> bool:
        """Have ``node`` run ``stream`` no more, and wake it; False when there was nothing to take away."""
        taken = bool(
            self._unassign_script(
                keys=[lease.key, keys.assignments(node), keys.ASSIGNED_NODES], args=[lease.mark, stream, node]
            )
        )
        if taken:
            self._redis.publish(keys.node_channel(node), stream)
        return taken
