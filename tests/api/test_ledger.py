"""The ledger over HTTP: which frames, in which order, and what they say together."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from farm.store.connection import FarmRedis
from farm.store.hedges import note_hedge
from farm.store.ledgers import LedgerStore
from tests.api.conftest import Caller
from tests.farm.test_ledger import record


@pytest.fixture
def kept(show: str, redis: FarmRedis) -> str:
    """A stream of which two epochs are remembered, the newer one with a late frame."""
    store = LedgerStore(redis, pages=10)
    store.append(show, [record(frame, epoch=1) for frame in range(40, 45)])
    store.append(show, [record(0, epoch=2), record(1, epoch=2, cause="late", shown=0), record(2, epoch=2)])
    return show


def test_the_newest_epoch_is_told_newest_first(bob: Caller, kept: str) -> None:
    ledger = bob.ask("GET", f"/streams/{kept}/ledger")
    assert [frame["frame"] for frame in ledger["frames"]] == [2, 1, 0]
    assert ledger["summary"]["repeated"] == {"late": 1}
    assert ledger["summary"]["hops"]["encode_ms"] == {"p50": 5.0, "p99": 5.0, "max": 5.0}
    frame = ledger["frames"][0]
    assert frame["layers"] == [{"layer": "title", "ms": 3.0}]
    assert (frame["latencyMs"], frame["packetBytes"], frame["worker"]) == (66.0, 1200, "w-1")


def test_a_frame_that_was_ordered_twice_says_so(bob: Caller, kept: str, redis: FarmRedis) -> None:
    with redis.pipeline() as pipe:
        note_hedge(pipe, kept, 2, 1)
        note_hedge(pipe, kept, 1, 2)
        pipe.execute()
    frames = bob.ask("GET", f"/streams/{kept}/ledger")["frames"]
    assert [(frame["frame"], frame["hedged"]) for frame in frames] == [(2, False), (1, True), (0, False)]


@pytest.mark.parametrize(
    ("query", "frames"),
    [
        ("only=missed", [1]),
        ("from=1&to=1", [1]),
        ("from=1", [2, 1]),
        ("limit=1", [2]),
        ("epoch=1&limit=2", [44, 43]),
        ("epoch=9", []),
    ],
)
def test_some_frames_can_be_asked_for(bob: Caller, kept: str, query: str, frames: list[int]) -> None:
    ledger = bob.ask("GET", f"/streams/{kept}/ledger?{query}")
    assert [frame["frame"] for frame in ledger["frames"]] == frames
    assert ledger["summary"]["frames"] == len(frames)


@pytest.mark.parametrize("query", ["limit=0", "limit=9999", "from=-1", "only=good", "epoch=x"])
def test_a_question_that_makes_no_sense_is_refused(bob: Caller, show: str, query: str) -> None:
    assert bob.refused("GET", f"/streams/{show}/ledger?{query}", status=400)["code"] == "INVALID_REQUEST"


def test_somebody_else_is_told_nothing(caller: Callable[..., Caller], kept: str) -> None:
    caller("eve").refused("GET", f"/streams/{kept}/ledger", status=404)


def test_a_deleted_stream_leaves_no_ledger(bob: Caller, kept: str, redis: FarmRedis) -> None:
    bob.ask("DELETE", f"/streams/{kept}")
    assert list(LedgerStore(redis, pages=10).newest_first(kept)) == []
