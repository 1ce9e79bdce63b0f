"""What a running process can do about a new spec: the policy, pure."""

from __future__ import annotations

from enum import IntEnum

import msgspec

from farm.messages import StreamConfig, StreamSpec


class Change(IntEnum):
    """How deep a change goes; each includes those before it."""

    NOTHING = 0
    """But, perhaps, the outputs."""
    BITRATE = 1
    """The video encoder goes on with another rate."""
    EPOCH = 2
    """Another size, rate of frames, or way to encode or draw: a new epoch in the same process."""
    PROCESS = 3
    """Only another process will do."""


_NEEDS = {
    "bitrate_kbps": Change.BITRATE,
    "max_layers": Change.NOTHING,
    "width": Change.EPOCH,
    "height": Change.EPOCH,
    "fps": Change.EPOCH,
    "gop_frames": Change.EPOCH,
    "preset": Change.EPOCH,
    "render_quality": Change.EPOCH,
    "hardware_acceleration": Change.EPOCH,
}
"""What a change of each field needs; of one that is not named here, another process."""


def needed(old: StreamSpec, new: StreamSpec) -> Change:
    """What it takes to get from ``old`` to ``new``. A new start of the stream is a new process, so that
    whoever stops and starts it again gets new connections; a free stream cannot change on its way."""
    if old.config.pace == "free" or (old.stream, old.started_wall_ms) != (new.stream, new.started_wall_ms):
        return Change.PROCESS
    return max(
        (_NEEDS.get(name, Change.PROCESS) for name in _differing(old.config, new.config)),
        default=Change.NOTHING,
    )


def _differing(old: StreamConfig, new: StreamConfig) -> list[str]:
    return [
        field.name
        for field in msgspec.structs.fields(StreamConfig)
        if getattr(old, field.name) != getattr(new, field.name)
    ]
