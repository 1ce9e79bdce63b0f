"""How soon a process that died is started again."""

from __future__ import annotations

STABLE_AFTER_S = 20.0
"""One that lived so long has not failed before, whatever became of those before it."""


def restart_delay_s(deaths_in_a_row: int) -> float:
    """How long to wait before the next start: nothing after the first death, then 0.2 s doubling to 5 s."""
    return 0.0 if deaths_in_a_row <= 1 else min(5.0, 0.1 * 2 ** (deaths_in_a_row - 1))
