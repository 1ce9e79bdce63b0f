"""Moving streams between nodes: the policy as tables, then a coordinator's passes over nodes that pretend."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import pytest

from coordinator.finisher import Finisher
from coordinator.moving import PATIENCE_NS, SHUN_NS, Move, Sight, destination, next_move
from coordinator.placement import Wish, choose_node
from coordinator.pulse import Pulse
from coordinator.reconciler import Reconciler
from coordinator.view import Reader
from farm.clock import ManualClock
from farm.messages import Desired, NodeReport, ProcessReport
from farm.store.connection import FarmRedis
from farm.store.events import EventLog
from farm.store.leases import LeaseStore
from farm.store.nodes import NodeStore
from tests.coordinator.rig import FakeNode, credit, record, status, streams, told


@pytest.mark.parametrize(
    ("sight", "move"),
    [
        (Sight(None), Move.STAY),
        (Sight("b"), Move.BEGIN),
        (Sight("b", others_leave=True), Move.STAY),
        (Sight("b", "b"), Move.WAIT),
        (Sight("b", "b", others_leave=True), Move.WAIT),
        (Sight("b", "b", arrived=True), Move.FINISH),
        (Sight(None, "b", arrived=True), Move.FINISH),
        (Sight("b", "b", failed=True), Move.ABANDON),
        (Sight(None, "b"), Move.ABANDON),
        (Sight("c", "b"), Move.ABANDON),
    ],
)
def test_the_next_step_of_a_move(sight: Sight, move: Move) -> None:
    assert next_move(sight) is move


def node(name: str, capacity: int = 4, *running: str, codecs: tuple[str, ...] = ("libx264",)) -> NodeReport:
    return NodeReport(name, capacity, {stream: ProcessReport(1, "running", 0) for stream in running}, codecs)


@pytest.mark.parametrize(
    ("wish", "under_way", "goes"),
    [
        (Wish(), None, None),
        (Wish({"a"}), None, "b"),
        (Wish({"a", "b"}), None, "c"),
        (Wish({"a", "b", "c", "full"}), None, None),
        (Wish({"a"}), "c", "c"),
        (Wish({"a", "c"}), "c", "b"),
        (Wish(preferred="c"), None, "c"),
        (Wish(preferred="full"), None, None),
        (Wish(preferred="a"), None, None),
        (Wish(preferred="nowhere"), None, None),
        (Wish({"c"}, preferred="c"), None, None),
        (Wish({"a"}, codec="h264_nvenc"), None, "c"),
    ],
)
def test_where_a_stream_of_node_a_goes(wish: Wish, under_way: str | None, goes: str | None) -> None:
    reports = {
        "a": node("a", 9, "s"),
        "b": node("b"),
        "c": node("c", 2, codecs=("libx264", "h264_nvenc")),
        "full": node("full", 1, "x"),
    }
    assert destination("s", "a", wish, reports, {}, under_way) == goes


def test_a_new_stream_goes_where_it_is_wanted_and_not_where_it_may_not() -> None:
    reports = {"a": node("a", 9), "b": node("b", 3), "c": node("c", 2, codecs=("h264_nvenc",))}
    assert choose_node("s", reports, {}) == "a"
    assert choose_node("s", reports, {}, wish=Wish({"a"})) == "b"
    assert choose_node("s", reports, {}, wish=Wish(preferred="b")) == "b"
    assert choose_node("s", reports, {}, wish=Wish({"b"}, preferred="b")) == "a"
    assert choose_node("s", reports, {}, wish=Wish(codec="h264_nvenc")) == "c"
    assert choose_node("s", reports, {"c": ["x", "y"]}, wish=Wish(codec="h264_nvenc")) == "a"


@dataclass
class Farm:
    """A coordinator's passes over two nodes, with a clock that moves when it is told to."""

    redis: FarmRedis
    names: tuple[str, ...] = ("s", "t")
    clock: ManualClock = field(default_factory=lambda: ManualClock(monotonic_ns=10**12, wall_ms=1))

    def __post_init__(self) -> None:
        self.store = streams(self.redis)
        self.leases = LeaseStore(self.redis, ttl_ms=60_000)
        self.nodes = NodeStore(self.redis)
        self.pulse = Pulse()
        self.pulse.follow(self.names, now_ns=0)
        events = EventLog(self.redis)
        finisher = Finisher(self.store, events, self.clock)
        self.reconciler = Reconciler(self.nodes, self.leases, events, finisher, self.pulse, self.clock)
        self.held = {}
        self.a, self.b = FakeNode(self.redis, "a"), FakeNode(self.redis, "b")
        self.a.beat()
        for name in self.names:
            self.store.create(record(name))
            self.store.want(name, Desired.LIVE)
            lease = self.leases.acquire(name, "one")
            assert lease is not None
            self.held[name] = lease
        self.run()
        for name in self.names:
            self.ticks(self.a, name, epoch=1)
        self.run()
        self.b.beat()

    def run(self, times: int = 1) -> None:
        for _ in range(times):
            self.reconciler.look(self.nodes.names())
            for name, view in Reader(self.redis).view(self.names).items():
                self.reconciler.step(self.held[name], view)

    def ticks(self, where: FakeNode, stream: str, *, epoch: int) -> None:
        """The node's process of ``stream`` is in ``epoch`` and gives credit."""
        where.runs(stream)
        where.processes[stream] = msgspec.structs.replace(where.processes[stream], epoch=epoch)
        where.beat()
        self.pulse.hear(credit(0, stream=stream, epoch=epoch), self.clock.monotonic_ns())

    def whereabouts(self) -> dict[str, list[str]]:
        return {node.name: sorted(node.assigned()) for node in (self.a, self.b)}


@pytest.fixture
def farm(redis: FarmRedis) -> Farm:
    return Farm(redis)


def test_a_draining_node_gives_its_streams_away_one_by_one(farm: Farm, redis: FarmRedis) -> None:
    assert farm.whereabouts() == {"a": ["s", "t"], "b": []}
    farm.nodes.drain("a", on=True)
    farm.run(3)
    assert farm.whereabouts() == {"a": ["s", "t"], "b": ["s"]}
    assert status(redis, "s").node == "a"
    farm.ticks(farm.b, "s", epoch=2)
    farm.run()
    assert farm.whereabouts()["a"] == ["t"]
    assert status(redis, "s").node == "b"
    assert told(redis, "s", "stream:moved") == [{"from": "a", "to": "b"}]
    farm.run()
    assert farm.whereabouts() == {"a": ["t"], "b": ["s", "t"]}
    farm.ticks(farm.b, "t", epoch=2)
    farm.run(2)
    assert farm.whereabouts() == {"a": [], "b": ["s", "t"]}
    assert farm.reconciler.move_counts() == {"moved": 2, "moves_abandoned": 0}
    assert [data["state"] for data in told(redis, "s", "stream:status")] == ["starting", "live"]


def test_an_undrained_node_keeps_what_has_not_left(farm: Farm) -> None:
    farm.nodes.drain("a", on=True)
    farm.run()
    farm.nodes.drain("a", on=False)
    farm.run()
    assert farm.whereabouts() == {"a": ["s", "t"], "b": []}


def test_a_stream_goes_to_the_node_that_was_named_and_stays(farm: Farm) -> None:
    farm.store.edit("t", lambda old: msgspec.structs.replace(old, node="b"))
    farm.run()
    farm.ticks(farm.b, "t", epoch=2)
    farm.run(3)
    assert farm.whereabouts() == {"a": ["s"], "b": ["t"]}


def test_a_process_that_does_not_come_up_is_given_up_and_the_old_one_goes_on(farm: Farm) -> None:
    farm.nodes.drain("a", on=True)
    farm.run()
    farm.clock.advance_ns(PATIENCE_NS)
    for name in farm.names:
        farm.ticks(farm.a, name, epoch=1)
    farm.run()
    assert "s" not in farm.whereabouts()["b"]
    assert "s" in farm.whereabouts()["a"]
    farm.clock.advance_ns(SHUN_NS)
    for name in farm.names:
        farm.ticks(farm.a, name, epoch=1)
    farm.run()
    assert len(farm.whereabouts()["b"]) == 1
    assert farm.reconciler.move_counts() == {"moved": 0, "moves_abandoned": 1}


def test_a_stream_whose_old_node_dies_on_the_way_is_where_it_goes(farm: Farm) -> None:
    farm.store.edit("t", lambda old: msgspec.structs.replace(old, node="b"))
    farm.run()
    farm.a.die()
    farm.ticks(farm.b, "t", epoch=2)
    farm.clock.advance_ns(900_000_000)
    farm.run(2)
    assert farm.whereabouts()["b"] == ["t"]
    assert "t" not in farm.whereabouts()["a"]


def test_a_late_credit_of_the_old_process_is_not_taken_for_the_new_one(farm: Farm) -> None:
    now_ns = farm.clock.monotonic_ns()
    farm.pulse.hear(credit(0, stream="s", epoch=2), now_ns)
    farm.pulse.hear(credit(9, stream="s", epoch=1), now_ns)
    assert farm.pulse.epoch("s") == 2
    farm.pulse.hear(credit(9, stream="s", epoch=1), now_ns + 5_000_000_000)
    assert farm.pulse.epoch("s") == 1
