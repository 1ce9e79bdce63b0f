"""How the stream itself stands, as far as a frame knows: what status cards show.

All of it follows from the frame's number and its segment, so that a card is the same on every worker.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from scene.fields import mistake

_PLACE = re.compile(r"\{stream\.([^{}]{0,40})\}")


@dataclass(frozen=True, slots=True)
class Standing:
    """The stream at one frame."""

    n: int
    """The output frame's number: ticks since its encoder began."""
    fps: Fraction
    size: tuple[int, int]
    """Of the canvas."""
    paused: bool

    @property
    def state(self) -> Literal["live", "paused"]:
        """What people would call it."""
        return "paused" if self.paused else "live"


def _uptime(standing: Standing) -> str:
    minutes, seconds = divmod(int(standing.n / standing.fps), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


_SHOWN: dict[str, Callable[[Standing], str]] = {
    "state": lambda standing: standing.state,
    "uptime": _uptime,
    "fps": lambda standing: f"{float(standing.fps):g}",
    "size": lambda standing: f"{standing.size[0]} x {standing.size[1]}",
}

STREAM_PLACES = tuple(f"{{stream.{name}}}" for name in _SHOWN)
"""What a text may show of the stream."""


def shows_stream(text: str) -> bool:
    """Whether ``text`` has such a place."""
    return _PLACE.search(text) is not None


def with_stream(text: str, standing: Standing) -> str:
    """``text`` with its places filled."""
    return _PLACE.sub(lambda found: _SHOWN[found[1]](standing), text)


def known_stream_places(text: str) -> str:
    """``text``, if it asks for nothing else of the stream. Raises a mistake."""
    for found in _PLACE.finditer(text):
        if found[1] not in _SHOWN:
            raise mistake(f"has {found[0]}; a stream has {', '.join(STREAM_PLACES)}")
    return text
