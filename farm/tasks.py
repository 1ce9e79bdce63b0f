"""The names of the farm's Celery tasks: what the coordinator publishes and the workers register."""

from __future__ import annotations

from farm.store import keys

RENDER_FRAME = "framefarm.render_frame"
"""Draw frames, one after the other; each argument is a FrameTask as plain data
(``farm.messages.to_plain``)."""

SEPARATOR = "\x06\x16"
"""Between a queue's name and a priority, in the names of kombu's lists."""
LANES = {
    "high": f"{keys.QUEUE}{SEPARATOR}0",
    "normal": keys.QUEUE,
    "low": f"{keys.QUEUE}{SEPARATOR}6",
}
"""The broker's list for each priority of a stream, the first to be drawn first."""
