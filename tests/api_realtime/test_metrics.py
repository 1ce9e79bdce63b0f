"""What Prometheus is told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.datastructures import Headers

from api.realtime.farm_metrics import workers_wanted
from api.realtime.metrics import Metrics
from api.realtime.plain_http import Page
from api.realtime.roll_call import MAX_REMEMBERED, REMEMBERED_NS, RollCall
from api.realtime.state import Component, FarmState
from farm.clock import ManualClock
from farm.messages import Relief, State, to_json
from farm.perf.ports import free_port
from farm.store import heartbeats, keys
from farm.store.async_connection import connect_async
from farm.store.connection import FarmRedis
from farm.tasks import LANES
from tests.api_realtime.farm_fixtures import add_stream, beat, beat_node, live_stream, set_state

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def _scrape(url: str, accept: str = "") -> Page:
    redis = connect_async(url)
    try:
        return await Metrics(FarmState(redis), ManualClock()).scrape(Headers(Accept=accept))
    finally:
        await redis.aclose()


def _samples(page: Page) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page.body.decode())
        for sample in family.samples
    }


def _value(samples: Samples, metric: str, /, **labels: str) -> float:
    return samples[metric, frozenset(labels.items())]


@pytest.fixture
def samples(redis: FarmRedis, redis_url: str) -> Samples:
    """Scraped from a farm with one live stream and one that waits."""
    live_stream(redis)
    add_stream(redis, "second")
    set_state(redis, State.WAITING, "second")
    work = {"frames": 1000, "processes": 2, "utilisation": 0.75}
    beat(redis, "worker", "worker-1", **work, raster_hits=90, raster_misses=10, raster_bytes=4096)
    beat(redis, "coordinator", "c", streams=2, moved=3, moves_abandoned=1)
    beat_node(redis, "node-a", demo="running", other="running", third="failed")
    beat_node(redis, "node-b", capacity=8)
    heartbeats.beat(redis, keys.node("node-c"), b"{", expires_ms=60_000)
    redis.sadd(keys.DRAINING_NODES, "node-b", "node-that-is-gone")
    redis.set(keys.relief("demo"), to_json(Relief(("batch", "fps/2"))))
    for lane, waiting in zip(LANES.values(), ("a", "bcd", "e"), strict=True):
        redis.rpush(lane, *waiting)
    return _samples(asyncio.run(_scrape(redis_url)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stream_manager_fps", 29.97),
        ("stream_manager_bitrate_kbps", 4012.3),
        ("stream_manager_dropped_frames", 10),
        ("stream_manager_encoding_time_ms", 4.5),
        ("stream_manager_queue_size", 2),
        ("stream_manager_memory_bytes", 123_456_789),
        ("stream_manager_ffmpeg_fps", 29.97),
        ("stream_manager_ffmpeg_encoding_time_ms", 4.5),
        ("stream_manager_ffmpeg_bitrate_kbps", 4012.3),
        ("stream_manager_ffmpeg_cpu_percent", 27.5),
        ("stream_manager_ffmpeg_memory_bytes", 123_456_789),
        ("framefarm_draw_ms", 2.25),
        ("framefarm_task_queue_ms", 1.5),
        ("framefarm_latency_ms", 38.5),
        ("framefarm_lead_frames", 3),
        ("framefarm_epoch", 3),
        ("framefarm_frames_emitted_total", 900),
    ],
)
def test_a_live_streams_numbers_are_shown(samples: Samples, name: str, value: float) -> None:
    assert _value(samples, name, stream="demo") == value


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        ("framefarm_frames_repeated_total", {"stream": "demo", "cause": "late"}, 7),
        ("framefarm_frames_repeated_total", {"stream": "demo", "cause": "no worker"}, 3),
        ("framefarm_frames_refused_total", {"stream": "demo", "cause": "passed"}, 2),
        ("framefarm_frames_drawn_total", {"stream": "demo", "worker": "worker-2"}, 390),
        ("framefarm_output_connected", {"stream": "demo", "output": "out-1"}, 1),
        ("framefarm_output_connected", {"stream": "demo", "output": "out-2"}, 0),
        ("framefarm_output_connects_total", {"stream": "demo", "output": "out-2"}, 4),
        ("framefarm_output_dropped_packets_total", {"stream": "demo", "output": "out-1"}, 5),
        ("framefarm_output_sent_bytes_total", {"stream": "demo", "output": "out-1"}, 900_000),
        ("framefarm_streams", {"state": "live"}, 1),
        ("framefarm_streams", {"state": "waiting"}, 1),
        ("framefarm_streams", {"state": "failed"}, 0),
        ("framefarm_component_up", {"kind": "worker", "name": "worker-1"}, 1),
        ("framefarm_worker_frames_total", {"worker": "worker-1"}, 1000),
        ("framefarm_worker_utilisation", {"worker": "worker-1"}, 0.75),
        ("framefarm_workers_wanted", {}, 2),
        ("framefarm_queue_wait_ms", {}, 1.5),
        ("framefarm_raster_cache_hits_total", {"worker": "worker-1"}, 90),
        ("framefarm_raster_cache_misses_total", {"worker": "worker-1"}, 10),
        ("framefarm_raster_cache_bytes", {"worker": "worker-1"}, 4096),
        ("framefarm_coordinator_streams", {"coordinator": "c"}, 2),
        ("framefarm_queue_tasks", {}, 5),
        ("framefarm_degrade_level", {"stream": "demo"}, 2),
        ("framefarm_frames_held_total", {"stream": "demo"}, 0),
        ("framefarm_frames_still_total", {"stream": "demo"}, 0),
        ("framefarm_redis_up", {}, 1),
        ("framefarm_streams_moved_total", {"coordinator": "c"}, 3),
        ("framefarm_moves_abandoned_total", {"coordinator": "c"}, 1),
        ("framefarm_node_capacity", {"node": "node-a"}, 4),
        ("framefarm_node_streams", {"node": "node-a", "state": "running"}, 2),
        ("framefarm_node_streams", {"node": "node-a", "state": "failed"}, 1),
        ("framefarm_node_streams", {"node": "node-a", "state": "stopping"}, 0),
        ("framefarm_node_draining", {"node": "node-a"}, 0),
        ("framefarm_node_draining", {"node": "node-b"}, 1),
        ("framefarm_node_capacity", {"node": "node-b"}, 8),
    ],
)
def test_the_farms_numbers_are_shown(
    samples: Samples, name: str, labels: dict[str, str], value: float
) -> None:
    assert _value(samples, name, **labels) == value


def test_a_node_that_is_gone_or_says_nothing_readable_has_no_numbers(samples: Samples) -> None:
    told = {dict(labels)["node"] for name, labels in samples if name.startswith("framefarm_node_")}
    assert told == {"node-a", "node-b"}


def test_a_stream_that_does_not_report_has_no_numbers(samples: Samples) -> None:
    assert not any(("stream", "second") in labels for _, labels in samples)


def test_redis_being_away_is_a_metric_and_not_an_error() -> None:
    page = asyncio.run(_scrape(f"redis://127.0.0.1:{free_port()}/0"))
    assert page.status == 200
    assert _samples(page) == {("framefarm_redis_up", frozenset()): 0.0}


def test_openmetrics_is_spoken_when_asked_for(redis: FarmRedis, redis_url: str) -> None:
    page = asyncio.run(_scrape(redis_url, "application/openmetrics-text; version=1.0.0"))
    assert page.content_type.startswith("application/openmetrics-text")
    assert page.body.endswith(b"# EOF\n")


def test_what_cannot_be_read_in_redis_costs_only_itself(redis: FarmRedis, redis_url: str) -> None:
    live_stream(redis)
    redis.set(keys.report("demo"), b"{not json")
    heartbeats.beat(redis, keys.component("worker:odd"), b"\xff\x00", expires_ms=60_000)
    samples = _samples(asyncio.run(_scrape(redis_url)))
    assert _value(samples, "framefarm_component_up", kind="worker", name="odd") == 1
    assert _value(samples, "framefarm_streams", state="live") == 1


def test_a_scrape_asks_the_same_however_much_lies_in_redis(redis: FarmRedis, redis_url: str) -> None:
    live_stream(redis)
    beat(redis, "worker", "one")
    asked = []
    for _ in range(2):
        redis.config_resetstat()
        asyncio.run(_scrape(redis_url))
        asked.append({name: told["calls"] for name, told in redis.info("commandstats").items()})
        redis.mset({f"ff:unrelated:{n}": b"" for n in range(3000)})
    assert asked[0] == asked[1]
    assert sum(count for name, count in asked[0].items() if "scan" in name) == 0


def test_a_process_that_stopped_reporting_is_down_for_ten_minutes_and_then_forgotten() -> None:
    clock = ManualClock()
    roll_call = RollCall(clock)
    one, two = Component("worker", "1", {}), Component("worker", "2", {})
    assert [p.up for p in roll_call.take([one, two])] == [True, True]
    clock.advance_ns(REMEMBERED_NS)
    assert [(p.name, p.up) for p in roll_call.take([two])] == [("1", False), ("2", True)]
    clock.advance_ns(1)
    assert [(p.name, p.up) for p in roll_call.take([two])] == [("2", True)]


def test_the_memory_of_processes_is_bounded() -> None:
    roll_call = RollCall(ManualClock())
    many = [Component("worker", f"{n:05}", {}) for n in range(MAX_REMEMBERED + 10)]
    assert len(roll_call.take(many)) == MAX_REMEMBERED


@pytest.mark.parametrize(
    ("beats", "wait_ms", "wanted"),
    [
        ([], 0.0, 1),
        ([{}], 0.0, 1),
        ([{"processes": 1, "utilisation": 0.9}] * 4, 1.0, 6),
        ([{"processes": 4, "utilisation": 0.9}] * 2, 1.0, 3),
        ([{"processes": 1, "utilisation": 0.1}] * 4, 1.0, 1),
        ([{"processes": 1, "utilisation": 0.5}] * 2, 30.0, 3),
        ([{"processes": "many", "utilisation": None}], 0.0, 1),
    ],
)
def test_as_many_workers_are_wanted_as_would_carry_the_load(
    beats: list[dict[str, Any]], wait_ms: float, wanted: int
) -> None:
    assert workers_wanted([Component("worker", "w", beat) for beat in beats], wait_ms) == wanted
