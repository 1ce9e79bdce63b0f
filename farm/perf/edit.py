"""From a change to the air: PATCH of a layer or of live data until the first changed picture at a reader."""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import asdict, dataclass
from queue import Empty, SimpleQueue
from typing import NamedTuple

from farm.client import FarmClient
from farm.debug.reader import decoded
from farm.errors import OutputFailed

PROBE_LAYER = "perf-edit-probe"
PROBE_PX = 64
_TIMEOUT_S = 5.0


_SQUARE = {"type": "colour", "size": {"width": PROBE_PX, "height": PROBE_PX}, "zIndex": 1000}
_PROBES: tuple[dict[str, object], ...] = (
    {**_SQUARE, "id": f"{PROBE_LAYER}-below", "colour": "#000000"},
    {
        **_SQUARE,
        "id": PROBE_LAYER,
        "colour": "#ffffff",
        "opacity": 0,
        "bindings": [{"property": "opacity", "data": PROBE_LAYER}],
    },
)


class _Switch(NamedTuple):
    """What turns the square white or black."""

    path: str
    body: dict[str, object]
    white: bool


@dataclass(frozen=True)
class EditLatency:
    """Milliseconds from sending the PATCH; the reader's own decoding and the server's buffering included."""

    edits: int
    p50_ms: float
    p99_ms: float
    max_ms: float

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def measure_edits(
    client: FarmClient, stream: str, url: str, *, edits: int, of_data: bool = False
) -> EditLatency:
    """Switch a white square on and off ``edits`` times and time each until it shows at ``url``.

    The square is two layers in the top left corner, which are removed afterwards. An edit of the upper one
    switches it, or with ``of_data`` a live value that it is bound to. Raises FarmError when the API refuses
    or the stream cannot be read.
    """
    brightness: SimpleQueue[tuple[bool, int]] = SimpleQueue()
    ended = threading.Event()

    def read() -> None:
        crop = f"crop={PROBE_PX}:{PROBE_PX}:0:0,scale=1:1:flags=area,format=gray"
        with decoded(url, crop, 1) as pictures:
            for picture in pictures:
                brightness.put((picture[0] > 127, time.monotonic_ns()))
                if ended.is_set():
                    return

    for probe in _PROBES:
        client.call("POST", f"/streams/{stream}/layers", probe)
    reader = threading.Thread(target=read, name="perf-edit-reader")
    reader.start()
    try:
        _wait_for(brightness, white=False)
        taken_ms = [
            _time_edit(client, _switch(stream, white=i % 2 == 0, of_data=of_data), brightness)
            for i in range(edits)
        ]
    finally:
        ended.set()
        for probe in _PROBES:
            client.call("DELETE", f"/streams/{stream}/layers/{probe['id']}")
        client.call("PATCH", f"/streams/{stream}/data", {PROBE_LAYER: None})
        reader.join()
    taken_ms.sort()
    p99 = taken_ms[min(len(taken_ms) - 1, round(0.99 * len(taken_ms)))]
    return EditLatency(edits, round(statistics.median(taken_ms), 1), round(p99, 1), round(taken_ms[-1], 1))


def _switch(stream: str, *, white: bool, of_data: bool) -> _Switch:
    if of_data:
        return _Switch(f"/streams/{stream}/data", {PROBE_LAYER: int(white)}, white)
    return _Switch(f"/streams/{stream}/layers/{PROBE_LAYER}", {"opacity": int(white)}, white)


def _time_edit(client: FarmClient, switch: _Switch, brightness: SimpleQueue[tuple[bool, int]]) -> float:
    while not brightness.empty():
        brightness.get()
    began_ns = time.monotonic_ns()
    client.call("PATCH", switch.path, switch.body)
    return (_wait_for(brightness, white=switch.white) - began_ns) / 1e6


def _wait_for(brightness: SimpleQueue[tuple[bool, int]], *, white: bool) -> int:
    """The arrival (monotonic, ns) of the first picture whose square is white, or black."""
    deadline = time.monotonic() + _TIMEOUT_S
    while (left_s := deadline - time.monotonic()) > 0:
        try:
            is_white, arrived_ns = brightness.get(timeout=left_s)
        except Empty:
            break
        if is_white == white:
            return arrived_ns
    raise OutputFailed(f"no picture at the reader showed the edit within {_TIMEOUT_S:g} s")
