"""A show for GStreamer, which a small program of its own plays: see :mod:`farm.perf.shows.gstreamer_player`.

Elements: https://gstreamer.freedesktop.org/documentation/compositor/, ``x264``, ``imagefreeze``.
"""

from __future__ import annotations

import json
import os
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

from farm.errors import FarmError
from farm.perf.shows.show import CANVAS, Piece, Show

SYSTEM_PYTHON = Path("/usr/bin/python3")
"""Debian's bindings of GStreamer are made for it and for no other."""
_PLAYER = Path(__file__).with_name("gstreamer_player.py")
_ELEMENTS = ("compositor", "imagefreeze", "pngdec", "x264enc", "avenc_aac", "flvmux")
PACKAGES = (
    "gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad"
    " gstreamer1.0-plugins-ugly gstreamer1.0-libav gir1.2-gst-plugins-base-1.0 python3-gi"
)


def missing() -> str | None:
    """Why GStreamer cannot take part here; None when it can."""
    script = "import gi; gi.require_version('GstApp', '1.0'); gi.require_version('GstController', '1.0')"
    probes = [
        [str(SYSTEM_PYTHON), "-c", script],
        *(["gst-inspect-1.0", "--exists", element] for element in _ELEMENTS),
    ]
    try:
        absent = [
            probe[-1]
            for probe in probes
            if subprocess.run(probe, capture_output=True, check=False).returncode
        ]
    except OSError as error:
        absent = [str(error.filename)]
    return f"GStreamer is not all here ({absent[0]}); install {PACKAGES}" if absent else None


def cpu_s(show: Show, folder: Path, fps: int, frames: int, bitrate_kbps: int) -> float:
    """CPU time of GStreamer drawing and encoding so many frames of ``show``, its start included; its
    pictures lie in ``folder`` as for FFmpeg. Raises FarmError."""
    wanted = order(show, folder, fps, range(frames))
    wanted["video"] = f"{encoder(fps, bitrate_kbps)} ! flvmux name=flv ! filesink location={os.devnull}"
    wanted["audio"] = "avenc_aac bitrate=128000 ! flv."
    process = subprocess.Popen([str(SYSTEM_PYTHON), str(_PLAYER)], stdin=subprocess.PIPE)
    if process.stdin is not None:
        process.stdin.write(json.dumps(wanted).encode())
        process.stdin.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise FarmError(f"GStreamer ended with code {process.returncode} while drawing {show.name}")
    return usage.ru_utime + usage.ru_stime


def picture(show: Show, folder: Path, fps: int, frame: int) -> bytes:
    """One frame of ``show`` in I420. Raises FarmError."""
    wanted = order(show, folder, fps, range(frame, frame + 1))
    wanted["video"], wanted["audio"] = "fdsink fd=1", None
    command = [str(SYSTEM_PYTHON), str(_PLAYER)]
    done = subprocess.run(command, input=json.dumps(wanted).encode(), capture_output=True, check=False)
    if done.returncode:
        raise FarmError(f"GStreamer cannot draw {show.name}: {done.stderr.decode(errors='replace')[-300:]}")
    return done.stdout


def encoder(fps: int, bitrate_kbps: int) -> str:
    """The same settings and bits as the farm's encoder with the preset ultrafast; one thread."""
    return (
        f"x264enc speed-preset=ultrafast tune=zerolatency threads=1 bframes=0 bitrate={bitrate_kbps}"
        f" vbv-buf-capacity=1000 key-int-max={2 * fps} aud=false"
        f" option-string=keyint-min={2 * fps}:scenecut=0 ! h264parse"
    )


def order(show: Show, folder: Path, fps: int, frames: range) -> dict[str, Any]:
    """What the player is told of ``frames`` of ``show``."""
    width, height = CANVAS
    pieces = [_piece(piece, folder, fps, frames) for piece in show.pieces]
    return {"width": width, "height": height, "fps": fps, "frames": len(frames), "pieces": pieces}


def _piece(piece: Piece, folder: Path, fps: int, frames: range) -> dict[str, Any]:
    count = len(piece.pictures)
    told: dict[str, Any] = {
        "files": [str(folder / f"{piece.name}-{number:03d}.png") for number in range(count)],
        "shown": [frame * piece.fps // fps % count for frame in frames],
        "x": [piece.x],
        "y": [piece.y],
    }
    if piece.slide is not None:
        places = (piece.slide.at_px(Fraction(frame, fps)) for frame in frames)
        told[piece.slide.axis] = [round(place) for place in places]
    return told
