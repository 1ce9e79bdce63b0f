"""From an edit to the air: PATCH of a layer until the first changed picture at an RTMP reader."""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import asdict, dataclass
from queue import Empty, SimpleQueue

from farm.client import FarmClient
from farm.debug.reader import decoded
from farm.errors import OutputFailed

PROBE_LAYER = "perf-edit-probe"
PROBE_PX = 64
_TIMEOUT_S = 5.0


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


def measure_edits(client: FarmClient, stream: str, url: str, *, edits: int) -> EditLatency:
    """Switch a white square on and off ``edits`` times and time each until it shows at ``url``.

    The square is a layer of its own in the top left corner and is removed afterwards.
    Raises FarmError when the API refuses or the stream cannot be read.
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

    client.call("POST", f"/streams/{stream}/layers", _probe())
    reader = threading.Thread(target=read, name="perf-edit-reader")
    reader.start()
    try:
        _wait_for(brightness, white=False)
        taken_ms = [_time_edit(client, stream, brightness, white=i % 2 == 0) for i in range(edits)]
    finally:
        ended.set()
        client.call("DELETE", f"/streams/{stream}/layers/{PROBE_LAYER}")
        reader.join()
    taken_ms.sort()
    p99 = taken_ms[min(len(taken_ms) - 1, round(0.99 * len(taken_ms)))]
    return EditLatency(edits, round(statistics.median(taken_ms), 1), round(p99, 1), round(taken_ms[-1], 1))


def _probe() -> dict[str, object]:
    return {
        "id": PROBE_LAYER,
        "type": "colour",
        "colour": "#000000",
        "position": {"x": 0, "y": 0},
        "size": {"width": PROBE_PX, "height": PROBE_PX},
        "zIndex": 1000,
    }


def _time_edit(
    client: FarmClient, stream: str, brightness: SimpleQueue[tuple[bool, int]], *, white: bool
) -> float:
    while not brightness.empty():
        brightness.get()
    began_ns = time.monotonic_ns()
    colour = "#ffffff" if white else "#000000"
    client.call("PATCH", f"/streams/{stream}/layers/{PROBE_LAYER}", {"colour": colour})
    return (_wait_for(brightness, white=white) - began_ns) / 1e6


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
