"""What is done every so often, however long a turn took."""

from __future__ import annotations


class Timer:
    """Due every ``period_ns``; late turns are not made up for."""

    def __init__(self, period_ns: int) -> None:
        self._period_ns = period_ns
        self.due_ns = 0

    def hurry(self) -> None:
        """Be due at once."""
        self.due_ns = 0

    def is_due(self, now_ns: int) -> bool:
        """Whether it is time; if so, the next time is set."""
        if now_ns < self.due_ns:
            return False
        self.due_ns = now_ns + self._period_ns
        return True
