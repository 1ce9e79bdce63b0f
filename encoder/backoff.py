"""How long to wait before the next try."""

from __future__ import annotations

FIRST_DELAY_S = 0.25


def retry_delay_s(failures: int, spread: float, max_s: float) -> float:
    """Exponential, with jitter: after ``failures`` in a row (at least 1), for a random ``spread`` in 0..1.

    Between half and all of 0.25 s, 0.5 s, 1 s … up to ``max_s``, so that many who failed together do not come
    back together.
    """
    longest = min(max_s, FIRST_DELAY_S * float(1 << min(failures - 1, 30)))
    return longest * (0.5 + 0.5 * spread)
