"""What the tests of this room share: scenes to draw, tasks to ask for them, pictures to look at."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import numpy as np
from PIL import Image

from farm.messages import Delivery, FrameTask
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.scenes import SceneStore
from farm.transport.planes import Planes, i420_bytes, planes_in
from farm.transport.ring import Ring
from scene.document import parse_scene
from scene.geometry import Rect
from scene.state import SceneState, scene_at
from scene.time import Segment
from scene.version import SceneVersion
from tests.births import set_birth
from workers.characters.cast import Member
from workers.painters.image import MISSING_SIZE, PictureState

FPS = Fraction(30)
WIDTH, HEIGHT = 128, 96
WHOLE: Rect = (0, 0, WIDTH, HEIGHT)


class Gallery:
    """Pictures without Redis: every asset is a gradient, another in each frame, except "missing"."""

    def __init__(self) -> None:
        x = np.linspace(0, 255, 40, dtype=np.uint8)[None, :].repeat(30, 0)
        y = np.linspace(0, 255, 30, dtype=np.uint8)[:, None].repeat(40, 1)
        self._picture = Image.fromarray(np.stack([x, y, 255 - x, 255 - y // 2], -1)).convert("RGBa")

    def state(self, asset: str) -> PictureState:
        """See :class:`workers.painters.image.Pictures`."""
        if asset == "missing":
            return PictureState(*MISSING_SIZE, "there is no such picture", settled=False)
        return PictureState(*self._picture.size)

    def picture(self, asset: str, frame: int) -> Image.Image:
        """See :class:`workers.painters.image.Pictures`."""
        return self._picture.rotate(frame * 30 + (90 * len(asset) if asset.startswith("feed-") else 0))


class OneCharacter:
    """A cast of one."""

    def __init__(self, member: Member) -> None:
        self._member = member

    def member(self, _character: str) -> Member:
        """See :class:`workers.characters.cast.Cast`."""
        return self._member


def canvas(width: int = WIDTH, height: int = HEIGHT, value: int = 77) -> Planes:
    """A canvas full of ``value``, which no test scene draws."""
    return planes_in(np.full(i420_bytes(width, height), value, np.uint8), width, height)


def same(a: Planes, b: Planes) -> bool:
    """Whether two pictures are equal, byte for byte."""
    return all(np.array_equal(p, q) for p, q in zip(a, b, strict=True))


def document(*layers: dict[str, Any], background: str = "#102030") -> dict[str, Any]:
    """A scene in a viewport of the test canvas's size."""
    return {
        "viewport": {"width": WIDTH, "height": HEIGHT},
        "background": background,
        "layers": [{"id": f"layer{i}", **layer} for i, layer in enumerate(layers)],
    }


def state_of(*layers: dict[str, Any], n: int = 0, background: str = "#102030") -> SceneState:
    """The scene of ``layers`` at frame ``n``."""
    scene = parse_scene(document(*layers, background=background), max_layers=100)
    version = SceneVersion(1, scene, {1: Fraction(0)}, (WIDTH, HEIGHT))
    return scene_at(version, n, Segment(0, 1, Fraction(0), Fraction(1)), FPS)


def segment(
    from_frame: int = 0, revision: int = 1, at_s: Fraction | int = 0, rate: int = 1, snapshot: int = 0
) -> Segment:
    """A segment of scene time."""
    return Segment(from_frame, revision, Fraction(at_s), Fraction(rate), snapshot)


def task(frame: int, base: int = -1, segments: Sequence[Segment] = (), **changes: Any) -> FrameTask:
    """A task of stream "s" that is delivered to its mailbox unless told otherwise."""
    delivery = Delivery("framefarm-nowhere", "0" * 32, keys.mailbox("s", 1), WIDTH, HEIGHT, 8)
    fields: dict[str, Any] = {
        "stream": "s",
        "epoch": 1,
        "frame": frame,
        "base": base,
        "fps": FPS,
        "segments": tuple(segments) or (segment(),),
        "fence": 1,
        "delivery": delivery,
        "queued_ns": 0,
    }
    return FrameTask(**{**fields, **changes})


def emits(redis: FarmRedis, stream: str = "s", upto: int = -1) -> None:
    """The encoder process of ``stream`` has emitted ``upto`` and goes on."""
    redis.set(keys.passed(stream, 1), upto)


def put_scene(redis: FarmRedis, *layers: dict[str, Any], birth: Fraction | None = Fraction(0)) -> int:
    """Commit a revision of stream "s" and, unless None, record its birth; its number."""
    store = SceneStore(redis)
    revision = store.commit("s", document(*layers), expected_head=store.head("s"))
    assert revision is not None
    if birth is not None:
        set_birth(redis, "s", revision, birth)
    return revision


@contextmanager
def open_ring(slots: int = 8) -> Iterator[tuple[Ring, Delivery]]:
    """A ring as the encoder makes it, and the delivery that leads to it."""
    ring = Ring.create(f"test{uuid.uuid4().hex[:6]}", WIDTH, HEIGHT, slots)
    try:
        yield ring, Delivery(ring.name, ring.nonce, keys.mailbox("s", 1), WIDTH, HEIGHT, slots)
    finally:
        ring.close(unlink=True)


def in_thread(work: Any) -> threading.Thread:
    """Run ``work`` beside the test."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
