"""``framefarm debug frames`` in words and columns."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from farm.debug.frames import frames_table, journey

FRAME: dict[str, Any] = {
    "epoch": 3,
    "frame": 812,
    "wallMs": 1_700_000_000_000,
    "shown": 812,
    "cause": "",
    "base": 808,
    "worker": "studio-1",
    "area": 0.125,
    "queueMs": 1.2,
    "planMs": 0.4,
    "drawMs": 2.5,
    "layers": [{"layer": "title", "ms": 1.6}],
    "askedMs": 66.0,
    "waitMs": 61.0,
    "encodeMs": 5.5,
    "packetBytes": 16000,
    "sendMs": 0.3,
    "latencyMs": 71.8,
    "hedged": False,
    "secondDraw": False,
    "refused": "",
    "refusedWorker": "",
}
LATE = {**FRAME, "frame": 813, "cause": "late", "waitMs": -14.0, "sendMs": -1, "latencyMs": -1}
SUMMARY = {
    "frames": 2,
    "repeated": {"late": 1},
    "hops": {"draw_ms": {"p50": 2.5, "p99": 9.25, "max": 9.25}},
    "workers": {"studio-1": 2},
}


def shown(what: object) -> str:
    console = Console(width=140, record=True, file=None, quiet=False)
    with console.capture() as capture:
        console.print(what)
    return capture.get()


def test_frames_stand_in_a_table_oldest_first_with_their_summary_below() -> None:
    lines = shown(frames_table({"frames": [LATE, FRAME], "summary": SUMMARY}))
    assert lines.index("812") < lines.index("813")
    [late] = [line for line in lines.splitlines() if "813" in line]
    assert "late" in late
    assert "-14.0" in late
    assert "worker's time in all" in lines
    assert "9.2" in lines
    assert "1 repeated (late)" in lines


def test_one_frames_journey_names_its_hops_and_its_layers() -> None:
    lines = shown(journey(FRAME))
    for words in (
        "frame 812 of epoch 3",
        "patch of 12.5% on frame 808",
        "layer title",
        "71.8 ms",
        "16000 bytes",
    ):
        assert words in lines


def test_a_frame_that_was_ordered_twice_tells_which_draw_came_first() -> None:
    assert "ordered again" not in shown(journey(FRAME))
    assert "the first draw came first" in shown(journey({**FRAME, "hedged": True}))
    assert "the second draw came first" in shown(journey({**FRAME, "hedged": True, "secondDraw": True}))


def test_a_frame_that_neither_worker_brought_says_so() -> None:
    lost = {**LATE, "cause": "missing", "worker": "", "hedged": True}
    assert "neither draw came" in shown(journey(lost))
    assert "missing, ordered again" in shown(frames_table({"frames": [lost], "summary": SUMMARY}))


def test_what_could_not_be_used_is_told_with_its_reason_and_whose_it_was() -> None:
    lost = {**LATE, "cause": "missing", "worker": "", "refused": "garbage", "refusedWorker": "liar"}
    assert "garbage of liar" in shown(journey(lost))
    assert "missing, garbage of liar" in shown(frames_table({"frames": [lost], "summary": SUMMARY}))
    assert "garbage of somebody" in shown(journey({**lost, "refusedWorker": ""}))


@pytest.mark.parametrize(
    ("cause", "meant"), [("still", "nothing in the scene moved"), ("held", "fewer pictures are drawn")]
)
def test_a_tick_that_was_to_show_the_last_picture_again_says_why(cause: str, meant: str) -> None:
    assert f"frame 812 once more: {meant}" in shown(journey({**LATE, "cause": cause, "worker": ""}))


def test_a_frame_that_nobody_drew_says_so() -> None:
    lines = shown(journey({**LATE, "cause": "missing", "worker": "", "base": -1, "layers": []}))
    assert "repeated, missing: frame 812" in lines
    assert "nobody" in lines
    assert "drawn as" not in lines
    assert "handed over, until sent" in lines
    assert "- ms" in lines
