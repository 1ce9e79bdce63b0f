"""Frame records in Redis, and what many of them say together."""

from __future__ import annotations

import msgspec
import pytest

from farm.ledger import UNKNOWN_MS, FrameRecord, Spread, summary_of
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.ledgers import LedgerStore

RECORD = FrameRecord(
    epoch=1,
    frame=0,
    wall_ms=1_700_000_000_000,
    shown=0,
    cause="",
    base=-1,
    worker="w-1",
    area=1.0,
    queue_ms=2.0,
    plan_ms=0.5,
    draw_ms=4.0,
    layers_ms=(("title", 3.0),),
    asked_ms=60.0,
    wait_ms=50.0,
    encode_ms=5.0,
    packet_bytes=1200,
    send_ms=1.0,
)


def record(frame: int, **changes: object) -> FrameRecord:
    return msgspec.structs.replace(RECORD, frame=frame, **changes)


def test_records_come_back_newest_first(redis: FarmRedis) -> None:
    store = LedgerStore(redis, pages=3)
    for second in range(2):
        store.append("s", [record(2 * second), record(2 * second + 1)])
    assert list(store.newest_first("s")) == [record(n) for n in (3, 2, 1, 0)]
    assert [kept.frame for kept in store.newest_first("s", pages=1)] == [3, 2]


def test_the_oldest_pages_give_way_and_all_expire(redis: FarmRedis) -> None:
    store = LedgerStore(redis, pages=3)
    for second in range(10):
        store.append("s", [record(second)])
    assert [kept.frame for kept in store.newest_first("s")] == [9, 8, 7]
    assert 0 < redis.ttl(keys.ledger("s")) <= 6


def test_a_ledger_of_no_seconds_keeps_nothing(redis: FarmRedis) -> None:
    LedgerStore(redis, pages=0).append("s", [record(1)])
    assert not redis.exists(keys.ledger("s"))


def test_a_page_that_cannot_be_read_is_passed_over(
    redis: FarmRedis, capsys: pytest.CaptureFixture[str]
) -> None:
    store = LedgerStore(redis, pages=3)
    store.append("s", [record(1)])
    redis.lpush(keys.ledger("s"), b"\xc1 no page")
    assert [kept.frame for kept in store.newest_first("s")] == [1]


def test_a_deleted_ledger_is_empty(redis: FarmRedis) -> None:
    store = LedgerStore(redis, pages=3)
    store.append("s", [record(1)])
    store.delete("s")
    assert list(store.newest_first("s")) == []


def test_the_summary_counts_causes_and_workers_and_leaves_out_what_nobody_measured() -> None:
    records = [record(n, draw_ms=float(n), queue_ms=UNKNOWN_MS) for n in range(1, 101)]
    records += [record(101, cause="late", worker="w-2"), record(102, cause="starting", worker="")]
    summary = summary_of(records)
    assert summary.frames == 102
    assert summary.repeated == {"late": 1}
    assert summary.workers == {"w-1": 100, "w-2": 1}
    assert summary.hops["draw_ms"] == Spread(p50=49.0, p99=99.0, max=100.0)
    assert summary.hops["latency_ms"].max == 66
    assert summary.hops["queue_ms"].max == 2


def test_the_summary_of_nothing_is_empty() -> None:
    summary = summary_of([])
    assert (summary.frames, summary.repeated, summary.hops) == (0, {}, {})
