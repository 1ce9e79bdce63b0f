"""On air or not, in the shapes that were ordered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.http.app import create_app
from api.http.condition import OutputReportShape, ReportShape
from farm.clock import ManualClock
from farm.messages import Desired, OutputReport, Relief, State, StreamReport, to_json
from farm.settings import Settings
from farm.store import keys
from farm.store.connection import FarmRedis, connect
from farm.store.streams import StreamStore
from farm.store.tokens import Scope, TokenStore
from tests.api.conftest import Caller, be, report


def test_a_stream_that_never_ran_has_the_ordered_status(bob: Caller, show: str) -> None:
    assert bob.ask("GET", f"/streams/{show}/status") == {
        "isLive": False,
        "isPaused": False,
        "fps": 0.0,
        "frameCount": 0,
        "droppedFrames": 0,
        "averageRenderTime": 0.0,
        "startTime": None,
        "state": "idle",
        "desired": "stopped",
        "reason": None,
        "degraded": [],
        "degradedReason": None,
    }


def test_a_live_streams_status_tells_of_its_report(
    bob: Caller, show: str, redis: FarmRedis, clock: ManualClock
) -> None:
    bob.ask("POST", f"/streams/{show}/start")
    be(redis, show, State.LIVE)
    report(redis, show)
    assert bob.ask("GET", f"/streams/{show}/status") == {
        "isLive": True,
        "isPaused": False,
        "fps": 29.97,
        "frameCount": 900,
        "droppedFrames": 10,
        "averageRenderTime": 2.25,
        "startTime": clock.wall_ms(),
        "state": "live",
        "desired": "live",
        "reason": None,
        "degraded": [],
        "degradedReason": None,
    }


def test_a_degraded_stream_says_what_it_does_without_and_why(
    bob: Caller, show: str, redis: FarmRedis
) -> None:
    redis.set(keys.relief(show), to_json(Relief(("batch", "fps/2"), "the workers cannot draw fast enough")))
    status = bob.ask("GET", f"/streams/{show}/status")
    assert status["degraded"] == ["batch", "fps/2"]
    assert status["degradedReason"] == "the workers cannot draw fast enough"


def test_a_paused_stream_is_live_and_paused(bob: Caller, show: str, redis: FarmRedis) -> None:
    be(redis, show, State.PAUSED)
    status = bob.ask("GET", f"/streams/{show}/status")
    assert (status["isLive"], status["isPaused"]) == (True, True)


def test_metrics_have_the_ordered_shape(bob: Caller, show: str, redis: FarmRedis) -> None:
    nothing = bob.ask("GET", f"/streams/{show}/metrics")
    report(redis, show)
    assert bob.ask("GET", f"/streams/{show}/metrics") == {
        "fps": 29.97,
        "bitrate": 4100.5,
        "droppedFrames": 10,
        "viewerCount": 0,
        "cpuUsage": 25.5,
        "memoryUsage": 123_000_000,
    }
    assert set(nothing.values()) == {0}


def test_the_report_is_told_in_full(bob: Caller, show: str, redis: FarmRedis) -> None:
    bob.refused("GET", f"/streams/{show}/report", status=404)
    report(redis, show)
    told = bob.ask("GET", f"/streams/{show}/report")
    assert told["drawnBy"] == {"worker_one@host": 890}
    assert told["outputs"][0]["sentPackets"] == 900


def test_the_reports_shape_lacks_nothing() -> None:
    assert set(ReportShape.model_fields) == set(StreamReport.__struct_fields__)
    assert set(OutputReportShape.model_fields) == set(OutputReport.__struct_fields__)


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        ([], "start", "live"),
        (["start"], "start", "live"),
        (["start"], "stop", "stopped"),
        ([], "stop", "stopped"),
        (["start"], "pause", "paused"),
        (["start", "pause"], "pause", "paused"),
        (["start", "pause"], "resume", "live"),
        (["start", "pause"], "start", "live"),
        (["start"], "resume", "live"),
        (["start", "pause"], "stop", "stopped"),
    ],
)
def test_each_action_says_what_is_wanted(
    bob: Caller, show: str, before: list[str], action: str, after: str
) -> None:
    for earlier in before:
        bob.ask("POST", f"/streams/{show}/{earlier}")
    assert bob.ask("POST", f"/streams/{show}/{action}")["desired"] == after


@pytest.mark.parametrize("action", ["pause", "resume"])
def test_what_does_not_run_can_not_be_paused_or_resumed(bob: Caller, show: str, action: str) -> None:
    assert bob.refused("POST", f"/streams/{show}/{action}", status=409)["code"] == "CONFLICT"
    assert bob.ask("GET", f"/streams/{show}/status")["desired"] == "stopped"


def test_starting_a_failed_stream_is_another_try(
    bob: Caller, show: str, redis: FarmRedis, clock: ManualClock
) -> None:
    store = StreamStore(redis, clock, user_limit=9, global_limit=9)
    bob.ask("POST", f"/streams/{show}/start")
    first = store.get(show).generation
    bob.ask("POST", f"/streams/{show}/start")
    assert store.get(show).generation == first
    be(redis, show, State.FAILED, "the encoder ended five times")
    assert bob.ask("POST", f"/streams/{show}/start")["reason"] == "the encoder ended five times"
    assert store.get(show).generation == first + 1
    assert store.get(show).desired is Desired.LIVE


def test_over_the_limit_the_answer_has_the_numbers(bob: Caller, settings: Settings) -> None:
    limit = settings.max_concurrent_streams_per_user
    for number in range(limit + 1):
        bob.ask("POST", "/streams", {"id": f"s{number}"}, status=201)
    for number in range(limit):
        bob.ask("POST", f"/streams/s{number}/start")
    assert bob.ask("GET", f"/streams/s{limit}/can-start") == {
        "allowed": False,
        "reason": f"Maximum {limit} concurrent streams reached",
        "userCount": limit,
        "userLimit": limit,
        "globalCount": limit,
        "globalLimit": settings.max_concurrent_streams_global,
    }
    error = bob.refused("POST", f"/streams/s{limit}/start", status=429)
    assert error["code"] == "STREAM_LIMIT_EXCEEDED"
    assert error["message"] == f"Maximum {limit} concurrent streams reached"
    assert error["details"]["userCount"] == limit
    bob.ask("POST", "/streams/s0/stop")
    bob.ask("POST", f"/streams/s{limit}/start")


def test_a_running_stream_may_start(bob: Caller, show: str) -> None:
    bob.ask("POST", f"/streams/{show}/start")
    assert bob.ask("GET", f"/streams/{show}/can-start")["allowed"] is True


def test_two_apis_never_admit_more_than_the_limit(
    redis: FarmRedis, redis_url: str, settings: Settings, clock: ManualClock, admin: Caller
) -> None:
    tight = settings.model_copy(update={"max_concurrent_streams_global": 2})
    owners = [f"user{number}" for number in range(6)]
    tokens = {owner: TokenStore(redis, clock).create(owner, Scope.OPERATOR)[1] for owner in owners}
    with connect(redis_url) as one, connect(redis_url) as other:
        apps = [create_app(tight, one, clock), create_app(tight, other, clock)]
        callers = [
            Caller(apps[index % 2].test_client(), token) for index, token in enumerate(tokens.values())
        ]
        for caller in callers:
            caller.ask("GET", "/stream/status")
        together = threading.Barrier(len(callers))

        def start(caller: Caller) -> int:
            together.wait()
            return caller.raw("POST", "/stream/start").status_code

        with ThreadPoolExecutor(len(callers)) as pool:
            answers = sorted(pool.map(start, callers))
    assert answers == [200, 200, 429, 429, 429, 429]
    assert redis.hlen(keys.LIVE) == 2


def test_the_default_stream_is_the_callers_oldest(
    bob: Caller, caller: Callable[..., Caller], clock: ManualClock
) -> None:
    eve = caller("eve")
    assert eve.ask("GET", "/stream")["id"] == "main-eve"
    bob.ask("POST", "/streams", {"id": "first"}, status=201)
    clock.advance_ns(1_000_000_000)
    bob.ask("POST", "/streams", {"id": "another"}, status=201)
    assert bob.ask("GET", "/stream")["id"] == "first"
    assert bob.ask("POST", "/stream/start") == bob.ask("GET", "/streams/first/status")
    assert eve.ask("GET", "/stream/status")["desired"] == "stopped"


def test_who_finds_their_default_name_taken_gets_another(bob: Caller, caller: Callable[..., Caller]) -> None:
    bob.ask("POST", "/streams", {"id": "main-eve"}, status=201)
    mine = caller("eve").ask("GET", "/stream")
    assert mine["id"].startswith("main-eve-")
    assert mine["owner"] == "eve"
