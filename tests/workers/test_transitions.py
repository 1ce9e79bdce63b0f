"""Transitions as they are drawn; the usual ones as FFmpeg's xfade filter draws them, too."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from farm.transport.planes import Plane, Planes, i420_bytes, planes_in
from scene.onair import STEPS
from scene.show_edits import parse_transition
from scene.transitions import Mixing, Wipe
from tests.workers.farmhand import same
from workers.offline.picture import rgb
from workers.transitions.fade import code_of, light_of
from workers.transitions.registry import MIXERS
from workers.transitions.transition import Scenery

WIDTH, HEIGHT = 128, 64
EIGHTHS = 8


def picture(seed: int) -> Planes:
    """Noise in legal range."""
    pixels = np.random.default_rng(seed).integers(16, 236, i420_bytes(WIDTH, HEIGHT), np.uint8)
    return planes_in(pixels, WIDTH, HEIGHT)


def even(y: int, u: int = 128, v: int = 128) -> Planes:
    """One colour."""
    planes = planes_in(np.empty(i420_bytes(WIDTH, HEIGHT), np.uint8), WIDTH, HEIGHT)
    for plane, value in zip(planes, (y, u, v), strict=True):
        plane.fill(value)
    return planes


def mixed(document: dict[str, Any], progress: int, outgoing: Planes, incoming: Planes) -> Planes:
    """A moment of a transition; the two pictures stay as they are."""
    transition = parse_transition(document)
    target = Planes(*(plane.copy() for plane in outgoing))
    coming = Planes(*(plane.copy() for plane in incoming))
    MIXERS[type(transition)](Scenery(target, coming, picture(9)), transition, progress)  # type: ignore[index]
    assert same(coming, incoming)
    return target


def xfaded(name: str, outgoing: Plane, incoming: Plane, folder: Path) -> list[Plane]:
    """The planes after 0, 1, 2 ... eighths of FFmpeg's transition ``name``. It knows no 4:2:0, so each plane
    goes there as a grey picture."""
    height, width = outgoing.shape
    command = ["ffmpeg", "-v", "error"]
    for path, plane in ((folder / "a.grey", outgoing), (folder / "b.grey", incoming)):
        path.write_bytes(plane.tobytes() * (EIGHTHS + 1))
        command += ["-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{width}x{height}", "-r", str(EIGHTHS)]
        command += ["-i", str(path)]
    command += ["-filter_complex", f"xfade=transition={name}:duration=1:offset=0", "-f", "rawvideo"]
    done = subprocess.run([*command, "-pix_fmt", "gray", "-"], check=True, capture_output=True)
    return list(np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width))


def largest_difference(a: Planes, b: Planes) -> int:
    return max(int(np.abs(p.astype(int) - q.astype(int)).max()) for p, q in zip(a, b, strict=True))


DIRECTIONS = ("left", "right", "up", "down")


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("fade", {"type": "fade"}),
        *((f"wipe{to}", {"type": "wipe", "direction": to, "softness": 0}) for to in DIRECTIONS),
        *((f"slide{to}", {"type": "push", "direction": to}) for to in DIRECTIONS),
    ],
)
def test_it_looks_as_in_ffmpeg(name: str, document: dict[str, Any], tmp_path: Path) -> None:
    outgoing, incoming = picture(1), picture(2)
    for index in (0, 1):  # luma and chroma
        theirs = xfaded(name, outgoing[index], incoming[index], tmp_path)
        for eighth in range(1, EIGHTHS):
            ours = mixed(document, round(STEPS * eighth / EIGHTHS), outgoing, incoming)[index]
            difference = np.abs(ours.astype(int) - theirs[eighth])
            if name == "fade":
                assert difference.max() <= 1
            else:
                # Where the edge lies within a pixel, either may call it the new picture's.
                lines = (difference > 0).any(axis=0 if name.endswith(("left", "right")) else 1)
                assert lines.sum() <= (1 if name.startswith("wipe") else 0), eighth


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_slide_covers_what_stays_where_it_is(direction: str) -> None:
    outgoing, incoming = picture(1), picture(2)
    half = mixed({"type": "slide", "direction": direction}, STEPS // 2, outgoing, incoming)
    pushed = mixed({"type": "push", "direction": direction}, STEPS // 2, outgoing, incoming)
    middle = (WIDTH // 2, HEIGHT // 2)
    new, old = {
        "left": ((middle[0], 0), (0, 0)),
        "right": ((0, 0), (middle[0], 0)),
        "up": ((0, middle[1]), (0, 0)),
        "down": ((0, 0), (0, middle[1])),
    }[direction]
    sides = (middle[0], HEIGHT) if direction in ("left", "right") else (WIDTH, middle[1])
    assert same(half.crop((*new, *sides)), pushed.crop((*new, *sides)))
    assert same(half.crop((*old, *sides)), outgoing.crop((*old, *sides)))


@pytest.mark.parametrize("shape", ["line", "circle", "diamond", "clock"])
@pytest.mark.parametrize("softness", [0, 0.3, 1])
def test_a_wipe_goes_from_nothing_to_everything_and_never_back(shape: str, softness: float) -> None:
    document = {"type": "wipe", "shape": shape, "softness": softness}
    before = even(40).y
    for progress in (1, STEPS // 4, STEPS // 2, 3 * STEPS // 4, STEPS - 1):
        now = mixed(document, progress, even(40), even(200)).y
        assert (now >= before).all()
        before = now
    assert mixed(document, 1, even(40), even(200)).y.mean() < 45
    assert before.mean() > 195


def test_wipes_have_their_shapes() -> None:
    def half(**fields: Any) -> NDArray[np.bool_]:
        document = {"type": "wipe", "softness": 0, **fields}
        return np.equal(mixed(document, STEPS // 2, even(40), even(200)).y, 200)

    assert half(shape="clock")[:, WIDTH // 2 :].all()
    assert not half(shape="clock")[:, : WIDTH // 2].any()
    circle, diamond = half(shape="circle"), half(shape="diamond")
    for inner in (circle, diamond):
        assert inner[HEIGHT // 2, WIDTH // 2]
        assert not inner[0, 0]
        assert (inner == inner[::-1, ::-1]).all()
    assert (circle != diamond).any()


@pytest.mark.parametrize("direction", ["in", "out"])
def test_a_zoom_begins_with_the_old_picture_and_ends_with_the_new(direction: str) -> None:
    outgoing, incoming = even(40, 90, 160), even(200, 160, 90)
    outgoing.y[:, : WIDTH // 2] = 60
    document = {"type": "zoom", "direction": direction}
    assert largest_difference(mixed(document, 1, outgoing, incoming), outgoing) <= 1
    assert largest_difference(mixed(document, STEPS - 1, outgoing, incoming), incoming) <= 1
    middle = mixed(document, STEPS // 2, outgoing, incoming).y
    # The edge in the middle stays in the middle.
    assert middle[:, 0].mean() > middle[:, -1].mean()


def test_light_is_mixed_as_light() -> None:
    outgoing, incoming = even(16), even(235)
    halfway = rgb(mixed({"type": "fade", "linearLight": True}, STEPS // 2, outgoing, incoming))
    assert np.abs(halfway.astype(int) - 188).max() <= 1
    assert rgb(mixed({"type": "fade"}, STEPS // 2, outgoing, incoming))[0, 0, 0] in range(126, 130)


def test_a_dissolve_in_light_is_that_of_floating_point() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        one, other = ([int(value) for value in rng.integers((50, 110, 110), (200, 146, 146))] for _ in "ab")
        ours = mixed({"type": "fade", "linearLight": True}, STEPS // 3, even(*one), even(*other))
        light = [light_of(rgb(even(*colour))[0, 0] / 255) for colour in (one, other)]
        share = round(255 * (STEPS // 3) / STEPS) / 255
        expected = code_of(light[0] * (1 - share) + light[1] * share) * 255
        assert np.abs(rgb(ours)[0, 0] - expected).max() <= 3, (one, other)


def test_what_is_the_same_in_both_stays_as_it_is() -> None:
    ground = picture(3)
    for kind in ({"type": "fade"}, {"type": "fade", "linearLight": True}, {"type": "wipe"}):
        assert same(mixed(kind, STEPS // 3, ground, ground), ground)


def test_every_kind_that_mixes_has_its_mixer() -> None:
    assert set(MIXERS) == set(get_args(Mixing))
    assert Wipe in MIXERS
