"""Stand-ins for both ends of the farm: encoder processes that encode nothing and workers that draw nothing.

What lies between them is real: credits through Redis, Celery's messages out of the broker's list. So the
coordinator cannot tell the difference, and what it costs can be measured with any number of either.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple, cast

import msgspec
from redis.client import Pipeline

from farm.clock import SystemClock
from farm.errors import StoreUnavailable
from farm.messages import (
    Credit,
    Delivery,
    Desired,
    NodeReport,
    ProcessReport,
    StreamConfig,
    StreamSpec,
    to_json,
    to_pack,
)
from farm.store import keys
from farm.store.connection import FarmRedis, as_text, connect
from farm.store.reading import readable
from farm.store.scenes import SceneStore
from farm.store.streams import StreamRecord, StreamStore

NODE = "stand-in"
_EPOCH = 1
_LEAD, _SLOTS = 3, 8
_WIDTH, _HEIGHT = 1920, 1080
_BEAT_S, _BEAT_EXPIRES_S = 0.5, 3
_PASSED_EXPIRES_S = 10
_WAIT_S = 1


class _Headers(msgspec.Struct):
    id: str


class _Envelope(msgspec.Struct):
    """What a stand-in reads of a Celery message: which frame it is, from its id."""

    headers: _Headers


_envelopes = msgspec.json.Decoder(_Envelope)


class Frame(NamedTuple):
    """One frame that was ordered."""

    stream: str
    number: int
    fence: int


def frame_of(message: bytes) -> Frame:
    """Which frame a message of Celery's queue orders. Raises msgspec.MsgspecError or ValueError."""
    stream, _, number, fence = _envelopes.decode(message).headers.id.rsplit(".", 3)
    return Frame(stream, int(number), int(fence))


@dataclass
class Progress:
    """What became of one stream's frames; written by workers, read by its encoder process."""

    emitted: int = -1
    drawn: int = -1
    """The newest frame that a worker took."""
    fence: int = 0
    ordered: int = 0
    """Messages that workers took."""
    stale: int = 0
    """Ticks at which their frame had not been taken yet."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def took(self, frame: Frame) -> None:
        """A worker took ``frame``."""
        with self._lock:
            self.ordered += 1
            self.drawn = max(self.drawn, frame.number)
            self.fence = max(self.fence, frame.fence)

    def tick(self) -> int:
        """One more tick is over; the canvas's frame after it."""
        with self._lock:
            self.emitted += 1
            self.stale += self.drawn < self.emitted
            return min(self.drawn, self.emitted)


def put_on_air(redis: FarmRedis, count: int, fps: int) -> list[str]:
    """Order ``count`` streams with an empty scene, as the API would; their names."""
    store = StreamStore(redis, SystemClock(), user_limit=count, global_limit=count)
    scenes = SceneStore(redis)
    names = [f"stand-in-{number}" for number in range(1, count + 1)]
    config = StreamConfig(width=_WIDTH, height=_HEIGHT, fps=Fraction(fps), gop_frames=2 * fps)
    for name in names:
        store.create(StreamRecord(name, name, "perf", Desired.STOPPED, config, (), SystemClock().wall_ms()))
        scenes.commit(name, {"layers": []}, expected_head=0)
        store.want(name, Desired.LIVE)
    return names


class Encoders(threading.Thread):
    """One encoder node with a process for each stream: ticks evenly, the streams one after the other within
    a tick, and says after each what is wanted next."""

    def __init__(self, url: str, streams: Sequence[str], fps: int) -> None:
        super().__init__(name="stand-in-encoders", daemon=True)
        self._redis = connect(url)
        self._fps = fps
        self._ending = threading.Event()
        self.progress = {stream: Progress() for stream in streams}

    def all_in_time(self) -> bool:
        """Whether every stream's frames come before their ticks, after half a second."""
        return all(each.drawn >= each.emitted > self._fps // 2 for each in self.progress.values())

    def end(self) -> None:
        """Tick no more."""
        self._ending.set()
        self.join()
        self._redis.close()

    def run(self) -> None:
        """Tick until told to end."""
        began_s = time.monotonic()
        beat_s = began_s
        places = list(self.progress)
        step_s = 1 / (self._fps * len(places))
        done = 0
        while not self._ending.is_set():
            now_s = time.monotonic()
            due = int((now_s - began_s) / step_s)
            with self._redis.pipeline(transaction=False) as pipe, suppress(StoreUnavailable):
                for number in range(done, due):
                    self._tick(pipe, places[number % len(places)])
                if now_s >= beat_s:
                    self._beat(pipe)
                    beat_s = now_s + _BEAT_S
                pipe.execute()
            done = due
            self._ending.wait(max(0.0, began_s + (done + 1) * step_s - time.monotonic()))

    def _tick(self, pipe: Pipeline, stream: str) -> None:
        progress = self.progress[stream]
        canvas = progress.tick()
        credit = Credit(
            stream=stream,
            epoch=_EPOCH,
            emitted=progress.emitted,
            canvas=canvas,
            lead=_LEAD,
            fps=Fraction(self._fps),
            fence=progress.fence,
            delivery=_delivery(stream),
        )
        pipe.publish(keys.CREDITS, to_pack(credit))
        pipe.set(keys.passed(stream, _EPOCH), progress.emitted, ex=_PASSED_EXPIRES_S)

    def _beat(self, pipe: Pipeline) -> None:
        """What a node says of the processes that it is to run: that they do."""
        wanted = self._redis.hgetall(keys.assignments(NODE))
        processes = {
            as_text(stream): ProcessReport(spec.generation, "running", 0)
            for stream, data in wanted.items()
            if (spec := readable(data, StreamSpec)) is not None
        }
        report = NodeReport(NODE, len(self.progress), processes)
        pipe.set(keys.node(NODE), to_json(report), ex=_BEAT_EXPIRES_S)


def _delivery(stream: str) -> Delivery:
    mailbox = keys.mailbox(stream, _EPOCH)
    return Delivery(f"framefarm-{stream}", f"{_EPOCH:032x}", mailbox, _WIDTH, _HEIGHT, _SLOTS)


@contextmanager
def null_workers(url: str, count: int, progress: dict[str, Progress]) -> Iterator[None]:
    """``count`` connections that wait for tasks as Celery's workers do (BRPOP), and draw nothing."""
    ending = threading.Event()
    threads = [
        threading.Thread(target=_take_frames, args=(url, progress, ending), name=f"stand-in-worker-{number}")
        for number in range(1, count + 1)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        for thread in threads:
            thread.join()


def _take_frames(url: str, progress: dict[str, Progress], ending: threading.Event) -> None:
    with connect(url, timeout_s=_WAIT_S + 2) as redis:
        while not ending.is_set():
            answer = redis.brpop([keys.QUEUE], timeout=_WAIT_S)
            if answer is None:
                continue
            # Answers are bytes; the driver's types say that they might be text.
            frame = frame_of(cast(bytes, answer[1]))
            progress[frame.stream].took(frame)
