"""What people are told of a stream's health."""

from __future__ import annotations

import msgspec
import pytest

from api.realtime.condition import Health, health_of, iso_time, metrics_data, repeated_share, status_data
from api.realtime.state import Condition
from farm.messages import OutputReport, Relief, State, StreamReport
from farm.store.streams import StreamStatus
from tests.api_realtime.farm_fixtures import REPORT

GOOD = msgspec.structs.replace(REPORT, outputs=REPORT.outputs[:1])


def later(ticks: int, repeats: int, **changes: object) -> StreamReport:
    repeated = {"late": GOOD.repeated["late"] + repeats, "no worker": GOOD.repeated["no worker"]}
    return msgspec.structs.replace(GOOD, emitted=GOOD.emitted + ticks, repeated=repeated, **changes)


@pytest.mark.parametrize(
    ("now", "share"),
    [
        (later(30, 0), 0.0),
        (later(30, 3), 0.1),
        (later(0, 0), 0.0),
        (later(30, 30, epoch=4), 0.0),
    ],
)
def test_the_share_of_repeats_is_that_since_the_last_look_in_the_same_epoch(
    now: StreamReport, share: float
) -> None:
    assert repeated_share(now, GOOD) == pytest.approx(share)


def test_without_an_earlier_report_nothing_is_said_of_repeats() -> None:
    assert repeated_share(later(30, 30), None) == 0.0


def closed(output: OutputReport) -> OutputReport:
    return msgspec.structs.replace(output, state="closed")


@pytest.mark.parametrize(
    ("state", "report", "health", "reasons"),
    [
        (State.IDLE, None, Health.OFFLINE, []),
        (State.WAITING, None, Health.OFFLINE, ["because"]),
        (State.FAILED, None, Health.BAD, ["because"]),
        (State.LIVE, None, Health.BAD, ["the encoder has not reported for seconds"]),
        (State.LIVE, later(100, 0), Health.GOOD, []),
        (State.PAUSED, later(100, 2), Health.GOOD, []),
        (
            State.LIVE,
            later(100, 3),
            Health.DEGRADED,
            ["3% of the frames came too late and repeated the last picture"],
        ),
        (
            State.LIVE,
            later(100, 26),
            Health.BAD,
            ["26% of the frames came too late and repeated the last picture"],
        ),
        (State.LIVE, later(100, 0, outputs=REPORT.outputs), Health.DEGRADED, ["1 of 2 outputs connected"]),
        (
            State.LIVE,
            later(100, 0, outputs=tuple(map(closed, REPORT.outputs))),
            Health.BAD,
            ["0 of 2 outputs connected"],
        ),
        (State.LIVE, later(100, 0, outputs=()), Health.GOOD, []),
    ],
)
def test_health_follows_from_state_report_and_outputs(
    state: State, report: StreamReport | None, health: Health, reasons: list[str]
) -> None:
    reason = "because" if state in (State.WAITING, State.FAILED) else None
    assert health_of(Condition(StreamStatus(state, reason), report), GOOD) == (health, reasons)


@pytest.mark.parametrize(
    ("state", "is_live", "is_paused"),
    [
        (State.LIVE, True, False),
        (State.PAUSED, True, True),
        (State.STARTING, False, False),
        (State.IDLE, False, False),
    ],
)
def test_a_paused_stream_is_live_and_a_starting_one_is_not_yet(
    state: State, is_live: bool, is_paused: bool
) -> None:
    data = status_data(Condition(StreamStatus(state), GOOD), GOOD, viewers=12)
    assert (data["isLive"], data["isPaused"], data["viewers"]) == (is_live, is_paused, 12)


def test_metrics_have_the_five_numbers_and_no_more() -> None:
    assert metrics_data(REPORT) == {
        "fps": 29.97,
        "bitrate": 4012.3,
        "dropped": 10,
        "cpu": 27.5,
        "memory": 123_456_789,
    }


def test_times_are_utc_with_milliseconds() -> None:
    assert iso_time(1_700_000_000_007) == "2023-11-14T22:13:20.007Z"


@pytest.mark.parametrize(
    ("rungs", "reason"),
    [
        (("batch", "preview"), None),
        (("batch", "fps/2"), "every second picture is left out, because of X"),
        (
            ("layers", "fps/2", "fps/3"),
            "optional layers and two of three pictures are left out, because of X",
        ),
    ],
)
def test_people_are_told_what_an_overloaded_stream_does_without(
    rungs: tuple[str, ...], reason: str | None
) -> None:
    condition = Condition(StreamStatus(State.LIVE), GOOD, Relief(rungs, "of X"))
    health = Health.DEGRADED if reason else Health.GOOD
    assert health_of(condition, GOOD) == (health, [reason] if reason else [])
