"""The names of the farm's Celery tasks: what the coordinator publishes and the workers register."""

from __future__ import annotations

RENDER_FRAME = "framefarm.render_frame"
"""Draw frames, one after the other; each argument is a FrameTask as plain data
(``farm.messages.to_plain``)."""
