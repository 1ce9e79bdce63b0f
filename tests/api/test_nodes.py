"""Encoder nodes over the API: who is there, draining, moving a stream."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from api.http.services import Services
from farm.debug.nodes import nodes_table
from farm.messages import NodeReport, ProcessReport, StreamConfig, StreamSpec, to_json
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.heartbeats import beat
from farm.store.leases import LeaseStore
from tests.api.conftest import Caller


def alive(redis: FarmRedis, name: str, *streams: str, capacity: int = 2) -> None:
    report = NodeReport(name, capacity, {stream: ProcessReport(1, "running", 0) for stream in streams})
    beat(redis, keys.node(name), to_json(report), expires_ms=60_000)


def assigned(farm: Services, node: str, stream: str) -> None:
    lease = LeaseStore(farm.redis, ttl_ms=60_000).acquire(stream, "one")
    assert lease is not None
    farm.nodes.assign(lease, node, StreamSpec(stream, 1, StreamConfig(), ()), capacity=1)


def nodes(admin: Caller) -> dict[str, dict[str, Any]]:
    return {node["name"]: node for node in admin.ask("GET", "/nodes")["nodes"]}


def test_nodes_tell_how_they_stand(admin: Caller, farm: Services, redis: FarmRedis, show: str) -> None:
    alive(redis, "a", show)
    assigned(farm, "gone", show)
    found = nodes(admin)
    assert (found["a"]["alive"], found["a"]["draining"], found["a"]["capacity"]) == (True, False, 2)
    assert [(each["id"], each["state"]) for each in found["a"]["streams"]] == [("show", "running")]
    assert (found["gone"]["alive"], found["gone"]["assigned"]) == (False, ["show"])
    console = Console(width=80)
    with console.capture() as shown:
        console.print(nodes_table(list(found.values())))
    assert "show running" in shown.get()
    assert "lost" in shown.get()


def test_a_node_drains_until_it_is_told_otherwise(admin: Caller, farm: Services, redis: FarmRedis) -> None:
    alive(redis, "a")
    assert admin.ask("POST", "/nodes/a/drain")["draining"] is True
    assert farm.nodes.draining() == {"a"}
    redis.delete(keys.node("a"))
    assert nodes(admin)["a"]["alive"] is False
    assert admin.ask("POST", "/nodes/a/undrain")["draining"] is False
    assert nodes(admin) == {}
    assert admin.refused("POST", "/nodes/a/drain", status=404)["details"] == {"node": "a"}


def test_a_stream_is_moved_to_a_node_that_can_take_it(
    admin: Caller, farm: Services, redis: FarmRedis, show: str
) -> None:
    path = f"/streams/{show}/move"
    alive(redis, "a")
    before = farm.streams.get(show)
    admin.ask("POST", path, {"node": "a"})
    after = farm.streams.get(show)
    assert (after.node, after.generation) == ("a", before.generation)
    admin.ask("POST", path, {"node": None})
    assert farm.streams.get(show).node is None


@pytest.mark.parametrize("what", ["nowhere", "lost", "draining", "full"])
def test_a_move_that_cannot_be_is_refused_with_the_reason(
    admin: Caller, farm: Services, redis: FarmRedis, show: str, what: str
) -> None:
    alive(redis, "draining")
    alive(redis, "full", "x", "y")
    farm.nodes.drain("draining", on=True)
    farm.nodes.drain("lost", on=True)
    status = 404 if what == "nowhere" else 409
    error = admin.refused("POST", f"/streams/{show}/move", {"node": what}, status=status)
    assert error["details"]["node"] == what
    assert farm.streams.get(show).node is None


def test_nodes_are_the_admins_business(bob: Caller, show: str) -> None:
    bob.refused("GET", "/nodes", status=403)
    bob.refused("POST", "/nodes/a/drain", status=403)
    bob.refused("POST", f"/streams/{show}/move", {"node": "a"}, status=403)
