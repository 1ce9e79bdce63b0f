"""How many processes should draw: pure, one rule inside a host and across hosts.

A process that draws all the time has frames wait for it, and the time that they wait grows without bound as
it comes close to that (M/M/1: 1 / (1 - utilisation)). So the aim lies well below, and frames that do wait
call for a process more.
"""

from __future__ import annotations

import math

TARGET_UTILISATION = 0.6
LONG_WAIT_MS = 8.0
"""Half a tick at 60 frames a second."""
WAITS_FOR_WORKERS = 0.4
"""With less utilisation than this frames wait for something else than a free process."""


def processes_wanted(processes: int, utilisation: float, queue_wait_ms: float) -> int:
    """How many processes would carry what ``processes`` carry now, at least one.

    ``utilisation`` is the share of their time in which they draw, 0..1; ``queue_wait_ms`` how long a frame
    waits for one, 0 where nobody can tell.
    """
    carrying = math.ceil(processes * utilisation / TARGET_UTILISATION)
    waiting = queue_wait_ms > LONG_WAIT_MS and utilisation > WAITS_FOR_WORKERS
    return max(1, carrying, processes + 1 if waiting else 0)
