"""Stand-ins for both ends of the farm: encoder processes that encode nothing and workers that draw nothing.

What lies between them is real: credits through Redis, Celery's messages out of the broker's list. So the
coordinator cannot tell the difference, and what it costs can be measured with any number of either.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple, cast

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
from farm.store.heartbeats import beat
from farm.store.reading import readable
from farm.store.scenes import SceneStore
from farm.store.streams import StreamRecord, StreamStore

NODE = "stand-in"
EPOCH = 1
SLOTS = 8
BEAT_S = 0.5
_LEAD = 3
_BEAT_EXPIRES_MS = 3_000
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


class Picture(NamedTuple):
    """What stand-in streams show, and how fast."""

    width: int
    height: int
    fps: int
    scene: Mapping[str, Any]

    def delivery(self, stream: str) -> Delivery:
        """Where its frames go: a mailbox, because there is no ring of that name."""
        mailbox = keys.mailbox(stream, EPOCH)
        return Delivery(f"framefarm-{stream}", f"{EPOCH:032x}", mailbox, self.width, self.height, SLOTS)

    def credit(self, stream: str, emitted: int, canvas: int, *, lead: int, fence: int) -> Credit:
        """What the encoder process of ``stream`` says after a tick."""
        return Credit(
            stream=stream,
            epoch=EPOCH,
            emitted=emitted,
            canvas=canvas,
            lead=lead,
            fps=Fraction(self.fps),
            fence=fence,
            delivery=self.delivery(stream),
        )


def put_on_air(redis: FarmRedis, count: int, picture: Picture) -> list[str]:
    """Order ``count`` streams that show ``picture``, as the API would; their names."""
    store = StreamStore(redis, SystemClock(), user_limit=count, global_limit=count)
    scenes = SceneStore(redis)
    names = [f"stand-in-{number}" for number in range(1, count + 1)]
    fps = picture.fps
    config = StreamConfig(width=picture.width, height=picture.height, fps=Fraction(fps), gop_frames=2 * fps)
    for name in names:
        store.create(StreamRecord(name, name, "perf", Desired.STOPPED, config, (), SystemClock().wall_ms()))
        scenes.commit(name, dict(picture.scene), expected_head=0)
        store.want(name, Desired.LIVE)
    return names


def publish(pipe: Pipeline, credit: Credit) -> None:
    """Give ``credit`` as an encoder process does."""
    pipe.set(keys.passed(credit.stream, EPOCH), credit.emitted, ex=_PASSED_EXPIRES_S)
    pipe.publish(keys.credit(credit.stream), to_pack(credit))


def beat_as_node(redis: FarmRedis, capacity: int) -> None:
    """The heartbeat of the stand-ins' node: it runs all that it is to run. Raises StoreUnavailable."""
    wanted = redis.hgetall(keys.assignments(NODE))
    processes = {
        as_text(stream): ProcessReport(spec.generation, "running", 0)
        for stream, data in wanted.items()
        if (spec := readable(data, StreamSpec)) is not None
    }
    report = NodeReport(NODE, capacity, processes)
    beat(redis, keys.node(NODE), to_json(report), expires_ms=_BEAT_EXPIRES_MS)


@dataclass
class Progress:
    """What became of one stream's frames; written by workers, read by its encoder process."""

    lead: int = _LEAD
    emitted: int = -1
    drawn: int = -1
    """The newest frame that a worker took."""
    fence: int = 0
    ordered: int = 0
    """Frames that workers took."""
    stale: int = 0
    """Ticks at which their frame had not been taken yet."""
    _asked_s: dict[int, float] = field(default_factory=dict)
    """When each frame was asked for that nobody took yet."""
    _arrivals_ms: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def took(self, frame: Frame, now_s: float) -> None:
        """A worker took ``frame``."""
        with self._lock:
            self.ordered += 1
            self.drawn = max(self.drawn, frame.number)
            self.fence = max(self.fence, frame.fence)
            asked_s = self._asked_s.pop(frame.number, None)
            if asked_s is not None:
                self._arrivals_ms.append(round(1000 * (now_s - asked_s), 2))

    def tick(self, picture: Picture, stream: str, now_s: float) -> Credit:
        """One more tick is over: what the encoder process says then."""
        with self._lock:
            self.emitted += 1
            self.stale += self.drawn < self.emitted
            arrivals_ms, self._arrivals_ms = tuple(self._arrivals_ms), []
            self._asked_s = {frame: at_s for frame, at_s in self._asked_s.items() if frame > self.emitted}
            absent = tuple((frame, round(1000 * (now_s - at_s), 2)) for frame, at_s in self._asked_s.items())
            self._asked_s.setdefault(self.emitted + self.lead, now_s)
            canvas = min(self.drawn, self.emitted)
            said = picture.credit(stream, self.emitted, canvas, lead=self.lead, fence=self.fence)
        return msgspec.structs.replace(said, arrivals_ms=arrivals_ms, absent=absent)


class Encoders(threading.Thread):
    """One encoder node with a process for each stream: ticks evenly, the streams one after the other within
    a tick, and says after each what is wanted next."""

    def __init__(self, url: str, streams: Sequence[str], picture: Picture) -> None:
        super().__init__(name="stand-in-encoders", daemon=True)
        self._redis = connect(url)
        self._picture = picture
        self._ending = threading.Event()
        self.progress = {stream: Progress() for stream in streams}

    def all_in_time(self) -> bool:
        """Whether every stream's frames come before their ticks, after half a second."""
        return all(each.drawn >= each.emitted > self._picture.fps // 2 for each in self.progress.values())

    def end(self) -> None:
        """Tick no more."""
        self._ending.set()
        self.join()
        self._redis.close()

    def run(self) -> None:
        """Tick until told to end."""
        began_s = beat_s = time.monotonic()
        places = list(self.progress)
        step_s = 1 / (self._picture.fps * len(places))
        done = 0
        while not self._ending.is_set():
            now_s = time.monotonic()
            due = int((now_s - began_s) / step_s)
            with suppress(StoreUnavailable), self._redis.pipeline(transaction=False) as pipe:
                for number in range(done, due):
                    self._tick(pipe, places[number % len(places)])
                pipe.execute()
                if now_s >= beat_s:
                    beat_as_node(self._redis, len(places))
                    beat_s = now_s + BEAT_S
            done = due
            self._ending.wait(max(0.0, began_s + (done + 1) * step_s - time.monotonic()))

    def _tick(self, pipe: Pipeline, stream: str) -> None:
        publish(pipe, self.progress[stream].tick(self._picture, stream, time.monotonic()))


@contextmanager
def null_workers(url: str, count: int, progress: Mapping[str, Progress]) -> Iterator[None]:
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


def _take_frames(url: str, progress: Mapping[str, Progress], ending: threading.Event) -> None:
    with connect(url, timeout_s=_WAIT_S + 2) as redis:
        while not ending.is_set():
            answer = redis.brpop([keys.QUEUE], timeout=_WAIT_S)
            if answer is not None:
                # Answers are bytes; the driver's types say that they might be text.
                frame = frame_of(cast(bytes, answer[1]))
                progress[frame.stream].took(frame, time.monotonic())
