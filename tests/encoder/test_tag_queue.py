"""The queue before an output: bounded, and what gets through always begins with a keyframe."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from encoder.flv import Kind, Tag
from encoder.tag_queue import TagQueue


class Asked:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


def tag(number: int, *, keyframe: bool = False, kind: Kind = Kind.VIDEO) -> Tag:
    return Tag(kind, number, b"", keyframe)


def drained(queue: TagQueue) -> list[int]:
    return [got.time_ms for got in iter(lambda: queue.get(0), None)]


def test_nothing_is_kept_before_the_queue_is_open() -> None:
    queue = TagQueue(10, Asked())
    queue.put(tag(0, keyframe=True))
    assert (drained(queue), queue.dropped) == ([], 0)


def test_an_open_queue_asks_for_a_keyframe_and_begins_with_it() -> None:
    asked = Asked()
    queue = TagQueue(10, asked)
    queue.open()
    for number in range(5):
        queue.put(tag(number, keyframe=number == 2))
    assert (drained(queue), asked.times, queue.dropped) == ([2, 3, 4], 1, 0)


def test_a_full_queue_drops_up_to_the_next_keyframe() -> None:
    queue = TagQueue(4, Asked())
    queue.open()
    for number in range(5):
        queue.put(tag(number, keyframe=number in (0, 2)))
    assert (drained(queue), queue.dropped) == ([2, 3, 4], 2)


def test_a_full_queue_without_a_keyframe_starts_anew_and_asks_for_one() -> None:
    asked = Asked()
    queue = TagQueue(4, asked)
    queue.open()
    for number in range(8):
        queue.put(tag(number, keyframe=number in (0, 6)))
    assert (drained(queue), queue.dropped, asked.times) == ([6, 7], 6, 2)


def test_a_closed_queue_forgets_what_it_held_and_counts_it() -> None:
    queue = TagQueue(10, Asked())
    queue.open()
    queue.put(tag(0, keyframe=True))
    queue.close()
    queue.put(tag(1))
    assert (drained(queue), queue.dropped) == ([], 2)


@given(st.lists(st.sampled_from(["key", "inter", "sound", "get", "reopen"]), max_size=120))
def test_what_gets_through_can_always_be_decoded(steps: list[str]) -> None:
    queue = TagQueue(5, Asked())
    queue.open()
    clean = True  # nothing was lost since the last keyframe that got through
    last = -1
    for number, step in enumerate(steps):
        if step == "get":
            got = queue.get(0)
            if got is None:
                continue
            assert got.time_ms > last
            lost_video = any(s in {"inter", "key"} for s in steps[last + 1 : got.time_ms])
            if got.keyframe:
                clean = True
            elif got.kind is Kind.VIDEO:
                assert clean
                assert not lost_video
            last = got.time_ms
        elif step == "reopen":
            queue.open()
            clean = False
        else:
            kind = Kind.AUDIO if step == "sound" else Kind.VIDEO
            queue.put(tag(number, keyframe=step == "key", kind=kind))
        assert len(queue) <= 5
