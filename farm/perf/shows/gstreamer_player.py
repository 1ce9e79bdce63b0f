"""Plays one show with GStreamer: run by the system's own Python, whose bindings of GStreamer it uses.

Nothing of the farm is imported here. Standard input is one JSON object, made by
:mod:`farm.perf.shows.gstreamer`: the canvas, the pieces with their pictures and places, and what comes of
it. Built as somebody would who knows GStreamer well: every picture is decoded and converted once, to AYUV,
which the compositor blends as it is (A420, BGRA and mixtures cost it half as much again, or three times as
much). Lone pictures are repeated by ``imagefreeze``, those that play in turn are pushed without a copy, and
places are properties of the compositor's pads, set by GStreamer's controllers: no Python runs for a frame.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
gi.require_version("GstController", "1.0")
from gi.repository import Gst, GstApp, GstController  # noqa: E402  versions are chosen first

_PIXELS = "video/x-raw,format=AYUV,colorimetry=bt709"
_DECODE = "filesrc location={} ! pngdec ! videoconvert ! " + _PIXELS


class Player:
    """One pipeline."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._order = order
        self._kept: list[Any] = []
        """Controls, which GStreamer does not keep for us."""
        self._pipeline = Gst.parse_launch(" ".join(self._elements()))
        mixer = self._pipeline.get_by_name("mixer")
        for index, piece in enumerate(order["pieces"]):
            pad = mixer.get_static_pad(f"sink_{index}")
            for axis in ("x", "y"):
                self._move(pad, f"{axis}pos", piece[axis])
            if len(piece["files"]) > 1:
                self._feed(self._pipeline.get_by_name(f"source{index}"), piece)

    def play(self) -> None:
        """To the end. Raises RuntimeError in GStreamer's own words."""
        self._pipeline.set_state(Gst.State.PLAYING)
        kinds = Gst.MessageType.EOS | Gst.MessageType.ERROR
        message = self._pipeline.get_bus().timed_pop_filtered(Gst.CLOCK_TIME_NONE, kinds)
        self._pipeline.set_state(Gst.State.NULL)
        if message.type == Gst.MessageType.ERROR:
            error, detail = message.parse_error()
            raise RuntimeError(f"{error.message}: {detail}")

    def _elements(self) -> list[str]:
        order = self._order
        rate, frames = f"framerate={order['fps']}/1", order["frames"]
        size = f"width={order['width']},height={order['height']}"
        elements = [
            f"compositor name=mixer background=black max-threads=1 ! {_PIXELS},{size},{rate}",
            f"! videoconvert n-threads=1 ! video/x-raw,format=I420,colorimetry=bt709 ! {order['video']}",
        ]
        if order["audio"]:
            samples = 48_000 // order["fps"]
            elements.append(
                f"audiotestsrc wave=silence samplesperbuffer={samples} num-buffers={frames}"
                f" ! audio/x-raw,rate=48000,channels=2 ! audioconvert ! {order['audio']}"
            )
        for index, piece in enumerate(order["pieces"]):
            source = f"appsrc name=source{index} format=time max-bytes=0"
            if len(piece["files"]) == 1:
                still = _DECODE.format(piece["files"][0])
                source = f"{still} ! imagefreeze num-buffers={frames} ! video/x-raw,{rate}"
            elements.append(f"{source} ! mixer.sink_{index}")
        return elements

    def _move(self, pad: Any, name: str, places: list[int]) -> None:
        """Put ``pad`` at the first of ``places`` in the first frame, and so on; a single one is for all."""
        if len(places) == 1:
            pad.set_property(name, places[0])
            return
        source = GstController.InterpolationControlSource()
        source.set_property("mode", GstController.InterpolationMode.NONE)
        for frame, place in enumerate(places):
            source.set(self._time_ns(frame), place)
        pad.add_control_binding(GstController.DirectControlBinding.new_absolute(pad, name, source))
        self._kept.append(source)

    def _feed(self, source: GstApp.AppSrc, piece: dict[str, Any]) -> None:
        """Have ``source`` show ``shown``, a number of a picture for each frame."""
        samples = [_decoded(path) for path in piece["files"]]
        source.set_property("caps", samples[0].get_caps())
        shown = piece["shown"]
        turns = [frame for frame in range(len(shown)) if frame == 0 or shown[frame] != shown[frame - 1]]
        for frame, next_frame in zip(turns, [*turns[1:], len(shown)], strict=True):
            buffer = samples[shown[frame]].get_buffer().copy()
            buffer.pts = self._time_ns(frame)
            buffer.duration = self._time_ns(next_frame) - buffer.pts
            source.push_buffer(buffer)
        source.end_of_stream()

    def _time_ns(self, frame: int) -> int:
        time_ns: int = Gst.util_uint64_scale(frame, Gst.SECOND, self._order["fps"])
        return time_ns


def _decoded(path: str) -> Any:
    """The picture of a file, ready to be composed."""
    pipeline = Gst.parse_launch(f"{_DECODE.format(path)} ! appsink name=sink")
    pipeline.set_state(Gst.State.PLAYING)
    sample = pipeline.get_by_name("sink").pull_sample()
    pipeline.set_state(Gst.State.NULL)
    return sample


def main() -> None:
    """Play what standard input asks for."""
    Gst.init(None)
    Player(json.load(sys.stdin)).play()


if __name__ == "__main__":
    main()
